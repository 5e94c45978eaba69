import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the external sources',
        example: 'commonwatt source list --org supplier',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const sources = await (await session.market()).sources.list();
        session.print(
            sources,
            table([
                ['SOURCE', 'VERSION', 'KEY', 'CLIENTS'],
                ...sources.map(({ statement: { sourceId, version, publicKey, clients } }) => [
                    sourceId,
                    String(version),
                    publicKey?.slice(-16) ?? 'revoked',
                    clients === 'anyone' ? clients : clients.join(','),
                ]),
            ]),
        );
    });
}
