import type { AdmissionOutcome } from '@commonwatt/chaincode/wire/admission';
import type { Command } from 'commander';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { reviewedOf } from '../verdict/reviewed.js';

export function registerRun(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'run',
        summary: 'set capacity aside for agreements, in this order, as far as it is there; anyone may',
        example: 'commonwatt admission run 3f0c…e1 9a41…07 --org community --as anna',
        mode: 'submit',
    })
        .argument('<agreements...>', 'ids of agreements, or their first eight digits or more')
        .option('--amendment <version>', 'a version that was proposed (default: the one in force)', count);
    onRun<{ amendment?: number }>(verb, async (session, { amendment }, agreementIds) => {
        const market = await session.market();
        const versions = [];
        for (const agreementId of agreementIds) {
            const { agreementId: id, terms } = await reviewedOf(market, agreementId, amendment);
            versions.push({ agreementId: id, version: terms.version });
        }
        const done = await market.admissions.run(versions);
        session.printCommitted(done, done.value.map(lineOf).join('\n'));
    });
}

function lineOf({ agreementId, version, reason }: AdmissionOutcome): string {
    const what = `Agreement ${agreementId}, version ${String(version)}`;
    return reason === null ? `${what}: admitted` : `${what}: left, ${reason.code} ${JSON.stringify(reason.operands)}`;
}
