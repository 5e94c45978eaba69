import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import { calorificFact } from '@commonwatt/chaincode/domain/calorific';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { FactRef } from '@commonwatt/chaincode/domain/fact';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import {
    amountNano,
    calorificWhPerM3,
    energyWh,
    priceMicroPerKwh,
    type SlotIndex,
} from '@commonwatt/chaincode/domain/units';
import { calorificHashOf } from '@commonwatt/chaincode/wire/calorific';
import { forceMajeureHashOf } from '@commonwatt/chaincode/wire/force-majeure';
import { type Draft, FileWallet } from '@commonwatt/client';
import type { MeterState } from '@commonwatt/client/meter-signer';
import { expect } from 'chai';
import { commonwatt } from '../support/commonwatt.js';
import { household, OFFICERS, prosumer, RETAILER, type Subject, withMarket } from '../support/market.js';
import { newStateDir, withNetwork } from '../support/network.js';
import { expectRefusal } from '../support/refusal.js';
import { charger, counting, gasMeter, imported } from '../support/shown-registers.js';

const MERCHANT: Subject = { ...RETAILER, id: 'merchant-1' };
const BOILER = household('boiler-1', { org: 'supplier', kind: 'plant', sector: null });
const CHARGING = household('charging-1', { org: 'supplier', kind: 'chargingOperator', sector: null });
const FLEET = household('fleet-1', { kind: 'evFleet', sector: null });
const ROOF = prosumer('roof-1');
const HOME = household('metered-home-1');

/** What each may trade here. */
const PERMITS: readonly (readonly [Subject, readonly Carrier[], Readonly<{ buy: boolean; sell: boolean }>])[] = [
    [MERCHANT, ['gas', 'coal'], { buy: true, sell: true }],
    [BOILER, ['coal'], { buy: true, sell: false }],
    [CHARGING, ['electricity', 'mobility'], { buy: true, sell: true }],
    [FLEET, ['mobility'], { buy: true, sell: true }],
    [ROOF, ['electricity'], { buy: true, sell: true }],
    [HOME, ['electricity', 'gas'], { buy: true, sell: false }],
];
const SOURCE = 'weighbridge-1';
const LABORATORY = 'laboratory-1';
const STORM = 'storm-1';
/** `reconciliationAfterSlots[0]` of the shipped rules. */
const CORRECTED_AFTER_SLOTS = 8;

const pointId = ({ id }: Subject, carrier: Carrier): string => `${id}-${carrier}`;
const CHARGER = pointId(CHARGING, 'electricity');

