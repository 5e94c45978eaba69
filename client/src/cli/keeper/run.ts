import type { Command } from 'commander';
import { Keeper } from '../../keeper.js';
import type { KeeperReport } from '../../keeper-step.js';
import { inBrief } from '../in-brief.js';
import { interruption } from '../interruption.js';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ index: number; of: number; once: boolean }>;

export function registerRun(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'run',
        summary:
            'push every step whose conditions hold: conclude, expire, fund, enact, lapse, release, settle, begin due slots',
        example: 'commonwatt keeper run --org community --as bld-12',
        mode: 'submit',
    })
        .option('--index <number>', 'place of this keeper among several, from 0', count, 0)
        .option('--of <number>', 'how many keepers take turns', count, 1)
        .option('--once', 'take one turn and end', false);
    onRun<Options>(verb, async (session, options) => {
        const { signal } = interruption();
        const keeper = new Keeper(await session.market(), { index: options.index, count: options.of });
        const reports = options.once ? await keeper.turn() : keeper.run(signal);
        for await (const report of reports) {
            session.printEach(report, lineOf(report));
        }
    });
}

const lineOf = ({ step, blockNumber, refusal }: KeeperReport): string =>
    refusal === null ? `${step}: done, block ${String(blockNumber ?? '-')}` : `${step}: ${inBrief(refusal)}`;
