import { columnsBehind, type MeteredColumn, type MeterSource } from '../../scenario/registers.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { PlannedBuilding } from './community.js';

/** Boilers of buildings give 90 % of the gross calorific value as heat (assumption of the demo). */
const BOILER_FACTOR = { numerator: 10n, denominator: 9n };

/** Heat that a building needs. */
export const heatOf = (buildingId: string): MeterSource => ({
    columns: [{ profile: 'heat', column: buildingId, draws: 1 }],
});

/** Gas that a building's boiler burns for the heat it needs. */
export const gasOf = (buildingId: string): MeterSource => ({ ...heatOf(buildingId), factor: BOILER_FACTOR });

/** Cold that a building draws. */
export const coldOf = (buildingId: string): MeterSource => ({
    columns: [{ profile: 'cold', column: buildingId, draws: 1 }],
});

/** Heat that a heat pump gives, which is what the building needs of it. */
export const pumpedHeatOf = (buildingId: string): MeterSource => ({
    columns: [{ profile: 'heat', column: buildingId, draws: -1 }],
});

/** Electricity of one device. */
export const deviceOf = (column: string): MeterSource => ({ columns: [{ profile: 'loads', column, draws: 1 }] });

/** Everything behind a building's connection to the grid, sub-metered or not. */
export const connectionOf = (
    scenario: Scenario,
    building: PlannedBuilding,
    batteryWh: ReadonlyMap<number, bigint>,
): MeterSource => ({ columns: columnsBehind(scenario, { buildingId: building.id }), simulatedWh: batteryWh });

/** What a building's own point accounts for: no charge points, and no heat pumps that others run. */
export const ownPowerOf = (scenario: Scenario, building: PlannedBuilding): MeterSource => {
    const others = [...building.chargePoints, ...contractedPumps(building)].map(({ id }) => id);
    const isOwn = ({ profile, column }: MeteredColumn): boolean => profile !== 'loads' || !others.includes(column);
    return { columns: columnsBehind(scenario, { buildingId: building.id }).filter(isOwn) };
};

/** Heat pumps that a contractor runs and sells the heat of: those of commercial buildings (assumption). */
export const contractedPumps = ({ sector, heatPumps }: PlannedBuilding): PlannedBuilding['heatPumps'] =>
    sector === 'commercial' ? heatPumps : [];
