import type { Attestation } from '@commonwatt/chaincode/domain/calorific';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { attestationCodec, calorificHashOf } from '@commonwatt/chaincode/wire/calorific';
import type { Command } from 'commander';
import { z } from 'zod';
import { translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
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
        const attestation = options.attestation === undefined ? null : await readAttestation(options.attestation);
        const statement = await statementOf(session, options);
        const done = await (await session.market()).calorifics.publish(statement, attestation);
        const value = `${String(options.value)} Wh/m3 for ${String(options.slots)} slots`;
        session.printCommitted(done, `Published ${value}; to be confirmed as ${calorificHashOf(statement)}`);
    });
}

/** @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID, INPUT_INVALID {path, reason} */
async function readAttestation(file: string): Promise<Attestation> {
    const json = (await readJsonFile(file, z.json())) as Json;
    return translated(() => attestationCodec.fromJson(json));
}
