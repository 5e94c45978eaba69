import type { Dispute } from '@commonwatt/chaincode/domain/dispute';
import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';
import { wordsOf } from './describe.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the disputes about readings',
        example: 'commonwatt dispute list --org regulator',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const disputes = await (await session.market()).disputes.list();
        session.print(disputes, table([['POINT', 'SLOT', 'RAISED BY', 'STATE', 'DECISION'], ...disputes.map(rowOf)]));
    });
}

const rowOf = ({ objection, state, decision }: Dispute): string[] => [
    objection.pointId,
    String(objection.slot),
    objection.raisedBy,
    state,
    decision === null ? '' : wordsOf(decision.statement),
];
