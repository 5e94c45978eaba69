import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { heldBy, prefunding } from '@commonwatt/chaincode/domain/escrow';
import { PAYMENT_PURPOSES, type PaymentPurpose } from '@commonwatt/chaincode/domain/payment';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import {
    depositCodec,
    payoutPaymentCodec,
    payoutReturnCodec,
    subsidyPaymentCodec,
} from '@commonwatt/chaincode/wire/account';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { enactCodec } from '@commonwatt/chaincode/wire/amendment';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { drawCover, fillLanes, raiseCover, requestPayout } from '../support/instructions.js';
import { heldByAccount, moneyIn } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { following } from '../support/amended.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const WITH_FEE: Rules = {
    ...RULES,
    carriers: {
        electricity: { ...ELECTRICITY_RULES, networkFeeMicroPerKwh: priceMicroPerKwh(80_000n) },
        heat: ELECTRICITY_RULES,
    },
};
let market: StubMarket;
const open = async (): Promise<void> => {
    market = await StubMarket.ready(undefined, WITH_FEE);
};

const fromDeposit = ['deposit.pay-anna'];
const request = (nano: bigint, sourceIds: readonly string[] = fromDeposit, payoutId = 'leaving'): string =>
    requestPayout(
        market.who('anna'),
        { payoutId, participantId: 'anna', lane: 0, amountNano: amountNano(nano) },
        sourceIds,
    );
const confirm = (paymentId = 'bank-1', payoutId = 'leaving'): string =>
    payoutPaymentCodec.encode({ paymentId, participantId: 'anna', payoutId });
const fund = (nano: bigint, paymentId = 'state-1', carrier: 'electricity' | 'heat' = 'electricity'): string =>
    subsidyPaymentCodec.encode({ paymentId, carrier, amountNano: amountNano(nano) });
/** What anna owes for ten Wh that nobody sold her, and their fee. */
const indebted = async (): Promise<bigint> => {
    await annaTakes(10n);
    return 10n * 230_000n;
};
const held = (account: Parameters<ReturnType<typeof heldByAccount>['get']>[0]): bigint =>
    heldByAccount(market.ledger).get(account) ?? 0n;

