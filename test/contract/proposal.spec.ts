import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Choice, ProposalStatement } from '@commonwatt/chaincode/domain/proposal';
import type { CarrierRules, Rules } from '@commonwatt/chaincode/domain/rules';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { proposalIdOf } from '@commonwatt/chaincode/wire/proposal';
import type { Endorsement } from '@commonwatt/chaincode/ledger-double';
import { Keeper, type Market } from '@commonwatt/client';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import {
    carry,
    castVote,
    enactProposal,
    makeProposal,
    nextRules,
    proposalOf,
    seatVoters,
} from '../support/proposal-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

let market: StubMarket;

const as = (name: string): Market => clientOf(market, name).market;
const PROPOSAL = proposalOf(nextRules({ priceCapMicroPerKwh: priceMicroPerKwh(500_000n) }));
const { voteUntilSlot, fromSlot } = PROPOSAL;

const make = (statement = PROPOSAL): Promise<Endorsement> =>
    market.do('operator-voter', 'exchange', 'proposal:make', makeProposal(market.who('operator-voter'), statement));
const voting = (name: string, choice: Choice, statement = PROPOSAL): string =>
    castVote(market.who(name), proposalIdOf(statement), choice);
const vote = (name: string, choice: Choice = 'yes'): Promise<Endorsement> =>
    market.do(name, 'exchange', 'proposal:vote', voting(name, choice));
const enact = (statement = PROPOSAL): Promise<Endorsement> =>
    market.do('stranger', 'exchange', 'proposal:enact', enactProposal(statement));
const enacting = (statement = PROPOSAL): Promise<Endorsement> =>
    market.endorse('stranger', 'exchange', 'proposal:enact', enactProposal(statement));
const inForce = async (): Promise<Rules> => (await market.ask('exchange', 'rules:show')) as Rules;
/** Slots begin until this one has. */
const begin = async (slot: number): Promise<void> => {
    for (let next = await nextSlot(); next <= slot; next += 1) {
        await market.advance(next);
    }
};
const nextSlot = async (): Promise<number> => as('stranger').clock.firstToCome(FIRST_SLOT);

/** Enacts a proposal that three organisations want, while its slot has not begun. */
async function change(statement: ProposalStatement): Promise<void> {
    await carry(market, statement);
    await begin(statement.voteUntilSlot);
    await enact(statement);
}

beforeEach(async () => {
    market = await StubMarket.ready();
    await seatVoters(market);
});

