import type { MeterSource } from '../../scenario/registers.js';

/** Boilers of buildings give 90 % of the gross calorific value as heat (assumption of the demo). */
const BOILER_FACTOR = { numerator: 10n, denominator: 9n };

/** Heat that a building draws from the district network. */
export const heatOf = (buildingId: string): MeterSource => ({
    columns: [{ profile: 'heat', column: buildingId, draws: 1 }],
});

/** Gas that a building's boiler burns for the heat it needs. */
export const gasOf = (buildingId: string): MeterSource => ({ ...heatOf(buildingId), factor: BOILER_FACTOR });

/** Cold that a building draws. */
export const coldOf = (buildingId: string): MeterSource => ({
    columns: [{ profile: 'cold', column: buildingId, draws: 1 }],
});
