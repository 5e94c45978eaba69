import { setTimeout as pause } from 'node:timers/promises';
import type { Network } from '@commonwatt/network';
import type { Crew, Disturbance } from './play.js';

/** How long an act that needs the absent one is seen to wait for it. */
const WAITS_MS = 4_000;

/**
 * One process is dead while the whole trade is played, but for acts that cannot do without it: those begin, are seen to
 * wait, and go on when it is back.
 */
export class Absence implements Disturbance {
    readonly #network: Network;
    readonly #name: string;
    readonly #needed: ReadonlySet<string>;
    #isDead = false;
    #returning: Promise<void> = Promise.resolve();
    readonly #waited: string[] = [];

    constructor(network: Network, name: string, needed: readonly string[] = []) {
        this.#network = network;
        this.#name = name;
        this.#needed = new Set(needed);
    }

    /** Acts that waited until it came back. */
    get waited(): readonly string[] {
        return this.#waited;
    }

    async before(act: string, crew: Crew): Promise<void> {
        await this.#returning;
        if (!this.#isDead) {
            process.kill(await this.#network.pid(this.#name), 'SIGKILL');
            this.#isDead = true;
        }
        if (this.#needed.has(act)) {
            this.#returning = this.#return(act, crew);
            this.#returning.catch(() => undefined); // told to whoever waits for it
        }
    }

    async end(): Promise<void> {
        await this.#returning;
        const { processes } = await this.#network.status();
        if (this.#isDead && processes.some(({ name, running }) => name === this.#name && running)) {
            throw new Error(`${this.#name} came back by itself`);
        }
        await this.#network.up();
    }

    async #return(act: string, crew: Crew): Promise<void> {
        await pause(WAITS_MS);
        if (await crew.isAcknowledged(act)) {
            throw new Error(`${act} did not wait for ${this.#name}`);
        }
        this.#waited.push(act);
        await this.#network.up();
        this.#isDead = false;
    }
}
