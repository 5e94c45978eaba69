import { meterExchangeHashOf, meterExchangeStatementCodec } from '@commonwatt/chaincode/wire/meter';
import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { writeOwnerConsent } from './files.js';
import { signedByOwner } from './owner-signature.js';

type Options = Readonly<{
    as?: string;
    party: string;
    oldId: string;
    newId: string;
    newPublicKey: string;
    dead?: boolean;
    out: string;
}>;

export function registerSignExchange(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign-exchange',
        summary:
            'sign as the owner of a point that another meter counts there from now on; prints the hash that the regulator confirms otherwise. Needs no network',
        example:
            'commonwatt meter sign-exchange mp-bld-12 --party bld-12 --old-id meter-bld-12 --new-id meter-bld-12-b ' +
            '--new-public-key 3059… --org community --as bld-12 --out exchange-bld-12.json',
        mode: 'local',
    })
        .argument('<point>', 'id of the metering point')
        .requiredOption('--as <identity>', "identity in the organization's wallet whose signing key consents")
        .requiredOption('--party <id>', 'owner of the point')
        .requiredOption('--old-id <id>', 'id of the meter that is taken out')
        .requiredOption('--new-id <id>', 'id of the new meter')
        .requiredOption('--new-public-key <hex>', "the new meter's public key, SPKI in hex")
        .option('--dead', 'the old meter signs nothing any more: where it closes is estimated')
        .requiredOption('--out <file>', 'where to write the signature');
    onRun<Options>(verb, async (session, options, [pointId = '']) => {
        const { party, oldId: oldMeterId, newId: meterId, newPublicKey: publicKey, dead: isDead = false } = options;
        const statement = { pointId, oldMeterId, meter: { meterId, publicKey }, isDead };
        const document = ['commonwatt/meter-exchange/1', meterExchangeStatementCodec.toJson(statement)] as const;
        const consent = await signedByOwner(session, party, document);
        await writeOwnerConsent(options.out, consent);
        const factHash = meterExchangeHashOf(statement);
        session.print({ ...consent, factHash, file: options.out }, [
            `${party} consents that ${meterId} takes the place of ${oldMeterId} at ${pointId} (${factHash})`,
        ]);
    });
}
