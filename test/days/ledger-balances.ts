import { adminIdentity, connect, readConnectionProfile } from '@commonwatt/client';
import { openNetwork } from '@commonwatt/network';
import { balancesIn } from '../support/held-money.js';
import type { Posting } from '../support/kept-demo.js';
import { replayBlocks } from '../support/replay.js';

export type Disagreement = Readonly<{ account: string; posted: bigint; held: bigint }>;

/**
 * Compares what postings come to on every account with what the records in a network's blocks hold for it, read from the
 * first block to the last and from nothing else.
 * @throws where a block does not have the data or the predecessor that its header states
 */
export async function disagreements(stateDir: string, postings: readonly Posting[]): Promise<Disagreement[]> {
    const held = await heldInBlocks(stateDir);
    const posted = new Map<string, bigint>();
    for (const { account, amountNano } of postings) {
        posted.set(account, (posted.get(account) ?? 0n) + BigInt(amountNano));
    }
    return [...new Set([...held.keys(), ...posted.keys()])]
        .map((account) => ({ account, posted: posted.get(account) ?? 0n, held: held.get(account) ?? 0n }))
        .filter((each) => each.posted !== each.held);
}

async function heldInBlocks(stateDir: string): Promise<ReadonlyMap<string, bigint>> {
    const profile = await readConnectionProfile(openNetwork({ stateDir }).profilePath('regulator'));
    const market = await connect({ profile, identity: await adminIdentity(profile) });
    try {
        const { state, brokenBlocks } = await replayBlocks(market);
        if (brokenBlocks.length > 0) {
            throw new Error(`blocks ${brokenBlocks.join(', ')} are not what their headers state`);
        }
        return balancesIn(state);
    } finally {
        market.close();
    }
}
