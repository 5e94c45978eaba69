import type { Mandate } from '@commonwatt/chaincode/domain/mandate';
import type { Command } from 'commander';
import { table } from '../output.js';
import type { SlotNames } from '../slot-names.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ principal?: string; agent?: string; all: boolean }>;

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the mandates in force',
        example: 'commonwatt mandate list --agent sel-1 --org supplier',
        mode: 'read',
    })
        .option('--principal <id>', 'only those that one participant gave')
        .option('--agent <id>', 'only those given to one energy seller')
        .option('--all', 'also those that are revoked', false);
    onRun<Options>(verb, async (session, { principal, agent, all }) => {
        const every = await (await session.market()).mandates.list(principal ?? null);
        const mandates = every.filter(
            ({ isRevoked, statement }) => (all || !isRevoked) && (agent ?? statement.agentId) === statement.agentId,
        );
        const slots = await session.slotNames();
        const head = ['MANDATE', 'PRINCIPAL', 'AGENT', 'SIDES', 'CARRIERS', 'BEFORE SLOT', 'STATE'];
        session.print(mandates, table([head, ...mandates.map((mandate) => rowOf(mandate, slots))]));
    });
}

const rowOf = ({ mandateId, statement, isRevoked }: Mandate, slots: SlotNames): string[] => [
    mandateId,
    statement.principalId,
    statement.agentId,
    statement.sides.join(','),
    statement.carriers.join(','),
    slots.one(statement.untilSlot),
    isRevoked ? 'revoked' : 'granted',
];