describe('exchange: account request-payout', () => {
    beforeEach(open);

    it('takes money from the lane at once, and keeps it on the ledger until it is paid', async () => {
        const { writes, event } = await market.do('anna', 'exchange', 'account:request-payout', request(7n));
        expect(writes.map((write) => write.key)).to.deep.equal([
            'allowance/anna/payout/0',
            'credit/anna/deposit.pay-anna',
            'lane/anna/0000000000',
            'payout/anna/leaving',
        ]);
        expect(event?.payload).to.equal('{"amountNano":"7","participantId":"anna","payoutId":"leaving"}');
        expect([held('free/anna'), held('payout/anna')]).to.deep.equal([DEPOSIT_NANO - 7n, 7n]);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('is asked for once per id, by its owner, with money of its own', async () => {
        await market.do('anna', 'exchange', 'account:request-payout', request(7n));
        const again = await market.do('anna', 'exchange', 'account:request-payout', request(7n));
        expect([again.writes, again.event]).to.deep.equal([[], null]);
        await market.refused('PAYOUT_CONFLICT', 'anna', 'exchange', 'account:request-payout', request(8n));
        await market.refused('CALLER_NOT_PARTICIPANT', 'bert', 'exchange', 'account:request-payout', request(7n));
        const rest = request(DEPOSIT_NANO, [], 'rest');
        await market.refused('ACCOUNT_UNDERFUNDED', 'anna', 'exchange', 'account:request-payout', rest);
    });

    it('pays first what is owed, on every carrier, and is refused where the lane is too little for both', async () => {
        const owedNano = await indebted();
        const rest = DEPOSIT_NANO - owedNano;
        const more = request(rest + 1n);
        const owed = await market.refused('COVER_OWED', 'anna', 'exchange', 'account:request-payout', more);
        expect(owed.operands).to.deep.equal({
            participantId: 'anna',
            carrier: 'electricity',
            balanceNano: String(-owedNano),
            neededNano: String(DEPOSIT_NANO + 1n),
            heldNano: String(DEPOSIT_NANO),
        });
        const { writes } = await market.do('anna', 'exchange', 'account:request-payout', request(rest));
        expect(writes.map(({ key, value }) => [key.replace(/[0-9a-f]{40}$/, 'TX'), value === null])).to.deep.equal([
            ['allowance/anna/payout/0', false],
            ['cover-transfer/anna/debt-electricity-TX', false],
            ['cover/anna/electricity', false],
            ['credit/anna/deposit.pay-anna', true],
            ['indebtedness/anna/electricity', true],
            ['lane/anna/0000000000', false],
            ['payout/anna/leaving', false],
        ]);
        expect([held('free/anna'), held('cover/anna/electricity'), held('payout/anna')]).to.deep.equal([0n, 0n, rest]);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('that was endorsed before a run makes its owner owe is void', async () => {
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await report(10n);
        const early = await market.endorse('anna', 'exchange', 'account:request-payout', request(7n));
        await market.settle(FIRST_SLOT);
        expect(market.ledger.commit(early)).to.equal('PHANTOM_READ_CONFLICT');
    });

    it('of who owes nothing reads no cover, so that no run and no payout wait for each other', async () => {
        const early = await market.endorse('anna', 'exchange', 'account:request-payout', request(7n));
        await annaTakes(0n, 100n);
        expect(market.ledger.commit(early)).to.equal('VALID');
    });
});

describe('exchange: what a participant owes', () => {
    beforeEach(open);
    const sham = sampleTerms({
        firstSlot: FIRST_SLOT + 50,
        concludeBeforeSlot: FIRST_SLOT + 50,
        defaultCapNano: amountNano(0n),
        legs: [
            sampleLeg({
                energyWh: [energyWh(10_000n), energyWh(1n)],
                priceMicroPerKwh: [priceMicroPerKwh(900_000n), priceMicroPerKwh(1n)],
            }),
        ],
    });
    const price = prefunding(sham).reduce((sum, holding) => sum + heldBy(holding), 0n);
    const cover = (carrier: 'electricity' | 'heat', nano: bigint, sourceIds = fromDeposit): string =>
        raiseCover(
            market.who('anna'),
            { transferId: 'aside', participantId: 'anna', carrier, lane: 0, amountNano: amountNano(nano) },
            sourceIds,
        );
    /** Whatever leaves the account leaves behind what is owed. */
    const expectPaid = (leavesNano: bigint, owedNano: bigint): void => {
        expect(held('cover/anna/electricity')).to.equal(0n);
        expect(held('free/anna')).to.equal(DEPOSIT_NANO - leavesNano - owedNano);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    };

    it('does not leave through a sham trade with an accomplice', async () => {
        const owedNano = await indebted();
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(sham, market.people));
        expectPaid(price, owedNano);
    });

    it('keeps a trade from being concluded with the money that is owed', async () => {
        const owedNano = await indebted();
        const all = request(DEPOSIT_NANO - price - owedNano);
        await market.do('anna', 'exchange', 'account:request-payout', all);
        await annaTakes(20n, 0n, 1);
        const command = commands.conclude(sham, market.people);
        await market.refused('COVER_OWED', 'stranger', 'exchange', 'agreement:conclude', command);
    });

    it('does not leave by an amendment that asks for more', async () => {
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(sham, market.people));
        const owedNano = await indebted();
        const more = following(sham, {
            ...sham,
            legs: sham.legs.map((leg) => ({ ...leg, energyWh: [energyWh(10_001n), energyWh(1n)] })),
        });
        const agreementId = agreementIdOf(sham);
        const proposal = commands.proposeAmendment(agreementId, more, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', proposal);
        const approval = commands.decide(market.who('reviewer'), more, 'approved', { agreementId });
        await market.do('reviewer', 'supervision', 'verdict:approve', approval);
        const enact = enactCodec.encode({
            agreementId,
            version: 2,
            fromSlot: sham.firstSlot,
            standingId: null,
            folds: [],
        });
        await market.do('stranger', 'exchange', 'amendment:enact', enact);
        expectPaid(price + 900_000n, owedNano);
    });

    it('does not hide in the cover of another carrier', async () => {
        const owedNano = await indebted();
        await market.do('anna', 'exchange', 'account:cover', cover('heat', 1_000n));
        expect(held('cover/anna/heat')).to.equal(1_000n);
        expectPaid(1_000n, owedNano);
    });

    it('is paid by a transfer into its own cover, in parts and with nothing on top', async () => {
        const owedNano = await indebted();
        await market.do('anna', 'exchange', 'account:cover', cover('electricity', owedNano - 1n));
        expect(held('cover/anna/electricity')).to.equal(-1n);
        expect(held('free/anna')).to.equal(DEPOSIT_NANO - owedNano + 1n);
        await market.do('anna', 'exchange', 'account:request-payout', request(1n, []));
        expectPaid(1n, owedNano);
    });

    it('may move between lanes', async () => {
        const owedNano = await indebted();
        const lanes = [{ lane: 5, amountNano: amountNano(DEPOSIT_NANO) }];
        const apart = { fillingId: 'apart', participantId: 'anna', fromLane: 0, lanes };
        const filling = fillLanes(market.who('anna'), apart, fromDeposit);
        await market.do('anna', 'exchange', 'account:fill-lanes', filling);
        expect(held('cover/anna/electricity')).to.equal(-owedNano);
        const command = request(1n, []);
        await market.refused('COVER_OWED', 'anna', 'exchange', 'account:request-payout', command);
    });
});

describe('exchange: account confirm-payout', () => {
    beforeEach(open);
    beforeEach(async () => {
        await market.do('anna', 'exchange', 'account:request-payout', request(7n));
    });

    it('lets the money leave the ledger, once', async () => {
        const { event } = await market.do('settlement', 'exchange', 'account:confirm-payout', confirm());
        expect(event?.name).to.equal('PayoutConfirmed/1');
        expect([held('payout/anna'), moneyIn(market.ledger)]).to.deep.equal([0n, 4n * DEPOSIT_NANO - 7n]);
        const again = await market.do('settlement', 'exchange', 'account:confirm-payout', confirm());
        expect(again.writes).to.deep.equal([]);
        const page = '{"bookmark":"","pageSize":50,"participantId":"anna"}';
        expect(await market.ask('exchange', 'account:payouts', page)).to.deep.equal({
            bookmark: '',
            items: [
                {
                    amountNano: '7',
                    lane: 0,
                    participantId: 'anna',
                    paymentId: 'bank-1',
                    payoutId: 'leaving',
                    returnReason: null,
                },
            ],
        });
    });

    it('is the settlement agent’s word, of a payout that was asked for, by a payment of its own', async () => {
        await market.refused('CALLER_NOT_SEATED', 'anna', 'exchange', 'account:confirm-payout', confirm());
        const unknown = confirm('bank-1', 'other');
        await market.refused('PAYOUT_MISSING', 'settlement', 'exchange', 'account:confirm-payout', unknown);
        await market.do('settlement', 'exchange', 'account:confirm-payout', confirm());
        const other = confirm('bank-2');
        await market.refused('PAYOUT_CONFLICT', 'settlement', 'exchange', 'account:confirm-payout', other);
        await market.do('anna', 'exchange', 'account:request-payout', request(7n, [], 'second'));
        const reused = confirm('bank-1', 'second');
        await market.refused('PAYMENT_CONFLICT', 'settlement', 'exchange', 'account:confirm-payout', reused);
    });
});

describe('exchange: account return-payout', () => {
    beforeEach(open);
    beforeEach(async () => {
        await market.do('anna', 'exchange', 'account:request-payout', request(7n));
    });
    const giveBack = (paymentId = 'bank-1', reasonCode = 'accountClosed', payoutId = 'leaving'): string =>
        payoutReturnCodec.encode({ paymentId, participantId: 'anna', payoutId, reasonCode });
    const RETURN = 'account:return-payout';

    it('gives what the bank refused back to the participant, once', async () => {
        const { event } = await market.do('settlement', 'exchange', RETURN, giveBack());
        expect(event?.name).to.equal('PayoutReturned/1');
        expect([held('payout/anna'), held('free/anna')]).to.deep.equal([0n, DEPOSIT_NANO]);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
        const again = await market.do('settlement', 'exchange', RETURN, giveBack());
        expect([again.writes, again.event]).to.deep.equal([[], null]);
        for (const other of [giveBack('bank-2'), giveBack('bank-1', 'nameDiffers')]) {
            await market.refused('PAYOUT_CONFLICT', 'settlement', 'exchange', RETURN, other);
        }
        await market.do('anna', 'exchange', 'account:request-payout', request(7n, [], 'at-last'));
        await market.refused(
            'PAYMENT_CONFLICT',
            'settlement',
            'exchange',
            RETURN,
            giveBack('bank-1', 'x12', 'at-last'),
        );
    });

    it('is the settlement agent’s word of a payout that was asked for', async () => {
        await market.refused('CALLER_NOT_SEATED', 'anna', 'exchange', RETURN, giveBack());
        const unknown = giveBack('bank-1', 'accountClosed', 'other');
        await market.refused('PAYOUT_MISSING', 'settlement', 'exchange', RETURN, unknown);
    });

    it('attack: a payout is paid out and given back, in either order', async () => {
        const backFirst = market.copy();
        await market.do('settlement', 'exchange', 'account:confirm-payout', confirm());
        for (const paymentId of ['bank-1', 'bank-2']) {
            const { operands } = await market.refused(
                'PAYOUT_STATE',
                'settlement',
                'exchange',
                RETURN,
                giveBack(paymentId),
            );
            expect(operands).to.deep.equal({ participantId: 'anna', payoutId: 'leaving', state: 'paid' });
        }
        await backFirst.do('settlement', 'exchange', RETURN, giveBack());
        for (const paymentId of ['bank-1', 'bank-2']) {
            const late = confirm(paymentId);
            const refused = await backFirst.refused(
                'PAYOUT_STATE',
                'settlement',
                'exchange',
                'account:confirm-payout',
                late,
            );
            expect(refused.operands).to.deep.equal({ participantId: 'anna', payoutId: 'leaving', state: 'returned' });
        }
    });

    it('attack: both are under way at once, and one of them counts', async () => {
        const back = await market.endorse('settlement', 'exchange', RETURN, giveBack('bank-1'));
        const paid = await market.endorse('settlement', 'exchange', 'account:confirm-payout', confirm('bank-2'));
        expect([market.ledger.commit(back), market.ledger.commit(paid)]).to.deep.equal(['VALID', 'MVCC_READ_CONFLICT']);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });
});

describe('exchange: one external payment, in either direction', () => {
    beforeEach(open);

    /** Every purpose, told with one payment id. */
    const TOLD: Readonly<Record<PaymentPurpose, readonly [ExchangeVerb, string]>> = {
        deposit: [
            'account:deposit',
            depositCodec.encode({ paymentId: 'bank-9', participantId: 'anna', amountNano: amountNano(7n) }),
        ],
        subsidy: ['account:fund-subsidy', fund(7n, 'bank-9')],
        payout: ['account:confirm-payout', confirm('bank-9', 'paid-one')],
        payoutReturn: [
            'account:return-payout',
            payoutReturnCodec.encode({
                paymentId: 'bank-9',
                participantId: 'anna',
                payoutId: 'refused-one',
                reasonCode: 'accountClosed',
            }),
        ],
    };

    for (const first of PAYMENT_PURPOSES) {
        it(`attack: the payment of a ${first} counts a second time as anything else`, async () => {
            await market.do('anna', 'exchange', 'account:request-payout', request(7n, fromDeposit, 'paid-one'));
            await market.do('anna', 'exchange', 'account:request-payout', request(7n, [], 'refused-one'));
            await market.do('settlement', 'exchange', ...TOLD[first]);
            const balance = moneyIn(market.ledger);
            for (const second of PAYMENT_PURPOSES.filter((purpose) => purpose !== first)) {
                const refused = await market.refused('PAYMENT_CONFLICT', 'settlement', 'exchange', ...TOLD[second]);
                expect(refused.operands).to.deep.equal({ paymentId: 'bank-9', purpose: first });
            }
            expect(moneyIn(market.ledger)).to.equal(balance);
        });
    }
});

describe('exchange: account draw-cover', () => {
    beforeEach(open);
    const draw = (nano: bigint, drawId = 'back'): string =>
        drawCover(market.who('solar'), {
            drawId,
            participantId: 'solar',
            carrier: 'electricity',
            amountNano: amountNano(nano),
        });

    it('gives back what was earned for energy without an agreement, once, and no more than there is', async () => {
        await annaTakes(0n, 100n);
        const earnedNano = 100n * 50_000n;
        const { operands } = await market.refused(
            'COVER_UNDERFUNDED',
            'solar',
            'exchange',
            'account:draw-cover',
            draw(earnedNano + 1n),
        );
        expect(operands).to.include({ neededNano: String(earnedNano + 1n), heldNano: String(earnedNano) });
        await market.refused('CALLER_NOT_PARTICIPANT', 'anna', 'exchange', 'account:draw-cover', draw(1n));
        await market.do('solar', 'exchange', 'account:draw-cover', draw(earnedNano));
        expect([held('cover/solar/electricity'), held('free/solar')]).to.deep.equal([0n, DEPOSIT_NANO + earnedNano]);
        const again = await market.do('solar', 'exchange', 'account:draw-cover', draw(earnedNano));
        expect(again.writes).to.deep.equal([]);
        await market.refused('COVER_CONFLICT', 'solar', 'exchange', 'account:draw-cover', draw(1n));
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });
});

describe('exchange: account fund-subsidy', () => {
    beforeEach(open);

    it('raises the fund of a carrier, once per payment, by the settlement agent’s word', async () => {
        await market.refused('CALLER_NOT_SEATED', 'anna', 'exchange', 'account:fund-subsidy', fund(5n));
        await market.do('settlement', 'exchange', 'account:fund-subsidy', fund(5n));
        const again = await market.do('settlement', 'exchange', 'account:fund-subsidy', fund(5n));
        expect(again.writes).to.deep.equal([]);
        await market.do('settlement', 'exchange', 'account:fund-subsidy', fund(6n, 'state-2'));
        expect(held('subsidy/electricity')).to.equal(11n);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO + 11n);
        for (const other of [fund(6n), fund(5n, 'state-1', 'heat')]) {
            await market.refused('SUBSIDY_CONFLICT', 'settlement', 'exchange', 'account:fund-subsidy', other);
        }
    });

    it('takes no payment that stands for a deposit, nor the other way round', async () => {
        const deposited = fund(5n, 'pay-anna');
        await market.refused('PAYMENT_CONFLICT', 'settlement', 'exchange', 'account:fund-subsidy', deposited);
        await market.do('settlement', 'exchange', 'account:fund-subsidy', fund(5n));
        const deposit = depositCodec.encode({
            paymentId: 'state-1',
            participantId: 'anna',
            amountNano: amountNano(5n),
        });
        await market.refused('PAYMENT_CONFLICT', 'settlement', 'exchange', 'account:deposit', deposit);
    });
});

/** One slot in which anna takes and solar gives without an agreement. */
async function annaTakes(wh: bigint, solarWh = 0n, n = 0): Promise<void> {
    await market.advance(n === 0 ? FIRST_SLOT : FIRST_SLOT + n + 1, FIRST_SLOT + n + 1);
    await report(wh, solarWh, n);
    await market.settle(FIRST_SLOT + n);
}

/** Registers at the end of the nth slot. */
async function report(wh: bigint, solarWh = 0n, n = 0): Promise<void> {
    const readings = [
        market.reading('solar-point', FIRST_SLOT + n, 0n, solarWh),
        market.reading('anna-point', FIRST_SLOT + n, wh, 0n),
        market.reading('bert-point', FIRST_SLOT + n, 0n, 0n),
    ];
    await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
}
