import { join } from 'node:path';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { MeterKeyFile } from '@commonwatt/client';
import { OFFICERS } from '../cast.js';
import type { PlannedBuilding } from '../plan.js';
import { CARRIER, firstSlot, type Stage, STANDING_ID } from '../stage.js';

const DEPOSIT_NANO = amountNano(100_000_000_000n);

/** Officers take their seats, participants apply and are qualified, meters are registered, money is deposited. */
export async function qualify(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    journal.heading('Qualify: officers, participants, meters, accounts');
    for (const officer of OFFICERS) {
        journal.happened(`${officer.org} seats ${officer.name} as ${officer.seat}`, await cast.seat(officer));
    }
    const buildings = [plan.prosumer, ...plan.neighbours];
    await apply(stage, plan.retailer, 'supplier', { kind: 'energySeller', sector: null });
    for (const building of [...buildings, plan.newcomer]) {
        const kind = building.pvPeakW > 0n ? 'prosumer' : 'consumer';
        await apply(stage, building.id, 'community', { kind, sector: building.sector });
    }
    for (const participantId of [plan.retailer, ...buildings.map((building) => building.id)]) {
        const seller = participantId === plan.retailer || participantId === plan.prosumer.id;
        const granted = await cast.as('reviewer').qualifications.grant({
            participantId,
            permits: [{ carrier: CARRIER, buy: true, sell: seller }],
            reasonCode: 'applicationComplete',
        });
        journal.happened(`the regulator qualifies ${participantId}`, granted.blockNumber);
    }
    await registerMeters(stage, [...buildings, plan.newcomer]);
    for (const participantId of [plan.retailer, ...buildings.map((building) => building.id)]) {
        const deposit = await cast
            .as('settlement')
            .accounts.deposit({ paymentId: `transfer-${participantId}`, participantId, amountNano: DEPOSIT_NANO });
        journal.happened(`the settlement agent confirms the deposit of ${participantId}`, deposit.blockNumber);
    }
    await standingVerdict(stage);
}

async function apply(
    stage: Stage,
    participantId: string,
    org: 'community' | 'supplier',
    subject: Readonly<{ kind: 'energySeller' | 'prosumer' | 'consumer'; sector: PlannedBuilding['sector'] | null }>,
): Promise<void> {
    const { cast, journal } = stage;
    await cast.enrol(participantId, org);
    const applied = await cast
        .as(participantId)
        .participants.apply({ participantId, ...subject, beneficialOwnerMspId: null });
    journal.happened(`${participantId} applies as ${subject.kind}`, applied.blockNumber);
}

async function registerMeters(stage: Stage, buildings: readonly PlannedBuilding[]): Promise<void> {
    const { cast, journal, plan } = stage;
    const metering = cast.as('metering');
    const fromSlot = firstSlot(stage);
    const scheduled = await metering.meters.register({
        point: {
            pointId: plan.retailerPoint,
            participantId: plan.retailer,
            carrier: CARRIER,
            connectionPoint: 'slack',
            fromSlot,
            meter: null,
            ...PLAIN_POINT,
        },
        baseline: null,
    });
    journal.happened(`${plan.retailer} is scheduled at the slack node`, scheduled.blockNumber);
    for (const { id, bus } of buildings) {
        const file = join(stage.network.stateDir, 'meters', `${id}.json`);
        const meter = await MeterKeyFile.create(file, id, `meter-${id}`);
        stage.meters.set(id, meter);
        const baseline = await meter
            .signer(metering.ledger.scope('exchange'))
            .baseline(fromSlot, stage.registersAt(id, fromSlot - 1));
        const registered = await metering.meters.register({
            point: {
                pointId: id,
                participantId: id,
                carrier: CARRIER,
                connectionPoint: bus,
                fromSlot,
                meter: { meterId: meter.meterId, publicKey: meter.key.publicKey },
                ...PLAIN_POINT,
            },
            baseline,
        });
        journal.happened(`the meter of ${id} is registered at ${bus}`, registered.blockNumber);
    }
}

/** What the regulator approves in advance: retail and neighbourly prices, small quantities. */
async function standingVerdict(stage: Stage): Promise<void> {
    const { cast, journal, slots } = stage;
    const first = firstSlot(stage);
    const standing = await cast.as('reviewer').verdicts.standing({
        standingId: STANDING_ID,
        status: 'granted',
        carriers: [CARRIER],
        participantKinds: ['consumer', 'prosumer', 'energySeller'],
        priceMinMicroPerKwh: priceMicroPerKwh(0n),
        priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
        agreementEnergyMaxWh: energyWh(1_000_000n),
        firstSlot: first,
        endSlot: first + slots.length + 96,
        reasonCode: 'ordinaryTrade',
    });
    journal.happened('the regulator approves ordinary trade in advance', standing.blockNumber);
}
