import { KEY_NOTICE_DAYS } from '@commonwatt/chaincode/domain/participant';
import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerPermitKey(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'permit-key',
        summary: 'let a member of the own organization replace a lost signing key after a notice, as its administrator',
        example:
            'commonwatt participant permit-key bld-12 --key 3f0c…e1 --from 2016-07-28T00:00Z --org community --as admin',
        mode: 'submit',
    })
        .argument('<participant>')
        .requiredOption('--key <id>', 'the new key, as `participant rotate-key --lost` names it when it is refused')
        .requiredOption('--from <slot>', `from when on, at least ${String(KEY_NOTICE_DAYS)} days ahead`);
    onRun<{ key: string; from: string }>(verb, async (session, { key, from }, [participantId = '']) => {
        const permit = { participantId, keyId: key, fromSlot: await session.slot(from) };
        const done = await (await session.market()).participants.permitKey(permit);
        const { fromSlot } = done.value;
        session.printCommitted(
            done,
            `${participantId} may replace its lost key by ${key} from slot ${String(fromSlot)} on`,
        );
    });
}
