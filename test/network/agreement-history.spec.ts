import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import {
    amountNano,
    calorificWhPerM3,
    energyWh,
    priceMicroPerKwh,
    type SlotIndex,
    volumeLitres,
} from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { commonwatt } from '../support/commonwatt.js';
import { household, type Subject, withMarket } from '../support/market.js';
import { withNetwork } from '../support/network.js';
import { expectRefusal } from '../support/refusal.js';

const plant = (id: string): Subject => household(id, { org: 'supplier', kind: 'plant', sector: null, sells: true });
/** Gas for a plant that makes electricity and heat of it for a household: all or none. */
const SUPPLIER = plant('gas-supplier-1');
const PLANT = plant('chp-plant-1');
const HOME = household('chp-home-1');
const PARTIES = [SUPPLIER, PLANT, HOME];
const CARRIERS = ['gas', 'electricity', 'heat'] as const;
/** Delivery lasts two slots; in the second the gas fails. */
const SLOTS = 2;

type Party = Readonly<Record<string, string>>;
type Outcome = Readonly<{
    state: string;
    legs: readonly Readonly<{
        slot: number;
        leg: number;
        agreedWh: string;
        deliveredWh: string;
        shortWh: string;
        paymentNano: string;
        releasedNano: string;
        causes: readonly Readonly<{ causedById: string; energyWh: string }>[];
        defaults: readonly Readonly<{ liableId: string; payeeId: string; claimedNano: string; drawnNano: string }>[];
    }>[];
    parties: readonly Party[];
    changes: readonly unknown[];
}>;

