import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerLapse(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'lapse',
        summary: 'close an agreement that was refused, or not funded before its delivery began; anyone may',
        example: 'commonwatt agreement lapse 3f0c…e1 --org community --as bld-12',
        mode: 'submit',
    }).argument('<agreement>', 'id of the agreement, or its first eight digits or more');
    onRun(verb, async (session, _, [agreementId = '']) => {
        const done = await (await session.market()).agreements.lapse(agreementId);
        session.printCommitted(done, `Agreement ${agreementId} has lapsed`);
    });
}
