import { setTimeout as pause } from 'node:timers/promises';
import type { Network } from '@commonwatt/network';

const ELECTION_MS_MAX = 20_000;
const ASK_AGAIN_MS = 100;

/** The ordering node that leads just now, as its metrics say. @throws Error when none does for a long time */
export async function leadingOrderer(network: Network): Promise<string> {
    const startedMs = performance.now();
    while (performance.now() - startedMs < ELECTION_MS_MAX) {
        const { processes } = await network.status();
        for (const { name, kind, running, ports } of processes) {
            if (kind === 'orderer' && running && (await saysThatItLeads(ports['operationsPort'] ?? 0))) {
                return name;
            }
        }
        await pause(ASK_AGAIN_MS);
    }
    throw new Error('no ordering node leads');
}

async function saysThatItLeads(operationsPort: number): Promise<boolean> {
    const response = await fetch(`http://127.0.0.1:${operationsPort}/metrics`);
    return /^consensus_etcdraft_is_leader\{.*\} 1$/m.test(await response.text());
}