describe('an agreement of three parties over three carriers', function () {
    this.timeout(60_000);
    const network = withNetwork();
    const market = withMarket();
    let firstSlot: SlotIndex;
    let agreementId: string;

    const pointId = ({ id }: Subject, carrier: Carrier): string => `${id}-${carrier}`;
    const leg = (carrier: Carrier, [seller, buyer]: readonly [Subject, Subject], wh: bigint, micro: bigint): Leg => ({
        carrier,
        sellerId: seller.id,
        sellerPoint: pointId(seller, carrier),
        buyerId: buyer.id,
        buyerPoint: pointId(buyer, carrier),
        energyWh: Array.from({ length: SLOTS }, () => energyWh(wh)),
        priceMicroPerKwh: Array.from({ length: SLOTS }, () => priceMicroPerKwh(micro)),
    });
    /** A meter that counts these Wh in the two slots of delivery and nothing before or after, given or taken. */
    async function meter(
        subject: Subject,
        carrier: Carrier,
        side: 'gives' | 'takes',
        wh: readonly bigint[],
    ): Promise<void> {
        const point = { pointId: pointId(subject, carrier), participantId: subject.id, carrier, ...PLAIN_POINT };
        await market().registerMeter({ ...point, connectionPoint: 'node-1', fromSlot: firstSlot }, (slot) => {
            const counted = energyWh(
                wh.slice(0, Math.max(0, slot + 1 - firstSlot)).reduce((sum, each) => sum + each, 0n),
            );
            const [importWh, exportWh] = side === 'gives' ? [energyWh(0n), counted] : [counted, energyWh(0n)];
            const volume = {
                importLitres: volumeLitres(importWh),
                exportLitres: volumeLitres(exportWh),
                calorificWhPerM3: calorificWhPerM3(1_000n), // a Wh in each litre
            };
            return { importWh, exportWh, volume: carrier === 'gas' ? volume : null };
        });
    }
    const settle = (carrier: Carrier, slot: SlotIndex) => market().as(HOME.id).settlements.run(carrier, slot);

    before(async () => {
        for (const subject of PARTIES) {
            await market().apply(subject);
            const permits = CARRIERS.map((carrier) => ({ carrier, buy: true, sell: subject.kind === 'plant' }));
            const statement = { participantId: subject.id, permits, reasonCode: 'applicationComplete' };
            await market().as('reviewer').qualifications.grant(statement);
            await market().deposit(subject);
        }
        firstSlot = market().nextSlot;
        await meter(SUPPLIER, 'gas', 'gives', [1_000n, 700n]);
        await meter(PLANT, 'gas', 'takes', [1_000n, 700n]);
        await meter(PLANT, 'electricity', 'gives', [380n, 250n]);
        await meter(HOME, 'electricity', 'takes', [380n, 250n]);
        await meter(PLANT, 'heat', 'gives', [450n, 318n]);
        await meter(HOME, 'heat', 'takes', [450n, 318n]);
        const concluded = await market().conclude({
            proposerId: PLANT.id,
            legs: [
                leg('gas', [SUPPLIER, PLANT], 1_000n, 40_000n),
                leg('electricity', [PLANT, HOME], 380n, 180_000n),
                leg('heat', [PLANT, HOME], 450n, 90_000n),
            ],
            conversions: [
                { inputLeg: 0, outputLeg: 1, ratioBp: 3_800 },
                { inputLeg: 0, outputLeg: 2, ratioBp: 4_500 },
            ],
            firstSlot,
            slotCount: SLOTS,
            defaultRateMicroPerKwh: priceMicroPerKwh(100_000n),
            defaultCapNano: amountNano(45_000_000n),
            toleranceBp: 200,
        });
        ({ agreementId } = concluded.value);
        const { agreement } = await market().as('reviewer').agreements.show(agreementId);
        await market().as('reviewer').verdicts.approve(agreement, 'noObjection');
        await market().as(HOME.id).agreements.fund(agreementId, null);
        await market().tick();
        await market().endSlot();
        await market().endSlot();
    });

    it('settles its carriers in the order in which one is made from another', async () => {
        const operands = { agreementId, carrier: 'gas', slot: firstSlot, nextSlot: firstSlot };
        await expectRefusal(settle('heat', firstSlot), 'conflict SETTLEMENT_OUT_OF_ORDER', operands);
        for (const slot of [firstSlot, firstSlot + 1]) {
            for (const carrier of CARRIERS) {
                await settle(carrier, slot);
            }
        }
        const { execution } = await market().as(HOME.id).agreements.show(agreementId);
        expect(execution.state).to.equal('completed');
    });

    const history = async (...more: readonly string[]): Promise<string> => {
        const verb = ['agreement', 'history', agreementId, '--org', 'community', ...more];
        const { exitCode, stdout, stderr } = await commonwatt(['--state', network().stateDir, ...verb]);
        expect(exitCode, stderr).to.equal(0);
        return stdout;
    };

    it('tells by `agreement history --json` who failed in the last slot, and what each party paid and owed', async () => {
        const outcome = JSON.parse(await history('--json')) as Outcome;
        expect(outcome.state).to.equal('completed');
        expect(outcome.changes).to.have.length(9); // terms; concluded, funded, and six runs
        const quantities = outcome.legs.map(({ slot, leg: index, agreedWh, deliveredWh, shortWh }) =>
            [slot - firstSlot, index, agreedWh, deliveredWh, shortWh].join(' '),
        );
        expect(quantities).to.deep.equal([
            '0 0 1000 1000 0',
            '0 1 380 380 0',
            '0 2 450 450 0',
            '1 0 1000 700 300',
            '1 1 380 250 130',
            '1 2 450 318 132',
        ]);
        const last = outcome.legs.slice(3);
        expect(
            last.map(({ causes }) => causes.map(({ causedById, energyWh: wh }) => `${causedById} ${wh}`)),
        ).to.deep.equal([[`${SUPPLIER.id} 300`], [`${SUPPLIER.id} 114`, `${PLANT.id} 16`], [`${SUPPLIER.id} 132`]]);
        expect(
            last.map(({ defaults }) =>
                defaults.map((each) => [each.liableId, each.payeeId, each.claimedNano, each.drawnNano].join(' ')),
            ),
        ).to.deep.equal([
            [`${SUPPLIER.id} ${PLANT.id} 28000000 28000000`],
            [`${SUPPLIER.id} ${HOME.id} 11400000 11400000`, `${PLANT.id} ${HOME.id} 900000 900000`],
            [`${SUPPLIER.id} ${HOME.id} 12300000 5600000`],
        ]);
        expect(last.map(({ paymentNano, releasedNano }) => [paymentNano, releasedNano])).to.deep.equal([
            ['28000000', '12000000'],
            ['45000000', '23400000'],
            ['28620000', '11880000'],
        ]);
        expect(outcome.parties).to.deep.equal([
            money(SUPPLIER, [45_000_000, 0, 45_000_000, 0, 68_000_000, 0, 6_700_000]),
            money(PLANT, [125_000_000, 68_000_000, 900_000, 56_100_000, 182_520_000, 28_000_000, 0]),
            money(HOME, [217_800_000, 182_520_000, 0, 35_280_000, 0, 17_900_000, 0]),
        ]);
    });

    it('tells the same to people', async () => {
        const text = await history();
        expect(text).to.contain(`Agreement ${agreementId}: completed`);
        expect(text).to.contain('made from leg 0, 0.38 kWh of each kWh');
        expect(text).to.match(
            new RegExp(`^${String(firstSlot + 1)} .*  0 gas +1000 Wh +700 Wh +300 Wh +${SUPPLIER.id}: 300 Wh`, 'm'),
        );
        expect(text).to.contain(`${SUPPLIER.id} 0.0123 to ${HOME.id} for leg 0 (its cap paid 0.0056)`);
        expect(text).to.match(new RegExp(`^${SUPPLIER.id} +0.045 +0 +0.045 +0 +0 +0.068 +0 +0 +0.0067$`, 'm'));
    });
});

/** What a party set aside, paid for energy and for defaults, got back, received for both, and owed beyond its cap. */
function money({ id }: Subject, amounts: readonly [number, number, number, number, number, number, number]): Party {
    const [setAside, paidForEnergy, paidForDefaults, released, receivedForEnergy, receivedForDefaults, unpaid] =
        amounts.map(String);
    return {
        participantId: id,
        setAsideNano: setAside ?? '',
        paidForEnergyNano: paidForEnergy ?? '',
        paidForDefaultsNano: paidForDefaults ?? '',
        releasedNano: released ?? '',
        heldNano: '0',
        receivedForEnergyNano: receivedForEnergy ?? '',
        receivedForDefaultsNano: receivedForDefaults ?? '',
        correctedNano: '0',
        unpaidDefaultsNano: unpaid ?? '',
    };
}
