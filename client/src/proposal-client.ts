import type { Choice, Proposal, ProposalStatement, Ballot } from '@commonwatt/chaincode/domain/proposal';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import {
    ballotCodec,
    makeProposalCodec,
    proposalCodec,
    proposalIdOf,
    proposalRefCodec,
    proposalStatementCodec,
    type ProposalView,
    proposalViewCodec,
    voteCodec,
    voteStatementCodec,
} from '@commonwatt/chaincode/wire/proposal';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import type { CharterClient } from './charter-client.js';
import { translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** Changes of the rules by the vote of the organisations. */
export class ProposalClient {
    readonly #ledger: Ledger;
    readonly #charter: CharterClient;

    constructor(ledger: Ledger, charter: CharterClient) {
        this.#ledger = ledger;
        this.#charter = charter;
    }

    /**
     * Proposes the next rules as a whole, as a voter.
     * @throws ForbiddenError CALLER_NOT_SEATED · InvalidError PROPOSAL_INVALID, RULES_INVALID · ConflictError
     * PROPOSAL_STALE, SLOT_BEGUN
     */
    async make(
        proposed: Omit<ProposalStatement, 'rules'> & Readonly<{ rules: Omit<Rules, 'version'> }>,
    ): Promise<Committed<Proposal>> {
        const { latest } = await this.#charter.rulesVersions();
        const rules: Rules = { ...proposed.rules, version: latest.rules.version + 1 };
        const statement: ProposalStatement = { ...proposed, rules };
        const body = translated(() => proposalStatementCodec.toJson(statement));
        const { signature } = await this.#ledger.sign('commonwatt/proposal/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'proposal:make',
            () => makeProposalCodec.encode({ statement, signature }),
            proposalCodec.decode,
            async () => (await orNull(this.show(proposalIdOf(statement))))?.proposal ?? null,
        );
    }

    /**
     * Votes, as a voter; once.
     * @throws ForbiddenError CALLER_NOT_SEATED · NotFoundError PROPOSAL_MISSING · ConflictError VOTE_CONFLICT,
     * SLOT_BEGUN: the vote is over · LimitError VOTES_LIMIT
     */
    async vote(proposalId: string, choice: Choice): Promise<Committed<Ballot>> {
        const statement = { proposalId, choice };
        const body = translated(() => voteStatementCodec.toJson(statement));
        const { keyId, signature } = await this.#ledger.sign('commonwatt/vote/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'proposal:vote',
            () => voteCodec.encode({ statement, signature }),
            ballotCodec.decode,
            async () => {
                const { ballots } = await this.show(proposalId);
                return ballots.find(({ votes }) => votes.some((vote) => vote.keyId === keyId)) ?? null;
            },
        );
    }

    /**
     * Makes what is carried the next rules, once the vote is over; anyone may.
     * @throws ForbiddenError PROPOSAL_NOT_CARRIED, PROPOSAL_VETOED · ConflictError SLOT_NOT_OVER, SLOT_BEGUN, RULES_PENDING, PROPOSAL_STALE
     */
    async enact(proposalId: string): Promise<Committed<Proposal>> {
        return await this.#ledger.submit(
            'exchange',
            'proposal:enact',
            () => proposalRefCodec.encode({ proposalId }),
            proposalCodec.decode,
            async () => {
                const { proposal } = await this.show(proposalId);
                return proposal.state === 'enacted' ? proposal : null;
            },
        );
    }

    /** A proposal with its votes. @throws NotFoundError PROPOSAL_MISSING {proposalId} */
    async show(proposalId: string): Promise<ProposalView> {
        return await this.#ledger.evaluate(
            'exchange',
            'proposal:show',
            () => proposalRefCodec.encode({ proposalId }),
            proposalViewCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Proposal>> {
        return await this.#ledger.page('exchange', 'proposal:list', query, proposalCodec);
    }

    async list(): Promise<readonly Proposal[]> {
        return await everyItem((query) => this.page(query));
    }
}