describe('exchange: proposal', () => {
    it('is made and voted on by voters, with the key of their seat', async () => {
        const refused = async (
            code: Parameters<StubMarket['refused']>[0],
            name: string,
            signer = name,
        ): Promise<void> => {
            const command = makeProposal(market.who(signer), PROPOSAL);
            await market.refused(code, name, 'exchange', 'proposal:make', command);
        };
        await refused('CALLER_NOT_SEATED', 'anna');
        await refused('CALLER_NOT_SEATED', 'reviewer');
        await refused('CALLER_NOT_SEATED', 'operatorAdmin');
        await refused('SIGNATURE_INVALID', 'operator-voter', 'anna');
        await market.refused('PROPOSAL_MISSING', 'operator-voter', 'exchange', 'proposal:vote', voting('anna', 'yes'));
        await make();
        expect((await make()).writes, 'the same again').to.deep.equal([]);
        for (const name of ['anna', 'dispatcher', 'communityAdmin']) {
            await market.refused('CALLER_NOT_SEATED', name, 'exchange', 'proposal:vote', voting(name, 'yes'));
        }
        const forged = voting('anna', 'yes');
        await market.refused('SIGNATURE_INVALID', 'community-voter', 'exchange', 'proposal:vote', forged);
        await vote('community-voter');
        expect((await vote('community-voter')).writes, 'the same again').to.deep.equal([]);
        const other = voting('community-voter', 'no');
        await market.refused('VOTE_CONFLICT', 'community-voter', 'exchange', 'proposal:vote', other);
    });

    it("is voted on until a slot's tick, even by what was endorsed in time", async () => {
        await make();
        const late = await market.endorse(
            'supplier-voter',
            'exchange',
            'proposal:vote',
            voting('supplier-voter', 'no'),
        );
        await market.advance(FIRST_SLOT, voteUntilSlot - 1);
        await vote('community-voter');
        expect((await enacting()).message).to.match(/^SLOT_NOT_OVER /);
        await market.advance(voteUntilSlot);
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
        const refused = voting('supplier-voter', 'yes');
        await market.refused('SLOT_BEGUN', 'supplier-voter', 'exchange', 'proposal:vote', refused);
        expect((await vote('community-voter')).writes, 'a vote that is cast stays cast').to.deep.equal([]);
    });

    it('does not make voters of different organisations wait for each other', async () => {
        await make();
        const names = ['operator-voter', 'community-voter', 'supplier-voter', 'regulator-voter'];
        const votes = await Promise.all(
            names.map((name) => market.endorse(name, 'exchange', 'proposal:vote', voting(name, 'yes'))),
        );
        expect(votes.map((each) => market.ledger.commit(each))).to.deep.equal(names.map(() => 'VALID'));
    });

    it('is enacted by anyone with the word of three organisations, and only before its slot', async () => {
        await carry(market, PROPOSAL, ['operator', 'regulator']);
        await vote('community-voter', 'no');
        await begin(voteUntilSlot);
        const { operands } = await market.refused(
            'PROPOSAL_NOT_CARRIED',
            'stranger',
            'exchange',
            'proposal:enact',
            enactProposal(PROPOSAL),
        );
        expect(operands).to.include({ votes: 2, votesNeeded: 3 });
        expect((await inForce()).version).to.equal(1);
    });

    it('counts a crowd of voters of one organisation as its one word', async () => {
        await carry(market, PROPOSAL, ['operator', 'community']);
        for (const name of ['anna', 'bert', 'solar']) {
            const seat = commands.grantSeat('voter', market.who(name));
            await market.do('communityAdmin', 'supervision', 'seat:grant', seat);
            await vote(name);
        }
        await begin(voteUntilSlot);
        expect((await enacting()).message).to.match(/^PROPOSAL_NOT_CARRIED .*"votes":2/);
    });

    it('is stale once another is enacted, and waits while one is not in force', async () => {
        await make(proposalOf(nextRules({}, { haltGraceSlots: 3 })));
        const second = { ...PROPOSAL, fromSlot: FIRST_SLOT + 12 };
        await change(second);
        const command = makeProposal(market.who('operator-voter'), proposalOf(nextRules({}, { haltGraceSlots: 2 })));
        await market.refused('PROPOSAL_STALE', 'operator-voter', 'exchange', 'proposal:make', command);
        const third = proposalOf(
            { ...PROPOSAL.rules, version: 3 },
            {
                voteUntilSlot: FIRST_SLOT + 9,
                fromSlot: FIRST_SLOT + 16,
            },
        );
        await carry(market, third);
        await begin(FIRST_SLOT + 9);
        expect((await enacting(third)).message).to.match(/^RULES_PENDING .*"version":2/);
        await begin(FIRST_SLOT + 12);
        await enact(third);
        expect((await inForce()).version).to.equal(2);
        await begin(FIRST_SLOT + 16);
        expect((await inForce()).version).to.equal(3);
    });

    it('is enacted by a keeper once it is carried', async () => {
        const keeper = new Keeper(as('stranger'));
        const taken = async (): Promise<string[]> =>
            (await keeper.turn()).filter(({ step }) => step.startsWith('proposal:')).map(({ step }) => step);
        await make(proposalOf(nextRules({}, { haltGraceSlots: 3 }))); // nobody votes for it
        await carry(market, PROPOSAL);
        expect(await taken()).to.deep.equal([]);
        await begin(voteUntilSlot);
        expect(await taken()).to.deep.equal([`proposal:enact ${proposalIdOf(PROPOSAL)}`]);
        expect(await taken()).to.deep.equal([]);
        const { proposal, ballots } = await as('anna').proposals.show(proposalIdOf(PROPOSAL));
        expect([proposal.state, ballots.length]).to.deep.equal(['enacted', 3]);
    });

    it('is made, voted on and enacted by its client, which names the next version itself', async () => {
        const { version: _, ...rules } = PROPOSAL.rules;
        const { value } = await as('operator-voter').proposals.make({ ...PROPOSAL, rules });
        expect(value.proposalId).to.equal(proposalIdOf(PROPOSAL));
        for (const name of ['community-voter', 'supplier-voter', 'regulator-voter']) {
            await as(name).proposals.vote(value.proposalId, 'yes');
        }
        await begin(voteUntilSlot);
        expect((await as('anna').proposals.enact(value.proposalId)).value.state).to.equal('enacted');
        expect((await as('anna').proposals.list()).map(({ state }) => state)).to.deep.equal(['enacted']);
        expect((await as('anna').charter.rulesVersions()).at(fromSlot).version).to.equal(2);
    });
});

