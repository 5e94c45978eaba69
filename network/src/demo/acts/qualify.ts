import { join } from 'node:path';
import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import { amountNano, energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { OFFICERS } from '../cast.js';
import { DayMeter } from '../day-meter.js';
import { inParallel } from '../in-parallel.js';
import type { PlannedPoint, Subject } from '../plan/plan.js';
import { firstSlot, type Stage, STANDING_ID } from '../stage.js';

/** What the fund for renewable electricity begins with: not enough for a sunny day. */
const SUBSIDY_NANO = amountNano(1_500_000_000n);

/** What an agent may bind a buyer to in a slot at worst: 50 kWh at 0.30, and default amounts of 0.10 for each of them. */
const SLOT_COST_MAX_NANO = amountNano(20_000_000_000n);

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
    const registered: (number | null)[] = [];
    for (const wave of wavesOf(points)) {
        registered.push(...(await inParallel(wave, (point) => register(stage, point))));
    }
    const metered = points.filter(({ source }) => source !== null).length;
    journal.happenedToMany(
        `${metered} meters are registered, and ${points.length - metered} points without: schedules, charging`,
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
        async (cover) => {
            const transfer = { ...cover, transferId: `cover-${cover.carrier}`, lane: 0 };
            return (await cast.as(cover.participantId).accounts.cover(transfer)).blockNumber;
        },
        ({ participantId }) => [participantId],
    );
    journal.happenedToMany(`who takes much provides credit cover, ${covers.length} times`, covered);
    const subsidy = { paymentId: 'subsidy-electricity', carrier: 'electricity', amountNano: SUBSIDY_NANO } as const;
    const funded = await cast.as('settlement').accounts.fundSubsidy(subsidy);
    journal.happened('the settlement agent confirms money for subsidies of renewable power', funded.blockNumber);
    await limitConnections(stage);
    await standingVerdict(stage);
    await giveMandates(stage);
}

/** Buyers let an energy seller sign for them, within bounds. */
async function giveMandates({ cast, journal, plan, slots }: Stage): Promise<void> {
    const given = plan.contracts.flatMap(({ agentId, draft }) =>
        agentId === null ? [] : draft.legs.map(({ buyerId }) => ({ principalId: buyerId, agentId })),
    );
    const granted = await inParallel(given, async ({ principalId, agentId }) => {
        const mandate = await cast.as(principalId).mandates.grant({
            principalId,
            agentId,
            documents: ['agreement'],
            mayChangeOthers: false,
            carriers: ['electricity'],
            sides: ['buy'],
            priceMinMicroPerKwh: priceMicroPerKwh(0n),
            priceMaxMicroPerKwh: priceMicroPerKwh(300_000n),
            slotEnergyMaxWh: energyWh(50_000n),
            slotCostMaxNano: SLOT_COST_MAX_NANO,
            dayCostMaxNano: amountNano(SLOT_COST_MAX_NANO * 96n),
            totalCostMaxNano: amountNano(SLOT_COST_MAX_NANO * BigInt(slots.length)),
            totalDefaultMaxNano: amountNano(5_000_000_000n * BigInt(slots.length)),
            lanes: [0],
            sourceIds: [],
            untilSlot: (slots.at(-1) ?? 0) + 1,
            mayDealWithAgent: false,
        });
        return mandate.blockNumber;
    });
    if (given.length > 0) {
        journal.happenedToMany(`${given.length} buyers let their sellers sign for them, within bounds`, granted);
    }
}

/** The network operator states what each connection carries. */
async function limitConnections({ cast, journal, plan }: Stage): Promise<void> {
    const limited = await inParallel(plan.connections, async ({ node, importMaxW, exportMaxW, grants }) => {
        const limits = { importMaxW, exportMaxW, grants, reasonCode: 'connectionCapacity' };
        const statement = { carrier: 'electricity', connectionPoint: node, ...limits } as const;
        return (await cast.as('dispatcher').connections.set(statement)).blockNumber;
    });
    journal.happenedToMany(`the network operator limits ${plan.connections.length} connections`, limited);
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

/** What others refer to comes before them: connections, what hangs behind them, what is handed over there. */
function wavesOf(points: readonly PlannedPoint[]): readonly (readonly PlannedPoint[])[] {
    const isBehind = ({ traits }: PlannedPoint): boolean => traits.parentPointId !== null;
    const isHandover = ({ carrier }: PlannedPoint): boolean => carrier === 'mobility';
    return [
        points.filter((point) => !isBehind(point) && !isHandover(point)),
        points.filter(isBehind),
        points.filter(isHandover),
    ];
}

async function register(
    stage: Stage,
    { pointId, ownerId, carrier, node, source, traits }: PlannedPoint,
): Promise<number | null> {
    const metering = stage.cast.as('metering');
    const fromSlot = firstSlot(stage);
    const meter = source === null ? null : await newMeter(stage, pointId);
    const point = {
        pointId,
        participantId: ownerId,
        carrier,
        connectionPoint: node,
        fromSlot,
        meter: meter === null ? null : { meterId: meter.file.meterId, publicKey: meter.file.key.publicKey },
        ...traits,
    };
    const baseline = meter === null ? null : await baselineOf(stage, meter, fromSlot);
    const consents = await Promise.all(
        signatoriesOf(stage, point).map((id) => stage.cast.as(id).meters.consent(point, id)),
    );
    const registered = await metering.meters.register({ point, baseline, consents });
    return registered.blockNumber;
}

/** The owner of a point, and of the point whose meter counts it too. */
function signatoriesOf({ plan }: Stage, { participantId, parentPointId, chargePointId }: MeteringPoint): string[] {
    const hosts = plan.points.filter(({ pointId }) => pointId === parentPointId || pointId === chargePointId);
    return [...new Set([participantId, ...hosts.map(({ ownerId }) => ownerId)])];
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
        exposure: {
            partyCostMaxNano: amountNano(10_000_000_000_000n),
            partyDefaultMaxNano: amountNano(50_000_000_000n),
            defaultRateMaxMicroPerKwh: priceMicroPerKwh(100_000n),
            toleranceMaxBp: 1_000,
            mayTakeOrPay: true,
            sourceIds: [],
        },
        firstSlot: first,
        endSlot: first + slots.length + 96,
        reasonCode: 'ordinaryTrade',
    });
    journal.happened('the regulator approves ordinary trade in advance', standing.blockNumber);
}
