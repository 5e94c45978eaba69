import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import {
    agreementCodec,
    agreementIdOf,
    type AgreementView,
    agreementViewCodec,
    consentBody,
    proposeAmendmentCodec,
    termsHashOf,
} from '@commonwatt/chaincode/wire/agreement';
import { enactCodec } from '@commonwatt/chaincode/wire/amendment';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import type { WireError } from '@commonwatt/chaincode/wire/errors';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import { moneyIn } from '../support/ledger-money.js';
import { drawnBy } from '../support/default-amounts.js';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { SCOPE, SigningKey } from '../support/signing-key.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const FOUR = saleOf([100n, 100n, 100n, 100n]);
const ID = agreementIdOf(FOUR);
const RAISED = following(FOUR, saleOf([100n, 150n, 200n, 100n]));
const LOWERED = following(FOUR, saleOf([100n, 50n, 50n]));

let market: StubMarket;
const open = async (): Promise<void> => {
    market = await StubMarket.ready();
    await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(FOUR, market.people));
};

type Answer = Awaited<ReturnType<StubMarket['do']>>;

const fund = (): Promise<Answer> =>
    market.do('stranger', 'exchange', 'agreement:fund', commands.fund(FOUR, 'ordinary'));
const proposal = (terms: Terms): string => commands.proposeAmendment(ID, terms, market.people);
const propose = (terms: Terms): Promise<Answer> =>
    market.do('stranger', 'exchange', 'amendment:propose', proposal(terms));
const refusedProposal = (code: ErrorCode, command: string): Promise<WireError> =>
    market.refused(code, 'stranger', 'exchange', 'amendment:propose', command);

type Enactment = Readonly<{
    fromSlot?: number;
    standingId?: string | null;
    folds?: Readonly<Record<string, string[]>>;
}>;
const enactment = (terms: Terms, { fromSlot = FIRST_SLOT, standingId = 'ordinary', folds = {} }: Enactment): string =>
    enactCodec.encode({
        agreementId: ID,
        version: terms.version,
        fromSlot,
        standingId,
        folds: Object.entries(folds).map(([participantId, sourceIds]) => ({ participantId, sourceIds })),
    });
const enact = (terms: Terms, how: Enactment = {}): Promise<Answer> =>
    market.do('stranger', 'exchange', 'amendment:enact', enactment(terms, how));
const refusedEnactment = (code: ErrorCode, terms: Terms, how: Enactment = {}): Promise<WireError> =>
    market.refused(code, 'stranger', 'exchange', 'amendment:enact', enactment(terms, how));

async function view(): Promise<AgreementView> {
    const query = canonicalJson({ agreementId: ID });
    const { payload } = await market.endorse('stranger', 'exchange', 'agreement:show', query);
    return agreementViewCodec.decode(payload);
}
const held = async (): Promise<unknown> =>
    Object.fromEntries(
        (await view()).execution.holdings.map(({ participantId, energyNano, defaultNano }) => [
            participantId,
            [energyNano, defaultNano],
        ]),
    );
const judge = (verb: 'approve' | 'reject' | 'terminate', terms: Terms): Promise<Answer> => {
    const decision = ({ approve: 'approved', reject: 'rejected', terminate: 'terminated' } as const)[verb];
    const command = commands.decide(market.who('reviewer'), terms, decision, { agreementId: ID });
    return market.do('reviewer', 'supervision', `verdict:${verb}`, command);
};

