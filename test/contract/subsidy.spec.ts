import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { subsidyPaymentCodec } from '@commonwatt/chaincode/wire/account';
import { billLines } from '@commonwatt/client/cli/account/bill-lines';
import { expect } from 'chai';
import { heldByAccount, moneyIn } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

const SUBSIDISED: Rules = {
    ...RULES,
    carriers: {
        electricity: {
            ...ELECTRICITY_RULES,
            networkFeeMicroPerKwh: priceMicroPerKwh(20_000n),
            subsidyMicroPerKwh: priceMicroPerKwh(60_000n),
        },
        heat: ELECTRICITY_RULES,
    },
};
const FUND_NANO = 10_000_000n;

let market: StubMarket;

async function register(pointId: string, traits: Partial<MeteringPoint>): Promise<void> {
    const meter = new SigningKey();
    market.meters.set(pointId, meter);
    const point = { ...commands.pointOf('bert'), pointId, ...traits };
    await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(point, meter));
}

/** Registers of every meter at the end of a slot; the battery and the roof hang behind bert's own meter. */
async function report(n: number, house: [bigint, bigint], battery: [bigint, bigint], roof: bigint): Promise<void> {
    const slot = FIRST_SLOT + n;
    const readings = [
        market.reading('solar-point', slot, 0n, 0n),
        market.reading('anna-point', slot, 0n, 0n),
        market.reading('bert-point', slot, ...house),
        market.reading('bert-battery', slot, ...battery),
        market.reading('bert-roof', slot, 0n, roof),
    ];
    await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
}

describe('exchange: storage and subsidies in a run', () => {
    beforeEach(async () => {
        market = await StubMarket.ready(undefined, SUBSIDISED);
        await register('bert-battery', { parentPointId: 'bert-point', storageEfficiencyBp: 9_000 });
        await register('bert-roof', { parentPointId: 'bert-point', isRenewable: true });
        const payment = { paymentId: 'state-1', carrier: 'electricity', amountNano: amountNano(FUND_NANO) } as const;
        await market.do('settlement', 'exchange', 'account:fund-subsidy', subsidyPaymentCodec.encode(payment));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        // At night the battery charges 400 of the 500 Wh that come in; by day the roof gives 700, the battery 100, and 300
        // Wh leave the house: 262 of the roof's and 38 of the battery's, in proportion.
        await report(0, [500n, 0n], [400n, 0n], 0n);
        await report(1, [500n, 300n], [400n, 100n], 700n);
    });

    it('keeps the account of the storage and pays from the fund as far as it goes', async () => {
        const night = await market.settle(FIRST_SLOT);
        expect(night.writes.map((write) => write.key)).to.include('storage/electricity/bert-battery');
        expect(night.writes.map((write) => write.key)).not.to.include('subsidy-fund/electricity');
        const day = await market.settle(FIRST_SLOT + 1);
        expect(day.writes.map((write) => write.key)).to.include('subsidy-fund/electricity');
        const storage = market.ledger
            .range('exchange', 'storage/', 'storage0')
            .map(([, { value }]) => JSON.parse(value.toString('utf8')) as unknown);
        expect(storage).to.deep.equal([
            {
                carrier: 'electricity',
                chargedWh: '400',
                creditedWh: '38',
                nextSlot: FIRST_SLOT + 2,
                pointId: 'bert-battery',
            },
        ]);
        expect(heldByAccount(market.ledger).get('subsidy/electricity'), 'due are 262 × 60 000').to.equal(0n);
        expect(moneyIn(market.ledger)).to.equal(4n * DEPOSIT_NANO + FUND_NANO);
    });

    it('fails for a slot that comes before its turn', async () => {
        const command = '{"carrier":"electricity","slot":1001}';
        const early = await market.refused(
            'SETTLEMENT_OUT_OF_ORDER',
            'stranger',
            'exchange',
            'settlement:run',
            command,
        );
        expect(early.operands).to.include({ slot: FIRST_SLOT + 1, nextSlot: FIRST_SLOT });
    });

    it('stands on the household’s bill, with what was used behind the connection', async () => {
        await market.settle(FIRST_SLOT);
        await market.settle(FIRST_SLOT + 1);
        const bill = await clientOf(market, 'bert').market.bills.show('bert');
        const [electricity] = bill.carriers;
        expect(electricity).to.deep.include({
            networkFee: { energyWh: 500n, amountNano: -500n * 20_000n },
            storageCredit: { energyWh: 38n, amountNano: 38n * 20_000n },
            subsidy: { energyWh: 262n, amountNano: FUND_NANO },
        });
        expect(
            electricity?.points.map(({ pointId, givenWh, usedOnSiteWh }) => [pointId, givenWh, usedOnSiteWh]),
        ).to.deep.equal([
            ['bert-battery', 100n, 62n],
            ['bert-point', 0n, 0n],
            ['bert-roof', 700n, 438n],
        ]);
        const text = billLines(bill, { grid: { slotMinutes: 15 }, timeZone: 'UTC' }).join('\n');
        for (const line of [
            /^ {2}network fee back for what storage returned +0\.038 +0\.0008$/m,
            /^ {2}subsidy for renewable energy fed in +0\.262 +0\.0100$/m,
            /0\.438 of 0\.700 kWh of own generation at bert-roof \(63 %\) were used behind the connection$/m,
            /0\.062 of 0\.100 kWh that came out of storage at bert-battery \(62 %\) were used behind the connection$/m,
        ]) {
            expect(text).to.match(line);
        }
    });
});
