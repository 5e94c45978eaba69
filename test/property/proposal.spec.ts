import {
    type Ballot,
    castVote,
    CHOICES,
    type Choice,
    enactRules,
    type Proposal,
    wordOf,
    wordsFor,
} from '@commonwatt/chaincode/domain/proposal';
import type { DatedRules } from '@commonwatt/chaincode/domain/rules';
import { organisationsOf } from '@commonwatt/chaincode/domain/charter';
import { type MarketError } from '@commonwatt/chaincode/domain/errors';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '../support/property.js';
import { nextRules, proposalOf } from '../support/proposal-commands.js';
import { CHARTER, FIRST_SLOT, RULES } from '../support/sample-market.js';

const PROPOSAL_ID = 'ab'.repeat(32);
const MSPS = organisationsOf(CHARTER);

/** One attempt to vote: who, of which organisation, and what. */
type Attempt = Readonly<{ msp: number; voter: number; choice: Choice }>;
const attempts = fc.array(
    fc.record<Attempt>({ msp: fc.nat(MSPS.length - 1), voter: fc.nat(40), choice: fc.constantFrom(...CHOICES) }),
    { maxLength: 60 },
);

/** Ballots after a series of attempts; what is refused changes nothing. */
function ballotsAfter(tried: readonly Attempt[]): Ballot[] {
    const ballots = MSPS.map((mspId): Ballot => ({ proposalId: PROPOSAL_ID, mspId, votes: [] }));
    for (const { msp, voter, choice } of tried) {
        const officerSubjectHash = `${String(msp)}-${String(voter)}`;
        const vote = {
            statement: { proposalId: PROPOSAL_ID, choice },
            officerSubjectHash,
            keyId: officerSubjectHash,
            signature: '',
        };
        try {
            ballots.splice(msp, 1, ...ballots.slice(msp, msp + 1).map((ballot) => castVote(ballot, vote)));
        } catch (error) {
            expect((error as MarketError).code).to.be.oneOf(['VOTE_CONFLICT', 'VOTES_LIMIT']);
        }
    }
    return ballots;
}

const proposal: Proposal = {
    proposalId: PROPOSAL_ID,
    mspId: MSPS[0] ?? '',
    state: 'open',
    statement: proposalOf(nextRules()),
    officerSubjectHash: '',
    keyId: '',
    signature: '',
};
const latest: DatedRules = { rules: RULES, fromSlot: FIRST_SLOT, proposalId: null };

const DEARER = proposalOf(nextRules({ networkFeeMicroPerKwh: priceMicroPerKwh(1n) }));

function isEnacted(ballots: readonly Ballot[], proposed = proposal): boolean {
    try {
        enactRules(proposed, ballots, latest, CHARTER);
        return true;
    } catch (error) {
        expect((error as MarketError).code).to.be.oneOf(['PROPOSAL_NOT_CARRIED', 'PROPOSAL_VETOED']);
        return false;
    }
}

describe('a vote', () => {
    it('counts once, whatever the voter tries afterwards', async () => {
        const property = fc.property(attempts, (tried) => {
            const first = new Map<string, Choice>();
            for (const { msp, voter, choice } of tried) {
                const name = `${String(msp)}-${String(voter)}`;
                first.set(name, first.get(name) ?? choice);
            }
            const cast = ballotsAfter(tried).flatMap(({ votes }) => votes);
            expect(new Set(cast.map((vote) => vote.officerSubjectHash)).size).to.equal(cast.length);
            for (const { officerSubjectHash, statement } of cast) {
                expect(statement.choice).to.equal(first.get(officerSubjectHash));
            }
        });
        await holds(property, { runs: 500, seconds: 5 });
    });

    it('weighs nothing in another organisation: however many voters one has, it has one word', async () => {
        const property = fc.property(
            attempts,
            fc.nat(MSPS.length - 1),
            fc.array(fc.constantFrom(...CHOICES), { maxLength: 40 }),
            (tried, msp, crowd) => {
                const more = crowd.map((choice, voter): Attempt => ({ msp, voter: 100 + voter, choice }));
                const [before, after] = [ballotsAfter(tried), ballotsAfter([...tried, ...more])];
                const others = (ballots: readonly Ballot[]): unknown[] =>
                    ballots.filter((_, index) => index !== msp).map(wordOf);
                expect(others(after)).to.deep.equal(others(before));
                expect(Math.abs(wordsFor(after) - wordsFor(before))).to.be.at.most(1);
            },
        );
        await holds(property, { runs: 500, seconds: 5 });
    });

    it('carries a proposal exactly when enough organisations want it, in whatever order the ballots are read', async () => {
        const property = fc.property(attempts, fc.shuffledSubarray(MSPS, { minLength: 4 }), (tried, order) => {
            const ballots = ballotsAfter(tried);
            const wanting = ballots.filter(({ votes }) => {
                const yes = votes.filter(({ statement }) => statement.choice === 'yes').length;
                return yes > votes.length - yes;
            });
            const reordered = order.flatMap((mspId) => ballots.filter((ballot) => ballot.mspId === mspId));
            expect(isEnacted(ballots)).to.equal(wanting.length >= RULES.votesNeeded);
            expect(isEnacted(reordered)).to.equal(isEnacted(ballots));
        });
        await holds(property, { runs: 1_000, seconds: 5 });
    });

    it('on prices is lost against the no of the regulator, and in an emergency against the silence of anybody, in whatever order', async () => {
        const property = fc.property(attempts, fc.shuffledSubarray(MSPS, { minLength: 4 }), (tried, order) => {
            const ballots = ballotsAfter(tried);
            const reordered = order.flatMap((mspId) => ballots.filter((ballot) => ballot.mspId === mspId));
            const word = ballots.find(({ mspId }) => mspId === CHARTER.orgs.regulator);
            const refuses = word !== undefined && word.votes.length > 0 && wordOf(word) === 'no';
            const dearer = { ...proposal, statement: DEARER };
            expect(isEnacted(reordered, dearer)).to.equal(!refuses && isEnacted(ballots));
            const urgent = { ...proposal, statement: { ...DEARER, isEmergency: true } };
            expect(isEnacted(reordered, urgent)).to.equal(wordsFor(ballots) === MSPS.length);
        });
        await holds(property, { runs: 1_000, seconds: 5 });
    });
});
