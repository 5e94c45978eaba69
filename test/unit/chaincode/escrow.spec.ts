import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import {
    closeWhenSettled,
    type Execution,
    fundExecution,
    heldBy,
    lapseExecution,
    openExecution,
    type Outcome,
    prefunding,
    reviewDeadline,
    windDown,
} from '@commonwatt/chaincode/domain/escrow';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { executionCodec } from '@commonwatt/chaincode/wire/escrow';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../../support/sample-market.js';
import { SettlementMarket } from '../../support/settlement-market.js';

const ID = '1'.repeat(64);
/** 1 000 Wh a slot over four slots at 0.1 per kWh; 1 000 Wh short cost 0.05. */
const FOUR_SLOTS = sampleTerms({
    legs: [
        sampleLeg({
            sellerPoint: 'solar.point',
            buyerPoint: 'anna.point',
            energyWh: Array.from({ length: 4 }, () => energyWh(1_000n)),
            priceMicroPerKwh: Array.from({ length: 4 }, () => priceMicroPerKwh(100_000n)),
        }),
    ],
    slotCount: 4,
    toleranceBp: 0,
    defaultRateMicroPerKwh: priceMicroPerKwh(50_000n),
    defaultCapNano: amountNano(120_000_000n),
});

const conclude = (terms: Terms): Outcome => openExecution({ agreementId: ID, termsHash: ID, terms, consents: [] });
const inForce = (terms: Terms): Execution => fundExecution(conclude(terms).execution, 'ordinary');

describe('escrow', () => {
    it('is reserved when the agreement is concluded', () => {
        expect(conclude(FOUR_SLOTS).execution).to.deep.equal({
            agreementId: ID,
            version: 1,
            termsHash: ID,
            state: 'concluded',
            standingId: null,
            endSlot: FIRST_SLOT + 4,
            progress: [{ carrier: 'electricity', nextSlot: FIRST_SLOT }],
            holdings: prefunding(FOUR_SLOTS),
        });
    });

    it('holds all that a party may have to pay: energy, and default amounts up to the cap', () => {
        expect(prefunding(FOUR_SLOTS)).to.deep.equal([
            { participantId: 'solar', energyNano: 0n, defaultNano: 120_000_000n },
            { participantId: 'anna', energyNano: 400_000_000n, defaultNano: 0n },
        ]);
        expect(prefunding({ ...FOUR_SLOTS, takeOrPay: false })[1]).to.include({ defaultNano: 120_000_000n });
        const highCap = { ...FOUR_SLOTS, defaultCapNano: amountNano(10n ** 18n) };
        expect(prefunding(highCap)[0]).to.include({ defaultNano: 200_000_000n });
    });

    it('holds nothing for defaults at a charge point, nor of the buyer of what a source states', () => {
        const owed = { ...FOUR_SLOTS, takeOrPay: false };
        const [leg] = owed.legs;
        const mobility = { ...owed, legs: [{ ...(leg ?? sampleLeg()), carrier: 'mobility' as const }] };
        expect(prefunding(mobility).map(({ defaultNano }) => defaultNano)).to.deep.equal([0n, 0n]);
        const stated = { ...owed, verification: { sourceId: 'oracle' } };
        expect(prefunding(stated).map(({ defaultNano }) => defaultNano)).to.deep.equal([120_000_000n, 0n]);
    });

    it('comes from the free accounts, to the nano', () => {
        const { execution: reserved, postings } = conclude(FOUR_SLOTS);
        const execution = fundExecution(reserved, 'ordinary');
        expect(execution).to.deep.equal({ ...reserved, state: 'inForce', standingId: 'ordinary' });
        expect(postings.map(({ account, kind, amountNano: moved }) => [account, kind, moved])).to.deep.equal([
            ['free/solar', 'fund', -120_000_000n],
            [`escrow/${ID}/solar`, 'fund', 120_000_000n],
            ['free/anna', 'fund', -400_000_000n],
            [`escrow/${ID}/anna`, 'fund', 400_000_000n],
        ]);
        expectRefusal(() => fundExecution(execution, null), 'AGREEMENT_STATE', { state: 'inForce' });
    });

    it('goes back to the nano when the agreement lapses, and to nobody twice', () => {
        const lapsed = lapseExecution(conclude(FOUR_SLOTS).execution);
        expect(lapsed.execution.state).to.equal('lapsed');
        expect(lapsed.execution.holdings.map(heldBy)).to.deep.equal([0n, 0n]);
        expect(lapsed.postings.map(({ account, kind, amountNano: moved }) => [account, kind, moved])).to.deep.equal([
            [`escrow/${ID}/solar`, 'release', -120_000_000n],
            ['free/solar', 'release', 120_000_000n],
            [`escrow/${ID}/anna`, 'release', -400_000_000n],
            ['free/anna', 'release', 400_000_000n],
        ]);
        expectRefusal(() => lapseExecution(lapsed.execution), 'AGREEMENT_STATE', { verb: 'lapse', state: 'lapsed' });
        expectRefusal(() => lapseExecution(inForce(FOUR_SLOTS)), 'AGREEMENT_STATE', { state: 'inForce' });
    });

    it('waits for the review until delivery begins, and no longer than a week after it could be concluded', () => {
        const waiting = (firstSlot: number, concludeBeforeSlot: number, slotMinutes = 15): number =>
            reviewDeadline({ firstSlot, concludeBeforeSlot }, { slotMinutes });
        expect(waiting(1_000, 1_000)).to.equal(1_000);
        expect(waiting(1_000, 328)).to.equal(1_000);
        expect(waiting(1_000, 327)).to.equal(999);
        expect(waiting(35_000, 10)).to.equal(10 + 7 * 96);
        expect(waiting(35_000, 10, 30)).to.equal(10 + 7 * 48);
    });

    it('survives writing and reading', () => {
        const execution = inForce(FOUR_SLOTS);
        expect(executionCodec.decode(executionCodec.encode(execution))).to.deep.equal(execution);
    });

    it('does not close while a slot of a carrier is open', () => {
        const execution = inForce(FOUR_SLOTS);
        expect(closeWhenSettled(execution, FIRST_SLOT)).to.deep.equal({ execution, postings: [] });
    });
});

