import {
    type Ballot,
    castVote,
    checkProposal,
    enactBeforeSlot,
    enactRules,
    NOTICE_SLOTS_MAX,
    type Proposal,
    type ProposalStatement,
    proposeBeforeSlot,
    type Vote,
    VOTES_MAX,
    wordOf,
    wordsFor,
} from '@commonwatt/chaincode/domain/proposal';
import { checkRules, type DatedRules } from '@commonwatt/chaincode/domain/rules';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { proposalIdOf } from '@commonwatt/chaincode/wire/proposal';
import { RulesVersions } from '@commonwatt/client';
import { expect } from 'chai';
import { nextRules, proposalOf } from '../../support/proposal-commands.js';
import { expectRefusal } from '../../support/refusals.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../../support/sample-market.js';

const latest: DatedRules = { rules: RULES, fromSlot: FIRST_SLOT, proposalId: null };
const check = (statement: ProposalStatement) => (): void => {
    checkProposal(statement, latest, [latest.rules], CHARTER);
};
const PROPOSED = proposalOf(nextRules());
const PROPOSAL_ID = 'ab'.repeat(32);
const vote = (name: string, choice: 'yes' | 'no'): Vote => ({
    statement: { proposalId: PROPOSAL_ID, choice },
    officerSubjectHash: name,
    keyId: name,
    signature: '',
});
const ballot = (mspId: string, ...choices: readonly ('yes' | 'no')[]): Ballot => ({
    proposalId: PROPOSAL_ID,
    mspId,
    votes: choices.map((choice, index) => vote(`${mspId}-${String(index)}`, choice)),
});

