import { laboratoryHashOf } from '@commonwatt/chaincode/wire/source';
import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { clientsOf } from './clients.js';
import { SourceKeyFile } from './key-file.js';

export function registerRegister(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'register',
        summary:
            'register an external source as its key signs; prints the hash by which the regulator confirms a laboratory',
        example: 'commonwatt source register weighbridge-1 --key weighbridge-1.json --org operator --as metering-1',
        mode: 'submit',
    })
        .argument('<source>', 'id of the source')
        .requiredOption('--key <file>', "file of the source's key, created when absent")
        .option('--clients <ids>', 'participants whose trades may name it, separated by commas', 'anyone');
    onRun<Readonly<{ key: string; clients: string }>>(verb, async (session, options, [sourceId = '']) => {
        const source = await SourceKeyFile.openOrCreate(options.key, sourceId);
        const market = await session.market();
        const signer = source.signer(market.ledger.scope('exchange'));
        const done = await market.sources.register(await signer.registration(clientsOf(options.clients)));
        const factHash = laboratoryHashOf({ sourceId, publicKey: source.key.publicKey });
        session.printCommitted(
            { ...done, factHash },
            `Registered the source ${sourceId}; as a laboratory it is ${factHash}`,
        );
    });
}
