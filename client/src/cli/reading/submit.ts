import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import { signedReadingCodec } from '@commonwatt/chaincode/wire/reading';
import type { Command } from 'commander';
import { readDocument } from '../document-file.js';
import { addVerb, onRun } from '../verb.js';

export function registerSubmit(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'submit',
        summary: "bring signed readings to the ledger; anyone may, the meters' signatures decide",
        example: 'commonwatt reading submit reading-1.json reading-2.json --org community --as bld-12',
        mode: 'submit',
    }).argument('<file...>', 'files of signed readings, each meter in the order of its sequence');
    onRun(verb, async (session, _, files) => {
        const readings: SignedReading[] = [];
        for (const file of files) {
            readings.push(await readDocument(file, signedReadingCodec));
        }
        const done = await (await session.market()).readings.submit(readings);
        const known = readings.length - done.value.accepted;
        session.printCommitted(
            done,
            `Accepted ${String(done.value.accepted)} readings${known === 0 ? '' : `, ${String(known)} were known`}`,
        );
    });
}
