import { rulesCodec } from '@commonwatt/chaincode/wire/charter';
import type { Command } from 'commander';
import { z } from 'zod';
import { translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ from: string; voteUntil: string; reason: string; emergency?: true }>;

const fileSchema = z.object({ rules: z.looseObject({}) });

export function registerMake(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'make',
        summary: 'propose the next rules, as a voter',
        example:
            'commonwatt proposal make rules.json --vote-until 2016-07-21T12:00Z --from 2016-07-22T13:00Z ' +
            '--org operator --as voter-1',
        mode: 'submit',
    })
        .argument('<file>', 'the rules as JSON, as `commonwatt charter show --json` prints them')
        .requiredOption('--vote-until <slot>', 'slot that ends the vote: index or UTC time')
        .requiredOption('--from <slot>', 'slot from which the rules are in force, a later one: index or UTC time')
        .option('--emergency', 'without notice, if every organization says yes')
        .option('--reason <code>', 'reason code in camelCase', 'rulesChange');
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const read = await readJsonFile(file, fileSchema);
        const rules = translated(() => rulesCodec.fromJson({ ...read.rules, version: 1 }));
        const fromSlot = await session.slot(options.from);
        const voteUntilSlot = await session.slot(options.voteUntil);
        const { proposals } = await session.market();
        const isEmergency = options.emergency === true;
        const reasonCode = options.reason;
        const done = await proposals.make({ rules, fromSlot, voteUntilSlot, isEmergency, reasonCode });
        const { proposalId, statement } = done.value;
        const slots = await session.slotNames();
        session.printCommitted(done, `Proposed rules version ${String(statement.rules.version)}: ${proposalId}`, [
            `  the vote ends when slot ${slots.one(voteUntilSlot)} begins`,
            `  in force from slot ${slots.one(fromSlot)}`,
        ]);
    });
}
