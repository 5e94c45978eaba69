import { demand } from './errors.js';

export const SEAT_KINDS = ['reviewer', 'dispatcher', 'metering', 'settlement', 'platform', 'voter'] as const;
/**
 * An office inside an organisation: reviewer (regulator: qualification, verdicts, halts), dispatcher (network operator:
 * halts, force majeure, connections), metering (meters, sources, calorific values, disputes), settlement (takes deposits), platform (tells virtual time), voter (rules).
 */
export type SeatKind = (typeof SEAT_KINDS)[number];

/** One officer: an MSP id alone authorises nothing, a registered certificate does. */
export type Seat = Readonly<{
    kind: SeatKind;
    mspId: string;
    /** Hash of MSP and certificate subject; no name is on the ledger. */
    subjectHash: string;
    /** P-256 public key of the officer's detached signatures, SPKI in hex. */
    publicKey: string;
}>;

/** A seat is granted once; the same grant again changes nothing. @throws SEAT_CONFLICT {kind, subjectHash} */
export function grantSeat(existing: Seat | null, seat: Seat): Seat {
    const same = existing === null || existing.publicKey === seat.publicKey;
    demand(same, 'SEAT_CONFLICT', { kind: seat.kind, subjectHash: seat.subjectHash });
    return seat;
}
