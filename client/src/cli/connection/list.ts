import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the connections that are limited',
        example: 'commonwatt connection list --org community',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const connections = await (await session.market()).connections.list();
        session.print(
            connections,
            table([
                ['CARRIER', 'CONNECTION', 'IMPORT MAX W', 'EXPORT MAX W', 'STATEMENT', 'REASON'],
                ...connections.map(({ statement }) => [
                    statement.carrier,
                    statement.connectionPoint,
                    String(statement.importMaxW),
                    String(statement.exportMaxW),
                    String(statement.sequence),
                    statement.reasonCode,
                ]),
            ]),
        );
    });
}