describe('exchange: rules that three organisations would rather change at once', () => {
    const ALL = ['operator', 'community', 'supplier', 'regulator'] as const;
    const withNotice = async (rulesNoticeSlots: number): Promise<void> => {
        market = await StubMarket.ready({ ...CHARTER, rulesNoticeSlots });
        await seatVoters(market);
    };
    const making = (statement: ProposalStatement): Promise<Endorsement> =>
        market.endorse(
            'operator-voter',
            'exchange',
            'proposal:make',
            makeProposal(market.who('operator-voter'), statement),
        );
    const capped = (price: bigint, version = 2): Rules =>
        nextRules({ priceCapMicroPerKwh: priceMicroPerKwh(price) }, { version });

    for (const notice of [2, 5]) {
        it(`are not in force half an hour later, also by what is held back: notice of ${String(notice)} slots`, async () => {
            await withNotice(notice);
            const until = FIRST_SLOT + notice + 1;
            const tooSoon = proposalOf(capped(900_000n), { voteUntilSlot: until, fromSlot: until + notice });
            expect((await making(tooSoon)).message).to.match(/^PROPOSAL_INVALID .*notice of the charter/);
            const statement = { ...tooSoon, fromSlot: until + notice + 1 };
            await carry(market, statement);
            await begin(until);
            const held = await enacting(statement);
            expect(held.message).to.equal('');
            await begin(until + 1);
            expect(market.ledger.commit(held), 'its notice would be shorter').to.equal('MVCC_READ_CONFLICT');
            expect((await enacting(statement)).message).to.match(/^SLOT_BEGUN /);
            await begin(statement.fromSlot);
            expect((await inForce()).version).to.equal(1);
        });

        it(`are not voted on before anybody else has heard of it: notice of ${String(notice)} slots`, async () => {
            await withNotice(notice);
            const until = FIRST_SLOT + notice;
            const sudden = proposalOf(capped(900_000n), { voteUntilSlot: until, fromSlot: until + notice + 1 });
            const held = await making(sudden);
            expect(held.message).to.equal('');
            await begin(FIRST_SLOT);
            expect(market.ledger.commit(held), 'its vote would be shorter').to.equal('MVCC_READ_CONFLICT');
            expect((await making(sudden)).message).to.match(/^SLOT_BEGUN /);
            const fair = { ...sudden, voteUntilSlot: until + 1, fromSlot: until + notice + 2 };
            expect((await making(fair)).message).to.equal('');
        });
    }

    it('are in force from the next slot only as an emergency that every organisation wants', async () => {
        const emergency = (reasonCode: string): ProposalStatement => ({
            ...proposalOf(capped(900_000n), { voteUntilSlot: FIRST_SLOT, fromSlot: FIRST_SLOT + 1 }),
            isEmergency: true,
            reasonCode,
        });
        expect((await making({ ...emergency('sudden'), isEmergency: false })).message).to.match(/^PROPOSAL_INVALID /);
        const parts = ALL.map((role) => [role, ALL.filter((each) => each !== role)] as const);
        for (const [role, others] of parts) {
            await carry(market, emergency(`without${role}`), others);
        }
        await carry(market, emergency('unanimous'), ALL);
        await begin(FIRST_SLOT);
        for (const [role] of parts) {
            const { message } = await enacting(emergency(`without${role}`));
            expect(message, role).to.match(/^PROPOSAL_NOT_CARRIED .*"votes":3,"votesNeeded":4/);
        }
        const keeper = new Keeper(as('stranger'));
        const steps = (await keeper.turn()).map(({ step }) => step).filter((step) => step.startsWith('proposal:'));
        expect(steps).to.deep.equal([`proposal:enact ${proposalIdOf(emergency('unanimous'))}`]);
        await begin(FIRST_SLOT + 1);
        expect((await inForce()).version).to.equal(2);
    });

    it('go no further together than one version, however many follow each other within a notice', async () => {
        const urgent = (price: bigint, version: number, until: number): ProposalStatement => ({
            ...proposalOf(capped(price, version), { voteUntilSlot: until, fromSlot: until + 1 }),
            isEmergency: true,
        });
        const first = urgent(1_500_000n, 2, FIRST_SLOT);
        expect((await making(urgent(1_500_001n, 2, FIRST_SLOT))).message).to.match(/^RULES_INVALID .*too far/);
        await carry(market, first, ALL);
        await begin(FIRST_SLOT);
        await enact(first);
        const next = FIRST_SLOT + 2; // in force a slot later, two slots after the one before
        expect((await making(urgent(1_500_001n, 3, next))).message).to.match(/^RULES_INVALID .*"electricity"/);
        expect((await making(urgent(750_000n, 3, next))).message).to.equal('');
        expect((await making(urgent(749_999n, 3, next))).message).to.match(/^RULES_INVALID /);
        expect((await making(urgent(2_250_000n, 3, next + 1))).message, 'a notice later').to.equal('');
        expect((await making(urgent(2_250_001n, 3, next + 1))).message).to.match(/^RULES_INVALID /);
    });

    it('know no price beyond what the charter allows, from the first rules on', async () => {
        for (const priceMax of [1_000_000n, 1_100_000n]) {
            const charter = { ...CHARTER, priceMaxMicroPerKwh: priceMicroPerKwh(priceMax) };
            market = await StubMarket.ready(charter);
            await seatVoters(market);
            expect((await making(proposalOf(capped(priceMax)))).message).to.equal('');
            expect((await making(proposalOf(capped(priceMax + 1n)))).message).to.match(/^RULES_INVALID .*charter/);
        }
        const dear = { ...ELECTRICITY_RULES, priceCapMicroPerKwh: priceMicroPerKwh(10n ** 12n) };
        const founding = commands.establish(CHARTER, { ...RULES, carriers: { electricity: dear } });
        const bare = await StubMarket.bare();
        await bare.refused('RULES_INVALID', 'operatorAdmin', 'supervision', 'charter:establish', founding);
    });

    it('of prices end with the no of the regulator, whatever the others say and when, but not by its silence', async () => {
        const price = (change: Partial<CarrierRules>): ProposalStatement => proposalOf(nextRules(change));
        const refused = [
            price({ networkFeeMicroPerKwh: priceMicroPerKwh(1n) }),
            price({ priceCapMicroPerKwh: priceMicroPerKwh(999_999n) }),
        ];
        const silent = price({ subsidyMicroPerKwh: priceMicroPerKwh(1n) });
        const deadline = proposalOf(nextRules({}, { haltGraceSlots: 2 }));
        const saysNo = (statement: ProposalStatement): string => voting('regulator-voter', 'no', statement);
        for (const statement of [...refused, silent, deadline]) {
            await carry(market, statement);
        }
        for (const statement of [...refused, deadline]) {
            await market.do('regulator-voter', 'exchange', 'proposal:vote', saysNo(statement));
        }
        const held = await market.endorse('regulator-voter', 'exchange', 'proposal:vote', saysNo(silent));
        await begin(voteUntilSlot);
        for (const statement of refused) {
            const message = (await enacting(statement)).message;
            expect(message).to.match(/^PROPOSAL_VETOED .*"mspId":"RegulatorMSP"/);
        }
        const unopposed = await enacting(silent);
        const others = await enacting(deadline);
        expect([unopposed.message, others.message]).to.deep.equal(['', '']);
        expect(market.ledger.commit(held), 'no word counts after the vote').to.equal('MVCC_READ_CONFLICT');
        const steps = (await new Keeper(as('stranger')).turn()).map(({ step }) => step);
        for (const statement of refused) {
            expect(steps).not.to.include(`proposal:enact ${proposalIdOf(statement)}`);
        }
    });

    it('of prices end with the no of the regulator also when it comes first', async () => {
        const statement = proposalOf(nextRules({ imbalanceShortMicroPerKwh: priceMicroPerKwh(150_001n) }));
        await make(statement);
        const no = voting('regulator-voter', 'no', statement);
        await market.do('regulator-voter', 'exchange', 'proposal:vote', no);
        await carry(market, statement);
        await begin(voteUntilSlot);
        expect((await enacting(statement)).message).to.match(/^PROPOSAL_VETOED /);
    });
});

