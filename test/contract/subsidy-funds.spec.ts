import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { subsidyPaymentCodec } from '@commonwatt/chaincode/wire/account';
import { expect } from 'chai';
import { heldByAccount } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const ROOF = 'bert-roof';
const COLLECTOR = 'bert-collector';
const DEADLINE = RULES.readingDeadlineSlots;
const [R1] = RULES.reconciliationAfterSlots;

const RENEWABLE: Rules = {
    ...RULES,
    carriers: {
        electricity: { ...ELECTRICITY_RULES, subsidyMicroPerKwh: priceMicroPerKwh(60_000n) },
        heat: { ...ELECTRICITY_RULES, subsidyMicroPerKwh: priceMicroPerKwh(25_000n) },
    },
};

describe('exchange: the subsidy funds of two carriers', () => {
    let market: StubMarket;

    beforeEach(async () => {
        market = await StubMarket.ready(undefined, RENEWABLE);
        await register(ROOF, 'electricity');
        await register(COLLECTOR, 'heat');
        await fill('electricity', 90_000_000n);
        await fill('heat', 70_000_000n);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await submit(
            ...['solar-point', 'anna-point', 'bert-point'].map((pointId) =>
                market.reading(pointId, FIRST_SLOT, 0n, 0n),
            ),
            market.reading(ROOF, FIRST_SLOT, 0n, 100n),
            market.reading(COLLECTOR, FIRST_SLOT, 0n, 400n),
        );
    });

    it('pay each for the energy of its own carrier: 100 Wh at 60 000 and 400 Wh at 25 000', async () => {
        await market.settle(FIRST_SLOT, 'heat');
        expect(funds()).to.deep.equal([90_000_000n, 60_000_000n]);
        await market.settle(FIRST_SLOT, 'electricity');
        expect(funds()).to.deep.equal([84_000_000n, 60_000_000n]);
    });

    it('are corrected apart, too: a collector that was not read, then 100 Wh', async () => {
        const late = await StubMarket.ready(undefined, RENEWABLE);
        market = late;
        await register(COLLECTOR, 'heat');
        await fill('electricity', 90_000_000n);
        await fill('heat', 70_000_000n);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1 + DEADLINE);
        await market.settle(FIRST_SLOT, 'heat');
        expect(funds()).to.deep.equal([90_000_000n, 70_000_000n]);
        await submit(market.reading(COLLECTOR, FIRST_SLOT, 0n, 100n));
        await market.advance(FIRST_SLOT + 2 + DEADLINE, FIRST_SLOT + 1 + R1);
        await market.reconcile(FIRST_SLOT, 1, 'heat');
        expect(funds()).to.deep.equal([90_000_000n, 67_500_000n]);
    });

    async function register(pointId: string, carrier: 'electricity' | 'heat'): Promise<void> {
        const meter = new SigningKey();
        market.meters.set(pointId, meter);
        const point = { ...commands.pointOf('bert', carrier), pointId, isRenewable: true };
        await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(point, meter));
    }

    async function fill(carrier: Carrier, nano: bigint): Promise<void> {
        const payment = { paymentId: `fund-${carrier}`, carrier, amountNano: amountNano(nano) };
        await market.do('settlement', 'exchange', 'account:fund-subsidy', subsidyPaymentCodec.encode(payment));
    }

    async function submit(...readings: readonly ReturnType<StubMarket['reading']>[]): Promise<void> {
        await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
    }

    /** What the funds of electricity and heat hold: by the record, and by the postings. */
    function funds(): bigint[] {
        return (['electricity', 'heat'] as const).map((carrier) => {
            const { balanceNano } = JSON.parse(market.stored(`subsidy-fund/${carrier}`)) as { balanceNano: string };
            expect(heldByAccount(market.ledger).get(`subsidy/${carrier}`), carrier).to.equal(BigInt(balanceNano));
            return BigInt(balanceNano);
        });
    }
});