describe('exchange: amendment propose', () => {
    beforeEach(open);
    it('records what every party signed, and changes nothing yet', async () => {
        const { event, writes, payload } = await propose(RAISED);
        expect(event).to.deep.equal({
            name: 'AmendmentProposed/1',
            payload: canonicalJson({ agreementId: ID, termsHash: termsHashOf(RAISED), version: 2 }),
        });
        expect(writes.map(({ key, policy }) => [key, policy])).to.deep.equal([
            [`allowance/electricity/solar-point/anna-point/agreement/${Number.parseInt(ID.slice(0, 1), 16) % 8}`, null],
            [`amendment/${ID}/0000000002`, null],
        ]);
        const shown = await market.ask('exchange', 'amendment:show', canonicalJson({ agreementId: ID, version: 2 }));
        expect(canonicalJson(shown as never)).to.equal(payload);
        expect((await view()).agreement.terms).to.deep.equal(FOUR);
    });

    it('answers what is recorded when it is proposed again, and refuses others in its place', async () => {
        await propose(RAISED);
        expect((await propose(RAISED)).writes).to.deep.equal([]);
        const { operands } = await refusedProposal('AMENDMENT_CONFLICT', proposal(LOWERED));
        expect(operands).to.deep.equal({ agreementId: ID, version: 2 });
        await propose({ ...LOWERED, version: 3 });
    });

    it('needs every party’s signature, with its key, for this agreement and these terms', async () => {
        const { solar, anna, bert } = market.people as Record<string, ReturnType<StubMarket['who']>>;
        if (solar === undefined || anna === undefined || bert === undefined) {
            throw new Error('three people');
        }
        await refusedProposal('SIGNATURE_MISSING', commands.proposeAmendment(ID, RAISED, { solar }));
        await refusedProposal('SIGNATURE_MISSING', commands.proposeAmendment(ID, RAISED, { solar, anna: bert }));
        const signed = (terms: Terms, agreementId: string): string =>
            proposeAmendmentCodec.encode({
                agreementId: ID,
                terms: RAISED,
                consents: ['solar', 'anna'].map((id) => commands.consentOf(terms, id, market.who(id), agreementId)),
            });
        await refusedProposal('SIGNATURE_INVALID', signed(RAISED, '0'.repeat(64)));
        await refusedProposal('SIGNATURE_INVALID', signed(LOWERED, ID));
        await refusedProposal('SIGNATURE_INVALID', signed(FOUR, ID));
    });

    it('is refused where a party has taken its signature back', async () => {
        const command = commands.withdraw(RAISED, 'anna', market.who('anna'), ID);
        await market.do('anna', 'exchange', 'consent:withdraw', command);
        await refusedProposal('SIGNATURE_WITHDRAWN', proposal(RAISED));
    });

    it('is refused too late, of the wrong version, and where nothing can follow', async () => {
        await refusedProposal('VERSION_STALE', proposal({ ...RAISED, previousHash: null }));
        await refusedProposal('TERMS_INVALID', proposal(following(FOUR, FOUR, { firstSlot: FIRST_SLOT + 1 })));
        const early = following(FOUR, FOUR, { concludeBeforeSlot: FIRST_SLOT + 1 });
        const nowhere = commands.proposeAmendment('0'.repeat(64), RAISED, market.people);
        await refusedProposal('AGREEMENT_MISSING', nowhere);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await refusedProposal('SLOT_BEGUN', proposal(early));
        await market.do('stranger', 'exchange', 'agreement:lapse', canonicalJson({ agreementId: ID }));
        const { operands } = await refusedProposal('AGREEMENT_STATE', proposal(RAISED));
        expect(operands).to.deep.equal({ verb: 'propose', state: 'lapsed' });
    });
});

