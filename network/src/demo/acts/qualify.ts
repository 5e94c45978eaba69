import { join } from 'node:path';
import { energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { OFFICERS } from '../cast.js';
import { DayMeter } from '../day-meter.js';
import { inParallel } from '../in-parallel.js';
import type { PlannedPoint, Subject } from '../plan/plan.js';
import { firstSlot, type Stage, STANDING_ID } from '../stage.js';

/** Officers take their seats, participants apply and are qualified, meters are registered, money is deposited. */
export async function qualify(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    journal.heading('Qualify: officers, participants, meters, accounts');
    for (const officer of OFFICERS) {
        journal.happened(`${officer.org} seats ${officer.name} as ${officer.seat}`, await cast.seat(officer));
    }
    const { subjects, points, fundings, newcomerId } = plan;
    const applied = await inParallel(subjects, (subject) => apply(stage, subject));
    journal.happenedToMany(`${subjects.length} participants apply`, applied);
    const qualified = subjects.filter(({ id }) => id !== newcomerId);
    const granted = await inParallel(qualified, (subject) => grant(stage, subject));
    journal.happenedToMany(`the regulator qualifies ${qualified.length} of them, not yet ${newcomerId}`, granted);
    const registered = await inParallel(points, (point) => register(stage, point));
    const scheduled = points.filter(({ source }) => source === null).length;
    journal.happenedToMany(
        `${points.length - scheduled} meters are registered, and ${scheduled} points that deliver by schedule`,
        registered,
    );
    const deposited = await inParallel(fundings, async ({ participantId, depositNano }) => {
        const deposit = { paymentId: `transfer-${participantId}`, participantId, amountNano: depositNano };
        return (await cast.as('settlement').accounts.deposit(deposit)).blockNumber;
    });
    journal.happenedToMany(`the settlement agent confirms ${fundings.length} deposits`, deposited);
    const covers = fundings.flatMap(({ participantId, covers }) =>
        covers.map((cover) => ({ participantId, ...cover })),
    );
    const covered = await inParallel(
        covers,
        async (cover) => (await cast.as(cover.participantId).accounts.cover({ ...cover, lane: 0 })).blockNumber,
        ({ participantId }) => [participantId],
    );
    journal.happenedToMany(`who takes much provides credit cover, ${covers.length} times`, covered);
    await standingVerdict(stage);
}

async function apply({ cast }: Stage, { id, org, kind, sector }: Subject): Promise<number | null> {
    await cast.enrol(id, org);
    const applied = await cast
        .as(id)
        .participants.apply({ participantId: id, kind, sector, beneficialOwnerMspId: null });
    return applied.blockNumber;
}

/** The regulator permits what a subject asks for. */
export async function grant({ cast }: Stage, { id, buys, sells }: Subject): Promise<number | null> {
    const carriers = [...new Set([...buys, ...sells])];
    const granted = await cast.as('reviewer').qualifications.grant({
        participantId: id,
        permits: carriers.map((carrier) => ({ carrier, buy: buys.includes(carrier), sell: sells.includes(carrier) })),
        reasonCode: 'applicationComplete',
    });
    return granted.blockNumber;
}

async function register(
    stage: Stage,
    { pointId, ownerId, carrier, node, source, traits }: PlannedPoint,
): Promise<number | null> {
    const metering = stage.cast.as('metering');
    const fromSlot = firstSlot(stage);
    const meter = source === null ? null : await newMeter(stage, pointId);
    const registered = await metering.meters.register({
        point: {
            pointId,
            participantId: ownerId,
            carrier,
            connectionPoint: node,
            fromSlot,
            meter: meter === null ? null : { meterId: meter.file.meterId, publicKey: meter.file.key.publicKey },
            ...traits,
        },
        baseline: meter === null ? null : await baselineOf(stage, meter, fromSlot),
    });
    return registered.blockNumber;
}

async function newMeter({ network, cast, meters }: Stage, pointId: string): Promise<DayMeter> {
    const file = join(network.stateDir, 'meters', `${pointId}.json`);
    const meter = await DayMeter.create(file, pointId, cast.as('metering').ledger);
    meters.set(pointId, meter);
    return meter;
}

const baselineOf = (
    stage: Stage,
    { signer, file }: DayMeter,
    fromSlot: SlotIndex,
): ReturnType<typeof signer.baseline> => signer.baseline(fromSlot, stage.registersAt(file.pointId, fromSlot - 1));

/** What the regulator approves in advance: every carrier at retail and neighbourly prices. */
async function standingVerdict({ cast, journal, slots }: Stage): Promise<void> {
    const first = slots[0] ?? 0;
    const standing = await cast.as('reviewer').verdicts.standing({
        standingId: STANDING_ID,
        status: 'granted',
        carriers: ['electricity', 'heat', 'cooling', 'gas', 'mobility'],
        participantKinds: [
            'consumer',
            'prosumer',
            'prosumerWithStorage',
            'energySeller',
            'plant',
            'chargingOperator',
            'evFleet',
            'networkOperator',
        ],
        priceMinMicroPerKwh: priceMicroPerKwh(0n),
        priceMaxMicroPerKwh: priceMicroPerKwh(500_000n),
        agreementEnergyMaxWh: energyWh(10_000_000n),
        firstSlot: first,
        endSlot: first + slots.length + 96,
        reasonCode: 'ordinaryTrade',
    });
    journal.happened('the regulator approves ordinary trade in advance', standing.blockNumber);
}
