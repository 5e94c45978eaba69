import { attestationCodec, calorificHashOf } from '@commonwatt/chaincode/wire/calorific';
import type { Command } from 'commander';
import { writeDocument } from '../document-file.js';
import { SourceKeyFile } from '../source/key-file.js';
import { addVerb, onRun } from '../verb.js';
import { addValueOptions, statementOf, type ValueOptions } from './value-options.js';

export function registerAttest(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'attest',
        summary:
            'sign a calorific value as the laboratory that has measured it; a first value in time then counts at once',
        example:
            'commonwatt calorific attest --key laboratory-1.json --from 2016-07-20T09:00Z --slots 4 --value 11240 ' +
            '--out attestation.json --org operator',
        mode: 'read',
    }).requiredOption('--key <file>', "file of the laboratory's key");
    addValueOptions(verb).requiredOption('--out <file>', 'where to write the attestation');
    onRun<ValueOptions & Readonly<{ key: string; out: string }>>(verb, async (session, options) => {
        const { channel, chaincodes } = await session.profile();
        const laboratory = await SourceKeyFile.open(options.key);
        const signer = laboratory.signer({ channel, chaincode: chaincodes.exchange });
        const statement = await statementOf(session, options);
        const attestation = await signer.attest(statement);
        await writeDocument(options.out, attestationCodec, attestation);
        const factHash = calorificHashOf(statement);
        session.print({ ...attestation, factHash, file: options.out }, [
            `${laboratory.sourceId} attests ${String(options.value)} Wh/m3 for ${String(options.slots)} slots (${factHash})`,
        ]);
    });
}
