import type { MeteredPoint } from './delivery.js';
import { assert, demand } from './errors.js';
import type { MeteringPoint, Registers } from './meter.js';
import type { SlotIndex } from './units.js';

/**
 * Who hands energy over at a charge point: the *station*, a mobility point of whoever owns the charge point, and the
 * *vehicle*, a mobility point of somebody else. There is one station, and one vehicle at a time: a later one takes the
 * place from its first slot on.
 */
export type ChargePoint = Readonly<{
    chargePointId: string;
    stationPointId: string | null;
    vehicle: Readonly<{ pointId: string; fromSlot: SlotIndex }> | null;
}>;

/**
 * Refuses charge points that could not be metered: one is a metered point of electricity that names itself; a mobility
 * point names one, has no meter of its own and is nothing else besides.
 * @throws METER_RELATION_INVALID {pointId, otherId, reason}
 */
export function checkChargePoint(point: MeteringPoint, chargePoint: MeteringPoint | null): void {
    const refuse = (holds: boolean, reason: string): void => {
        demand(holds, 'METER_RELATION_INVALID', { pointId: point.pointId, otherId: point.chargePointId, reason });
    };
    if (point.carrier !== 'mobility') {
        const own = point.chargePointId === null || point.chargePointId === point.pointId;
        refuse(own, 'mobility alone is metered by another point');
        const isElectric = point.carrier === 'electricity' && point.meter !== null;
        refuse(point.chargePointId === null || isElectric, 'a charge point is a metered point of electricity');
        return;
    }
    refuse(point.meter === null, 'mobility is metered at the charge point');
    refuse(isChargePoint(chargePoint), 'mobility needs a charge point');
    const countsBefore = chargePoint !== null && chargePoint.fromSlot <= point.fromSlot;
    refuse(countsBefore, 'a charge point counts before what it hands over');
    const plain = point.storageEfficiencyBp === null && !point.isRenewable && point.parentPointId === null;
    refuse(plain, 'what is handed over is neither stored, generated nor sub-metered there');
}

const isChargePoint = (point: MeteringPoint | null): boolean =>
    point?.carrier === 'electricity' && point.chargePointId === point.pointId;

/**
 * A mobility point takes its place at the charge point.
 * @throws CHARGE_POINT_TAKEN {chargePointId, pointId}: the place is held by that point, from the same slot on or later
 */
export function connectTo(existing: ChargePoint | null, chargePoint: MeteringPoint, point: MeteringPoint): ChargePoint {
    const { chargePointId } = point;
    assert(chargePointId === chargePoint.pointId, 'a mobility point names its charge point');
    const free: ChargePoint = { chargePointId, stationPointId: null, vehicle: null };
    const { stationPointId, vehicle } = existing ?? free;
    const { pointId, fromSlot } = point;
    if (isStation(point, chargePoint)) {
        demand(stationPointId === null, 'CHARGE_POINT_TAKEN', { chargePointId, pointId: stationPointId });
        return { chargePointId, stationPointId: pointId, vehicle };
    }
    const follows = vehicle === null || vehicle.fromSlot < fromSlot;
    demand(follows, 'CHARGE_POINT_TAKEN', { chargePointId, pointId: vehicle?.pointId ?? null });
    return { chargePointId, stationPointId, vehicle: { pointId, fromSlot } };
}

const isStation = (point: MeteringPoint, chargePoint: MeteringPoint): boolean =>
    point.participantId === chargePoint.participantId;

/**
 * What a charge point's mobility points exchange in a slot, by its own meter: the vehicle takes what the charge point
 * takes from the grid and gives what it gives back, the station the reverse. Nothing passes through points without
 * their counterpart, nor through those of vehicles whose place another has taken.
 */
export function handedOver(chargePoint: MeteredPoint, points: readonly MeteringPoint[]): MeteredPoint[] {
    const { before, after, replaced } = chargePoint;
    const station = points.find((point) => isStation(point, chargePoint.point));
    const vehicles = points.filter((point) => point !== station);
    const vehicle = vehicles.reduce<MeteringPoint | undefined>(
        (latest, point) => (latest === undefined || latest.fromSlot < point.fromSlot ? point : latest),
        undefined,
    );
    const isConnected = station !== undefined && vehicle !== undefined;
    return points.map((point) => {
        if (point === station) {
            const end = isConnected ? after : before;
            return {
                point,
                before: reversed(before),
                after: reversed(end),
                replaced: isConnected ? reversed(replaced) : null,
                isStation: true,
            };
        }
        const takes = isConnected && point === vehicle;
        return { point, before, after: takes ? after : before, replaced: takes ? replaced : null, isStation: false };
    });
}

const reversed = <Sides extends Registers>(state: Sides | null): Sides | null =>
    state === null ? null : { ...state, importWh: state.exportWh, exportWh: state.importWh };
