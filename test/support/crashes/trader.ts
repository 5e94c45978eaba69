import { join } from 'node:path';
import { CommonwattError, connect, FileWallet, identityOf, type Market } from '@commonwatt/client';
import { acknowledge, acknowledged } from './journal.js';
import { ACTS, type Act, type Desk, type Role, ROLES } from './trade.js';

/** What the trader is told when it starts: where it works. */
export type TraderTask = Readonly<{ stateDir: string; folder: string; firstSlot: number }>;

/** A network that is being mended is asked again this often, and for this long. */
const AGAIN_MS = 250;
const PATIENCE_MS = 90_000;

/**
 * A client in a process of its own, which may be killed at any moment: it plays the acts that nobody has acknowledged yet,
 * says which it begins, waits for the word to go on, and writes down each acknowledgement before the next.
 */
async function trade({ stateDir, folder, firstSlot }: TraderTask): Promise<void> {
    const markets = new Map<Role, Promise<Market>>();
    const as = (role: Role): Promise<Market> => {
        const opened = markets.get(role) ?? open(stateDir, role);
        markets.set(role, opened);
        return opened;
    };
    const journal = join(folder, 'trader.jsonl');
    const done = new Set((await acknowledged(journal)).map(({ act }) => act));
    for (const act of ACTS.filter(({ name }) => !done.has(name))) {
        await permission(act.name);
        const committed = await performed(act, { folder, firstSlot, as });
        const { transactionId = null, blockNumber = null } = committed ?? {};
        await acknowledge(journal, { act: act.name, transactionId, blockNumber });
    }
    for (const market of markets.values()) {
        (await market).close();
    }
}

/** As the runbook says: what is unavailable or unknown is sent again, the same command by the same id. */
async function performed(act: Act, desk: Desk): ReturnType<Act['perform']> {
    const startedMs = Date.now();
    for (;;) {
        try {
            return await act.perform(desk);
        } catch (error) {
            const mayPass = error instanceof CommonwattError && ['unavailable', 'outcomeUnknown'].includes(error.kind);
            if (!mayPass || Date.now() - startedMs > PATIENCE_MS) {
                throw error;
            }
            await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        }
    }
}

async function open(stateDir: string, role: Role): Promise<Market> {
    const org = ROLES[role];
    return await connect({
        profile: join(stateDir, 'organizations', org, 'connection.json'),
        identity: identityOf(await new FileWallet(join(stateDir, 'wallets', org)).get(role)),
    });
}

async function permission(act: string): Promise<void> {
    await new Promise<void>((resolve) => {
        process.once('message', () => {
            resolve();
        });
        process.send?.(act);
    });
}

await trade(JSON.parse(process.argv[2] ?? '') as TraderTask);
process.disconnect();
