import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { MarketError } from '@commonwatt/chaincode/domain/errors';
import { LIFECYCLE, type Role } from '@commonwatt/chaincode/domain/lifecycle';
import { SEAT_KINDS } from '@commonwatt/chaincode/domain/seat';
import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import fc from 'fast-check';
import { draftOf } from '../drafting.js';
import { plan } from '../plan.js';
import { SUBJECTS } from '../world.js';
import { AGENT, type Base } from './base.js';
import type { Counts } from './counts.js';
import { Draw } from './draw.js';
import { HonestLife } from './honest-life.js';
import { type Abuse, type Command, Misuser } from './misuser.js';
import { OFFICERS_ABUSES } from './officers.js';
import { PEOPLE_ABUSES } from './people.js';
import { type Chaincode, Scene } from './scene.js';
import { TRADERS_ABUSES } from './traders.js';

/** How to misuse each verb that changes a ledger, by chaincode and verb. */
export const ABUSES: Readonly<Record<string, Abuse>> = { ...OFFICERS_ABUSES, ...PEOPLE_ABUSES, ...TRADERS_ABUSES };

/** Every verb of both chaincodes that changes a ledger. */
export const SUBMITTED: readonly string[] = [
    ...Object.entries(SUPERVISION_VERBS).map(([verb, { mode }]) => [`supervision ${verb}`, mode] as const),
    ...Object.entries(EXCHANGE_VERBS).map(([verb, { mode }]) => [`exchange ${verb}`, mode] as const),
].flatMap(([verb, mode]) => (mode === 'submit' ? [verb] : []));

/** Everybody who misuses what it has, by the role that is counted. */
export const ACTORS: readonly (readonly [name: string, role: string])[] = [
    ...SEAT_KINDS.filter((kind) => kind !== 'voter').map((kind) => [kind, kind] as const),
    ...['operator voter', 'community voter', 'supplier voter', 'regulator voter'].map(
        (name) => [name, 'voter'] as const,
    ),
    ...['admin', 'CommunityMSP admin', 'SupplierMSP admin', 'regulatorAdmin'].map(
        (name) => [name, 'administrator'] as const,
    ),
    ...Object.keys(SUBJECTS).map((name) => [name, name === AGENT ? 'agent' : 'participant'] as const),
    ['stranger', 'stranger'],
];

/** Verbs that a role, and nobody else, may use; and those that anyone may. */
const verbsOf = (isOf: (role: Role) => boolean): readonly string[] => {
    const rows = LIFECYCLE.filter((row) => isOf(row.role));
    const verbs = rows.flatMap(({ chaincode, noun, verb }) =>
        (chaincode === 'both' ? ['exchange', 'supervision'] : [chaincode]).map((one) => `${one} ${noun}:${verb}`),
    );
    return [...new Set(verbs)].filter((verb) => verb in ABUSES);
};
const ANYONES = verbsOf((role) => role === 'keeper' || role === 'applicant');
const OWN_ROLE: Readonly<Record<string, Role>> = {
    administrator: 'admin',
    agent: 'participant',
    stranger: 'applicant',
};
const OWN_VERBS: ReadonlyMap<string, readonly string[]> = new Map(
    [...new Set(ACTORS.map(([, role]) => role))].map((name) => [
        name,
        verbsOf((role) => role === (OWN_ROLE[name] ?? name)),
    ]),
);

/** Terms that people of the world might agree, drawn once. */
const DRAFTS: readonly Terms[] = fc
    .sample(plan, { seed: 1, numRuns: 80 })
    .flatMap(({ agreements }, index) => agreements.map(({ terms }, more) => draftOf(terms, index * 10 + more + 1)));

/** Of those who have no neighbour behind their meters. */
const APART = ['cap', 'chp', 'net'];
const HONEST_AGREEMENTS = 3;
const OFFERS = 3;

