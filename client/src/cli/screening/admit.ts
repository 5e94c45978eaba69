import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Command } from 'commander';
import { carrier, count } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { reviewedOf } from '../verdict/reviewed.js';

type Options = Readonly<{ carrier: Carrier; reason: string; amendment?: number }>;

export function registerAdmit(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'admit',
        summary: "let an agreement load the network of a centrally screened carrier, as the carrier's dispatcher",
        example:
            'commonwatt screening admit 3f0c…e1 --carrier electricity --reason fitsNetwork --org operator ' +
            '--as dispatcher-1',
        mode: 'submit',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .requiredOption('--carrier <carrier>', 'carrier that was checked', carrier)
        .requiredOption('--reason <code>', 'reason code in camelCase')
        .option('--amendment <version>', 'a version that was proposed (default: the one in force)', count);
    onRun<Options>(verb, async (session, options, [agreementId = '']) => {
        const market = await session.market();
        const screened = await reviewedOf(market, agreementId, options.amendment);
        const done = await market.screenings.admit(screened, options.carrier, options.reason);
        const version = String(screened.terms.version);
        session.printCommitted(done, `Admitted version ${version} of agreement ${agreementId} on ${options.carrier}`);
    });
}
