import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { EnergyWh, SlotIndex, VolumeLitres } from './units.js';

/** Cumulative energy through a metering point since its installation: ⌊exact Wh⌋ in each direction. */
export type Registers = Readonly<{ importWh: EnergyWh; exportWh: EnergyWh }>;

/** Cumulative gas through a metering point at norm conditions: ⌊exact litres⌋ in each direction. */
export type Volumes = Readonly<{ importLitres: VolumeLitres; exportLitres: VolumeLitres }>;

/** What has passed through a metering point since its registration, whichever meters counted it. */
export type Counted = Registers & Readonly<{ volume: Volumes | null }>;

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
}> &
    PointTraits;

/** The signature of a participant whom a point, or another meter at it, binds. */
export type OwnerConsent = Readonly<{ participantId: string; signature: string }>;

/** What a metering point is besides a place on a network. */
export type PointTraits = Readonly<{
    /** The point whose meter measures this one too: a sub-meter is subtracted from its parent. */
    parentPointId: string | null;
    /**
     * The electricity point of a charge point: a mobility point names the one that meters it, an electricity point that
     * is a charge point names itself.
     */
    chargePointId: string | null;
    /** η of a storage: what comes out again of 10 000 parts that went in; `null` where nothing is stored. */
    storageEfficiencyBp: number | null;
    /** What it exports is generated from renewable sources. */
    isRenewable: boolean;
}>;

/** A point with a connection of its own that neither stores nor counts as renewable. */
export const PLAIN_POINT: PointTraits = {
    parentPointId: null,
    chargePointId: null,
    storageEfficiencyBp: null,
    isRenewable: false,
};

/** Handed over at a charge point, whose meter counts it. */
export const isMobility = ({ carrier }: MeteringPoint): boolean => carrier === 'mobility';

/** Without a meter, its own or a charge point's, a point is taken to exchange what was agreed. */
export const isScheduled = (point: MeteringPoint): boolean => point.meter === null && !isMobility(point);

/** Registering the same point again changes nothing. @throws METER_CONFLICT {pointId} */
export function registerMeter(existing: MeteringPoint | null, point: MeteringPoint): MeteringPoint {
    const same = existing === null || (samePlace(existing, point) && sameTraits(existing, point));
    demand(same, 'METER_CONFLICT', { pointId: point.pointId });
    return point;
}

const samePlace = (left: MeteringPoint, right: MeteringPoint): boolean =>
    left.participantId === right.participantId &&
    left.carrier === right.carrier &&
    left.connectionPoint === right.connectionPoint &&
    left.fromSlot === right.fromSlot &&
    left.meter?.publicKey === right.meter?.publicKey &&
    left.meter?.meterId === right.meter?.meterId;

const sameTraits = (left: PointTraits, right: PointTraits): boolean =>
    left.parentPointId === right.parentPointId &&
    left.chargePointId === right.chargePointId &&
    left.storageEfficiencyBp === right.storageEfficiencyBp &&
    left.isRenewable === right.isRenewable;
