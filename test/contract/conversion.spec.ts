import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { Keeper } from '@commonwatt/client';
import { outcomeLines } from '@commonwatt/client/cli/agreement/history';
import { expect } from 'chai';
import { moneyIn } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

/** bert makes heat for anna of solar's electricity, three Wh of one. */
const TERMS = sampleTerms({
    parties: ['solar', 'bert', 'anna'].map((participantId) => ({ participantId, lane: 0 })),
    legs: [
        sampleLeg({
            buyerId: 'bert',
            buyerPoint: 'bert-point',
            energyWh: [energyWh(100n), energyWh(100n)],
            priceMicroPerKwh: [priceMicroPerKwh(100_000n), priceMicroPerKwh(100_000n)],
        }),
        sampleLeg({
            carrier: 'heat',
            sellerId: 'bert',
            sellerPoint: 'bert-heat',
            buyerPoint: 'anna-heat',
            energyWh: [energyWh(300n), energyWh(300n)],
            priceMicroPerKwh: [priceMicroPerKwh(50_000n), priceMicroPerKwh(50_000n)],
        }),
    ],
    conversions: [{ inputLeg: 0, outputLeg: 1, ratioBp: 30_000 }],
    toleranceBp: 0,
    defaultRateMicroPerKwh: priceMicroPerKwh(100_000n),
    defaultCapNano: amountNano(30_000_000n),
});
const ID = agreementIdOf(TERMS);

