import type * as Scenario from '../../../network/src/scenario/index.js';
import type * as Prices from '../../../network/src/scenario/prices.js';

/** Built modules that the network package keeps to itself. */
const load = (module: string): Promise<unknown> =>
    import(new URL(`scenario/${module}.js`, import.meta.resolve('@commonwatt/network')).href);

export const { dayOf, datesOf, loadScenario, registersOf, ScenarioError } = (await load('index')) as typeof Scenario;
export const { wholesalePricesOf } = (await load('prices')) as typeof Prices;
export type { Place, ScenarioErrorCode } from '../../../network/src/scenario/index.js';
