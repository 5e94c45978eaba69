import { setTimeout as pause } from 'node:timers/promises';
import { EndorseError, type Transaction } from '@hyperledger/fabric-gateway';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { connect, identityOf, type Market, readConnectionProfile, type Submission } from '@commonwatt/client';
import { validationCodeName } from '@commonwatt/client/validation-code';
import { type Network, type OrgName, orgNames } from '@commonwatt/network';
import type { Actor, Actors } from './actors.js';
import { type RawCall, RawGateway, submitLate } from './raw-gateway.js';

const ATTEMPTS_MAX = 8;
const PAUSE_MS = 250;

/** A transaction that organisations have endorsed, all four unless others are named, in the hands of who had it endorsed. */
export type Held = Readonly<{
    verb: string;
    transactionId: string;
    /** Sends it to be ordered, as often as wanted, and tells how the peers judged it the first time. */
    send: () => Promise<string>;
}>;

/** What the SDK would submit is taken out of its hands. */
class Caught extends Error {
    readonly call: Submission<unknown>['call'];

    constructor(call: Submission<unknown>['call']) {
        super('caught before it was sent');
        this.call = call;
    }
}

/** Has steps endorsed as the SDK words them, and holds them back. */
export class Holder {
    readonly #network: Network;
    readonly #actors: Actors;
    readonly #gateways = new Map<string, Promise<RawGateway>>();

    constructor(network: Network, actors: Actors) {
        this.#network = network;
        this.#actors = actors;
    }

    /** @param orgs whose peers endorse */
    async hold(
        name: string,
        act: (own: Market) => Promise<unknown>,
        orgs: readonly OrgName[] = orgNames,
    ): Promise<Held> {
        const actor = this.#actors.get(name);
        const { chaincode, verb, command } = await wordsOf(this.#network, actor, act);
        const gateway = this.#gateways.get(name) ?? RawGateway.open(this.#network, actor);
        this.#gateways.set(name, gateway);
        const role = chaincode === 'supervision' ? 'supervision' : 'exchange';
        const asked = orgs.length === 0 ? orgNames : orgs;
        const call: RawCall = { chaincode: role, verb, args: [command] };
        const whole = await endorsedByAll(await gateway, call, asked);
        const endorsed = orgs.length === 0 ? (await gateway).bare(whole) : whole;
        const transactionId = endorsed.getTransactionId();
        return { verb, transactionId, send: async () => validationCodeName(await submitLate(endorsed)) };
    }

    async close(): Promise<void> {
        for (const gateway of await Promise.all(this.#gateways.values())) {
            gateway.close();
        }
    }
}

/** Peers that are a block behind, or busy, disagree for a moment: what not all of them refuse is tried again. */
async function endorsedByAll(gateway: RawGateway, call: RawCall, orgs: readonly OrgName[]): Promise<Transaction> {
    for (let attempt = 1; ; attempt += 1) {
        try {
            return await gateway.endorse(call, orgs);
        } catch (error) {
            if (!(error instanceof EndorseError) || isRefusedByAll(error, orgs) || attempt === ATTEMPTS_MAX) {
                throw error;
            }
            await pause(attempt * PAUSE_MS);
        }
    }
}

const isRefusedByAll = ({ details }: EndorseError, orgs: readonly OrgName[]): boolean =>
    details.filter(({ message }) => decodeError(message) !== null).length === orgs.length;

async function wordsOf(
    network: Network,
    { org, entry }: Actor,
    act: (own: Market) => Promise<unknown>,
): Promise<Submission<unknown>['call']> {
    const profile = await readConnectionProfile(network.profilePath(org));
    const submit = ({ call }: Pick<Submission<unknown>, 'call'>): Promise<never> => Promise.reject(new Caught(call));
    const market = await connect({ profile, identity: identityOf(entry), submitter: { submit } });
    try {
        await act(market);
    } catch (error) {
        if (error instanceof Caught) {
            return error.call;
        }
        throw error;
    } finally {
        market.close();
    }
    throw new Error('nothing was submitted');
}
