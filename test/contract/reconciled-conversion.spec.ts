import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { reconcileCodec } from '@commonwatt/chaincode/wire/reconciliation';
import { expect } from 'chai';
import { drawnBy } from '../support/default-amounts.js';
import { moneyIn } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const DEADLINE = RULES.readingDeadlineSlots;
const [R1, R2] = RULES.reconciliationAfterSlots;

/** Solar sells power to bert, who makes heat of it for anna. */
const TERMS = sampleTerms({
    parties: ['solar', 'bert', 'anna'].map((participantId) => ({ participantId, lane: 0 })),
    slotCount: 1,
    toleranceBp: 0,
    legs: [
        sampleLeg({
            buyerId: 'bert',
            buyerPoint: 'bert-point',
            energyWh: [energyWh(100n)],
            priceMicroPerKwh: [priceMicroPerKwh(200_000n)],
        }),
        sampleLeg({
            carrier: 'heat',
            sellerId: 'bert',
            sellerPoint: 'bert-heat',
            buyerPoint: 'anna-heat',
            energyWh: [energyWh(300n)],
            priceMicroPerKwh: [priceMicroPerKwh(90_000n)],
        }),
    ],
    conversions: [{ inputLeg: 0, outputLeg: 1, ratioBp: 30_000 }],
});

describe('exchange: corrections of legs made from others', () => {
    let market: StubMarket;

    beforeEach(async () => {
        market = await StubMarket.ready();
        await market.registerMeter('bert', 'heat', true);
        await market.registerMeter('anna', 'heat', true);
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, market.people));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(TERMS, 'ordinary'));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1 + DEADLINE);
        await submit(
            market.reading('bert-point', FIRST_SLOT, 100n, 0n),
            market.reading('anna-point', FIRST_SLOT, 0n, 0n),
            market.reading('bert-heat', FIRST_SLOT, 0n, 290n),
            market.reading('anna-heat', FIRST_SLOT, 300n, 0n),
        );
        await market.settle(FIRST_SLOT, 'electricity');
        await market.settle(FIRST_SLOT, 'heat');
        const heat = await market.settlement(FIRST_SLOT, 'heat');
        expect(drawnBy(heat.legs[0]), 'solar is missing').to.deep.equal({ solar: 1_000_000n });
    });

    it('arrive with the same run, after that of the input', async () => {
        await submit(market.reading('solar-point', FIRST_SLOT, 0n, 100n));
        await market.advance(FIRST_SLOT + 2 + DEADLINE, FIRST_SLOT + 1 + R1);
        const early = reconcileCodec.encode({ carrier: 'heat', slot: FIRST_SLOT, run: 1 });
        const { operands } = await market.refused(
            'SETTLEMENT_OUT_OF_ORDER',
            'bert',
            'exchange',
            'settlement:reconcile',
            early,
        );
        expect(operands).to.deep.include({ carrier: 'electricity', slot: FIRST_SLOT });
        const power = await market.reconcile(FIRST_SLOT, 1, 'electricity');
        expect([power.legs[0]?.shortWh, power.legs[0]?.defaults]).to.deep.equal([0n, []]);
        const corrected = await market.reconcile(FIRST_SLOT, 1, 'heat');
        expect(drawnBy(corrected.legs[0]), 'what bert lost by itself').to.deep.equal({ bert: 1_000_000n });
        const moved = corrected.postings.filter(({ kind }) => kind === 'default');
        expect(moved.map(({ account, amountNano }) => [account, amountNano])).to.deep.equal([
            ['cover/bert/heat', -1_000_000n],
            ['cover/anna/heat', 1_000_000n],
            ['cover/anna/heat', -1_000_000n],
            ['cover/solar/heat', 1_000_000n],
        ]);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('take the latest run of the input, not the first that would do: one that is made late finds all that is known', async () => {
        await market.advance(FIRST_SLOT + 2 + DEADLINE, FIRST_SLOT + 1 + R1);
        const before = await market.reconcile(FIRST_SLOT, 1, 'electricity');
        expect(before.legs[0]?.shortWh, 'solar is still missing').to.equal(100n);
        await submit(market.reading('solar-point', FIRST_SLOT, 0n, 100n));
        await market.advance(FIRST_SLOT + 2 + R1, FIRST_SLOT + 1 + R2);
        const after = await market.reconcile(FIRST_SLOT, 2, 'electricity');
        expect(after.legs[0]?.shortWh).to.equal(0n);
        const heat = await market.reconcile(FIRST_SLOT, 1, 'heat');
        expect(drawnBy(heat.legs[0]), 'what bert lost by itself').to.deep.equal({ bert: 1_000_000n });
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    const submit = (...readings: readonly SignedReading[]): Promise<unknown> =>
        market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
});
