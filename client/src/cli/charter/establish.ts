import type { Command } from 'commander';
import { readCharter } from '../../charter-file.js';
import { parseSlot } from '../../slot-time.js';
import { addVerb, onRun } from '../verb.js';
import { standing } from './standing.js';

export function registerEstablish(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'establish',
        summary:
            'establish the market at both chaincodes, as an administrator; in force when all organisations confirm it',
        example: 'commonwatt charter establish charter.json --first-slot 2016-07-20T09:00Z --org operator --as admin',
        mode: 'submit',
    })
        .argument('<file>', 'charter and first rules as JSON')
        .option('--first-slot <slot>', 'first slot that can begin, if the file does not say it: index or UTC time');
    onRun<{ firstSlot?: string }>(verb, async (session, { firstSlot }, [file = '']) => {
        const command = await readCharter(file, (grid) =>
            firstSlot === undefined ? undefined : parseSlot(firstSlot, grid),
        );
        const done = await (await session.market()).charter.establish(command);
        session.print(done, ['The charter is established.', ...standing('exchange', done.exchange.value)]);
    });
}