/** Plays one world to its end among misuse. @throws Broken with the seed, and what was done last, where a rule breaks */
export async function misuse(bases: readonly Base[], seed: number, attempts: number, counts: Counts): Promise<void> {
    const draw = new Draw(seed);
    const scene = new Scene(draw.of(bases));
    const { principalId } = scene.base.mandate;
    const bystander = draw.of(APART);
    const others = Object.keys(SUBJECTS).filter((name) => ![bystander, principalId, AGENT].includes(name));
    const honest = new Set([principalId, bystander, draw.of(others), draw.of(others)]);
    const drafts = DRAFTS.filter(({ parties }) => parties.every((party) => party.participantId !== bystander));
    const agreed = Array.from({ length: HONEST_AGREEMENTS }, () => ({ ...draw.of(drafts), salt: draw.hash() }));
    const offered = Array.from({ length: OFFERS }, () => ({ ...draw.of(drafts), salt: draw.hash() }));
    const life = new HonestLife(scene, draw, { honest, bystander, agreed, offered });
    const crowd = { honest, drafts };
    const bursts = life.bursts;
    const burst = async (): Promise<void> => {
        for (let count = 0; count < Math.ceil(attempts / bursts); count += 1) {
            await attempt(scene, draw, crowd, counts);
        }
    };
    try {
        await life.play(burst);
    } catch (error) {
        const last = scene.sent
            .slice(-12)
            .map(({ name, verb, command }) => `  ${name} ${verb} ${command.slice(0, 600)}`);
        const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
        throw new Error([`COMMONWATT_SEED=${seed} breaks:`, ...last, why].join('\n'), { cause: error });
    }
}

/** What is the actor's own is misused most, then what anyone may do, then anything. */
function verbFor(draw: Draw, role: string): string {
    const [isAny, isAnyones] = [draw.once(3), draw.once(3)];
    return draw.of(isAny ? SUBMITTED : isAnyones ? ANYONES : (OWN_VERBS.get(role) ?? ANYONES));
}

async function attempt(
    scene: Scene,
    draw: Draw,
    crowd: Pick<Misuser, 'honest' | 'drafts'>,
    counts: Counts,
): Promise<void> {
    const [name, role] = draw.of(ACTORS.filter(([actor]) => !crowd.honest.has(actor)));
    const key = verbFor(draw, role);
    const abuse = ABUSES[key];
    if (abuse === undefined) {
        throw new Error(`nobody knows how to misuse ${key}`);
    }
    const [chaincode = '', verb = ''] = key.split(' ');
    const before = scene.sent.filter((sent) => sent.chaincode === chaincode && sent.verb === verb);
    const misuser = new Misuser(scene, draw, name, crowd);
    const made = draw.once(12) && before.length > 0 ? draw.of(before).command : writable(() => abuse(misuser));
    const sound = typeof made === 'string' ? made : made.command;
    const command = draw.once(12) ? deformed(draw, sound) : sound;
    const outcome = await scene.send({ name, chaincode: chaincode as Chaincode, verb, command });
    if (outcome.end === 'done' && typeof made !== 'string') {
        made.done();
    }
    counts.add(role, name, [chaincode, verb], outcome);
}

/** What can be written at all: numbers that no field holds are drawn again. */
function writable(abuse: () => Command): Command {
    for (;;) {
        try {
            return abuse();
        } catch (error) {
            if (!(error instanceof MarketError) || error.code !== 'INPUT_INVALID') {
                throw error;
            }
        }
    }
}

/** The command with one value of another one's, or out of bounds. */
function deformed(draw: Draw, command: string): string {
    const value = JSON.parse(command) as Json;
    const places: (readonly [holder: Record<string, Json>, key: string])[] = [];
    const look = (holder: Json): void => {
        if (typeof holder === 'object' && holder !== null) {
            for (const key of Object.keys(holder)) {
                places.push([holder as Record<string, Json>, key]);
                look((holder as Record<string, Json>)[key] ?? null);
            }
        }
    };
    look(value);
    if (places.length === 0) {
        return command;
    }
    const [holder, key] = draw.of(places);
    const [other, otherKey] = draw.of(places);
    holder[key] = draw.of([other[otherKey] ?? null, 0, 1, '0', '999999999999999999999999999', null, [], 2_000_000_000]);
    return canonicalOr(value, command);
}

/** A value put inside itself has no text. */
function canonicalOr(value: Json, otherwise: string): string {
    try {
        return canonicalJson(value);
    } catch {
        return otherwise;
    }
}
