import type { Exchange } from './delivery.js';
import { demand } from './errors.js';
import { type Quality, worseQuality } from './estimation.js';
import type { MeteringPoint } from './meter.js';
import { type EnergyWh, larger, minus, NO_ENERGY, plus, smaller, splitByLargestRemainder, sumEnergy } from './units.js';

/**
 * A sub-meter hangs behind one metered point of its own carrier and connection; nothing hangs behind a sub-meter, nor
 * behind a charge point, whose meter counts what is handed over there.
 * @throws METER_RELATION_INVALID {pointId, otherId, reason}
 */
export function checkParent(point: MeteringPoint, parent: MeteringPoint): void {
    const refuse = (holds: boolean, reason: string): void => {
        demand(holds, 'METER_RELATION_INVALID', { pointId: point.pointId, otherId: parent.pointId, reason });
    };
    refuse(parent.pointId !== point.pointId, 'a point is not its own parent');
    refuse(point.meter !== null && parent.meter !== null, 'a sub-meter and its parent have meters');
    refuse(parent.carrier === point.carrier, 'a sub-meter counts what its parent counts');
    refuse(parent.connectionPoint === point.connectionPoint, 'a sub-meter shares the connection of its parent');
    refuse(parent.parentPointId === null, 'nothing hangs behind a sub-meter');
    refuse(parent.chargePointId === null, 'nothing hangs behind a charge point');
    refuse(parent.fromSlot <= point.fromSlot, 'a parent counts before what hangs behind it');
}

/**
 * Subtracts sub-meters from what their parents measured, so that each point accounts for its own. What crossed the
 * connection is shared: a sub-meter took from the network what it imported as long as the parent's meter saw as much
 * come in, else its share of that; the rest stays with the parent. So sub-metering changes no sum: net exports,
 * imports and exports of all points behind a connection are those of its meter.
 */
export function ownExchanges(measured: readonly Exchange[]): Exchange[] {
    const own = new Map(measured.map((exchange) => [exchange.point.pointId, exchange]));
    for (const parent of measured) {
        const behind = measured.filter(({ point }) => point.parentPointId === parent.point.pointId);
        if (behind.length === 0) {
            continue;
        }
        const imports = shareOfCrossing(
            parent.importWh,
            behind.map(({ importWh }) => importWh),
        );
        const exports = shareOfCrossing(
            parent.exportWh,
            behind.map(({ exportWh }) => exportWh),
        );
        behind.forEach((exchange, position) => {
            const [importWh, exportWh] = [imports[position] ?? NO_ENERGY, exports[position] ?? NO_ENERGY];
            own.set(exchange.point.pointId, { ...exchange, importWh, exportWh });
        });
        own.set(parent.point.pointId, {
            ...parent,
            meteredWh: minus(parent.meteredWh, sumEnergy(behind.map(({ meteredWh }) => meteredWh))),
            importWh: minus(parent.importWh, sumEnergy(imports)),
            exportWh: minus(parent.exportWh, sumEnergy(exports)),
            quality: behind.reduce<Quality>((worst, { quality }) => worseQuality(worst, quality), parent.quality),
        });
    }
    return [...own.values()];
}

/** What is given back because an estimate had been too high stays with its point; the rest shares what crossed. */
function shareOfCrossing(crossedWh: EnergyWh, counted: readonly EnergyWh[]): EnergyWh[] {
    const returned = counted.map((energy) => smaller(energy, NO_ENERGY));
    const claims = counted.map((energy) => larger(energy, NO_ENERGY));
    const left = larger(NO_ENERGY, minus(crossedWh, sumEnergy(returned)));
    const parts = splitByLargestRemainder(smaller(left, sumEnergy(claims)), claims);
    return returned.map((energy, position) => plus(energy, parts[position] ?? NO_ENERGY));
}
