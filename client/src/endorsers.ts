import { UnavailableError } from './errors.js';
import type { ChaincodeRole } from './transport.js';

/** Endorsers that either chaincode's policy demands: any three of all organisations, or the regulator and two others. */
const ENDORSERS_MIN = 3;
/** How long an organisation whose peer did not answer is left out. */
const AWAY_MS = 3_000;

/**
 * Chooses who endorses. The gateway's own choice would demand the supervision policy of every transaction that reads a
 * verdict, although validation does not, and the absence of the regulator would stop the market: so the organisations
 * are named, and others are named when one is away.
 */
export class Endorsers {
    /** Every organisation, the own one first. */
    readonly #mspIds: readonly string[];
    readonly #regulator: () => Promise<string | null>;
    readonly #awayUntilMs = new Map<string, number>();

    /** @param regulator the regulator's MSP by the charter; `null` before the market is established */
    constructor(mspIds: readonly string[], regulator: () => Promise<string | null>) {
        this.#mspIds = mspIds;
        this.#regulator = regulator;
    }

    /**
     * The organisations to ask next, none of which is known to be away where the policy can be met without them: where
     * it cannot, they are worth another try, because they may be back.
     * @param required organisations that a key's own policy demands
     * @param silent organisations that have not answered this very submission: they are not asked again
     * @throws UnavailableError PEER_UNAVAILABLE {organizations} when the rest cannot meet the policy
     */
    async choose(
        role: ChaincodeRole,
        required: readonly string[] = [],
        silent: readonly string[] = [],
    ): Promise<readonly string[]> {
        const choices = await this.#choices(role, required);
        const choice = without(choices, [...this.#away(), ...silent]) ?? without(choices, silent);
        if (choice === undefined) {
            throw new UnavailableError({ code: 'PEER_UNAVAILABLE', operands: { organizations: silent } });
        }
        return choice;
    }

    /** Leaves out an organisation that contradicts the others, if the policy can be met without it. */
    async avoid(role: ChaincodeRole, mspId: string, required: readonly string[] = []): Promise<void> {
        if (without(await this.#choices(role, required), [...this.#away(), mspId]) !== undefined) {
            this.markAway([mspId]);
        }
    }

    /** Remembers organisations whose peers did not answer. */
    markAway(mspIds: readonly string[]): void {
        for (const mspId of mspIds) {
            this.#awayUntilMs.set(mspId, Date.now() + AWAY_MS);
        }
    }

    #away(): string[] {
        const nowMs = Date.now();
        return this.#mspIds.filter((mspId) => (this.#awayUntilMs.get(mspId) ?? 0) > nowMs);
    }

    async #choices(role: ChaincodeRole, required: readonly string[]): Promise<readonly (readonly string[])[]> {
        const regulator = role === 'supervision' ? await this.#regulator() : undefined;
        if (regulator === null) {
            return [this.#mspIds]; // whoever the regulator is, it is among all of them
        }
        const always = [...new Set([...(regulator === undefined ? [] : [regulator]), ...required])];
        const others = this.#mspIds.filter((mspId) => !always.includes(mspId));
        const more = Math.max(0, ENDORSERS_MIN - always.length);
        return subsets(others, more).map((chosen) => [...always, ...chosen]);
    }
}

const without = (choices: readonly (readonly string[])[], away: readonly string[]): readonly string[] | undefined =>
    choices.find((mspIds) => !mspIds.some((mspId) => away.includes(mspId)));

/** Every selection of `size` items, in the order of the items, so those with the first item come first. */
export function subsets<Item>(items: readonly Item[], size: number): Item[][] {
    if (size === 0) {
        return [[]];
    }
    return items.flatMap((item, index) => subsets(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]));
}
