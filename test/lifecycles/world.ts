import { exchangeChaincode, supervisionChaincode } from '@commonwatt/chaincode/chaincodes';
import { type Carrier, CARRIERS, type Charter, isLot } from '@commonwatt/chaincode/domain/charter';
import { type MeteringPoint, PLAIN_POINT, type PointTraits } from '@commonwatt/chaincode/domain/meter';
import type { ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import type { CarrierRules, Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, energyWh, powerW, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { StandingStatement } from '@commonwatt/chaincode/domain/verdict';
import { depositCodec } from '@commonwatt/chaincode/wire/account';
import { keyPermitCodec } from '@commonwatt/chaincode/wire/participant';
import { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { raiseCover } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { registerSource } from '../support/metering-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { createMember, type Identity } from '../support/stub-identity.js';

/** Slots in which the drawn agreements may deliver. */
export const SLOTS = 4;

/** One metering point of the world; which sides it may take follows from its owner's kind. */
export type WorldPoint = Readonly<{
    point: Omit<MeteringPoint, 'meter'>;
    pointId: string;
    participantId: string;
    carrier: Carrier;
    sells: boolean;
    buys: boolean;
    /** It has a meter of its own. */
    isMetered: boolean;
}>;

type Subject = Readonly<{ kind: ParticipantKind; mspId: string; depositNano: bigint }>;

const RICH_NANO = 10n ** 16n;
const POOR_NANO = 20_000_000_000n;

const subject = (kind: ParticipantKind, mspId: string, depositNano = RICH_NANO): Subject => ({
    kind,
    mspId,
    depositNano,
});

/** Every kind of subject that trades; one can hardly pay. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
    bea: subject('prosumerWithStorage', 'CommunityMSP'),
    cap: subject('storageProvider', 'CommunityMSP', 2n * RICH_NANO),
    dag: subject('consumer', 'CommunityMSP', POOR_NANO),
    eve: subject('evFleet', 'CommunityMSP'),
    chp: subject('plant', 'SupplierMSP'),
    pos: subject('chargingOperator', 'SupplierMSP'),
    ret: subject('energySeller', 'SupplierMSP'),
    net: subject('networkOperator', 'OperatorMSP'),
};

const idOf = (participantId: string, carrier: Carrier): string => commands.pointOf(participantId, carrier).pointId;
const CHARGE_POINT = idOf('pos', 'electricity');
const HOUSE = idOf('bea', 'electricity');

/** Whose connection a subject's points hang at, where it is not its own. */
const HOST: Readonly<Record<string, string>> = { dag: 'bea' };

/** What a point may do: `s`ell, `b`uy, `-` without a meter. */
function pointsOf(participantId: string, sides: Readonly<Partial<Record<Carrier, string>>>): WorldPoint[] {
    return CARRIERS.flatMap((carrier) => {
        const may = sides[carrier];
        const traits = { ...PLAIN_POINT, ...TRAITS[idOf(participantId, carrier)] };
        const connectionPoint = `bus-${HOST[participantId] ?? participantId}`;
        const point = { ...commands.pointOf(participantId, carrier), connectionPoint, ...traits };
        const { pointId } = point;
        const isMetered = may?.includes('-') === false && carrier !== 'mobility' && !isLot(carrier);
        const side = { sells: may?.includes('s') === true, buys: may?.includes('b') === true, isMetered };
        return may === undefined ? [] : [{ point, pointId, participantId, carrier, ...side }];
    });
}

/** A house with a roof and a tenant behind its connection, a battery, a charge point with its vehicle. */
const TRAITS: Readonly<Record<string, Partial<PointTraits>>> = {
    [HOUSE]: { isRenewable: true },
    [idOf('dag', 'electricity')]: { parentPointId: HOUSE },
    [idOf('cap', 'electricity')]: { storageEfficiencyBp: 8_100, isRenewable: true },
    [idOf('cap', 'heat')]: { storageEfficiencyBp: 7_777 },
    [idOf('chp', 'electricity')]: { isRenewable: true },
    [CHARGE_POINT]: { chargePointId: CHARGE_POINT },
    [idOf('pos', 'mobility')]: { chargePointId: CHARGE_POINT },
    [idOf('eve', 'mobility')]: { chargePointId: CHARGE_POINT },
};

/** Points in an order in which they can be registered: others hang behind the first ones. */
export const POINTS: readonly WorldPoint[] = [
    ...pointsOf('bea', { electricity: 'sb', heat: 'sb', cooling: 'sb', gas: 'b' }),
    ...pointsOf('cap', { electricity: 'sb', heat: 'sb', cooling: 'sb' }),
    ...pointsOf('dag', { electricity: 'b', heat: 'b', gas: 'b' }),
    ...pointsOf('chp', { gas: 'b', electricity: 'sb', heat: 's', cooling: 's', coal: 'b', oil: 'sb' }),
    ...pointsOf('pos', { electricity: 'sb', mobility: 'sb' }),
    ...pointsOf('eve', { mobility: 'sb' }),
    ...pointsOf('ret', { electricity: 'sb-', gas: 's-', heat: 'sb', coal: 's', oil: 'sb' }),
    ...pointsOf('net', { electricity: 'sb', gas: 'sb' }),
];

/** What sells electricity, and is certified where the rules ask for it. */
export const DEVICES = POINTS.filter(
    ({ carrier, sells, isMetered }) => carrier === 'electricity' && sells && isMetered,
);

/** Points whose energy a point's meter counts, too. */
export const behind = (pointId: string): WorldPoint[] => POINTS.filter(({ point }) => point.parentPointId === pointId);
/** Node at which a point hangs. */
export const connectionOf = (pointId: string): string =>
    POINTS.find((each) => each.pointId === pointId)?.point.connectionPoint ?? '';
/** The station mirrors the vehicle at a charge point. */
export const isStation = (pointId: string): boolean => pointId === idOf('pos', 'mobility');
/** The point at which a charge point's meter counts what a vehicle does. */
export const vehicleAt = (pointId: string): string | null =>
    pointId === CHARGE_POINT ? idOf('eve', 'mobility') : null;

const OFFICERS = {
    reviewer: 'RegulatorMSP',
    dispatcher: 'OperatorMSP',
    metering: 'OperatorMSP',
    settlement: 'OperatorMSP',
    platform: 'OperatorMSP',
} as const;

export const WORLD_CHARTER: Charter = {
    ...CHARTER,
    participants: {
        operator: ['networkOperator'],
        community: ['consumer', 'prosumerWithStorage', 'storageProvider', 'evFleet'],
        supplier: ['plant', 'chargingOperator', 'energySeller'],
        regulator: [],
    },
};

const carrierRules = (changes: Partial<CarrierRules>): Rules['carriers'] =>
    Object.fromEntries(CARRIERS.map((carrier) => [carrier, { ...ELECTRICITY_RULES, ...changes }]));

const SMALL_FEES: Partial<CarrierRules> = {
    imbalanceLongMicroPerKwh: priceMicroPerKwh(-30_000n),
    networkFeeMicroPerKwh: priceMicroPerKwh(7n),
    subsidyMicroPerKwh: priceMicroPerKwh(3n),
};

/**
 * Rules that lifecycles are played under: with fees and without, patient and not, generous with debts and not; devices
 * certified and not, connections checked by everybody or by the operator.
 */
export const WORLD_RULES: readonly Rules[] = [
    {
        ...RULES,
        carriers: carrierRules({
            networkFeeMicroPerKwh: priceMicroPerKwh(20_000n),
            subsidyMicroPerKwh: priceMicroPerKwh(60_000n),
        }),
        haltGraceSlots: 1,
        readingDeadlineSlots: 1,
        reconciliationAfterSlots: [1, 3, 4],
    },
    {
        ...RULES,
        carriers: {
            ...carrierRules(SMALL_FEES),
            electricity: {
                ...ELECTRICITY_RULES,
                ...SMALL_FEES,
                conformityStandards: [commands.STANDARD.standardId],
            },
        },
        haltGraceSlots: 0,
        readingDeadlineSlots: 2,
        reconciliationAfterSlots: [3, 4, 6],
        debtLimitNano: amountNano(0n),
    },
    {
        ...RULES,
        carriers: {
            ...carrierRules({}),
            electricity: { ...ELECTRICITY_RULES, screening: 'central' },
            gas: { ...ELECTRICITY_RULES, screening: 'central' },
        },
        haltGraceSlots: 2,
        readingDeadlineSlots: 0,
        reconciliationAfterSlots: [1, 2, 3],
        debtLimitNano: amountNano(1_000_000n),
    },
];

/** The source that agreements of the world may name: it states what is drawn, not what meters count. */
export const SOURCE_ID = 'oracle';

export const STANDING_ID = 'ordinary';
const STANDING_CHANGES: Partial<StandingStatement> = {
    carriers: CARRIERS,
    participantKinds: Object.values(SUBJECTS).map(({ kind }) => kind),
    agreementEnergyMaxWh: energyWh(200_000n),
    priceMinMicroPerKwh: priceMicroPerKwh(-400_000n),
    priceMaxMicroPerKwh: priceMicroPerKwh(900_000n),
};

/** A channel on which everybody is qualified, metered and has paid in, before the first slot. */
export type World = Readonly<{
    rules: Rules;
    ledger: LedgerDouble;
    people: ReadonlyMap<string, Identity>;
    meters: ReadonlyMap<string, SigningKey>;
    source: SigningKey;
    /** Keys that take the place of lost ones. */
    spareKeys: ReadonlyMap<string, SigningKey>;
}>;

let known: Promise<readonly World[]> | undefined;

/** One world for each set of rules, built once; lifecycles are played on copies of their ledgers. */
export function worlds(): Promise<readonly World[]> {
    known ??= Promise.all(WORLD_RULES.map(buildWorld));
    return known;
}

async function buildWorld(rules: Rules): Promise<World> {
    const people = new Map<string, Identity>();
    const enrol = async (name: string, mspId: string, role: 'client' | 'admin' = 'client'): Promise<Identity> => {
        const member = await createMember(mspId, name, role);
        people.set(name, member);
        return member;
    };
    const ledger = new LedgerDouble('market', {
        exchange: exchangeChaincode(),
        supervision: supervisionChaincode(),
    });
    const meters = new Map<string, SigningKey>();
    const submit = async (name: string, chaincode: string, verb: string, command: string): Promise<void> => {
        const creator = people.get(name)?.creator;
        if (creator === undefined) {
            throw new Error(`nobody is called ${name}`);
        }
        const answer = await ledger.submit({ chaincode, args: [verb, command], creator });
        if (answer.status !== 200) {
            throw new Error(`${verb}: ${answer.message}`);
        }
    };
    const reviewer = await enrol('reviewer', OFFICERS.reviewer);
    await enrol('admin', 'OperatorMSP', 'admin');
    await enrol('regulatorAdmin', 'RegulatorMSP', 'admin');
    await enrol('stranger', 'CommunityMSP');
    for (const mspId of new Set(Object.values(SUBJECTS).map((each) => each.mspId))) {
        await enrol(`${mspId} admin`, mspId, 'admin');
    }
    const charter = commands.establish(WORLD_CHARTER, rules);
    for (const chaincode of ['supervision', 'exchange']) {
        await submit('admin', chaincode, 'charter:establish', charter);
        for (const name of ['admin', 'CommunityMSP admin', 'SupplierMSP admin', 'regulatorAdmin']) {
            await submit(name, chaincode, 'charter:confirm', commands.confirm(charter));
        }
    }
    await submit('regulatorAdmin', 'supervision', 'seat:grant', commands.grantSeat('reviewer', reviewer));
    for (const kind of ['dispatcher', 'metering', 'settlement', 'platform'] as const) {
        const officer = await enrol(kind, OFFICERS[kind]);
        await submit('admin', 'supervision', 'seat:grant', commands.grantSeat(kind, officer));
        if (kind === 'dispatcher') {
            await submit('dispatcher', 'exchange', 'requirement:publish', firstRequirement(officer));
        }
    }
    const permits = CARRIERS.map((carrier) => ({ carrier, buy: true, sell: true }));
    for (const [name, { kind, mspId, depositNano }] of Object.entries(SUBJECTS)) {
        const identity = await enrol(name, mspId);
        await submit(name, 'exchange', 'participant:apply', commands.apply(identity, name, kind));
        const qualification = commands.qualify(reviewer, name, { permits });
        await submit('reviewer', 'supervision', 'qualification:grant', qualification);
        const deposit = { paymentId: `pay-${name}`, participantId: name, amountNano: amountNano(depositNano) };
        await submit('settlement', 'exchange', 'account:deposit', depositCodec.encode(deposit));
        if (depositNano === RICH_NANO) {
            await submit(name, 'exchange', 'account:cover', firstCover(identity, name));
        }
    }
    for (const { point, pointId, isMetered } of POINTS) {
        const meter = isMetered ? new SigningKey() : null;
        if (meter !== null) {
            meters.set(pointId, meter);
        }
        const registration = commands.registerMeter(point, meter, ownersOf(point, people));
        await submit('metering', 'exchange', 'meter:register', registration);
    }
    const source = new SigningKey();
    await submit('metering', 'exchange', 'source:register', registerSource(SOURCE_ID, source));
    await submit('reviewer', 'supervision', 'verdict:standing', commands.standing(reviewer, STANDING_CHANGES));
    const standard = commands.publishStandard(reviewer, { fromSlot: slotAt(1) });
    await submit('reviewer', 'supervision', 'standard:publish', standard);
    for (const certificate of firstCertificates(reviewer)) {
        await submit('reviewer', 'supervision', 'conformity:certify', certificate);
    }
    return { rules, ledger, people, meters, source, spareKeys: await permitSpares(ledger, reviewer) };
}

/** A spare key for everybody, as if permitted long before the first slot: a lifecycle is shorter than the notice. */
async function permitSpares(ledger: LedgerDouble, { creator }: Identity): Promise<Map<string, SigningKey>> {
    const keys = new Map(Object.keys(SUBJECTS).map((participantId) => [participantId, new SigningKey()]));
    const answer = await ledger.endorse({ chaincode: 'exchange', args: ['charter:show', '{}'], creator });
    const writes = [...keys].map(([participantId, { keyId }]) => {
        const value = keyPermitCodec.encode({ participantId, keyId, fromSlot: FIRST_SLOT - 1, isRefused: false });
        return { chaincode: 'exchange', key: `key-permit/${participantId}`, value, policy: null };
    });
    ledger.commit({ ...answer, writes });
    return keys;
}

/** Keys of whom a point binds: its owner, and that of the point whose meter counts it too. */
function ownersOf(point: WorldPoint['point'], people: ReadonlyMap<string, Identity>): commands.Owners {
    const counting = [point.parentPointId, point.chargePointId];
    const hosts = POINTS.filter(({ pointId }) => counting.includes(pointId));
    const ownerIds = [point.participantId, ...hosts.map(({ participantId }) => participantId)];
    return Object.fromEntries(ownerIds.map((id) => [id, people.get(id)?.key ?? new SigningKey()]));
}

/** What the heating network asks of trades from the beginning. */
const firstRequirement = (dispatcher: Identity): string =>
    commands.publishRequirement(dispatcher, {
        carrier: 'heat',
        curtailableAboveWh: energyWh(100_000n),
        toleranceBpMax: 6_000,
    });

/** Certificates of everything that sells electricity; every other one ends before the last slot. */
const firstCertificates = (reviewer: Identity): string[] =>
    DEVICES.map(({ pointId }, index) =>
        commands.certify(reviewer, { pointId, ratedW: powerW(10n ** 8n), untilSlot: slotAt(SLOTS - (index % 2)) }),
    );

/** Brings a deposit into the lane, by way of the smallest cover there is; who does not do it funds from credits. */
const firstCover = (owner: Identity, participantId: string): string =>
    raiseCover(
        owner,
        { transferId: 'first', participantId, carrier: 'electricity', lane: 0, amountNano: amountNano(1n) },
        [`deposit.pay-${participantId}`],
    );

/** First slot that has not begun at a stage. */
export const slotAt = (stage: number): number => FIRST_SLOT + stage;
