import type { Source } from '@commonwatt/chaincode/domain/source';
import { sourceHashOf } from '@commonwatt/chaincode/wire/source';
import type { Command } from 'commander';
import { InvalidError } from '../../errors.js';
import { revocationOf, SourceSigner } from '../../source-signer.js';
import type { Session } from '../session.js';
import { addVerb, onRun } from '../verb.js';
import { clientsOf } from './clients.js';
import { SourceKeyFile } from './key-file.js';

type Options = Readonly<{ key?: string; newKey?: string; clients?: string; revoke?: boolean }>;

export function registerRenew(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'renew',
        summary:
            'bring the next version of a source: other clients, another key, or none. Without the key in force the regulator confirms it first, by the hash that the refusal names',
        example:
            'commonwatt source renew weighbridge-1 --key weighbridge-1.json --new-key weighbridge-1b.json ' +
            '--org supplier --as coal-trader-1',
        mode: 'submit',
    })
        .argument('<source>', 'id of the source')
        .option('--key <file>', 'file of the key in force; without it the regulator has confirmed the version')
        .option('--new-key <file>', 'file of the key from then on, created when absent (default: the key in force)')
        .option('--clients <ids>', 'participants whose trades may name it, separated by commas, or anyone')
        .option('--revoke', 'nothing that the source signs counts from then on');
    onRun<Options>(verb, async (session, options, [sourceId = '']) => {
        const source = await renewed(session, options, sourceId);
        const { version, publicKey } = source.statement;
        const done = await (await session.market()).sources.renew(source);
        const what = publicKey === null ? 'Revoked' : 'Renewed';
        const factHash = sourceHashOf(source.statement);
        const name = `the source ${sourceId}, version ${String(version)}`;
        session.printCommitted({ ...done, factHash }, `${what} ${name} (${factHash})`);
    });
}

async function renewed(session: Session, options: Options, sourceId: string): Promise<Source> {
    const market = await session.market();
    const { statement } = await market.sources.show(sourceId);
    const scope = market.ledger.scope('exchange');
    const signerOf = async (file: string): Promise<SourceSigner> =>
        (await SourceKeyFile.openOrCreate(file, sourceId)).signer(scope);
    const { clients, revoke: isRevoked = false } = options;
    const changes = { isRevoked, ...(clients === undefined ? {} : { clients: clientsOf(clients) }) };
    const next = options.newKey === undefined ? undefined : await signerOf(options.newKey);
    if (options.key !== undefined) {
        const { key } = await SourceKeyFile.open(options.key);
        return await new SourceSigner(sourceId, key, scope).renewal(statement, changes, next);
    }
    if (next !== undefined) {
        return await next.succession(statement, changes);
    }
    if (isRevoked) {
        return revocationOf(statement, changes);
    }
    throw new InvalidError({ code: 'OPTION_MISSING', operands: { option: '--key, --new-key or --revoke' } });
}
