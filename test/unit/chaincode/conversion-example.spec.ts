import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { FIRST_SLOT, sampleTerms } from '../../support/sample-market.js';
import { SettlementMarket } from '../../support/settlement-market.js';

/** The worked example of `chaincode/docs/settlement.md`, §8, to the last nano. */
describe('the worked example of legs made from others', () => {
    const ID = '1'.repeat(64);
    const leg = (carrier: Carrier, [seller, buyer]: readonly [string, string], wh: bigint, price: bigint): Leg => ({
        carrier,
        sellerId: seller,
        sellerPoint: `${seller}.${carrier}`,
        buyerId: buyer,
        buyerPoint: `${buyer}.${carrier}`,
        energyWh: [energyWh(wh)],
        priceMicroPerKwh: [priceMicroPerKwh(price)],
    });
    const gave = (exportWh: bigint): { importWh: bigint; exportWh: bigint } => ({ importWh: 0n, exportWh });
    const took = (importWh: bigint): { importWh: bigint; exportWh: bigint } => ({ importWh, exportWh: 0n });

    const market = new SettlementMarket();
    const settled = new Map<Carrier, Settlement>();
    let funded: Readonly<Record<string, readonly bigint[]>>;

    before(() => {
        market.agree(
            ID,
            sampleTerms({
                proposerId: 'c',
                parties: ['g', 'c', 'h'].map((participantId) => ({ participantId, lane: 0 })),
                legs: [
                    leg('gas', ['g', 'c'], 1_000n, 40_000n),
                    leg('electricity', ['c', 'h'], 380n, 180_000n),
                    leg('heat', ['c', 'h'], 450n, 90_000n),
                ],
                conversions: [
                    { inputLeg: 0, outputLeg: 1, ratioBp: 3_800 },
                    { inputLeg: 0, outputLeg: 2, ratioBp: 4_500 },
                ],
                slotCount: 1,
                takeOrPay: true,
                defaultRateMicroPerKwh: priceMicroPerKwh(100_000n),
                toleranceBp: 200,
                defaultCapNano: amountNano(45_000_000n),
            }),
        );
        funded = Object.fromEntries(
            market
                .execution(ID)
                .holdings.map(({ participantId, energyNano, defaultNano }) => [
                    participantId,
                    [energyNano, defaultNano],
                ]),
        );
        const metered = {
            gas: { 'g.gas': gave(700n), 'c.gas': took(700n) },
            electricity: { 'c.electricity': gave(250n), 'h.electricity': took(250n) },
            heat: { 'c.heat': gave(318n), 'h.heat': took(318n) },
        };
        for (const carrier of ['gas', 'electricity', 'heat'] as const) {
            settled.set(carrier, market.settle(FIRST_SLOT, metered[carrier], { carrier }));
        }
    });

    const legOf = (carrier: Carrier): Settlement['legs'][number] | undefined => settled.get(carrier)?.legs[0];
    const claim = (liableId: string, payeeId: string, causeLeg: number, claimed: bigint, drawn = claimed): object => ({
        liableId,
        payeeId,
        causeLeg,
        claimedNano: claimed,
        drawnNano: drawn,
    });

    it('sets aside what each may owe, for what is made from its legs, too', () => {
        expect(funded).to.deep.equal({
            g: [0n, 45_000_000n],
            c: [40_000_000n, 45_000_000n],
            h: [108_900_000n, 0n],
        });
    });

    it('of the gas is the seller’s own failure', () => {
        expect(legOf('gas')).to.deep.include({
            shortWh: 300n,
            deliveredWh: 700n,
            paymentNano: 28_000_000n,
            causes: [{ causeLeg: 0, energyWh: 300n, isExempt: false }],
            defaults: [claim('g', 'c', 0, 28_000_000n)],
        });
    });

    it('of the electricity is the gas seller’s, as far as the gas explains it', () => {
        expect(legOf('electricity')).to.deep.include({
            shortWh: 130n,
            paymentNano: 45_000_000n,
            causes: [
                { causeLeg: 0, energyWh: 114n, isExempt: false },
                { causeLeg: 1, energyWh: 16n, isExempt: false },
            ],
            defaults: [claim('g', 'h', 0, 11_400_000n), claim('c', 'h', 1, 900_000n)],
        });
    });

    it('of the heat is all the gas seller’s, up to its cap', () => {
        expect(legOf('heat')).to.deep.include({
            shortWh: 132n,
            paymentNano: 28_620_000n,
            causes: [{ causeLeg: 0, energyWh: 132n, isExempt: false }],
            defaults: [claim('g', 'h', 0, 12_300_000n, 5_600_000n)],
        });
    });

    it('leaves each party with what the document adds up to', () => {
        expect(market.execution(ID)).to.include({ state: 'completed' });
        expect(market.heldNano).to.equal(0n);
        const balances = ['g', 'c', 'h'].map((id) => market.balance(`free/${id}`));
        expect(balances).to.deep.equal([
            28_000_000n - 45_000_000n,
            73_620_000n - 28_000_000n + 28_000_000n - 900_000n,
            -73_620_000n + 11_400_000n + 900_000n + 5_600_000n,
        ]);
        expect(balances.reduce((sum, balance) => sum + balance, 0n)).to.equal(0n);
    });
});
