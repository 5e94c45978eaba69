import { setTimeout as pause } from 'node:timers/promises';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { CommonwattError, connect, FileWallet, identityOf, type Market } from '@commonwatt/client';
import type { Failure, Outcome, Place, Task } from './tasks.js';

/** One of the processes that load a network, each with a client of its own; they know nothing of each other. */

const AMOUNT_NANO = amountNano(1n);
const FIRST_CALL_MS = 60_000;

class Load {
    readonly #market: Market;
    readonly #place: Place;
    readonly #task: Task;
    readonly #acknowledged: string[] = [];
    readonly #failures: Failure[] = [];
    #begun = 0;

    constructor(market: Market, place: Place, task: Task) {
        this.#market = market.within(task.withinMs);
        this.#place = place;
        this.#task = task;
    }

    async run(): Promise<Outcome> {
        const endMs = Date.now() + this.#task.lastsMs;
        await (this.#task.kind === 'closed'
            ? this.#keepInFlight(this.#task.inFlight, endMs)
            : this.#beginAtRate(this.#task.perS, endMs));
        return { begun: this.#begun, acknowledged: this.#acknowledged, failures: this.#failures };
    }

    async #keepInFlight(inFlight: number, endMs: number): Promise<void> {
        const oneAfterTheOther = async (): Promise<void> => {
            while (Date.now() < endMs) {
                await this.#deposit();
            }
        };
        await Promise.all(Array.from({ length: inFlight }, oneAfterTheOther));
    }

    async #beginAtRate(perS: number, endMs: number): Promise<void> {
        const begunMs = Date.now();
        const calls: Promise<void>[] = [];
        for (let nowMs = begunMs; nowMs < endMs; nowMs = Date.now()) {
            const due = Math.floor(((nowMs - begunMs) / 1_000) * perS);
            while (calls.length < due) {
                calls.push(this.#deposit());
            }
            await pause(10);
        }
        await Promise.all(calls);
    }

    async #deposit(): Promise<void> {
        const paymentId = `${this.#task.name}-${String(this.#begun)}`;
        this.#begun += 1;
        const begunMs = Date.now();
        const { participantId } = this.#place;
        try {
            await this.#market.accounts.deposit({ paymentId, participantId, amountNano: AMOUNT_NANO });
            this.#acknowledged.push(paymentId);
        } catch (error) {
            const afterMs = Date.now() - begunMs;
            const code = error instanceof CommonwattError ? error.code : String(error);
            this.#failures.push({ paymentId, code, afterMs, isEarly: afterMs < this.#task.withinMs });
        }
    }
}

async function main(place: Place): Promise<void> {
    const market = await connect({
        profile: place.profile,
        identity: identityOf(await new FileWallet(place.wallet).get(place.identity)),
        withinMs: FIRST_CALL_MS,
    });
    await market.charter.show();
    process.on('message', (task: Task) => {
        void new Load(market, place, task).run().then((outcome) => process.send?.(outcome));
    });
    process.once('disconnect', () => {
        market.close();
    });
    process.send?.('ready');
}

await main(JSON.parse(process.argv[2] ?? '') as Place);
