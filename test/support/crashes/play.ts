import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '@commonwatt/network';
import { KeeperProcess, Trader } from './crew.js';
import { FIRST_SLOT } from './establish.js';
import { type Acknowledged, acknowledged, wholeLines } from './journal.js';

/** Those who use the network, and what they were told so far. */
export type Crew = Readonly<{
    trader: Trader;
    keeper: KeeperProcess;
    isAcknowledged: (act: string) => Promise<boolean>;
}>;

/** What befalls the processes while a trade is played. */
export interface Disturbance {
    /** Told before an act begins, which waits for it; what is to happen in the middle of the act is left to happen. */
    before(act: string, crew: Crew): Promise<void>;
    /** Told when every act is acknowledged: nothing may be left to happen, and all processes are to run. */
    end(): Promise<void>;
}

/** Where the evidence of a trade lies. */
export type Played = Readonly<{ folder: string; firstSlot: number; acknowledged: readonly Acknowledged[] }>;

/**
 * Plays the trade with a client and a keeper in processes of their own.
 * @throws Error when the trade does not come to its end
 */
export async function play(network: Network, disturbance: Disturbance): Promise<Played> {
    const folder = join(network.stateDir, 'crashes');
    await mkdir(folder, { recursive: true });
    const journal = join(folder, 'trader.jsonl');
    const keeper = new KeeperProcess(network.stateDir, folder);
    const isAcknowledged = async (act: string): Promise<boolean> =>
        (await acknowledged(journal)).some((done) => done.act === act);
    const task = { stateDir: network.stateDir, folder, firstSlot: FIRST_SLOT };
    const trader: Trader = new Trader(task, (act) => disturbance.before(act, { trader, keeper, isAcknowledged }));
    keeper.start();
    trader.start();
    try {
        await trader.finished;
        await disturbance.end();
    } finally {
        await Promise.all([keeper.stop(), trader.stop()]);
    }
    const told = [...(await acknowledged(journal)), ...(await pushedBy(folder))];
    return { folder, firstSlot: FIRST_SLOT, acknowledged: told };
}

/** What the keeper said that it had pushed. */
async function pushedBy(folder: string): Promise<Acknowledged[]> {
    type Report = Readonly<{
        step: string;
        transactionId: string | null;
        blockNumber: number | null;
        refusal: unknown;
    }>;
    const reports = (await wholeLines(join(folder, 'keeper.jsonl'))).map((line) => JSON.parse(line) as Report);
    return reports
        .filter(({ refusal }) => refusal === null)
        .map(({ step, transactionId, blockNumber }) => ({ act: step, transactionId, blockNumber }));
}
