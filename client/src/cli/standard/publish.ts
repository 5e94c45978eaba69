import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { sha256Hex } from '@commonwatt/chaincode/wire/signature';
import type { Command } from 'commander';
import { readTextFile } from '../../json-file.js';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; text: string; from: string }>;

export function registerPublish(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'publish',
        summary: 'publish a standard for devices, as a reviewer of the regulator; its text stays outside',
        example:
            'commonwatt standard publish inverter-2016 --carrier electricity --text inverter.txt ' +
            '--from 2016-07-21T00:00Z --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<standard>', 'id of the standard')
        .requiredOption('--carrier <carrier>', 'carrier of the devices', carrier)
        .requiredOption('--text <file>', 'the text; its hash goes to the ledger')
        .requiredOption('--from <slot>', 'deliveries from this slot on are held to it: index or UTC time');
    onRun<Options>(verb, async (session, options, [standardId = '']) => {
        const textHash = sha256Hex(await readTextFile(options.text));
        const fromSlot = await session.slot(options.from);
        const statement = { standardId, carrier: options.carrier, textHash, fromSlot };
        const done = await (await session.market()).standards.publish(statement);
        const slot = (await session.slotNames()).one(fromSlot);
        session.printCommitted(done, `Published standard ${standardId} from slot ${slot} on`);
    });
}