describe('exchange: rules that change', () => {
    /** Delivered around the change: two slots under either rules. */
    const acrossTheChange = (changes: Partial<Terms> = {}): Terms =>
        saleOf([100n, 100n, 100n, 100n], undefined, {
            firstSlot: fromSlot - 2,
            concludeBeforeSlot: fromSlot - 2,
            ...changes,
        });
    const concluding = (terms: Terms): string => commands.conclude(terms, market.people);
    const conclude = (terms: Terms): Promise<Endorsement> =>
        market.do('stranger', 'exchange', 'agreement:conclude', concluding(terms));

    it('are in force with the tick of their slot, for all that is new, even for what was endorsed before', async () => {
        await change(PROPOSAL);
        expect((await inForce()).version).to.equal(1);
        const old = saleOf([100n], [600_000n], { firstSlot: fromSlot + 4, concludeBeforeSlot: fromSlot + 4 });
        const held = await market.endorse('stranger', 'exchange', 'agreement:conclude', concluding(old));
        expect(held.message).to.equal('');
        await begin(fromSlot);
        expect((await inForce()).version).to.equal(2);
        expect(market.ledger.commit(held)).to.equal('MVCC_READ_CONFLICT');
        const error = await market.refused(
            'TERMS_INVALID',
            'stranger',
            'exchange',
            'agreement:conclude',
            concluding(old),
        );
        expect(error.operands).to.include({ rulesVersion: 1, inForce: 2 });
        const dear = concluding({ ...old, rulesVersion: 2 });
        const refused = await market.refused('TERMS_INVALID', 'stranger', 'exchange', 'agreement:conclude', dear);
        expect(refused.operands).to.include({ reason: 'price above the cap' });
    });

    it('void every transaction that was endorsed before they were enacted', async () => {
        await carry(market, PROPOSAL);
        await begin(voteUntilSlot);
        const held = await market.endorse('stranger', 'exchange', 'agreement:conclude', concluding(acrossTheChange()));
        const withdrawal = commands.withdraw(acrossTheChange({ salt: '66'.repeat(32) }), 'anna', market.who('anna'));
        const ruleless = await market.endorse('anna', 'exchange', 'consent:withdraw', withdrawal);
        expect([held.message, ruleless.message]).to.deep.equal(['', '']);
        await enact();
        expect(market.ledger.commit(held)).to.equal('MVCC_READ_CONFLICT');
        expect(market.ledger.commit(ruleless), 'a step that asks no rule').to.equal('MVCC_READ_CONFLICT');
        await conclude(acrossTheChange());
    });

    it('leave an agreement its own: it is funded, what stays in an amendment stays, and slots are settled under their own rules', async () => {
        const cheap = { ...ELECTRICITY_RULES, priceCapMicroPerKwh: priceMicroPerKwh(300_000n) };
        market = await StubMarket.ready(CHARTER, { ...RULES, carriers: { ...RULES.carriers, electricity: cheap } });
        await seatVoters(market);
        const later = proposalOf(
            nextRules({
                priceCapMicroPerKwh: priceMicroPerKwh(150_000n),
                conformityStandards: ['iec-62109'],
                screening: 'central',
                networkFeeMicroPerKwh: priceMicroPerKwh(7_000n),
            }),
        );
        const old = acrossTheChange({ firstSlot: fromSlot + 1, concludeBeforeSlot: fromSlot + 1 });
        const running = acrossTheChange();
        await conclude(running);
        await conclude({ ...old, salt: '77'.repeat(32) });
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(running, 'ordinary'));
        await change(later);
        await begin(fromSlot);
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund({ ...old, salt: '77'.repeat(32) }));

        const amendedTo = (price: bigint, rulesVersion: number): string => {
            const prices = [200_000n, 200_000n, 200_000n, price];
            const until = { concludeBeforeSlot: fromSlot + 2, firstSlot: running.firstSlot, rulesVersion };
            const next = following(running, saleOf([100n, 100n, 100n, 90n], prices), until);
            return commands.proposeAmendment(agreementIdOf(running), next, market.people);
        };
        for (const command of [amendedTo(140_000n, 1), amendedTo(150_001n, 2)]) {
            await market.refused('TERMS_INVALID', 'stranger', 'exchange', 'amendment:propose', command);
        }
        await market.do('stranger', 'exchange', 'amendment:propose', amendedTo(150_000n, 2));

        await begin(fromSlot + 2);
        const slots = [-2, -1, 0, 1].map((offset) => fromSlot + offset);
        const readings = Array.from({ length: fromSlot + 2 - FIRST_SLOT }, (_, index) => FIRST_SLOT + index);
        for (const slot of readings) {
            const count = BigInt(slot - FIRST_SLOT + 1);
            const command = commands.submitReadings(
                market.reading('anna-point', slot, 100n * count, 0n),
                market.reading('solar-point', slot, 0n, 100n * count),
                market.reading('bert-point', slot, 0n, 0n),
            );
            await market.do('stranger', 'exchange', 'reading:submit', command);
            await market.settle(slot);
        }
        const feeOf = async (slot: number): Promise<bigint> => {
            const { points } = await market.settlement(slot);
            return points.find(({ pointId }) => pointId === 'anna-point')?.feeNano ?? -1n;
        };
        const fees = await Promise.all(slots.map(feeOf));
        expect(fees).to.deep.equal([0n, 0n, 700_000n, 700_000n]);
    });

    it('date deadlines and corrections by the rules of the slot, however late they come', async () => {
        const patient = proposalOf(nextRules({}, { readingDeadlineSlots: 6, reconciliationAfterSlots: [9, 10, 11] }));
        await change(patient);
        await begin(fromSlot + 3);
        const settling = (slot: number): Promise<Endorsement> =>
            market.endorse('stranger', 'exchange', 'settlement:run', canonicalJson({ carrier: 'electricity', slot }));
        for (let slot = FIRST_SLOT; slot < fromSlot; slot += 1) {
            await market.settle(slot); // nobody reads: estimated after the deadline of the first rules
        }
        expect((await settling(fromSlot)).message).to.match(/^READING_MISSING /);
        const { dueSlot } = await market.reconcile(fromSlot - 1 - 4, 1);
        expect(dueSlot).to.equal(fromSlot - 1 - 4 + 1 + 4);
        await begin(fromSlot + 7);
        await market.settle(fromSlot);
        const early = canonicalJson({ carrier: 'electricity', run: 1, slot: fromSlot });
        const error = await market.refused(
            'RECONCILIATION_NOT_DUE',
            'stranger',
            'exchange',
            'settlement:reconcile',
            early,
        );
        expect(error.operands).to.include({ dueSlot: fromSlot + 1 + 9 });
    });

    it('let the halts of either side be renewed, and only such rules do', async () => {
        const halting = (side: 'supervision' | 'exchange', from: number): string =>
            commands.halt(market.who(side === 'supervision' ? 'reviewer' : 'dispatcher'), side, {
                fromSlot: from,
                untilSlot: from + 2,
            });
        const first = fromSlot - 3;
        await market.do('reviewer', 'supervision', 'halt:set', halting('supervision', first));
        await market.do('dispatcher', 'exchange', 'halt:set', halting('exchange', first));
        await change(proposalOf(nextRules({ haltRestSlots: 48 })));
        const again = first + 2 + 48 + 1;
        const tooSoon = (from: number, restSlots: number): Promise<void> =>
            market
                .refused('HALT_CONFLICT', 'reviewer', 'supervision', 'halt:set', halting('supervision', from))
                .then(({ operands }) => {
                    expect(operands).to.include({ restSlots });
                });
        await tooSoon(again, 96);
        await begin(again - 2);
        await tooSoon(again, 48);
        await begin(again - 1);
        await market.do('reviewer', 'supervision', 'halt:set', halting('supervision', again));
        await market.do('dispatcher', 'exchange', 'halt:set', halting('exchange', again));
    });
});
