import { demand } from './errors.js';
import { checkRules, checkSuccession, type DatedRules, type Rules } from './rules.js';
import type { Charter } from './charter.js';
import type { SignedStatement } from './signed-statement.js';
import type { SlotIndex } from './units.js';

/** Longest time between the end of a vote and the slot from which its rules are in force: a month of quarter hours. */
export const NOTICE_SLOTS_MAX = 2_976;
/** Most votes of one organisation on one proposal; its own word is all that they decide. */
export const VOTES_MAX = 32;

/** What a voter proposes: the next rules as a whole, the slot from which they are in force, and when the vote ends. */
export type ProposalStatement = Readonly<{
    rules: Rules;
    fromSlot: SlotIndex;
    /** No vote counts that is cast once this slot has begun. */
    voteUntilSlot: SlotIndex;
    reasonCode: string;
}>;

export const PROPOSAL_STATES = ['open', 'enacted'] as const;

/** A proposal, known by the hash of what it says. */
export type Proposal = SignedStatement<ProposalStatement> &
    Readonly<{
        proposalId: string;
        /** Organisation of the voter who made it. */
        mspId: string;
        state: (typeof PROPOSAL_STATES)[number];
    }>;

export const CHOICES = ['yes', 'no'] as const;
export type Choice = (typeof CHOICES)[number];
export type VoteStatement = Readonly<{ proposalId: string; choice: Choice }>;
export type Vote = SignedStatement<VoteStatement>;

/** The votes of one organisation on one proposal, each voter's once. */
export type Ballot = Readonly<{ proposalId: string; mspId: string; votes: readonly Vote[] }>;

/**
 * Decides whether something may be proposed while certain rules are the last that were enacted.
 * @throws PROPOSAL_INVALID {reason} · PROPOSAL_STALE {version, enacted} · RULES_INVALID {reason, carrier}
 */
export function checkProposal(statement: ProposalStatement, latest: DatedRules, charter: Pick<Charter, 'orgs'>): void {
    const { rules, fromSlot, voteUntilSlot } = statement;
    demandNext(rules, latest);
    checkRules(rules, charter);
    checkSuccession(latest.rules, rules);
    const refuse = (holds: boolean, reason: string): void => {
        demand(holds, 'PROPOSAL_INVALID', { reason });
    };
    refuse(voteUntilSlot < fromSlot, 'the vote ends a slot before the rules are in force, or earlier');
    refuse(fromSlot - voteUntilSlot <= NOTICE_SLOTS_MAX, 'the rules are in force within a month of the vote');
    refuse(fromSlot > latest.fromSlot, 'the rules before come into force first');
}

/** @throws PROPOSAL_STALE {version, enacted} unless the rules would be the next version */
function demandNext({ version }: Rules, latest: DatedRules): void {
    const enacted = latest.rules.version;
    demand(version === enacted + 1, 'PROPOSAL_STALE', { version, enacted });
}

/**
 * Adds a vote to those of its organisation; the same vote again changes nothing.
 * @throws VOTE_CONFLICT {proposalId, choice}: this voter has said otherwise · VOTES_LIMIT {proposalId, mspId, votesMax}
 */
export function castVote(ballot: Ballot, vote: Vote): Ballot {
    const { proposalId, mspId, votes } = ballot;
    const cast = votes.find(({ officerSubjectHash }) => officerSubjectHash === vote.officerSubjectHash);
    if (cast !== undefined) {
        const { choice } = cast.statement;
        demand(choice === vote.statement.choice, 'VOTE_CONFLICT', { proposalId, choice });
        return ballot;
    }
    demand(votes.length < VOTES_MAX, 'VOTES_LIMIT', { proposalId, mspId, votesMax: VOTES_MAX });
    return { ...ballot, votes: [...votes, vote] };
}

/** What an organisation says: yes when more of its voters said yes than no. Who is silent says no. */
export function wordOf({ votes }: Pick<Ballot, 'votes'>): Choice {
    const yes = votes.filter(({ statement }) => statement.choice === 'yes').length;
    return 2 * yes > votes.length ? 'yes' : 'no';
}

/** Organisations that say yes. One word each: an administrator can seat any number of voters. */
export const wordsFor = (ballots: readonly Ballot[]): number =>
    new Set(ballots.filter((ballot) => wordOf(ballot) === 'yes').map(({ mspId }) => mspId)).size;

/**
 * Makes proposed rules the next version. The caller has seen that the vote is over, that the rules enacted last are in
 * force, and that the proposed ones would not be in force yet.
 * @throws PROPOSAL_STALE {version, enacted} · PROPOSAL_NOT_CARRIED {proposalId, votes, votesNeeded}
 */
export function enactRules(
    proposal: Proposal,
    ballots: readonly Ballot[],
    latest: DatedRules,
): { proposal: Proposal; dated: DatedRules } {
    const { proposalId, statement } = proposal;
    demandNext(statement.rules, latest);
    const votes = wordsFor(ballots);
    const { votesNeeded } = latest.rules;
    demand(votes >= votesNeeded, 'PROPOSAL_NOT_CARRIED', { proposalId, votes, votesNeeded });
    const { rules, fromSlot } = statement;
    return { proposal: { ...proposal, state: 'enacted' }, dated: { rules, fromSlot, proposalId } };
}
