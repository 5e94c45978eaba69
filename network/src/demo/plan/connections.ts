import { type PowerW, powerW } from '@commonwatt/chaincode/domain/units';
import type { Device, PlannedBuilding } from './community.js';

/** What the points at one node of the grid may take and feed in, together. */
export type PlannedConnection = Readonly<{ node: string; importMaxW: PowerW; exportMaxW: PowerW }>;

/** What a building may take besides its large devices (assumptions: a house and a business have usual fuses). */
const HOUSE_W = 15_000n;
const BUSINESS_W = 45_000n;
/** What every connection may feed in besides PV and batteries. */
const SMALL_EXPORT_W = 1_000n;

/** Capacities of the buildings' connections to the grid; buildings at one node share it. */
export function connectionsOf(buildings: readonly PlannedBuilding[]): PlannedConnection[] {
    const nodes = [...new Set(buildings.map(({ bus }) => bus))];
    return nodes.map((node) => {
        const here = buildings.filter(({ bus }) => bus === node);
        const total = (of: (building: PlannedBuilding) => bigint): PowerW =>
            powerW(here.reduce((sum, building) => sum + of(building), 0n));
        return {
            node,
            importMaxW: total(
                ({ sector, batteries, heatPumps, chargePoints }) =>
                    (sector === 'residential' ? HOUSE_W : BUSINESS_W) +
                    peakOf([...batteries, ...heatPumps, ...chargePoints]),
            ),
            exportMaxW: total(({ pv, batteries }) => SMALL_EXPORT_W + peakOf([...pv, ...batteries])),
        };
    });
}

const peakOf = (devices: readonly Device[]): bigint => devices.reduce((sum, { peakW }) => sum + peakW, 0n);
