import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Network, type OrgName, orgNames } from '@commonwatt/network';
import { peer } from './peer-cli.js';

const CATCH_UP_MS_MAX = 30_000;
const ASK_AGAIN_MS = 100;

/**
 * Hash over everything that each peer holds once all have the same height: every key with its value, version and policy,
 * the ids of all transactions and the chain of commits. Fabric makes it itself, as a ledger snapshot.
 * @throws Error when a peer stays behind
 */
export async function peerStates(network: Network): Promise<ReadonlyMap<OrgName, string>> {
    const [channel, height] = await equalHeights(network);
    const last = String(height - 1);
    const hashes = orgNames.map(async (org) => [org, await snapshotHash(network, org, channel, last)] as const);
    return new Map(await Promise.all(hashes));
}

async function equalHeights(network: Network): Promise<readonly [channel: string, height: number]> {
    const startedMs = performance.now();
    for (;;) {
        const { channel, processes } = await network.status();
        const heights = processes.flatMap(({ kind, height }) => (kind === 'peer' ? [height] : []));
        const [height] = heights;
        if (channel !== null && height !== undefined && height !== null && new Set(heights).size === 1) {
            return [channel, height];
        }
        if (performance.now() - startedMs > CATCH_UP_MS_MAX) {
            throw new Error(`peers stay behind: heights ${heights.join(', ')}`);
        }
        await pause(ASK_AGAIN_MS);
    }
}

async function snapshotHash(network: Network, org: OrgName, channel: string, block: string): Promise<string> {
    const env = await network.env(org);
    const at = [
        '--peerAddress',
        env['CORE_PEER_ADDRESS'] ?? '',
        '--tlsRootCertFile',
        env['CORE_PEER_TLS_ROOTCERT_FILE'] ?? '',
    ];
    const answer = await peer(network, { as: org }, ['snapshot', 'submitrequest', '-c', channel, '-b', block, ...at]);
    const folder = join(network.stateDir, 'nodes', `peer-${org}`, 'ledger/snapshots/completed', channel, block);
    const startedMs = performance.now();
    for (;;) {
        try {
            return await readFile(join(folder, '_snapshot_additional_metadata.json'), 'utf8');
        } catch (error) {
            if (performance.now() - startedMs > CATCH_UP_MS_MAX) {
                throw new Error(`peer-${org} makes no snapshot: ${answer}`, { cause: error });
            }
            await pause(ASK_AGAIN_MS);
        }
    }
}
