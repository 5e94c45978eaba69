import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { readDraft } from './files.js';

export function registerWithdraw(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'withdraw',
        summary: 'take the own signature back, unless the agreement is concluded already',
        example: 'commonwatt agreement withdraw draft.json --org community --as bld-12',
        mode: 'submit',
    })
        .argument('<draft>', 'file of the draft that was signed')
        .option('--participant <id>', 'the party (default: the name of --as)');
    onRun<{ participant?: string }>(verb, async (session, { participant }, [file = '']) => {
        const terms = await readDraft(file);
        const participantId = participant ?? session.identityName;
        const done = await (await session.market()).agreements.withdraw(terms, participantId);
        session.printCommitted(done, `${participantId} has withdrawn its signature`);
    });
}
