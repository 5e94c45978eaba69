import type { Charter } from '@commonwatt/chaincode/domain/charter';
import {
    enactBeforeSlot,
    isVetoed,
    type Proposal,
    type ProposalStatement,
    votesNeededFor,
    wordsFor,
} from '@commonwatt/chaincode/domain/proposal';
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
    #charter: Charter | undefined;

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

    /** Proposals that are carried, once their vote is over and until their notice begins. */
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
            this.#charter ??= await this.#market.charter.show();
            if (!isNext || !(await this.#isDue(statement, this.#charter))) {
                continue;
            }
            const { ballots } = await proposals.show(proposalId);
            const isWanted = wordsFor(ballots) >= votesNeededFor(statement, latest.rules, this.#charter);
            if (isWanted && !isVetoed(statement, ballots, latest.rules, this.#charter)) {
                steps.push({ name: `proposal:enact ${proposalId}`, push: () => proposals.enact(proposalId) });
            }
        }
        return steps;
    }

    async #isDue(statement: ProposalStatement, charter: Charter): Promise<boolean> {
        const isOver = await this.#begun.has(statement.voteUntilSlot);
        return isOver && !(await this.#begun.has(enactBeforeSlot(statement, charter)));
    }
}
