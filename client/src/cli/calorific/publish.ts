import { attestationCodec, calorificHashOf } from '@commonwatt/chaincode/wire/calorific';
import type { Command } from 'commander';
import { readDocument } from '../document-file.js';
import { addVerb, onRun } from '../verb.js';
import { addValueOptions, statementOf, type ValueOptions } from './value-options.js';

export function registerPublish(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'publish',
        summary:
            'publish the calorific value of slots that are over, or a correction; prints the hash that the regulator confirms',
        example:
            'commonwatt calorific publish --from 2016-07-20T09:00Z --slots 4 --value 11240 --attestation attestation.json ' +
            '--org operator --as metering-1',
        mode: 'submit',
    });
    addValueOptions(verb).option('--attestation <file>', "file of a laboratory's signature of the same");
    onRun<ValueOptions & Readonly<{ attestation?: string }>>(verb, async (session, options) => {
        const attestation =
            options.attestation === undefined ? null : await readDocument(options.attestation, attestationCodec);
        const statement = await statementOf(session, options);
        const done = await (await session.market()).calorifics.publish(statement, attestation);
        const value = `${String(options.value)} Wh/m3 for ${String(options.slots)} slots`;
        const factHash = calorificHashOf(statement);
        session.printCommitted({ ...done, factHash }, `Published ${value}; to be confirmed as ${factHash}`);
    });
}
