import type { Command } from 'commander';
import { sha256OfFile } from '../file-hash.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ slot: string; agreement?: string; evidence: string; participant?: string }>;

export function registerRaise(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'raise',
        summary: 'doubt the reading of a metering point, as its owner or as a party of an agreement there',
        example:
            'commonwatt dispute raise bld-05 --slot 2016-07-20T11:00Z --agreement 3f0c…e1 --evidence photo.jpg ' +
            '--org community --as bld-04',
        mode: 'submit',
    })
        .argument('<point>', 'id of the metering point')
        .requiredOption('--slot <slot>', 'slot at whose end the reading was taken: index or UTC time of its beginning')
        .requiredOption('--evidence <file>', 'what proves it; only its SHA-256 goes to the ledger')
        .option('--agreement <id>', 'agreement that delivers there; not needed by the owner of the point')
        .option('--participant <id>', 'who raises it (default: the name of the identity)');
    onRun<Options>(verb, async (session, options, [pointId = '']) => {
        const done = await (
            await session.market()
        ).disputes.raise({
            pointId,
            slot: await session.slot(options.slot),
            raisedBy: options.participant ?? session.identityName,
            agreementId: options.agreement === undefined ? null : await session.agreementId(options.agreement),
            evidenceHash: await sha256OfFile(options.evidence),
        });
        session.printCommitted(done, `Raised a dispute about ${pointId}`);
    });
}
