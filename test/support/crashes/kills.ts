import { setTimeout as pause } from 'node:timers/promises';
import type { Network } from '@commonwatt/network';
import { drawn } from './draw.js';
import { leadingOrderer } from './leader.js';
import type { Crew, Disturbance } from './play.js';

/**
 * Who is killed in the middle of which act: `trader`, `keeper`, `leader` (the orderer that leads just then) or a process
 * of the network by its name, at any moment within a time of the act's beginning.
 */
export type Kill = Readonly<{ act: string; victim: string; withinMs?: number }>;

/** Acts take about this long on a quiet machine. */
const ACT_MS = 300;
/** The keeper looks once in a second. */
const KEEPERS_ACT_MS = 1_500;
const AWAY_MS_MAX = 600;

/** Kills with SIGKILL, one after the other, and starts again what was killed. */
export class Kills implements Disturbance {
    readonly #network: Network;
    readonly #seed: number;
    readonly #waiting: Kill[];
    #running: Promise<void> = Promise.resolve();
    #inTheMiddle = 0;

    constructor(network: Network, plan: readonly Kill[], seed: number) {
        this.#network = network;
        this.#waiting = [...plan];
        this.#seed = seed;
    }

    /** Kills after which nobody had been told yet that the act was done. */
    get inTheMiddle(): number {
        return this.#inTheMiddle;
    }

    async before(act: string, crew: Crew): Promise<void> {
        await this.#running; // one at a time: what was killed before is back
        const index = this.#waiting.findIndex((kill) => kill.act === act);
        const [kill] = index === -1 ? [] : this.#waiting.splice(index, 1);
        if (kill !== undefined) {
            this.#running = this.#execute(kill, crew);
            this.#running.catch(() => undefined); // told to whoever waits for it
        }
    }

    async end(): Promise<void> {
        await this.#running;
        if (this.#waiting.length > 0) {
            throw new Error(`nothing was killed in ${this.#waiting.map(({ act }) => act).join(', ')}`);
        }
    }

    async #execute({ act, victim, withinMs }: Kill, crew: Crew): Promise<void> {
        const draw = (what: string, end: number): number => drawn(this.#seed, `${act}/${victim}/${what}`, end);
        await pause(draw('when', withinMs ?? (victim === 'keeper' ? KEEPERS_ACT_MS : ACT_MS)));
        const startAgain = await this.#kill(victim, crew);
        this.#inTheMiddle += (await crew.isAcknowledged(act)) ? 0 : 1;
        await pause(draw('away', AWAY_MS_MAX));
        await startAgain();
    }

    async #kill(victim: string, crew: Crew): Promise<() => Promise<unknown>> {
        if (victim === 'trader' || victim === 'keeper') {
            const member = crew[victim];
            await member.kill();
            return () => {
                member.start();
                return Promise.resolve();
            };
        }
        const name = victim === 'leader' ? await leadingOrderer(this.#network) : victim;
        process.kill(await this.#network.pid(name), 'SIGKILL');
        return () => this.#network.up();
    }
}
