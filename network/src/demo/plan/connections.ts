import type { ShareGrant } from '@commonwatt/chaincode/domain/connection';
import { type PowerW, powerW } from '@commonwatt/chaincode/domain/units';
import type { Device, PlannedBuilding } from './community.js';
import type { PlannedConnection, PlannedPoint } from './plan.js';

/** What a building may take besides its large devices (assumptions: a house and a business have usual fuses). */
const HOUSE_W = 15_000n;
const BUSINESS_W = 45_000n;
/** What every connection may feed in besides PV and batteries. */
const SMALL_EXPORT_W = 1_000n;

/**
 * Capacities of the buildings' connections to the grid; buildings at one node share it. What a device with a meter of its
 * own needs is its own share; the rest of what a building adds is that of the building. A plant beside a building has the
 * fuse of a business.
 */
export function connectionsOf(
    buildings: readonly PlannedBuilding[],
    points: readonly PlannedPoint[],
): PlannedConnection[] {
    const nodes = [...new Set(buildings.map(({ bus }) => bus))];
    const metered = points.filter(({ carrier }) => carrier === 'electricity');
    const ids = new Set(metered.map(({ pointId }) => pointId));
    return nodes.map((node) => {
        const ofBuildings = buildings.filter(({ bus }) => bus === node).flatMap((each) => grantsOf(each, ids));
        const known = new Set(ofBuildings.map(({ pointId }) => pointId));
        const plants = metered.filter((point) => point.node === node && !known.has(point.pointId));
        const [importW, exportW] = [powerW(BUSINESS_W), powerW(SMALL_EXPORT_W)];
        const grants = [...ofBuildings, ...plants.map(({ pointId }) => ({ pointId, importW, exportW }))];
        const total = (side: 'importW' | 'exportW'): PowerW =>
            powerW(grants.reduce((sum, grant) => sum + grant[side], 0n));
        return { node, importMaxW: total('importW'), exportMaxW: total('exportW'), grants };
    });
}

function grantsOf(building: PlannedBuilding, metered: ReadonlySet<string>): ShareGrant[] {
    const { id, sector, pv, batteries, heatPumps, chargePoints } = building;
    const takers = [...batteries, ...heatPumps, ...chargePoints];
    const feeders = [...pv, ...batteries];
    const own = [...new Map([...takers, ...feeders].map((device) => [device.id, device])).values()].filter((device) =>
        metered.has(device.id),
    );
    const among = (devices: readonly Device[], device: Device): boolean =>
        devices.some((each) => each.id === device.id);
    const rest = (devices: readonly Device[]): bigint => peakOf(devices.filter((device) => !among(own, device)));
    return [
        {
            pointId: id,
            importW: powerW((sector === 'residential' ? HOUSE_W : BUSINESS_W) + rest(takers)),
            exportW: powerW(SMALL_EXPORT_W + rest(feeders)),
        },
        ...own.map((device) => ({
            pointId: device.id,
            importW: powerW(among(takers, device) ? device.peakW : 0n),
            exportW: powerW(among(feeders, device) ? device.peakW : 0n),
        })),
    ];
}

const peakOf = (devices: readonly Device[]): bigint => devices.reduce((sum, { peakW }) => sum + peakW, 0n);
