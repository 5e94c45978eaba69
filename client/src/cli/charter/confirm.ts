import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { standing } from './standing.js';

export function registerConfirm(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'confirm',
        summary: "confirm the charter at both chaincodes in the organisation's name, as its administrator",
        example: 'commonwatt charter confirm HASH --org community --as admin',
        mode: 'submit',
    }).argument('<hash>', 'hash of the charter and its first rules, as `commonwatt charter show` says it');
    onRun(verb, async (session, _options, [charterHash = '']) => {
        const done = await (await session.market()).charter.confirm(charterHash);
        const states = [
            ...standing('supervision', done.supervision.value),
            ...standing('exchange', done.exchange.value),
        ];
        session.print(done, ['The charter is confirmed.', ...states]);
    });
}
