import { wordsFor } from '@commonwatt/chaincode/domain/proposal';
import { BegunSlots } from './begun-slots.js';
import type { Step } from './keeper-step.js';
import type { Market } from './market.js';

/** Steps that put into force what the organisations voted for. */
export class GovernanceSteps {
    readonly #market: Market;
    readonly #begun: BegunSlots;

    constructor(market: Market) {
        this.#market = market;
        this.#begun = new BegunSlots(market.clock);
    }

    /** Proposals that are carried, once their vote is over and until their rules would be in force. */
    async steps(): Promise<Step[]> {
        const { charter, proposals } = this.#market;
        const open = (await proposals.list()).filter(({ state }) => state === 'open');
        if (open.length === 0) {
            return [];
        }
        this.#begun.refresh();
        const { latest } = await charter.rulesVersions();
        const steps: Step[] = [];
        for (const { proposalId, statement } of open) {
            const isNext = statement.rules.version === latest.rules.version + 1;
            if (!isNext || !(await this.#isDue(statement))) {
                continue;
            }
            const { ballots } = await proposals.show(proposalId);
            if (wordsFor(ballots) >= latest.rules.votesNeeded) {
                steps.push({ name: `proposal:enact ${proposalId}`, push: () => proposals.enact(proposalId) });
            }
        }
        return steps;
    }

    async #isDue({ voteUntilSlot, fromSlot }: Readonly<{ voteUntilSlot: number; fromSlot: number }>): Promise<boolean> {
        return (await this.#begun.has(voteUntilSlot)) && !(await this.#begun.has(fromSlot));
    }
}
