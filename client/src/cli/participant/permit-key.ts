import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerPermitKey(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'permit-key',
        summary: 'let a member of the own organization replace a lost signing key, as its administrator',
        example: 'commonwatt participant permit-key bld-12 --key 3f0c…e1 --org community --as admin',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--key <id>', 'the new key, as `participant rotate-key --lost` names it when it is refused');
    onRun<{ key: string }>(verb, async (session, { key }, [participantId = '']) => {
        const done = await (await session.market()).participants.permitKey(participantId, key);
        session.printCommitted(done, `${participantId} may replace its lost key by ${key}`);
    });
}
