export type { Building } from './community.js';
export { datesOf, dayOf, type DaySlot, type ScenarioDay } from './day.js';
export { type BuildingPoint, registersOf, type SlotRegisters } from './registers.js';
export { loadScenario, type ProfileName, PROFILES, type Scenario } from './scenario.js';
export { type Place, ScenarioError, type ScenarioErrorCode } from './scenario-error.js';
