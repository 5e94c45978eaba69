import { generateKeyPairSync } from 'node:crypto';
import { type MeteringPoint, type PointTraits, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { amountNano, energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { type Bill, documentSignerOf, MeterSigner, VolatileMemory } from '@commonwatt/client';
import { expect } from 'chai';
import { commonwatt } from '../support/commonwatt.js';
import { expectNothingWritten } from '../support/in-block.js';
import { household, prosumer, withMarket } from '../support/market.js';
import { expectRefusal } from '../support/refusal.js';

/** A house with a solar collector and a hot-water tank behind its connection to the heat network, and its neighbour. */
const CARRIER = 'heat';
const HOUSE = prosumer('warm-home', { kind: 'prosumerWithStorage' });
const NEIGHBOUR = household('cold-home');
const TRAITS: Readonly<Record<string, Partial<PointTraits>>> = {
    'warm-home-heat': {},
    'warm-home-solar': { parentPointId: 'warm-home-heat', isRenewable: true },
    'warm-home-tank': { parentPointId: 'warm-home-heat', storageEfficiencyBp: 9_000 },
    'cold-home-heat': {},
};
const DEPOSIT_NANO = amountNano(10_000_000_000n);
const FUND_NANO = amountNano(4_000_000n);
const COVER_NANO = amountNano(100_000_000n);
const PAYOUT_NANO = amountNano(3_000_000_000n);

describe('a household’s bill on the real network', function () {
    this.timeout(60_000);
    const market = withMarket();
    const meters = new Map<string, MeterSigner>();
    let firstSlot: SlotIndex;

    const asHouse = () => market().as(HOUSE.id);
    const asAgent = () => market().as('settlement');

    async function register(pointId: string): Promise<void> {
        const metering = market().as('metering');
        const key = documentSignerOf(
            generateKeyPairSync('ec', { namedCurve: 'P-256' })
                .privateKey.export({ format: 'pem', type: 'pkcs8' })
                .toString(),
        );
        const meterId = `meter-${pointId}`;
        const scope = metering.ledger.scope('exchange');
        const meter = new MeterSigner({ pointId, meterId, key, scope, memory: new VolatileMemory() });
        meters.set(pointId, meter);
        const point: MeteringPoint = {
            pointId,
            participantId: pointId.startsWith(HOUSE.id) ? HOUSE.id : NEIGHBOUR.id,
            carrier: CARRIER,
            connectionPoint: 'heat-01',
            fromSlot: firstSlot,
            meter: { meterId, publicKey: key.publicKey },
            ...PLAIN_POINT,
            ...TRAITS[pointId],
        };
        const baseline = await meter.baseline(firstSlot, { importWh: energyWh(0n), exportWh: energyWh(0n) });
        await market().registerSigned(point, baseline);
    }

    /** Ends the running slot; every meter of heat reports what it has counted by then, and the slot is settled. */
    async function settle(
        slot: SlotIndex,
        counted: Readonly<Record<string, readonly [bigint, bigint]>>,
    ): Promise<void> {
        expect(await market().endSlot()).to.equal(slot);
        const readings = Object.entries(counted).map(async ([pointId, [importWh, exportWh]]) =>
            meters.get(pointId)?.read(slot, { importWh: energyWh(importWh), exportWh: energyWh(exportWh) }),
        );
        const signed = (await Promise.all(readings)).filter((reading) => reading !== undefined);
        await asHouse().readings.submit(signed);
        await asHouse().settlements.run(CARRIER, slot);
    }

    before(async () => {
        for (const subject of [HOUSE, NEIGHBOUR]) {
            await market().apply(subject);
            await market()
                .as('reviewer')
                .qualifications.grant({
                    participantId: subject.id,
                    permits: [{ carrier: CARRIER, buy: true, sell: subject.sells }],
                    reasonCode: 'applicationComplete',
                });
            const deposit = {
                paymentId: `transfer-${subject.id}`,
                participantId: subject.id,
                amountNano: DEPOSIT_NANO,
            };
            await asAgent().accounts.deposit(deposit);
        }
        await asAgent().accounts.fundSubsidy({ paymentId: 'state-heat', carrier: CARRIER, amountNano: FUND_NANO });
        firstSlot = market().nextSlot;
        for (const pointId of Object.keys(TRAITS)) {
            await register(pointId);
        }
        await market().inForce({
            proposerId: HOUSE.id,
            legs: [
                {
                    carrier: CARRIER,
                    sellerId: HOUSE.id,
                    sellerPoint: 'warm-home-solar',
                    buyerId: NEIGHBOUR.id,
                    buyerPoint: 'cold-home-heat',
                    energyWh: [energyWh(400n)],
                    priceMicroPerKwh: [priceMicroPerKwh(70_000n)],
                },
            ],
            firstSlot: firstSlot + 1,
            slotCount: 1,
        });
        await market().endSlot(); // and the first slot runs
        // The tank charges 500 Wh from the network; then the collector gives 700 and the tank 200, of which 300 stay.
        await settle(firstSlot, {
            'warm-home-heat': [500n, 0n],
            'warm-home-solar': [0n, 0n],
            'warm-home-tank': [500n, 0n],
            'cold-home-heat': [100n, 0n],
        });
        await settle(firstSlot + 1, {
            'warm-home-heat': [500n, 600n],
            'warm-home-solar': [0n, 700n],
            'warm-home-tank': [500n, 200n],
            'cold-home-heat': [500n, 0n],
        });
    });

    it('pays out what is the household’s own, which what it owes is not', async () => {
        const participantId = HOUSE.id;
        const asked = { participantId, payoutId: 'summer', lane: 0, amountNano: PAYOUT_NANO };
        const { freeNano } = await asHouse().accounts.show(participantId);
        const all = { ...asked, payoutId: 'all', amountNano: freeNano };
        const owed = await expectRefusal(asHouse().accounts.requestPayout(all), 'conflict COVER_OWED', {
            participantId,
        });
        expect(owed.operands['balanceNano']).to.equal('-51340000');
        await asHouse().accounts.cover({ participantId, carrier: CARRIER, lane: 0, amountNano: COVER_NANO });
        await asHouse().accounts.requestPayout(asked);
        const payment = { participantId, payoutId: 'summer', paymentId: 'bank-heat' };
        await expectRefusal(asHouse().accounts.confirmPayout(payment), 'forbidden CALLER_NOT_SEATED');
        await asAgent().accounts.confirmPayout(payment);
        const again = await asHouse().accounts.requestPayout(asked);
        await expectNothingWritten(asHouse(), again);
        expect(again.value.paymentId).to.equal('bank-heat');
        await asHouse().accounts.drawCover({ participantId, carrier: CARRIER, amountNano: amountNano(48_660_000n) });
    });

    it('tells the household what it sold, what it got for storage and sun, and where its money is', async () => {
        const line = `account bill ${HOUSE.id} --org community --time-zone Europe/Berlin`;
        const args = ['--state', market().network.stateDir, ...line.split(' ')];
        const { exitCode, stdout, stderr } = await commonwatt([...args]);
        expect(exitCode, stderr).to.equal(0);
        for (const expected of [
            /^HEAT +kWh +EUR\/kWh +EUR$/m,
            /^ {2}sold to cold-home +0\.400 +0\.0700 +0\.0280$/m,
            /^ {2}short of what was agreed, or taken without agreement +0\.800 +-0\.0960$/m,
            /^ {2}left over from what was agreed, or given without agreement +0\.500 +0\.0200$/m,
            /^ {2}network fee on what was taken +0\.500 +-0\.0100$/m,
            /^ {2}network fee back for what storage returned +0\.133 +0\.0027$/m,
            /^ {2}subsidy for renewable energy fed in +0\.467 +0\.0040$/m,
            /^ {2}heat in all +-0\.0513$/m,
            /0\.233 of 0\.700 kWh of own generation at warm-home-solar \(33 %\) were used behind the connection/,
            /^ {2}meter warm-home-tank: 2 slots measured$/m,
            /^ {2}paid out +-3\.0000$/m,
            /^paid out: 3\.0000 \(summer, bank-heat\)$/m,
            /^ {2}after this bill +6\.9487$/m,
        ]) {
            expect(stdout).to.match(expected);
        }
    });

    it('is to the last nano what the ledger holds', async () => {
        const args = [
            '--state',
            market().network.stateDir,
            'account',
            'bill',
            HOUSE.id,
            '--org',
            'regulator',
            '--json',
        ];
        const { stdout } = await commonwatt(args);
        const told = JSON.parse(stdout) as Bill;
        const bill = await asHouse().bills.show(HOUSE.id);
        expect(told).to.deep.equal(
            JSON.parse(
                JSON.stringify(bill, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
            ),
        );
        const { freeNano, covers } = await asHouse().accounts.show(HOUSE.id);
        const held = covers.reduce<bigint>((sum, cover) => sum + cover.balanceNano, freeNano);
        expect(bill.balance).to.include({
            paidInNano: DEPOSIT_NANO,
            paidOutNano: PAYOUT_NANO,
            earlierNano: 0n,
            billNano: -51_340_000n,
            nowNano: held,
            coverNano: 0n,
            payoutNano: 0n,
        });
        expect(held).to.equal(DEPOSIT_NANO - PAYOUT_NANO - 51_340_000n);
        expect(await asAgent().accounts.subsidies()).to.deep.include({ carrier: CARRIER, balanceNano: 0n });
    });
});
