import { demand, marketError } from './errors.js';

export const SEAT_KINDS = ['reviewer', 'dispatcher', 'metering', 'settlement', 'platform', 'voter'] as const;
/**
 * An office inside an organisation: reviewer (regulator: qualification, verdicts, halts), dispatcher (network operator:
 * halts, force majeure, connections), metering (meters, sources, calorific values, disputes), settlement (takes deposits), platform (tells virtual time), voter (rules).
 */
export type SeatKind = (typeof SEAT_KINDS)[number];

/** Which office of which organisation, and whose. */
export type SeatRef = Readonly<{
    kind: SeatKind;
    mspId: string;
    /** Hash of MSP and certificate subject; no name is on the ledger. */
    subjectHash: string;
}>;

/** One officer: an MSP id alone authorises nothing, a registered certificate does. */
export type SeatGrant = SeatRef &
    Readonly<{
        /** P-256 public key of the officer's detached signatures, SPKI in hex. */
        publicKey: string;
    }>;

export const SEAT_STATUSES = ['granted', 'revoked'] as const;
/** A seat as it stands: one that is revoked stays so, and what it signed before stays signed. */
export type Seat = SeatGrant & Readonly<{ status: (typeof SEAT_STATUSES)[number] }>;

/**
 * A seat is granted once; the same grant again changes nothing.
 * @throws SEAT_CONFLICT {kind, subjectHash}: with another key · SEAT_REVOKED {kind, mspId, subjectHash}
 */
export function grantSeat(existing: Seat | null, grant: SeatGrant): Seat {
    if (existing === null) {
        return { ...grant, status: 'granted' };
    }
    const { kind, subjectHash } = grant;
    demandGranted(existing);
    demand(existing.publicKey === grant.publicKey, 'SEAT_CONFLICT', { kind, subjectHash });
    return existing;
}

/** @throws SEAT_MISSING {kind, mspId, subjectHash} */
export function revokeSeat(existing: Seat | null, { kind, mspId, subjectHash }: SeatRef): Seat {
    if (existing === null) {
        throw marketError('SEAT_MISSING', { kind, mspId, subjectHash });
    }
    return { ...existing, status: 'revoked' };
}

/** @throws SEAT_REVOKED {kind, mspId, subjectHash} */
export function demandGranted({ kind, mspId, subjectHash, status }: Seat): void {
    demand(status === 'granted', 'SEAT_REVOKED', { kind, mspId, subjectHash });
}