describe('a proposal', () => {
    it('is known by all that it says', () => {
        const statement = proposalOf(nextRules());
        const others: ProposalStatement[] = [
            { ...statement, fromSlot: statement.fromSlot + 1 },
            { ...statement, voteUntilSlot: statement.voteUntilSlot + 1 },
            { ...statement, reasonCode: 'another' },
            { ...statement, isEmergency: true },
            { ...statement, rules: nextRules({ networkFeeMicroPerKwh: priceMicroPerKwh(1n) }) },
        ];
        expect(new Set([statement, ...others].map(proposalIdOf))).to.have.length(6);
    });

    it('names the next version, a vote that ends before its slot, and a slot within a month of the vote', () => {
        const { voteUntilSlot } = proposalOf(nextRules());
        const emergency = (fromSlot: number): ProposalStatement =>
            proposalOf(nextRules(), { fromSlot, isEmergency: true });
        check(emergency(voteUntilSlot + 1))();
        check(proposalOf(nextRules(), { fromSlot: voteUntilSlot + 4 }))();
        check(proposalOf(nextRules(), { fromSlot: voteUntilSlot + NOTICE_SLOTS_MAX }))();
        for (const version of [1, 3]) {
            const stale = proposalOf(nextRules({}, { version }));
            expectRefusal(check(stale), 'PROPOSAL_STALE', { version, enacted: 1 });
        }
        for (const [fromSlot, reason] of [
            [voteUntilSlot, 'the vote ends a slot before the rules are in force, or earlier'],
            [voteUntilSlot + NOTICE_SLOTS_MAX + 1, 'the rules are in force within a month of the vote'],
        ] as const) {
            expectRefusal(check(emergency(fromSlot)), 'PROPOSAL_INVALID', { reason });
        }
        const early = { voteUntilSlot: FIRST_SLOT - 1, fromSlot: FIRST_SLOT, isEmergency: true };
        expectRefusal(check(proposalOf(nextRules(), early)), 'PROPOSAL_INVALID', {
            reason: 'the rules before come into force first',
        });
    });

    it('ends its vote a notice before its rules, whatever the notice of the charter', () => {
        const { voteUntilSlot } = PROPOSED;
        for (const rulesNoticeSlots of [3, 96]) {
            const from = (notice: number) => (): void => {
                const statement = proposalOf(nextRules(), { fromSlot: voteUntilSlot + 1 + notice });
                checkProposal(statement, latest, [latest.rules], { ...CHARTER, rulesNoticeSlots });
            };
            from(rulesNoticeSlots)();
            const reason = 'the vote ends too late for the notice of the charter';
            expectRefusal(from(rulesNoticeSlots - 1), 'PROPOSAL_INVALID', { reason });
        }
        const dates = { voteUntilSlot: 50, fromSlot: 100, isEmergency: false };
        for (const rulesNoticeSlots of [1, 30]) {
            expect(proposeBeforeSlot(dates, { rulesNoticeSlots })).to.equal(50 - rulesNoticeSlots);
            expect(enactBeforeSlot(dates, { rulesNoticeSlots })).to.equal(100 - rulesNoticeSlots);
            const urgent = { ...dates, isEmergency: true };
            expect(proposeBeforeSlot(urgent, { rulesNoticeSlots })).to.equal(50);
            expect(enactBeforeSlot(urgent, { rulesNoticeSlots })).to.equal(100);
        }
        expect(proposeBeforeSlot(dates, { rulesNoticeSlots: 51 }), 'slots are not negative').to.equal(0);
        expect(enactBeforeSlot(dates, { rulesNoticeSlots: 101 }), 'slots are not negative').to.equal(0);
    });

    it('proposes rules that could be in force: a carrier stays, half of the organisations is not enough', () => {
        const { electricity } = RULES.carriers;
        const withoutHeat = { ...nextRules(), carriers: electricity === undefined ? {} : { electricity } };
        expectRefusal(check(proposalOf(withoutHeat)), 'RULES_INVALID', { carrier: 'heat' });
        check(proposalOf({ ...nextRules(), carriers: { ...RULES.carriers, gas: ELECTRICITY_RULES } }))();
        for (const votesNeeded of [1, 2]) {
            expectRefusal(check(proposalOf(nextRules({}, { votesNeeded }))), 'RULES_INVALID');
        }
        check(proposalOf(nextRules({}, { votesNeeded: 4 })))();
        const three = { ...CHARTER, orgs: { ...CHARTER.orgs, supplier: CHARTER.orgs.operator } };
        checkRules({ ...RULES, votesNeeded: 2 }, three);
        expectRefusal(() => {
            checkRules({ ...RULES, votesNeeded: 4 }, three);
        }, 'RULES_INVALID');
    });

    const proposal: Proposal = {
        proposalId: PROPOSAL_ID,
        mspId: 'OperatorMSP',
        state: 'open',
        statement: proposalOf(nextRules()),
        officerSubjectHash: '',
        keyId: '',
        signature: '',
    };
    const ballots = ['OperatorMSP', 'CommunityMSP', 'SupplierMSP'].map((mspId) => ballot(mspId, 'yes'));

    it('that three of four organisations want is the next version', () => {
        const { proposal: enacted, dated } = enactRules(proposal, ballots, latest, CHARTER);
        expect(enacted.state).to.equal('enacted');
        expect(dated).to.deep.equal({ rules: nextRules(), fromSlot: FIRST_SLOT + 8, proposalId: PROPOSAL_ID });
        const two = [...ballots.slice(1), ballot('RegulatorMSP', 'no', 'yes')];
        expectRefusal(() => enactRules(proposal, two, latest, CHARTER), 'PROPOSAL_NOT_CARRIED', {
            votes: 2,
            votesNeeded: 3,
        });
        const strict = { ...latest, rules: { ...RULES, votesNeeded: 4 } };
        expectRefusal(() => enactRules(proposal, ballots, strict, CHARTER), 'PROPOSAL_NOT_CARRIED', { votesNeeded: 4 });
        const later = { ...latest, rules: nextRules() };
        expectRefusal(() => enactRules(proposal, ballots, later, CHARTER), 'PROPOSAL_STALE', { enacted: 2 });
    });

    it('that changes a price fails by the no of the regulator, not by its silence', () => {
        const dearer = { ...proposal, statement: proposalOf(nextRules({ subsidyMicroPerKwh: priceMicroPerKwh(1n) })) };
        const enacting =
            (...choices: readonly ('yes' | 'no')[]) =>
            (): unknown =>
                enactRules(dearer, [...ballots, ballot('RegulatorMSP', ...choices)], latest, CHARTER);
        for (const choices of [[], ['yes'], ['yes', 'no', 'yes']] as const) {
            enacting(...choices)();
        }
        const veto = { proposalId: PROPOSAL_ID, mspId: 'RegulatorMSP' };
        expectRefusal(enacting('no'), 'PROPOSAL_VETOED', veto);
        expectRefusal(enacting('yes', 'no'), 'PROPOSAL_VETOED', veto);
        const others = [...ballots.slice(1), ballot('RegulatorMSP', 'yes'), ballot('OperatorMSP', 'no')];
        enactRules(dearer, others, latest, CHARTER);
        enactRules(proposal, [...ballots, ballot('RegulatorMSP', 'no')], latest, CHARTER);
    });

    it('without notice needs every organisation, however many there are', () => {
        const urgent = { ...proposal, statement: proposalOf(nextRules(), { isEmergency: true }) };
        const three = { ...CHARTER, orgs: { ...CHARTER.orgs, supplier: 'OperatorMSP' } };
        const two = { votes: 2, votesNeeded: 3 };
        const [operator, community] = ballots;
        const pair = [operator, community].filter((each) => each !== undefined);
        expectRefusal(() => enactRules(urgent, pair, latest, three), 'PROPOSAL_NOT_CARRIED', two);
        enactRules(urgent, [...pair, ballot('RegulatorMSP', 'yes')], latest, three);
        const needed = { votes: 3, votesNeeded: 4 };
        expectRefusal(() => enactRules(urgent, ballots, latest, CHARTER), 'PROPOSAL_NOT_CARRIED', needed);
        enactRules(urgent, [...ballots, ballot('RegulatorMSP', 'yes')], latest, CHARTER);
    });
});

