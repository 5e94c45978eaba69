import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { creditStorage, isStorage, newStorage, type StorageState } from '@commonwatt/chaincode/domain/storage-credit';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '../../support/property.js';
import { expectRefusal } from '../../support/refusals.js';
import { ELECTRICITY_RULES, FIRST_SLOT } from '../../support/sample-market.js';
import { type Metered, SettlementMarket } from '../../support/settlement-market.js';

const FEE = priceMicroPerKwh(20_000n);
const NOTHING: StorageState = { chargedWh: energyWh(0n), creditedWh: energyWh(0n) };
const crossed = (importWh: bigint, exportWh: bigint): { importWh: never; exportWh: never } =>
    ({ importWh: energyWh(importWh), exportWh: energyWh(exportWh) }) as never;

/** Credit of each slot of a storage, in Wh. */
function credits(efficiencyBp: number, ...slots: readonly (readonly [bigint, bigint])[]): bigint[] {
    let state = NOTHING;
    return slots.map(([importWh, exportWh]) => {
        const result = creditStorage(state, crossed(importWh, exportWh), efficiencyBp, FEE);
        state = result;
        return result.reexportedWh;
    });
}

describe('the network fee of a storage', () => {
    it('is credited for what it gives back, up to η of what it charged', () => {
        expect(credits(9_000, [300n, 0n], [0n, 100n], [0n, 300n], [0n, 50n])).to.deep.equal([0n, 100n, 170n, 0n]);
    });

    it('floors η of all that was charged, so that slots lose nothing to rounding', () => {
        const single = credits(9_000, [1n, 1n], [1n, 1n], [1n, 1n], [1n, 1n], [1n, 1n], [1n, 1n]);
        expect(single).to.deep.equal([0n, 1n, 1n, 1n, 1n, 1n]);
    });

    it('is credited for nothing that was not charged before', () => {
        expect(credits(10_000, [0n, 500n], [100n, 0n], [0n, 500n])).to.deep.equal([0n, 0n, 100n]);
    });

    it('is taken back where an estimate of either register had been too high', () => {
        expect(credits(9_000, [100n, 0n], [0n, 80n], [0n, -30n])).to.deep.equal([0n, 80n, -30n]);
        expect(credits(9_000, [100n, 0n], [0n, 90n], [-20n, 0n], [0n, 5n])).to.deep.equal([0n, 90n, -18n, 0n]);
    });

    it('stays within η of what was charged, whatever the meter counts', async () => {
        const register = fc.bigInt({ min: -50n, max: 1_000n });
        const slots = fc.array(fc.tuple(register, register), { maxLength: 30 });
        await holds(
            fc.property(slots, fc.integer({ min: 1, max: 10_000 }), (crossings, efficiencyBp) => {
                let state = NOTHING;
                let [charged, credited, exported] = [0n, 0n, 0n];
                for (const [importWh, exportWh] of crossings) {
                    const result = creditStorage(state, crossed(importWh, exportWh), efficiencyBp, FEE);
                    state = result;
                    charged += importWh;
                    credited += result.reexportedWh;
                    exported += exportWh > 0n ? exportWh : 0n;
                    expect(result.feeCreditNano).to.equal(result.reexportedWh * FEE);
                    expect(result.chargedWh).to.equal(charged);
                    expect(result.creditedWh).to.equal(credited);
                    expect(credited >= 0n && credited <= exported).to.equal(true);
                    expect(credited * 10_000n <= (charged > 0n ? charged : 0n) * BigInt(efficiencyBp)).to.equal(true);
                }
            }),
            { runs: 500, seconds: 2 },
        );
    });
});

describe('a storage in the settlement of a carrier', () => {
    const traits = { 's.battery': { ...PLAIN_POINT, storageEfficiencyBp: 9_000, fromSlot: FIRST_SLOT } };
    const open = (): SettlementMarket => {
        const market = new SettlementMarket();
        market.rules = { ...ELECTRICITY_RULES, networkFeeMicroPerKwh: FEE };
        market.traits = traits;
        return market;
    };
    const battery = (importWh: bigint, exportWh: bigint): Record<string, Metered> => ({
        's.battery': { importWh, exportWh },
    });

    it('pays the fee when it charges and gets it back when it discharges', () => {
        const market = open();
        market.settle(FIRST_SLOT, battery(300n, 0n));
        expect(market.balance('system/fees/electricity')).to.equal(300n * 20_000n);
        market.settle(FIRST_SLOT + 1, battery(0n, 280n));
        expect(market.balance('system/fees/electricity')).to.equal(30n * 20_000n);
        const credit = market.postings.filter(({ kind }) => kind === 'feeCredit');
        expect(credit.map(({ account, amountNano }) => [account, amountNano])).to.deep.equal([
            ['system/fees/electricity', -270n * 20_000n],
            ['cover/s/electricity', 270n * 20_000n],
        ]);
    });

    it('settles slot by slot, so that everybody finds the same credit', () => {
        const market = open();
        expectRefusal(() => market.settle(FIRST_SLOT + 1, battery(0n, 1n)), 'SETTLEMENT_OUT_OF_ORDER', {
            slot: FIRST_SLOT + 1,
            nextSlot: FIRST_SLOT,
        });
        market.settle(FIRST_SLOT, battery(5n, 0n));
        expectRefusal(() => market.settle(FIRST_SLOT, battery(5n, 0n)), 'SETTLEMENT_OUT_OF_ORDER');
    });

    const point = { pointId: 's.battery', participantId: 's', carrier: 'heat', connectionPoint: 'bus-1' } as const;

    it('is a point with a meter and an efficiency', () => {
        const meter = { meterId: 'm', publicKey: '' };
        const found = [
            { ...point, meter, ...traits['s.battery'] },
            { ...point, meter: null, ...traits['s.battery'] },
            { ...point, meter, ...PLAIN_POINT, fromSlot: 7 },
        ].map(isStorage);
        expect(found).to.deep.equal([true, false, false]);
    });

    it('begins with its first slot', () => {
        expect(newStorage({ ...point, meter: null, ...traits['s.battery'], fromSlot: 7 })).to.include({
            nextSlot: 7,
            chargedWh: 0n,
            creditedWh: 0n,
        });
    });
});
