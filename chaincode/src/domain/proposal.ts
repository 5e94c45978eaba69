import { type Charter, organisationsOf } from './charter.js';
import { demand } from './errors.js';
import { checkRules, checkSuccession, type DatedRules, type Rules } from './rules.js';
import { changesPrices, checkChange } from './rules-change.js';
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
    /** Without notice, when every organisation wants it. */
    isEmergency: boolean;
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

type Dates = Pick<ProposalStatement, 'fromSlot' | 'voteUntilSlot' | 'isEmergency'>;
type Notice = Pick<Charter, 'rulesNoticeSlots'>;

/** The slot before which something is proposed: a vote without time to hear of it, and to refuse it, is none. */
export const proposeBeforeSlot = ({ voteUntilSlot, isEmergency }: Dates, { rulesNoticeSlots }: Notice): SlotIndex =>
    isEmergency ? voteUntilSlot : Math.max(0, voteUntilSlot - rulesNoticeSlots);

/** The slot before which rules are enacted: what they are is then certain for the whole notice. */
export const enactBeforeSlot = ({ fromSlot, isEmergency }: Dates, { rulesNoticeSlots }: Notice): SlotIndex =>
    isEmergency ? fromSlot : Math.max(0, fromSlot - rulesNoticeSlots);

/**
 * Decides whether something may be proposed while certain rules are the last that were enacted.
 * @param recent the rules of every slot of the notice before the first slot of the proposed ones, the last first
 * @throws PROPOSAL_INVALID {reason} · PROPOSAL_STALE {version, enacted} · RULES_INVALID {reason, carrier}
 */
export function checkProposal(
    statement: ProposalStatement,
    latest: DatedRules,
    recent: readonly Rules[],
    charter: Charter,
): void {
    const { rules, fromSlot, voteUntilSlot } = statement;
    demandNext(rules, latest);
    checkRules(rules, charter);
    checkSuccession(latest.rules, rules);
    checkChange(recent, rules, charter);
    const refuse = (holds: boolean, reason: string): void => {
        demand(holds, 'PROPOSAL_INVALID', { reason });
    };
    refuse(voteUntilSlot < fromSlot, 'the vote ends a slot before the rules are in force, or earlier');
    refuse(voteUntilSlot < enactBeforeSlot(statement, charter), 'the vote ends too late for the notice of the charter');
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

/** Whether the regulator's organisation says no, not merely nothing, to rules that change prices. */
export function isVetoed(
    { rules }: Pick<ProposalStatement, 'rules'>,
    ballots: readonly Ballot[],
    before: Rules,
    { orgs }: Pick<Charter, 'orgs'>,
): boolean {
    const word = ballots.find(({ mspId, votes }) => mspId === orgs.regulator && votes.length > 0);
    return word !== undefined && wordOf(word) === 'no' && changesPrices(before, rules);
}

/** Organisations that have to want proposed rules: in an emergency all of them, the regulator's among them. */
export const votesNeededFor = (
    { isEmergency }: Pick<ProposalStatement, 'isEmergency'>,
    before: Rules,
    charter: Pick<Charter, 'orgs'>,
): number => (isEmergency ? organisationsOf(charter).length : before.votesNeeded);

/**
 * Makes proposed rules the next version. The caller has seen that the vote is over, that the rules enacted last are in
 * force, and that the notice of the proposed ones has not begun.
 * @throws PROPOSAL_STALE {version, enacted} · PROPOSAL_VETOED {proposalId, mspId} · PROPOSAL_NOT_CARRIED {proposalId, votes,
 * votesNeeded}
 */
export function enactRules(
    proposal: Proposal,
    ballots: readonly Ballot[],
    latest: DatedRules,
    charter: Pick<Charter, 'orgs'>,
): { proposal: Proposal; dated: DatedRules } {
    const { proposalId, statement } = proposal;
    demandNext(statement.rules, latest);
    const veto = { proposalId, mspId: charter.orgs.regulator };
    demand(!isVetoed(statement, ballots, latest.rules, charter), 'PROPOSAL_VETOED', veto);
    const votes = wordsFor(ballots);
    const votesNeeded = votesNeededFor(statement, latest.rules, charter);
    demand(votes >= votesNeeded, 'PROPOSAL_NOT_CARRIED', { proposalId, votes, votesNeeded });
    const { rules, fromSlot } = statement;
    return { proposal: { ...proposal, state: 'enacted' }, dated: { rules, fromSlot, proposalId } };
}
