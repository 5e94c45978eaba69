import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { establishCodec } from '@commonwatt/chaincode/wire/charter';
import type { Command } from 'commander';
import { z } from 'zod';
import { translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { parseSlot } from '../../slot-time.js';
import { addVerb, onRun } from '../verb.js';

const fileSchema = z.object({
    charter: z.looseObject({ slotMinutes: z.number().int().min(1), firstSlot: z.json().optional() }),
    rules: z.json(),
});

export function registerEstablish(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'establish',
        summary: 'establish the market at both chaincodes, once and for ever, as an administrator',
        example: 'commonwatt charter establish charter.json --first-slot 2016-07-20T09:00Z --org operator --as admin',
        mode: 'submit',
    })
        .argument('<file>', 'charter and first rules as JSON')
        .option('--first-slot <slot>', 'first slot that can begin, if the file does not say it: index or UTC time');
    onRun<{ firstSlot?: string }>(verb, async (session, { firstSlot }, [file = '']) => {
        const { charter, rules } = await readJsonFile(file, fileSchema);
        const first = firstSlot === undefined ? {} : { firstSlot: parseSlot(firstSlot, charter) };
        const command = translated(() => establishCodec.fromJson({ charter: { ...charter, ...first }, rules } as Json));
        const done = await (await session.market()).charter.establish(command);
        session.print(done, ['The market is established.']);
    });
}
