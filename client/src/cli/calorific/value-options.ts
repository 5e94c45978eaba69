import type { CalorificStatement } from '@commonwatt/chaincode/domain/calorific';
import { calorificWhPerM3 } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import type { Session } from '../session.js';
import { count } from '../values.js';

/** What a calorific value is of: the same words for whoever measures and whoever publishes it. */
export type ValueOptions = Readonly<{ from: string; slots: number; value: number; number: number }>;

export const addValueOptions = (verb: Command): Command =>
    verb
        .requiredOption('--from <slot>', 'first slot: index or UTC time of its beginning')
        .option('--slots <n>', 'how many slots, at most a day of quarter hours', count, 1)
        .requiredOption('--value <wh>', 'gross calorific value, Wh per m3 at norm conditions', count)
        .option('--number <n>', 'number of the version: one more than that of the value that it corrects', count, 1);

export const statementOf = async (session: Session, options: ValueOptions): Promise<CalorificStatement> => ({
    fromSlot: await session.slot(options.from),
    slotCount: options.slots,
    calorificWhPerM3: calorificWhPerM3(BigInt(options.value)),
    version: options.number,
});
