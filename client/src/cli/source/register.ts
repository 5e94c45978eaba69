import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { SourceKeyFile } from './key-file.js';

export function registerRegister(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'register',
        summary: 'register an external source with its key',
        example: 'commonwatt source register weighbridge-1 --key weighbridge-1.json --org operator --as metering-1',
        mode: 'submit',
    })
        .argument('<source>', 'id of the source')
        .requiredOption('--key <file>', "file of the source's key, created when absent");
    onRun<Readonly<{ key: string }>>(verb, async (session, options, [sourceId = '']) => {
        const { publicKey } = (await SourceKeyFile.openOrCreate(options.key, sourceId)).key;
        const done = await (await session.market()).sources.register({ sourceId, publicKey });
        session.printCommitted(done, `Registered the source ${sourceId}`);
    });
}