describe('exchange: settlement of legs made from others', () => {
    let market: StubMarket;

    beforeEach(async () => {
        market = await StubMarket.ready();
        for (const name of ['bert', 'anna']) {
            await market.registerMeter(name, 'heat', true);
        }
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, market.people));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(TERMS, 'ordinary'));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
    });

    /** All registers at the end of a slot; everybody takes what comes. */
    async function report(slot: number, powerWh: bigint, heatWh: bigint): Promise<void> {
        const readings = [
            market.reading('solar-point', slot, 0n, powerWh),
            market.reading('bert-point', slot, powerWh, 0n),
            market.reading('anna-point', slot, 0n, 0n),
            market.reading('bert-heat', slot, 0n, heatWh),
            market.reading('anna-heat', slot, heatWh, 0n),
        ];
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
    }

    const query = (carrier: Carrier, slot: number): string => canonicalJson({ carrier, slot });
    const shown = (carrier: Carrier, slot: number): Promise<Settlement> => market.settlement(slot, carrier);

    it('follows a shortage to who caused it, and empties the escrow', async () => {
        await report(FIRST_SLOT, 100n, 300n);
        await report(FIRST_SLOT + 1, 140n, 410n);
        for (const slot of [FIRST_SLOT, FIRST_SLOT + 1]) {
            await market.settle(slot);
            await market.settle(slot, 'heat');
        }
        const [heat] = (await shown('heat', FIRST_SLOT + 1)).legs;
        expect(heat).to.deep.include({
            agreementId: ID,
            shortWh: 190n,
            causes: [
                { causeLeg: 0, energyWh: 180n, isExempt: false },
                { causeLeg: 1, energyWh: 10n, isExempt: false },
            ],
            defaults: [
                {
                    liableId: 'solar',
                    payeeId: 'anna',
                    causeLeg: 0,
                    claimedNano: 18_000_000n,
                    drawnNano: 18_000_000n,
                },
                { liableId: 'bert', payeeId: 'anna', causeLeg: 1, claimedNano: 1_000_000n, drawnNano: 1_000_000n },
            ],
        });
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO);
    });

    it('takes the carriers of an agreement in their order', async () => {
        await report(FIRST_SLOT, 100n, 300n);
        await report(FIRST_SLOT + 1, 200n, 600n);
        const refused = async (carrier: Carrier, slot: number): Promise<unknown> => {
            const run = query(carrier, slot);
            const code = 'SETTLEMENT_OUT_OF_ORDER';
            return (await market.refused(code, 'anna', 'exchange', 'settlement:run', run)).operands;
        };
        const first = { agreementId: ID, slot: FIRST_SLOT, nextSlot: FIRST_SLOT };
        expect(await refused('heat', FIRST_SLOT)).to.deep.equal({ ...first, carrier: 'electricity' });
        await market.settle(FIRST_SLOT);
        expect(await refused('electricity', FIRST_SLOT + 1)).to.deep.equal({
            ...first,
            slot: FIRST_SLOT + 1,
            carrier: 'heat',
        });
        await market.settle(FIRST_SLOT, 'heat');
        await market.settle(FIRST_SLOT + 1);
        const last = await market.settle(FIRST_SLOT + 1, 'heat');
        expect(last.event?.payload, 'the agreement is through').to.contain(ID);
    });

    it('is explained by the history of the agreement, to the last nano', async () => {
        await report(FIRST_SLOT, 100n, 300n);
        await report(FIRST_SLOT + 1, 140n, 410n);
        const { agreements, accounts } = clientOf(market, 'stranger').market;
        expect((await agreements.outcome(ID)).legs).to.deep.equal([]);
        await market.settle(FIRST_SLOT);
        await market.settle(FIRST_SLOT, 'heat');
        const midway = await agreements.outcome(ID);
        expect(midway.parties.map((party) => party.heldNano > 0n)).to.deep.equal([true, true, true]);
        await market.settle(FIRST_SLOT + 1);
        await market.settle(FIRST_SLOT + 1, 'heat');

        const outcome = await agreements.outcome(ID);
        expect(outcome).to.include({ agreementId: ID, state: 'completed' });
        expect(outcome.legs.map(({ slot, leg, shortWh }) => [slot - FIRST_SLOT, leg, shortWh])).to.deep.equal([
            [0, 0, 0n],
            [0, 1, 0n],
            [1, 0, 60n],
            [1, 1, 190n],
        ]);
        expect(outcome.legs[3]).to.deep.include({
            sellerId: 'bert',
            buyerId: 'anna',
            payerId: 'anna',
            paymentNano: 5_500_000n,
            releasedNano: 9_500_000n,
            causes: [
                { causeLeg: 0, energyWh: 180n, isExempt: false, causedById: 'solar' },
                { causeLeg: 1, energyWh: 10n, isExempt: false, causedById: 'bert' },
            ],
        });
        for (const party of outcome.parties) {
            const { setAsideNano, paidForEnergyNano, paidForDefaultsNano, releasedNano } = party;
            expect(paidForEnergyNano + paidForDefaultsNano + releasedNano).to.equal(setAsideNano);
            const { freeNano } = await accounts.show(party.participantId);
            expect(freeNano, party.participantId).to.equal(
                DEPOSIT_NANO -
                    paidForEnergyNano -
                    paidForDefaultsNano +
                    party.receivedForEnergyNano +
                    party.receivedForDefaultsNano,
            );
        }
        const lines = outcomeLines(outcome).join('\n');
        expect(lines).to.match(/^1001 +1 heat +300 Wh +110 Wh +190 Wh +solar in leg 0: 180 Wh, bert: 10 Wh +/m);
        expect(lines).to.contain('solar 0.018 to anna for leg 0, bert 0.001 to anna');
        expect(lines).to.contain('made from leg 0, 3 kWh of each kWh');
    });

    it('is pushed by a keeper in one turn, each run once', async () => {
        await report(FIRST_SLOT, 100n, 300n);
        await report(FIRST_SLOT + 1, 200n, 600n);
        const reports = await new Keeper(clientOf(market, 'stranger').market).turn();
        expect(reports.map(({ step, refusal }) => [step, refusal])).to.deep.equal([
            [`settlement:run electricity/${FIRST_SLOT}`, null],
            [`settlement:run heat/${FIRST_SLOT}`, null],
            [`settlement:run electricity/${FIRST_SLOT + 1}`, null],
            [`settlement:run heat/${FIRST_SLOT + 1}`, null],
        ]);
    });
});
