import type { Dispute } from '@commonwatt/chaincode/domain/dispute';
import type { Command } from 'commander';
import { table } from '../output.js';
import type { SlotNames } from '../slot-names.js';
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
        const slots = await session.slotNames();
        const rows = disputes.map((dispute) => rowOf(dispute, slots));
        session.print(disputes, table([['POINT', 'SLOT', 'RAISED BY', 'STATE', 'DECISION'], ...rows]));
    });
}

const rowOf = ({ objection, state, decision }: Dispute, slots: SlotNames): string[] => [
    objection.pointId,
    slots.one(objection.slot),
    objection.raisedBy,
    state,
    decision === null ? '' : wordsOf(decision.statement),
];
