import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show one participant',
        example: 'commonwatt participant show bld-12 --org community',
        mode: 'read',
    }).argument('<participant>');
    onRun(verb, async (session, _, [participantId = '']) => {
        const participant = await (await session.market()).participants.show(participantId);
        const { kind, sector, mspId, subjectHash, publicKey } = participant;
        session.print(participant, [
            `${participantId}: ${kind}${sector === null ? '' : `, ${sector}`}, of ${mspId}`,
            `  subject hash ${subjectHash}`,
            `  public key ${publicKey}`,
        ]);
    });
}