describe('an organisation', () => {
    it('says what most of its voters say, and no when they are divided or silent', () => {
        expect(wordOf(ballot('a', 'yes'))).to.equal('yes');
        expect(wordOf(ballot('a', 'yes', 'no', 'yes'))).to.equal('yes');
        for (const divided of [ballot('a'), ballot('a', 'no'), ballot('a', 'yes', 'no')]) {
            expect(wordOf(divided)).to.equal('no');
        }
    });

    it('has one word, whoever brings its ballot again', () => {
        expect(wordsFor([ballot('a', 'yes'), ballot('a', 'yes'), ballot('b', 'yes'), ballot('c', 'no')])).to.equal(2);
    });

    it('hears each voter once, and no more than it may have', () => {
        const once = castVote(ballot('a'), vote('ada', 'yes'));
        expect(castVote(once, vote('ada', 'yes'))).to.equal(once);
        expectRefusal(() => castVote(once, vote('ada', 'no')), 'VOTE_CONFLICT', { choice: 'yes' });
        const full = ballot('a', ...Array.from({ length: VOTES_MAX }, () => 'no' as const));
        expect(castVote(full, vote('a-0', 'no'))).to.equal(full);
        expectRefusal(() => castVote(full, vote('ada', 'yes')), 'VOTES_LIMIT', { mspId: 'a' });
    });
});

describe('versions of the rules', () => {
    const versions = new RulesVersions([
        { rules: nextRules({}, { version: 3 }), fromSlot: 30, proposalId: 'c' },
        { rules: RULES, fromSlot: 10, proposalId: null },
        { rules: nextRules(), fromSlot: 20, proposalId: 'b' },
    ]);

    it('are found by slot and by agreement', () => {
        const at = [9, 10, 19, 20, 29, 30, 99].map((slot) => versions.at(slot).version);
        expect(at).to.deep.equal([1, 1, 1, 2, 2, 3, 3]);
        expect(versions.latest.rules.version).to.equal(3);
        expect(versions.of({ rulesVersion: 2 })).to.deep.equal(nextRules());
    });
});
