import { wordsFor } from '@commonwatt/chaincode/domain/proposal';
import type { Proposal } from '@commonwatt/chaincode/domain/proposal';
import { proposalCodec } from '@commonwatt/chaincode/wire/proposal';
import { BegunSlots } from './begun-slots.js';
import type { Step } from './keeper-step.js';
import type { KeptRecords, RecordsInBlocks } from './kept-records.js';
import type { Market } from './market.js';
import type { RulesVersions } from './rules-versions.js';

/** Steps that put into force what the organisations voted for. */
export class GovernanceSteps {
    readonly #market: Market;
    readonly #open: KeptRecords<Proposal>;
    readonly #begun: BegunSlots;

    constructor(market: Market, records: RecordsInBlocks) {
        this.#market = market;
        this.#open = records.keep({
            role: 'exchange',
            name: 'proposal',
            codec: proposalCodec,
            idOf: ({ proposalId }) => proposalId,
            list: () => market.proposals.list(),
            isOpen: ({ state }) => state === 'open',
        });
        this.#begun = new BegunSlots(market);
    }

    /** Proposals that are carried, once their vote is over and until their rules would be in force. */
    async steps({ latest }: RulesVersions): Promise<Step[]> {
        const { proposals } = this.#market;
        this.#begun.refresh();
        const steps: Step[] = [];
        for (const proposal of this.#open.open) {
            const { proposalId, statement } = proposal;
            if (statement.rules.version <= latest.rules.version) {
                this.#open.forget(proposal); // another one was enacted
            }
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
