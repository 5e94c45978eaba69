import type { Command } from 'commander';
import type { ScreeningReport } from '../../screener.js';
import { inBrief } from '../in-brief.js';
import { interruption } from '../interruption.js';
import type { SlotNames } from '../slot-names.js';
import { addVerb, onRun } from '../verb.js';

export function registerRun(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'run',
        summary: 'admit what fits through the connections, in the order in which it was agreed, and refuse the rest',
        example: 'commonwatt screener run --org operator --as dispatcher-1',
        mode: 'submit',
    }).option('--once', 'screen what waits now and end', false);
    onRun<{ once: boolean }>(verb, async (session, { once }) => {
        const { signal } = interruption();
        // Reads blocks: loaded when it runs, so that help needs no network.
        const { Screener } = await import('../../screener.js');
        const screener = new Screener(await session.market());
        const slots = await session.slotNames();
        const reports = once ? await screener.turn() : screener.run(signal);
        for await (const report of reports) {
            session.printEach(report, lineOf(report, slots));
        }
    });
}

function lineOf(report: ScreeningReport, slots: SlotNames): string {
    const { agreementId, version, carrier, decision, overload, blockNumber, refusal } = report;
    const what = `agreement ${agreementId}, version ${String(version)}, ${carrier}: ${decision}`;
    if (refusal !== null) {
        return `${what}: ${inBrief(refusal)}`;
    }
    const { connectionPoint, pointId, side, slot, energyWh, limitWh } = overload ?? {};
    const why =
        overload === null
            ? ''
            : `: ${String(pointId)} at ${String(connectionPoint)} would ${String(side)} ${String(energyWh)} of ` +
              `${String(limitWh)} Wh ` +
              `in slot ${slots.one(Number(slot))}`;
    return `${what}, block ${String(blockNumber ?? '-')}${why}`;
}
