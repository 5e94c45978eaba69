import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { EnergyWh, SlotIndex } from './units.js';

/** Cumulative energy through a metering point since its installation: ⌊exact Wh⌋ in each direction. */
export type Registers = Readonly<{ importWh: EnergyWh; exportWh: EnergyWh }>;

/** The device at a metering point; it owns a P-256 key and signs what it reads. */
export type Meter = Readonly<{ meterId: string; publicKey: string }>;

/**
 * Where energy of one carrier is measured and handed over. A point without a meter is *scheduled*: its owner is
 * taken to deliver exactly what it sold (wholesale sellers at the slack node).
 */
export type MeteringPoint = Readonly<{
    pointId: string;
    participantId: string;
    carrier: Carrier;
    /** Node of the carrier's network. */
    connectionPoint: string;
    /** First slot that counts; the registers at its beginning are the baseline. */
    fromSlot: SlotIndex;
    meter: Meter | null;
}>;

/** Registering the same point again changes nothing. @throws METER_CONFLICT {pointId} */
export function registerMeter(existing: MeteringPoint | null, point: MeteringPoint): MeteringPoint {
    const same =
        existing === null ||
        (existing.participantId === point.participantId &&
            existing.carrier === point.carrier &&
            existing.connectionPoint === point.connectionPoint &&
            existing.fromSlot === point.fromSlot &&
            existing.meter?.publicKey === point.meter?.publicKey &&
            existing.meter?.meterId === point.meter?.meterId);
    demand(same, 'METER_CONFLICT', { pointId: point.pointId });
    return point;
}
