import type { Permit } from '@commonwatt/chaincode/domain/qualification';
import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show what the regulator says of a participant',
        example: 'commonwatt qualification show bld-12 --org regulator',
        mode: 'read',
    }).argument('<participant>');
    onRun(verb, async (session, _, [participantId = '']) => {
        const qualification = await (await session.market()).qualifications.show(participantId);
        const { sequence, status, permits, reasonCode } = qualification.statement;
        session.print(qualification, [
            `${participantId}: ${status} (${reasonCode}), statement ${String(sequence)}`,
            ...permits.map((permit) => `  ${permit.carrier}: ${sidesOf(permit)}`),
        ]);
    });
}

const sidesOf = ({ buy, sell }: Permit): string => [...(buy ? ['buy'] : []), ...(sell ? ['sell'] : [])].join(', ');
