import { openNetwork, orgNames, type OrdererCount } from '@commonwatt/network';
import { Absence } from '../support/crashes/absence.js';
import { establish } from '../support/crashes/establish.js';
import { examine } from '../support/crashes/evidence.js';
import { Kills } from '../support/crashes/kills.js';
import { type Disturbance, play } from '../support/crashes/play.js';
import { ACTS } from '../support/crashes/trade.js';
import { newStateDir } from '../support/network.js';
import type { SoakOptions, SoakPart } from './part.js';

/** A trade on a network of its own, and what befalls it. */
type Trial = Readonly<{ name: string; orderers: OrdererCount; victim: string; isAbsent: boolean }>;

/** Acts that wait for the regulator. */
const REVIEWED = ['qualify seller', 'qualify buyer', 'approve'];

const killed = (victim: string, orderers: OrdererCount = 1): Trial => ({
    name: `${victim} killed in every act`,
    orderers,
    victim,
    isAbsent: false,
});
const absent = (victim: string): Trial => ({
    name: `${victim} away for the whole trade`,
    orderers: 1,
    victim,
    isAbsent: true,
});

/** One of each kind first, then the others of its kind: the time may not suffice for all. */
const TRIALS: readonly Trial[] = [
    killed('orderer-1'), // takes longest
    killed('trader'),
    killed('keeper'),
    killed('leader', 3),
    killed('peer-regulator'),
    killed('chaincode-community'),
    ...orgNames.map((org) => absent(`peer-${org}`)),
    ...orgNames.filter((org) => org !== 'regulator').map((org) => killed(`peer-${org}`)),
    ...orgNames.filter((org) => org !== 'community').map((org) => killed(`chaincode-${org}`)),
];

type Tried = Readonly<{ kills: number; inTheMiddle: number; steps: number; acknowledgements: number }>;

/** Trades at once: most of the time each waits for a process that comes back, or for a deadline. */
const AT_ONCE = 2;

/** All of them, then all again from other seeds. */
function* rounds(seed: number): Generator<readonly [Trial, number], never> {
    for (let round = 0; ; round += 1) {
        for (const trial of TRIALS) {
            yield [trial, seed + round];
        }
    }
}

/**
 * Kills every process in every act of a trade, and looks for what was lost or done twice; again, at other moments, while
 * time remains.
 */
export const crashes: SoakPart = {
    name: 'crashes',
    share: 10,
    run: async ({ seed, untilMs, counter, say }) => {
        const queue = rounds(seed);
        let trades = 0;
        let tookMs = 0;
        let isBroken = false;
        const next = async (): Promise<void> => {
            const [trial, trialSeed] = queue.next().value;
            const startedMs = Date.now();
            const { kills, inTheMiddle, steps, acknowledgements } = await attempt(trial, trialSeed);
            tookMs += Date.now() - startedMs;
            trades += 1;
            counter.add('kills', kills);
            counter.add('kills in the middle', inTheMiddle);
            counter.add('steps', steps);
            counter.add('acknowledged steps', acknowledgements);
            const seconds = Math.round((Date.now() - startedMs) / 1_000);
            say(`${trial.name}: ${kills} kills, ${inTheMiddle} in the middle, nothing lost or doubled, ${seconds} s`);
        };
        const inTurn = async (): Promise<void> => {
            try {
                do {
                    await next();
                } while (!isBroken && Date.now() + tookMs / trades < untilMs);
            } catch (error) {
                isBroken = true;
                throw error;
            }
        };
        const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, inTurn));
        counter.add('trades', trades, Math.max(trades, TRIALS.length));
        for (const each of ended) {
            if (each.status === 'rejected') {
                throw each.reason;
            }
        }
    },
};

/** @throws Error when the trade does not come to its end, or a step was lost or done twice */
async function attempt({ name, orderers, victim, isAbsent }: Trial, seed: SoakOptions['seed']): Promise<Tried> {
    const network = openNetwork({ stateDir: newStateDir() });
    try {
        await network.up({ orderers });
        await establish(network);
        const plan = isAbsent ? [] : ACTS.map((act) => ({ act: act.name, victim }));
        const kills = new Kills(network, plan, seed);
        const absence = new Absence(network, victim, victim === 'peer-regulator' ? REVIEWED : []);
        const disturbance: Disturbance = isAbsent ? absence : kills;
        const played = await play(network, disturbance);
        const { wrong, steps, acknowledgements } = await examine(network, played);
        if (wrong.length > 0) {
            throw new Error(`${name}, seed ${seed}:\n${wrong.join('\n')}`);
        }
        const deaths = isAbsent ? 1 + absence.waited.length : plan.length;
        return { kills: deaths, inTheMiddle: kills.inTheMiddle, steps, acknowledgements };
    } finally {
        await network.reset();
    }
}
