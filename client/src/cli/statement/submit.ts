import type { SignedDelivery } from '@commonwatt/chaincode/domain/statement';
import { signedDeliveryCodec } from '@commonwatt/chaincode/wire/statement';
import type { Command } from 'commander';
import { readDocument } from '../document-file.js';
import { addVerb, onRun } from '../verb.js';

export function registerSubmit(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'submit',
        summary: "bring signed statements to the ledger; anyone may, the source's signature decides",
        example: 'commonwatt statement submit receipt.json --org supplier --as coal-trader-1',
        mode: 'submit',
    }).argument('<file...>', 'files of signed statements');
    onRun(verb, async (session, _, files) => {
        const statements: SignedDelivery[] = [];
        for (const file of files) {
            statements.push(await readDocument(file, signedDeliveryCodec));
        }
        const done = await (await session.market()).statements.submit(statements);
        session.printCommitted(
            done,
            `Accepted ${String(done.value.accepted)} of ${String(statements.length)} statements`,
        );
    });
}