describe('exchange: amendment enact', () => {
    beforeEach(open);
    it('replaces the terms and tops the escrow up from the lanes, whoever pushes', async () => {
        const { writes: first } = await fund();
        await propose(RAISED);
        const { event, writes } = await enact(RAISED);
        expect(event).to.deep.equal({
            name: 'AmendmentEnacted/1',
            payload: canonicalJson({ agreementId: ID, fromSlot: FIRST_SLOT, standingId: 'ordinary', version: 2 }),
        });
        expect(writes.map(({ key }) => key)).to.deep.equal([
            `agreement/${ID}`,
            `execution/${ID}`,
            'lane/anna/0000000000',
            'lane/solar/0000000000',
        ]);
        expect(first.length > 0 && writes.every(({ policy }) => policy === null), 'no policy is set').to.equal(true);
        expect((await view()).agreement).to.deep.include({ terms: RAISED, termsHash: termsHashOf(RAISED) });
        expect(await held()).to.deep.equal({ solar: [0n, 55_000_000n], anna: [110_000_000n, 0n] });
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('gives back what the new terms do not need, as a credit', async () => {
        await fund();
        await propose(LOWERED);
        const { writes } = await enact(LOWERED);
        expect(writes.map(({ key }) => key)).to.include.members([
            `credit/anna/amend.2.${ID}`,
            `credit/solar/amend.2.${ID}`,
        ]);
        expect(await held()).to.deep.equal({ solar: [0n, 20_000_000n], anna: [40_000_000n, 0n] });
        expect((await view()).execution.endSlot).to.equal(FIRST_SLOT + 3);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('folds credits where a lane is short, and is refused where there are none', async () => {
        await fund();
        const risky = following(FOUR, FOUR, {
            defaultRateMicroPerKwh: priceMicroPerKwh(10n ** 12n),
            defaultCapNano: amountNano(10n ** 11n),
        });
        await propose(risky);
        const { operands } = await refusedEnactment('ACCOUNT_UNDERFUNDED', risky);
        expect(operands).to.include({ participantId: 'solar', lane: 0 });
        await market.deposit('solar', 10n ** 11n, 'pay-more');
        await enact(risky, { folds: { solar: ['deposit.pay-more'] } });
        expect(await held()).to.deep.equal({ solar: [0n, 10n ** 11n], anna: [80_000_000n, 0n] });
    });

    it('needs an approval of this version: its own or a standing one that fits', async () => {
        await fund();
        await propose(RAISED);
        await refusedEnactment('VERDICT_MISSING', RAISED, { standingId: null });
        await judge('approve', FOUR);
        await refusedEnactment('VERDICT_MISSING', RAISED, { standingId: null });
        await refusedEnactment('STANDING_VERDICT_EXCEEDED', RAISED, { standingId: 'no-such' });
        await judge('approve', RAISED);
        await enact(RAISED, { standingId: null });
        const large = following(RAISED, saleOf([100n, 150n, 20_000n, 0n]));
        await propose(large);
        const { operands } = await refusedEnactment('STANDING_VERDICT_EXCEEDED', large);
        expect(operands).to.deep.equal({ standingId: 'ordinary', bound: 'agreementEnergyMaxWh' });
    });

    it('is refused by a rejection of this version', async () => {
        await fund();
        await propose(RAISED);
        await judge('reject', RAISED);
        for (const standingId of ['ordinary', null]) {
            await refusedEnactment('VERDICT_MISSING', RAISED, { standingId });
        }
    });

    it('is no way around a rejection of the version in force', async () => {
        await propose(RAISED);
        await judge('reject', FOUR);
        const { operands } = await refusedEnactment('VERDICT_MISSING', RAISED);
        expect(operands).to.deep.equal({ agreementId: ID, decision: 'rejected' });
    });

    it('is no way around a termination that nobody has carried out yet', async () => {
        await fund();
        await propose(RAISED);
        await judge('approve', RAISED);
        await judge('terminate', FOUR);
        for (const standingId of ['ordinary', null]) {
            const { operands } = await refusedEnactment('VERDICT_MISSING', RAISED, { standingId });
            expect(operands).to.deep.equal({ agreementId: ID, decision: 'terminated' });
        }
        await market.do('stranger', 'exchange', 'agreement:release', commands.release(FOUR, FIRST_SLOT));
    });

    it('does not slip in behind a termination or the slot when it is held back', async () => {
        const steps = [
            () => judge('terminate', FOUR),
            () => market.advance(FIRST_SLOT),
            () =>
                market.do(
                    'anna',
                    'exchange',
                    'consent:withdraw',
                    commands.withdraw(RAISED, 'anna', market.who('anna'), ID),
                ),
        ];
        await fund();
        await propose(RAISED);
        const late = await market.endorse('stranger', 'exchange', 'amendment:enact', enactment(RAISED, {}));
        expect(late.status, late.message).to.equal(200);
        for (const step of steps) {
            await step();
            expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
        }
    });

    it('of an agreement that is not in force yet reserves what the new terms need more', async () => {
        await propose(RAISED);
        const { writes } = await enact(RAISED);
        expect(writes.map(({ key }) => key)).to.deep.equal([
            `agreement/${ID}`,
            `execution/${ID}`,
            'lane/anna/0000000000',
            'lane/solar/0000000000',
        ]);
        await fund();
        expect(await held()).to.deep.equal({ solar: [0n, 55_000_000n], anna: [110_000_000n, 0n] });
    });

    it('of an agreement that is not in force yet gives back what the new terms need less', async () => {
        await propose(LOWERED);
        const { writes } = await enact(LOWERED);
        expect(writes.map(({ key }) => key)).to.deep.equal([
            `agreement/${ID}`,
            `credit/anna/amend.2.${ID}`,
            `credit/solar/amend.2.${ID}`,
            `execution/${ID}`,
        ]);
        await market.advance(FIRST_SLOT);
        await market.do('stranger', 'exchange', 'agreement:lapse', canonicalJson({ agreementId: ID }));
        expect(await held()).to.deep.equal({ solar: [0n, 0n], anna: [0n, 0n] });
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('of an agreement whose review is over does not take it up again: it can only lapse', async () => {
        await propose(RAISED);
        await market.advance(FIRST_SLOT);
        await market.refused(
            'SLOT_BEGUN',
            'stranger',
            'exchange',
            'amendment:enact',
            enactment(RAISED, { fromSlot: FIRST_SLOT + 1 }),
        );
    });

    it('changes the ledger once', async () => {
        await fund();
        await propose(RAISED);
        await enact(RAISED);
        expect((await enact(RAISED)).writes).to.deep.equal([]);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        expect((await enact(RAISED)).writes, 'whatever the slot').to.deep.equal([]);
    });

    it('of one of two that wait voids the other', async () => {
        await fund();
        const other = { ...LOWERED, version: 3 };
        await propose(RAISED);
        await propose(other);
        await enact(other);
        const { operands } = await refusedEnactment('VERSION_STALE', RAISED);
        expect(operands).to.deep.equal({ agreementId: ID, version: 2, inForce: 3 });
        await market.refused(
            'AMENDMENT_MISSING',
            'stranger',
            'exchange',
            'amendment:enact',
            enactment({ ...RAISED, version: 4 }, {}),
        );
    });

    it('is refused once a party has taken its signature back', async () => {
        await fund();
        await propose(RAISED);
        const command = commands.withdraw(RAISED, 'solar', market.who('solar'), ID);
        await market.do('solar', 'exchange', 'consent:withdraw', command);
        await refusedEnactment('SIGNATURE_WITHDRAWN', RAISED);
    });

    it('waits while a halt runs or a party is suspended', async () => {
        await fund();
        await propose(RAISED);
        const reviewer = market.who('reviewer');
        const qualify = (status: 'suspended' | 'granted', sequence: number): string =>
            commands.qualify(reviewer, 'anna', { status, sequence });
        await market.do('reviewer', 'supervision', 'qualification:suspend', qualify('suspended', 2));
        await refusedEnactment('QUALIFICATION_MISSING', RAISED);
        await market.do('reviewer', 'supervision', 'qualification:grant', qualify('granted', 3));
        const dispatcher = market.who('dispatcher');
        await market.do('dispatcher', 'exchange', 'halt:set', commands.halt(dispatcher, 'exchange'));
        await refusedEnactment('MARKET_HALTED', RAISED);
    });
});

describe('exchange: amendment enact, in the midst of delivery', () => {
    beforeEach(open);
    beforeEach(fund);

    it('begins with the next slot, neither earlier nor later', async () => {
        await propose(RAISED);
        await market.advance(FIRST_SLOT);
        await refusedEnactment('SLOT_BEGUN', RAISED, { fromSlot: FIRST_SLOT });
        await refusedEnactment('SLOT_NOT_OVER', RAISED, { fromSlot: FIRST_SLOT + 2 });
        await enact(RAISED, { fromSlot: FIRST_SLOT + 1 });
    });

    it('is refused once a slot that it changes has begun', async () => {
        await propose(RAISED);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await refusedEnactment('TERMS_INVALID', RAISED, { fromSlot: FIRST_SLOT + 2 });
    });

    it('is void from the slot on that its terms name', async () => {
        const soon = { ...LOWERED, concludeBeforeSlot: FIRST_SLOT + 1, legs: FOUR.legs, slotCount: 4 };
        await propose(soon);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await refusedEnactment('SLOT_BEGUN', soon, { fromSlot: FIRST_SLOT + 2 });
    });

    it('does not take delivery up again that has ended', async () => {
        const longer = following(FOUR, saleOf([100n, 100n, 100n, 100n, 900n, 900n, 900n]));
        await propose(longer);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 4);
        const { operands } = await refusedEnactment('TERMS_INVALID', longer, { fromSlot: FIRST_SLOT + 5 });
        expect(operands).to.deep.equal({ reason: 'delivery that has ended is not taken up again' });
    });

    it('prolongs delivery in its last slot', async () => {
        const longer = following(FOUR, saleOf([100n, 100n, 100n, 100n, 900n]));
        await propose(longer);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 3);
        await enact(longer, { fromSlot: FIRST_SLOT + 4 });
        expect((await view()).execution).to.include({ state: 'inForce', endSlot: FIRST_SLOT + 5 });
        expect(await held()).to.deep.equal({ solar: [0n, 130_000_000n], anna: [80_000_000n + 180_000_000n, 0n] });
    });

    it('settles what was delivered under the terms of its time, and leaves the escrow empty', async () => {
        const dearer = following(FOUR, saleOf([100n, 100n, 50n], [200_000n, 200_000n, 300_000n]));
        await propose(dearer);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await enact(dearer, { fromSlot: FIRST_SLOT + 2 });
        await market.advance(FIRST_SLOT + 2, FIRST_SLOT + 3);
        const gave = [90n, 190n, 230n]; // 90, 100 and 40 Wh
        for (const [offset, gaveWh] of gave.entries()) {
            const slot = FIRST_SLOT + offset;
            const readings = commands.submitReadings(
                market.reading('solar-point', slot, 0n, gaveWh),
                market.reading('anna-point', slot, gaveWh, 0n),
                market.reading('bert-point', slot, 0n, 0n),
            );
            await market.do('stranger', 'exchange', 'reading:submit', readings);
            await market.settle(slot);
            const [leg] = (await market.settlement(slot)).legs;
            expect([leg?.agreedWh, leg?.paymentNano, drawnBy(leg)]).to.deep.equal(
                [
                    [100n, 18_000_000n, { solar: 1_000_000n }],
                    [100n, 20_000_000n, {}],
                    [50n, 12_000_000n, { solar: 1_000_000n }],
                ][offset],
            );
        }
        const { execution } = await view();
        expect([execution.state, execution.version]).to.deep.equal(['completed', 2]);
        expect(await held()).to.deep.equal({ solar: [0n, 0n], anna: [0n, 0n] });
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });
});

describe('exchange: amendment enact, against three organisations with code of their own', () => {
    beforeEach(open);
    async function forge(terms: Terms, key: SigningKey, termsHash = termsHashOf(terms)): Promise<void> {
        const signature = key.signDocument('commonwatt/agreement/1', SCOPE.exchange, consentBody(ID, terms));
        const consents = terms.parties.map(({ participantId }) => ({
            participantId,
            mandateId: null,
            keyId: key.keyId,
            signature,
        }));
        const value = agreementCodec.encode({ agreementId: ID, termsHash, terms, consents });
        await market.overwrite(`amendment/${ID}/0000000002`, value);
    }

    beforeEach(fund);

    it('refuses an amendment that nobody signed', async () => {
        await forge(LOWERED, new SigningKey());
        await refusedEnactment('SIGNATURE_MISSING', LOWERED);
    });

    it('refuses one signed with a key that was put into the participants’ records', async () => {
        const key = new SigningKey();
        for (const id of ['solar', 'anna']) {
            const stored = market.stored(`participant/${id}`);
            expect(stored).to.include(market.who(id).key.publicKey);
            await market.overwrite(`participant/${id}`, stored.replace(market.who(id).key.publicKey, key.publicKey));
        }
        await forge(LOWERED, key);
        const { operands } = await refusedEnactment('KEY_REPLACED', LOWERED);
        expect(operands).to.deep.equal({ participantId: 'solar', keyId: market.who('solar').key.keyId });
    });

    it('refuses other terms under the hash of those that were approved', async () => {
        await judge('approve', RAISED);
        await forge(LOWERED, new SigningKey(), termsHashOf(RAISED));
        await refusedEnactment('INVARIANT_BROKEN', LOWERED, { standingId: null });
    });
});

describe('exchange: agreement cancel', () => {
    beforeEach(open);
    const cancel = (fromSlot: number, terms = FOUR): string => commands.cancel(terms, fromSlot, market.people);
    const refused = (code: ErrorCode, command: string): Promise<WireError> =>
        market.refused(code, 'stranger', 'exchange', 'agreement:cancel', command);

    it('before delivery gives everything back', async () => {
        await fund();
        const { event } = await market.do('stranger', 'exchange', 'agreement:cancel', cancel(FIRST_SLOT));
        expect(event).to.deep.equal({
            name: 'AgreementCancelled/1',
            payload: canonicalJson({ agreementId: ID, endSlot: FIRST_SLOT, state: 'terminated', version: 1 }),
        });
        expect(await held()).to.deep.equal({ solar: [0n, 0n], anna: [0n, 0n] });
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('in the midst of delivery ends it with the running slot, even while a halt runs', async () => {
        await fund();
        await market.advance(FIRST_SLOT);
        const halted = commands.halt(market.who('reviewer'), 'supervision', { fromSlot: FIRST_SLOT + 1 });
        await market.do('reviewer', 'supervision', 'halt:set', halted);
        await refused('SLOT_BEGUN', cancel(FIRST_SLOT));
        await refused('SLOT_NOT_OVER', cancel(FIRST_SLOT + 2));
        await market.do('stranger', 'exchange', 'agreement:cancel', cancel(FIRST_SLOT + 1));
        expect((await view()).execution).to.include({ state: 'windingDown', endSlot: FIRST_SLOT + 1 });
        expect(await held()).to.deep.equal({ solar: [0n, 40_000_000n], anna: [20_000_000n, 0n] });
        const again = await market.do('stranger', 'exchange', 'agreement:cancel', cancel(FIRST_SLOT + 1));
        expect(again.writes).to.deep.equal([]);
    });

    it('of an agreement that is not in force yet lets it lapse, so that nobody funds it', async () => {
        const { writes } = await market.do('stranger', 'exchange', 'agreement:cancel', cancel(FIRST_SLOT));
        expect(writes.map(({ key }) => key)).to.deep.equal([
            `credit/anna/cancel.${ID}`,
            `credit/solar/cancel.${ID}`,
            `execution/${ID}`,
        ]);
        expect((await view()).execution.state).to.equal('lapsed');
        const command = commands.fund(FOUR, 'ordinary');
        await market.refused('AGREEMENT_STATE', 'stranger', 'exchange', 'agreement:fund', command);
    });

    it('needs every party’s signature over the version in force', async () => {
        await fund();
        const { solar } = market.people;
        if (solar === undefined) {
            throw new Error('solar is a party');
        }
        await refused('SIGNATURE_MISSING', commands.cancel(FOUR, FIRST_SLOT, { solar }));
        const swapped = cancel(FIRST_SLOT).replace(`"fromSlot":${FIRST_SLOT}`, `"fromSlot":${FIRST_SLOT - 1}`);
        await refused('SIGNATURE_INVALID', swapped);
        const unknown = commands.cancel(saleOf([1n]), FIRST_SLOT, market.people);
        await refused('AGREEMENT_MISSING', unknown);
        await propose(RAISED);
        await enact(RAISED);
        const { operands } = await refused('VERSION_STALE', cancel(FIRST_SLOT));
        expect(operands).to.deep.equal({ agreementId: ID, version: 1, inForce: 2 });
    });

    it('does not slip in behind the slot when it is held back', async () => {
        await fund();
        const late = await market.endorse('stranger', 'exchange', 'agreement:cancel', cancel(FIRST_SLOT));
        await market.advance(FIRST_SLOT);
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
    });
});
