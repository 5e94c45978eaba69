import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementViewCodec, agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import { moneyIn } from '../support/ledger-money.js';
import { raiseCover } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

/** 10 Wh of imbalance and fee: 230 000 nano each. */
const LIMIT_NANO = 2_300_000n;
const STRICT: Rules = {
    ...RULES,
    debtLimitNano: amountNano(LIMIT_NANO),
    carriers: {
        electricity: { ...ELECTRICITY_RULES, networkFeeMicroPerKwh: priceMicroPerKwh(80_000n) },
        heat: ELECTRICITY_RULES,
    },
};
const later = sampleTerms({ firstSlot: FIRST_SLOT + 50, concludeBeforeSlot: FIRST_SLOT + 50 });

let market: StubMarket;

/** What anna took and solar gave in the slots so far. */
async function report(n: number, annaWh: bigint, solarWh = 0n): Promise<void> {
    const readings = [
        market.reading('solar-point', FIRST_SLOT + n, 0n, solarWh),
        market.reading('anna-point', FIRST_SLOT + n, annaWh, 0n),
        market.reading('bert-point', FIRST_SLOT + n, 0n, 0n),
    ];
    await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
}

async function annaTakes(totalWh: bigint, n = 0): Promise<void> {
    await market.advance(n === 0 ? FIRST_SLOT : FIRST_SLOT + n + 1, FIRST_SLOT + n + 1);
    await report(n, totalWh);
    await market.settle(FIRST_SLOT + n);
}

const concludeLater = (): string => commands.conclude(later, market.people);
const fundLater = (): string => commands.fund(later, 'ordinary');

const cover = (nano: bigint, transferId = 'top-up'): Promise<unknown> =>
    market.do(
        'anna',
        'exchange',
        'account:cover',
        raiseCover(
            market.who('anna'),
            {
                transferId,
                participantId: 'anna',
                carrier: 'electricity',
                lane: 0,
                amountNano: amountNano(nano),
            },
            transferId === 'top-up' ? ['deposit.pay-anna'] : [],
        ),
    );

describe('exchange: a credit cover below the limit', () => {
    beforeEach(async () => {
        market = await StubMarket.ready(undefined, STRICT);
    });

    it('suspends its owner from concluding, and at the limit not yet', async () => {
        await annaTakes(10n);
        await market.do('stranger', 'exchange', 'agreement:conclude', concludeLater());
        await annaTakes(21n, 1); // concluding has paid for the first slot
        const another = sampleTerms({ firstSlot: FIRST_SLOT + 60, concludeBeforeSlot: FIRST_SLOT + 60 });
        const refused = await market.refused(
            'COVER_EXHAUSTED',
            'stranger',
            'exchange',
            'agreement:conclude',
            commands.conclude(another, market.people),
        );
        expect(refused.kind).to.equal('forbidden');
        expect(refused.operands).to.deep.equal({
            participantId: 'anna',
            carrier: 'electricity',
            balanceNano: String(-LIMIT_NANO - 230_000n),
        });
    });

    it('suspends its owner from funding what it concluded before, until it tops up', async () => {
        await market.do('stranger', 'exchange', 'agreement:conclude', concludeLater());
        await annaTakes(11n);
        await market.refused('COVER_EXHAUSTED', 'stranger', 'exchange', 'agreement:fund', fundLater());
        await cover(229_999n, 'little');
        const still = commands.fund(later, 'ordinary');
        await market.refused('COVER_EXHAUSTED', 'stranger', 'exchange', 'agreement:fund', still);
        await cover(1n, 'more');
        await market.do('stranger', 'exchange', 'agreement:fund', still);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('does not touch others, other carriers, delivery and settlement', async () => {
        for (const name of ['solar', 'anna']) {
            await market.registerMeter(name, 'heat', true);
        }
        const running = sampleTerms({ toleranceBp: 0 });
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(running, market.people));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(running, 'ordinary'));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await report(0, 1_000n, 300n);
        await report(1, 1_200n, 500n);
        await market.settle(FIRST_SLOT);
        await market.refused('COVER_EXHAUSTED', 'bert', 'exchange', 'agreement:conclude', concludeLater());
        await market.settle(FIRST_SLOT + 1);
        const ref = canonicalJson({ agreementId: agreementIdOf(running) });
        const { payload } = await market.endorse('anna', 'exchange', 'agreement:show', ref);
        expect(agreementViewCodec.decode(payload).execution.state).to.equal('completed');

        const heat = sampleTerms({
            firstSlot: FIRST_SLOT + 50,
            concludeBeforeSlot: FIRST_SLOT + 50,
            legs: [sampleLeg({ carrier: 'heat', sellerPoint: 'solar-heat', buyerPoint: 'anna-heat' })],
        });
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(heat, market.people));
        const berts = sampleTerms({
            firstSlot: FIRST_SLOT + 50,
            concludeBeforeSlot: FIRST_SLOT + 50,
            parties: [
                { participantId: 'solar', lane: 0 },
                { participantId: 'bert', lane: 0 },
            ],
            legs: [sampleLeg({ buyerId: 'bert', buyerPoint: 'bert-point' })],
        });
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(berts, market.people));
    });

    it('is lifted by earnings of a later run', async () => {
        const sale = sampleTerms({
            toleranceBp: 0,
            parties: [
                { participantId: 'solar', lane: 0 },
                { participantId: 'bert', lane: 0 },
            ],
            legs: [sampleLeg({ buyerId: 'bert', buyerPoint: 'bert-point' })],
            firstSlot: FIRST_SLOT + 1,
            concludeBeforeSlot: FIRST_SLOT + 1,
        });
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(sale, market.people));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(sale, 'ordinary'));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        const night = [
            market.reading('solar-point', FIRST_SLOT, 11n, 0n),
            market.reading('anna-point', FIRST_SLOT, 0n, 0n),
            market.reading('bert-point', FIRST_SLOT, 0n, 0n),
        ];
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...night));
        await market.settle(FIRST_SLOT);
        await market.refused('COVER_EXHAUSTED', 'stranger', 'exchange', 'agreement:conclude', concludeLater());
        const day = [
            market.reading('solar-point', FIRST_SLOT + 1, 11n, 300n),
            market.reading('anna-point', FIRST_SLOT + 1, 0n, 0n),
            market.reading('bert-point', FIRST_SLOT + 1, 300n, 0n),
        ];
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...day));
        await market.settle(FIRST_SLOT + 1);
        await market.do('stranger', 'exchange', 'agreement:conclude', concludeLater());
    });

    it('collides with an agreement under way only where it decides about a party', async () => {
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await cover(LIMIT_NANO);
        await report(0, 10n);
        const conclude = await market.endorse('stranger', 'exchange', 'agreement:conclude', concludeLater());
        await market.settle(FIRST_SLOT);
        expect(market.ledger.commit(conclude), 'the cover has changed, the answer has not').to.equal('VALID');
        await report(1, 21n);
        const fund = await market.endorse('stranger', 'exchange', 'agreement:fund', fundLater());
        await market.settle(FIRST_SLOT + 1);
        expect(market.ledger.commit(fund)).to.equal('MVCC_READ_CONFLICT');
    });
});
