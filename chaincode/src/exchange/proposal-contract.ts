import { organisationsOf } from '../domain/charter.js';
import { demand, marketError } from '../domain/errors.js';
import {
    type Ballot,
    castVote,
    checkProposal,
    enactBeforeSlot,
    enactRules,
    type Proposal,
    proposeBeforeSlot,
} from '../domain/proposal.js';
import {
    ballotCodec,
    makeProposalCodec,
    proposalCodec,
    proposalIdOf,
    proposalRefCodec,
    proposalStatementCodec,
    proposalViewCodec,
    voteCodec,
    voteStatementCodec,
} from '../wire/proposal.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { BALLOT, PROPOSAL, RULES, RULES_VERSION } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** Changes of the rules: a voter proposes, the organisations vote, anyone puts into force what is carried. */
export class ProposalContract extends ExchangeContract {
    /**
     * Proposes the next rules as a whole. What says the same is the same proposal, whoever makes it again. The absent tick
     * of the slot a notice before the end of the vote is in the read set: held back, it shortens no vote.
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · PROPOSAL_STALE · PROPOSAL_INVALID · RULES_INVALID · SLOT_BEGUN
     */
    async make(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = makeProposalCodec.decode(command);
        const body = proposalStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['proposal', 'make'], 'commonwatt/proposal/1', body, signature);
        const proposalId = proposalIdOf(statement);
        const existing = await ctx.ledger.get(PROPOSAL, proposalId);
        if (existing !== null) {
            return proposalCodec.encode(existing);
        }
        const { rules, fromSlot, voteUntilSlot } = statement;
        const charter = await ctx.charter();
        const recent = await ctx.rulesSince(Math.max(0, fromSlot - charter.rulesNoticeSlots));
        checkProposal(statement, await ctx.latestRules(), recent, charter);
        await ctx.demandNotBegun(proposeBeforeSlot(statement, charter));
        const { mspId } = ctx.caller;
        const proposal: Proposal = { proposalId, mspId, state: 'open', statement, ...mark };
        ctx.ledger.put(PROPOSAL, proposal);
        const { version } = rules;
        await ctx.commit({
            event: { name: 'RulesProposed/1', payload: { proposalId, version, mspId, voteUntilSlot, fromSlot } },
        });
        return proposalCodec.encode(proposal);
    }

    /**
     * Casts the caller's vote, once. The absent tick of the slot that ends the vote is in the read set, so that nothing
     * is added once it has begun.
     * @throws PROPOSAL_MISSING · CALLER_NOT_SEATED · SIGNATURE_INVALID · VOTE_CONFLICT · VOTES_LIMIT · SLOT_BEGUN
     */
    async vote(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = voteCodec.decode(command);
        const { proposalId, choice } = statement;
        const proposal = await load(ctx, proposalId);
        const body = voteStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['proposal', 'vote'], 'commonwatt/vote/1', body, signature);
        const { mspId } = ctx.caller;
        const before = (await ctx.ledger.get(BALLOT, proposalId, mspId)) ?? { proposalId, mspId, votes: [] };
        const after = castVote(before, { statement, ...mark });
        if (after !== before) {
            await ctx.demandNotBegun(proposal.statement.voteUntilSlot);
            ctx.ledger.put(BALLOT, after);
            await ctx.commit({ event: { name: 'VoteGiven/1', payload: { proposalId, mspId, choice } } });
        }
        return ballotCodec.encode(after);
    }

    /**
     * Makes the rules that enough organisations voted for the next version, a notice before their first slot. Every vote
     * counts: ballots are read by name, one for each organisation, and none changes once the vote is over. The absent tick
     * of the slot in which the notice begins is in the read set: held back, it shortens no notice.
     * @throws PROPOSAL_MISSING · SLOT_NOT_OVER: the vote is open · SLOT_BEGUN: it is too late · RULES_PENDING {version,
     * fromSlot} · PROPOSAL_STALE · PROPOSAL_VETOED · PROPOSAL_NOT_CARRIED
     */
    async enact(ctx: TradeContext, command: string): Promise<string> {
        const { proposalId } = proposalRefCodec.decode(command);
        const proposal = await load(ctx, proposalId);
        if (proposal.state === 'enacted') {
            return proposalCodec.encode(proposal);
        }
        const { fromSlot, voteUntilSlot } = proposal.statement;
        const charter = await ctx.charter();
        await ctx.demandOver(voteUntilSlot - 1);
        await ctx.demandNotBegun(enactBeforeSlot(proposal.statement, charter));
        const latest = await ctx.latestRules();
        const pending = { version: latest.rules.version, fromSlot: latest.fromSlot };
        demand(await ctx.areLatestInForce(), 'RULES_PENDING', pending);
        const { proposal: enacted, dated } = enactRules(proposal, await ballotsOf(ctx, proposalId), latest, charter);
        ctx.ledger.put(PROPOSAL, enacted);
        ctx.ledger.put(RULES, dated);
        ctx.ledger.put(RULES_VERSION, dated);
        const { version } = dated.rules;
        await ctx.commit({ event: { name: 'RulesEnacted/1', payload: { proposalId, version, fromSlot } } });
        return proposalCodec.encode(enacted);
    }

    /** @throws PROPOSAL_MISSING {proposalId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { proposalId } = proposalRefCodec.decode(query);
        const proposal = await load(ctx, proposalId);
        return proposalViewCodec.encode({ proposal, ballots: await ballotsOf(ctx, proposalId) });
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(PROPOSAL, pageQueryCodec.decode(query)), proposalCodec);
    }
}

async function load(ctx: TradeContext, proposalId: string): Promise<Proposal> {
    const proposal = await ctx.ledger.get(PROPOSAL, proposalId);
    if (proposal === null) {
        throw marketError('PROPOSAL_MISSING', { proposalId });
    }
    return proposal;
}

async function ballotsOf(ctx: TradeContext, proposalId: string): Promise<Ballot[]> {
    const ballots: Ballot[] = [];
    for (const mspId of organisationsOf(await ctx.charter())) {
        const ballot = await ctx.ledger.get(BALLOT, proposalId, mspId);
        if (ballot !== null) {
            ballots.push(ballot);
        }
    }
    return ballots;
}