describe('metering on real peers: charge points, gas, exchanged meters, lots and force majeure', function () {
    this.timeout(60_000);
    const network = withNetwork();
    const market = withMarket();
    let folder: string;
    let first: SlotIndex;
    let lotId: string;

    async function run<Answer>(line: string, ...files: readonly string[]): Promise<Answer> {
        const words = [...line.split(' '), ...files.map((file) => join(folder, file)), '--json'];
        const { exitCode, stdout, stderr } = await commonwatt(['--state', network().stateDir, ...words]);
        expect(exitCode, `${line}\n${stdout}${stderr}`).to.equal(0);
        return JSON.parse(stdout) as Answer;
    }
    async function refused(line: string, file: string): Promise<object> {
        const words = [...line.split(' '), join(folder, file), '--json'];
        const { exitCode, stdout } = await commonwatt(['--state', network().stateDir, ...words]);
        expect(exitCode, stdout).not.to.equal(0);
        return (JSON.parse(stdout) as { error: object }).error;
    }
    const settle = async (carrier: Carrier, slot: SlotIndex): Promise<Settlement> => {
        const { settlements } = market().as(HOME.id);
        await settlements.run(carrier, slot);
        return await settlements.show(carrier, slot, 0);
    };

    async function register(
        subject: Subject,
        carrier: Carrier,
        shown: ((slot: SlotIndex) => MeterState) | null,
        chargePointId: string | null = null,
    ): Promise<void> {
        const point: Omit<MeteringPoint, 'meter'> = {
            ...PLAIN_POINT,
            pointId: pointId(subject, carrier),
            participantId: subject.id,
            carrier,
            connectionPoint: 'node-1',
            fromSlot: first,
            chargePointId,
        };
        await (shown === null
            ? market().registerSigned({ ...point, meter: null }, null, chargePointId === null ? [] : [CHARGING.id])
            : market().registerMeter(point, shown));
    }

    const leg = (
        carrier: Carrier,
        [seller, buyer]: readonly [Subject, Subject],
        wh: readonly bigint[],
        micro: bigint,
    ): Leg => ({
        carrier,
        sellerId: seller.id,
        sellerPoint: pointId(seller, carrier),
        buyerId: buyer.id,
        buyerPoint: pointId(buyer, carrier),
        energyWh: wh.map(energyWh),
        priceMicroPerKwh: wh.map(() => priceMicroPerKwh(micro)),
    });
    async function agree(legs: readonly Leg[], more: Partial<Draft> = {}): Promise<string> {
        const proposerId = legs[0]?.sellerId ?? '';
        return await market().inForce({
            proposerId,
            legs,
            firstSlot: first,
            slotCount: legs[0]?.energyWh.length ?? 0,
            defaultRateMicroPerKwh: priceMicroPerKwh(100_000n),
            defaultCapNano: amountNano(10_000_000_000n),
            ...more,
        });
    }

    const confirm = (fact: FactRef): Promise<unknown> =>
        market()
            .as('reviewer')
            .facts.confirm({ ...fact, fromSlot: null, reasonCode: 'evidenceSeen' });
    async function confirmStorm(subjectId: string): Promise<void> {
        const { statement } = await market().as('reviewer').forceMajeure.show(subjectId);
        await confirm({ kind: 'forceMajeure', subjectId, factHash: forceMajeureHashOf(statement) });
    }

    before(async () => {
        folder = newStateDir();
        for (const officer of ['metering', 'dispatcher'] as const) {
            const wallet = new FileWallet(join(network().stateDir, 'wallets', OFFICERS[officer]));
            await wallet.add(officer, market().actors.get(officer).entry);
        }
        for (const [subject, carriers, sides] of PERMITS) {
            await market().apply(subject);
            const permits = carriers.map((carrier) => ({ carrier, ...sides }));
            const statement = { participantId: subject.id, permits, reasonCode: 'applicationComplete' };
            await Promise.all([market().as('reviewer').qualifications.grant(statement), market().deposit(subject)]);
        }
        first = market().nextSlot;
        await register(CHARGING, 'electricity', charger(first), CHARGER);
        await register(CHARGING, 'mobility', null, CHARGER);
        await register(FLEET, 'mobility', null, CHARGER);
        await register(ROOF, 'electricity', counting(first, 'exportWh', [40n, 40n]));
        await register(HOME, 'electricity', counting(first, 'importWh', [40n]));
        await register(MERCHANT, 'gas', null);
        await register(HOME, 'gas', gasMeter(first));
        await register(MERCHANT, 'coal', null);
        await register(BOILER, 'coal', null);
    });

    it('a source is registered and named by an agreement on a lot of coal', async () => {
        const lot = [leg('coal', [MERCHANT, BOILER], [1_000_000n], 12_000n)];
        await expectRefusal(agree(lot), 'invalid TERMS_INVALID');
        const verification = { sourceId: SOURCE };
        await expectRefusal(agree(lot, { verification }), 'notFound SOURCE_MISSING', verification);
        const registered = await run<{ value: unknown }>(
            `source register ${SOURCE} --org operator --as metering --key`,
            'weighbridge.json',
        );
        expect(registered.value).to.have.nested.property('statement.sourceId', SOURCE);
        const error = await refused('source register other-1 --org operator --as metering --key', 'weighbridge.json');
        expect(error).to.include({ code: 'FILE_INVALID' });
        expect(error).to.have.nested.property('operands.path', 'sourceId');
        lotId = await agree(lot, { verification });
    });

    it('everything is agreed, delivered and read, while a meter is exchanged and a storm declared', async () => {
        await agree([
            leg('mobility', [CHARGING, FLEET], [500n, 0n], 400_000n),
            leg('mobility', [FLEET, CHARGING], [0n, 200n], 300_000n),
        ]);
        await agree([leg('gas', [MERCHANT, HOME], [1_124n, 1_124n], 60_000n)]);
        await agree([leg('electricity', [ROOF, HOME], [100n, 100n], 200_000n)], { exemptions: ['forceMajeure'] });
        await market().endSlot(); // and the first slot runs
        await market().endSlot();
        // 15 Wh more have gone through the old meter, of 55 in all; 25 of the 40 go through the new one, which begins at 7.
        await market().exchangeMeter(
            pointId(HOME, 'electricity'),
            { closing: imported(55n), opening: imported(7n) },
            () => imported(32n),
        );
        await writeFile(join(folder, 'report.txt'), 'a stroke of lightning\n');
        const declared = await run<{ value: unknown }>(
            `force-majeure declare ${STORM} --carrier electricity --points ${pointId(ROOF, 'electricity')} ` +
                `--from ${first} --until ${first + 1} --reason lightningStroke --org operator --as dispatcher --evidence`,
            'report.txt',
        );
        expect(declared.value)
            .to.have.nested.property('statement.pointIds')
            .that.deep.equals([pointId(ROOF, 'electricity')]);
        await confirmStorm(STORM);
        await market().endSlot();
    });

    it('a calorific value counts by the regulator’s word, or by that of a laboratory which the regulator knows', async () => {
        const measured = { fromSlot: first, slotCount: 1, calorificWhPerM3: calorificWhPerM3(11_240n), version: 1 };
        await market().as('metering').calorifics.publish(measured);
        await confirm(calorificFact(measured, calorificHashOf(measured)));
        const { factHash } = await run<{ factHash: string }>(
            `source register ${LABORATORY} --org operator --as metering --key`,
            'laboratory.json',
        );
        const value = `--from ${first + 1} --value 11240`;
        const attestation = join(folder, 'attestation.json');
        await run(`calorific attest ${value} --out ${attestation} --org operator --key`, 'laboratory.json');
        const publishing = `calorific publish ${value} --org operator --as metering --attestation`;
        expect(await refused(publishing, 'attestation.json')).to.include({ code: 'FACT_NOT_CONFIRMED' });
        await confirm({ kind: 'laboratory', subjectId: LABORATORY, factHash });
        await run(publishing, 'attestation.json');
    });

    it('a source hands its key on, and the old one states nothing any more', async () => {
        const renewed = await run<{ value: unknown }>(
            `source renew ${SOURCE} --new-key ${join(folder, 'weighbridge-2.json')} --org supplier --as admin --key`,
            'weighbridge.json',
        );
        expect(renewed.value).to.have.nested.property('statement.version', 2);
        const stated = `statement sign ${lotId} --slot ${first} --delivered 930000 --org supplier`;
        await run(`${stated} --out ${join(folder, 'stolen.json')} --key`, 'weighbridge.json');
        const submitting = 'statement submit --org supplier --as admin';
        expect(await refused(submitting, 'stolen.json')).to.include({ code: 'SIGNATURE_INVALID' });
    });

    it('a weighbridge’s signed receipt settles the lot', async () => {
        await expectRefusal(settle('coal', first), 'notFound STATEMENT_MISSING', { agreementId: lotId, leg: 0 });
        const receipt = join(folder, 'receipt.json');
        await run(
            `statement sign ${lotId} --slot ${first} --delivered 930000 --org supplier --out ${receipt} --key`,
            'weighbridge-2.json',
        );
        const submitted = await run<{ value: unknown }>('statement submit --org supplier --as admin', 'receipt.json');
        expect(submitted.value).to.deep.equal({ accepted: 1 });
        const { legs, points, postings } = await settle('coal', first);
        expect(legs[0]).to.deep.include({ deliveredWh: 930_000n, shortWh: 70_000n, paymentNano: 11_160_000_000n });
        expect(legs[0]?.defaults).to.deep.include.members([
            {
                liableId: MERCHANT.id,
                payeeId: BOILER.id,
                causeLeg: 0,
                claimedNano: 7_000_000_000n,
                drawnNano: 7_000_000_000n,
            },
        ]);
        expect(points.every(({ imbalanceWh }) => imbalanceWh === 0n)).to.equal(true);
        expect(postings.reduce((sum, { amountNano: nano }) => sum + nano, 0n)).to.equal(0n);
        const { execution } = await market().as(BOILER.id).agreements.show(lotId);
        expect(execution.state).to.equal('completed');
    });

    it('a charge point hands over what its meter counted, and takes back from the vehicle', async () => {
        for (const slot of [first, first + 1]) {
            await settle('electricity', slot);
        }
        const [charged, discharged] = [await settle('mobility', first), await settle('mobility', first + 1)];
        const delivered = ({ legs }: Settlement): bigint[] => legs.map(({ deliveredWh }) => deliveredWh);
        expect([delivered(charged), delivered(discharged)]).to.deep.equal([
            [420n, 0n],
            [0n, 200n],
        ]);
        expect(charged.legs[0]).to.deep.include({ shortWh: 80n, untakenWh: 80n, defaults: [] });
        const { points } = await market()
            .as(FLEET.id)
            .settlements.show('electricity', first + 1, 0);
        const fed = points.find((point) => point.pointId === CHARGER);
        expect(fed).to.include({ exportWh: 200n, importWh: 0n, imbalanceWh: 200n });
    });

    it('gas is counted by its volume and the published calorific value', async () => {
        for (const slot of [first, first + 1]) {
            const { legs, points } = await settle('gas', slot);
            const taken = points.find((point) => point.pointId === pointId(HOME, 'gas'));
            expect(legs[0]).to.deep.include({ deliveredWh: 1_124n, untakenWh: 0n });
            expect(taken).to.include({ meteredWh: -1_124n, imbalanceWh: 0n, quality: 'measured' });
        }
    });

    it('the slot in which a meter was exchanged is measured by both', async () => {
        const { points } = await market()
            .as(HOME.id)
            .settlements.show('electricity', first + 1, 0);
        const home = points.find((point) => point.pointId === pointId(HOME, 'electricity'));
        expect(home).to.include({ meteredWh: -40n, importWh: 40n, quality: 'measured' });
    });

    it('force majeure spares the default of its slot, and of another one by the next correction', async () => {
        const { settlements } = market().as(ROOF.id);
        const owed = ({ legs }: Settlement): bigint[] =>
            legs.flatMap(({ defaults }) => defaults.map(({ drawnNano }) => drawnNano));
        const struck = await settlements.show('electricity', first, 0);
        const calm = await settlements.show('electricity', first + 1, 0);
        expect([struck.legs[0]?.shortWh, calm.legs[0]?.shortWh]).to.deep.equal([60n, 60n]);
        expect([owed(struck), owed(calm)]).to.deep.equal([[], [6_000_000n]]);
        const { statement } = await market().as('dispatcher').forceMajeure.show(STORM);
        const later = { ...statement, declarationId: 'storm-2', fromSlot: first + 1, untilSlot: first + 2 };
        await market().as('dispatcher').forceMajeure.declare(later);
        await confirmStorm(later.declarationId);
        while (market().nextSlot <= first + 2 + CORRECTED_AFTER_SLOTS) {
            await market().endSlot();
        }
        for (const slot of [first, first + 1]) {
            await settlements.reconcile('electricity', slot, 1);
        }
        expect((await settlements.show('electricity', first, 1)).postings).to.deep.equal([]);
        const { postings } = await settlements.show('electricity', first + 1, 1);
        expect(postings.map(({ kind, account, amountNano: nano }) => `${kind} ${account} ${nano}`)).to.deep.equal([
            `default cover/${HOME.id}/electricity -6000000`,
            `default cover/${ROOF.id}/electricity 6000000`,
        ]);
    });

    it('people read who stated and who was struck', async () => {
        const text = async (...words: readonly string[]): Promise<string> =>
            (await commonwatt(['--state', network().stateDir, ...words, '--org', 'community'])).stdout;
        expect(await text('source', 'list')).to.contain(SOURCE);
        expect(await text('statement', 'list', lotId)).to.match(new RegExp(`0 +${first} .* ${SOURCE} +930000`));
        expect(await text('force-majeure', 'list')).to.match(
            new RegExp(`${STORM} +electricity +${ROOF.id}-electricity`),
        );
        expect(await text('agreement', 'show', lotId)).to.contain(`delivered is what ${SOURCE} states`);
    });
});
