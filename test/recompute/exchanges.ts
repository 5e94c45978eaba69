import type { Energies, Metered } from './meters.js';
import { least, most, share } from './share.js';
import type { Point } from './statement.js';

/** What a point accounts for in a slot: net export, and what of it crossed the connection. */
export type Exchange = { point: Point; netExportWh: bigint; importWh: bigint; exportWh: bigint };

const isMetered = (point: Point): point is Metered => point.source !== null;

/** Every metered point's own energy, where a sub-meter's is subtracted from its parent's. */
export function ownExchanges(points: Point[], registers: Energies, slot: number): Exchange[] {
    const counted = points.filter(isMetered).map((point): Exchange => {
        const { importWh, exportWh } = registers.energy(point, slot);
        return { point, netExportWh: exportWh - importWh, importWh, exportWh };
    });
    const byId = [...counted].sort((left, right) => (left.point.pointId < right.point.pointId ? -1 : 1));
    return counted.map((exchange) => {
        const { parentPointId, pointId } = exchange.point;
        const behind = byId.filter(({ point }) => point.parentPointId === (parentPointId ?? pointId));
        const parent = counted.find(({ point }) => point.pointId === (parentPointId ?? pointId)) ?? exchange;
        const imports = crossed(
            parent.importWh,
            behind.map(({ importWh }) => importWh),
        );
        const exports = crossed(
            parent.exportWh,
            behind.map(({ exportWh }) => exportWh),
        );
        if (parentPointId !== null) {
            const position = behind.indexOf(exchange);
            return { ...exchange, importWh: imports[position] ?? 0n, exportWh: exports[position] ?? 0n };
        }
        return {
            ...exchange,
            netExportWh: behind.reduce((net, sub) => net - sub.netExportWh, exchange.netExportWh),
            importWh: imports.reduce((left, part) => left - part, exchange.importWh),
            exportWh: exports.reduce((left, part) => left - part, exchange.exportWh),
        };
    });
}

/** How much of what a parent's meter saw cross the connection each of its sub-meters accounts for. */
function crossed(seenWh: bigint, counted: bigint[]): bigint[] {
    const returned = counted.map((wh) => least(wh, 0n));
    const claims = counted.map((wh) => most(wh, 0n));
    const sum = (values: bigint[]): bigint => values.reduce((all, value) => all + value, 0n);
    const shared = share(least(sum(claims), most(0n, seenWh - sum(returned))), claims);
    return returned.map((wh, position) => wh + (shared[position] ?? 0n));
}

/** Net export of the vehicle that is at a charge point in a slot, and who mirrors it. */
export type HandedOver = { vehicle: Point; station: Point | undefined; netExportWh: bigint };

/** At every charge point that mobility points name. */
export function handedOver(mobility: Point[], chargePoints: Point[], registers: Energies, slot: number): HandedOver[] {
    return chargePoints.filter(isMetered).flatMap((chargePoint) => {
        const named = mobility.filter((point) => point.chargePointId === chargePoint.pointId);
        const station = named.find((point) => point.participantId === chargePoint.participantId);
        const vehicles = named.filter((point) => point !== station && point.fromSlot <= slot);
        const present = vehicles.reduce<Point | undefined>(
            (latest, point) => (latest === undefined || latest.fromSlot < point.fromSlot ? point : latest),
            undefined,
        );
        const { importWh, exportWh } = registers.energy(chargePoint, slot);
        return vehicles.map((vehicle) => ({
            vehicle,
            station,
            netExportWh: vehicle === present && station !== undefined ? exportWh - importWh : 0n,
        }));
    });
}