describe('winding an agreement down', () => {
    it('before it begins gives everything back at once', () => {
        const { execution, postings } = windDown(inForce(FOUR_SLOTS), FOUR_SLOTS, FIRST_SLOT - 10);
        expect(execution).to.include({ state: 'terminated', endSlot: FIRST_SLOT });
        expect(execution.holdings.map(heldBy)).to.deep.equal([0n, 0n]);
        expect(
            postings.filter((posting) => posting.amountNano > 0n).map((each) => [each.account, each.amountNano]),
        ).to.deep.equal([
            ['free/anna', 400_000_000n],
            ['free/solar', 120_000_000n],
        ]);
    });

    it('keeps what earlier slots may still need', () => {
        const { execution, postings } = windDown(inForce(FOUR_SLOTS), FOUR_SLOTS, FIRST_SLOT + 1);
        expect(execution).to.include({ state: 'windingDown', endSlot: FIRST_SLOT + 1 });
        expect(execution.holdings).to.deep.equal([
            { participantId: 'solar', energyNano: 0n, defaultNano: 120_000_000n },
            { participantId: 'anna', energyNano: 100_000_000n, defaultNano: 0n },
        ]);
        expect(postings.at(-1)).to.include({
            account: 'free/anna',
            kind: 'release',
            slot: null,
            amountNano: 300_000_000n,
        });
    });

    it('still settles what was delivered, and then is terminated', () => {
        const market = new SettlementMarket();
        market.agree(ID, FOUR_SLOTS);
        market.release(ID, FIRST_SLOT + 2);
        for (const slot of [FIRST_SLOT, FIRST_SLOT + 1]) {
            const short = { importWh: 0n, exportWh: slot === FIRST_SLOT ? 1_000n : 400n };
            market.settle(slot, { 'solar.point': short, 'anna.point': { importWh: 1_000n, exportWh: 0n } });
        }
        expect(market.execution(ID)).to.include({ state: 'terminated' });
        expect(market.heldNano).to.equal(0n);
        expect(market.balance('free/solar')).to.equal(100_000_000n + 40_000_000n - 30_000_000n);
    });

    it('at the last slot or later takes nothing from delivery', () => {
        for (const fromSlot of [FIRST_SLOT + 4, FIRST_SLOT + 99]) {
            const { execution, postings } = windDown(inForce(FOUR_SLOTS), FOUR_SLOTS, fromSlot);
            expect(execution).to.include({ state: 'windingDown', endSlot: FIRST_SLOT + 4 });
            expect(postings).to.deep.equal([]);
        }
    });

    it('happens once, and only to what is in force', () => {
        const wound = windDown(inForce(FOUR_SLOTS), FOUR_SLOTS, FIRST_SLOT + 1).execution;
        for (const execution of [wound, conclude(FOUR_SLOTS).execution]) {
            expectRefusal(() => windDown(execution, FOUR_SLOTS, FIRST_SLOT), 'AGREEMENT_STATE', { verb: 'release' });
        }
    });

    it('gives back to whoever pays: the seller where the price is negative', () => {
        const prices = [100_000n, -100_000n, -100_000n, 100_000n].map(priceMicroPerKwh);
        const terms = { ...FOUR_SLOTS, legs: FOUR_SLOTS.legs.map((leg) => ({ ...leg, priceMicroPerKwh: prices })) };
        const { execution } = windDown(inForce(terms), terms, FIRST_SLOT + 2);
        expect(execution.holdings.map((held) => held.energyNano)).to.deep.equal([100_000_000n, 100_000_000n]);
    });
});
