import { openNetwork, type OrdererCount } from '@commonwatt/network';
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

/** One of each kind first: the time may not suffice for all. */
const TRIALS: readonly Trial[] = [
    killed('trader'),
    killed('peer-regulator'),
    absent('peer-regulator'),
    killed('leader', 3),
    killed('chaincode-community'),
    killed('keeper'),
    killed('orderer-1'),
    ...(['operator', 'community', 'supplier'] as const).flatMap((org) => [
        absent(`peer-${org}`),
        killed(`peer-${org}`),
        ...(org === 'community' ? [] : [killed(`chaincode-${org}`)]),
    ]),
    killed('chaincode-regulator'),
];

type Tried = Readonly<{ kills: number; inTheMiddle: number; steps: number; acknowledgements: number }>;

/** Kills every process in every act of a trade, and looks for what was lost or done twice. */
export const crashes: SoakPart = {
    name: 'crashes',
    run: async ({ seed, untilMs, say }) => {
        const sums = { trades: 0, kills: 0, inTheMiddle: 0, steps: 0, acknowledgements: 0 };
        let longestMs = 0;
        for (let round = 0; ; round += 1) {
            for (const trial of TRIALS) {
                if (sums.trades > 0 && Date.now() + longestMs > untilMs) {
                    const { inTheMiddle, acknowledgements, ...more } = sums;
                    return { ...more, 'kills in the middle': inTheMiddle, 'acknowledged steps': acknowledgements };
                }
                const startedMs = Date.now();
                const tried = await attempt(trial, seed + round);
                longestMs = Math.max(longestMs, Date.now() - startedMs);
                sums.trades += 1;
                for (const name of ['kills', 'inTheMiddle', 'steps', 'acknowledgements'] as const) {
                    sums[name] += tried[name];
                }
                say(`${trial.name}: ${tried.kills} kills, ${tried.inTheMiddle} in the middle, nothing lost or doubled`);
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
