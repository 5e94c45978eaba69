import { exchangeChaincode, supervisionChaincode } from '@commonwatt/chaincode/chaincodes';
import type { Carrier, Charter } from '@commonwatt/chaincode/domain/charter';
import { CARRIERS } from '@commonwatt/chaincode/domain/charter';
import type { ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import type { CarrierRules, Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { StandingStatement } from '@commonwatt/chaincode/domain/verdict';
import { coverCommandCodec, depositCodec } from '@commonwatt/chaincode/wire/account';
import { LedgerStub } from '../support/ledger-stub.js';
import * as commands from '../support/market-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { createMember, type Identity } from '../support/stub-identity.js';

/** Slots in which the drawn agreements may deliver. */
export const SLOTS = 4;

/** One metering point of the world; which sides it may take follows from its owner's kind. */
export type WorldPoint = Readonly<{
    pointId: string;
    participantId: string;
    carrier: Carrier;
    sells: boolean;
    buys: boolean;
    isMetered: boolean;
}>;

type Subject = Readonly<{
    kind: ParticipantKind;
    mspId: string;
    depositNano: bigint;
    /** Carrier and what the point may do: `s`ell, `b`uy, `-` without a meter. */
    points: Readonly<Partial<Record<Carrier, string>>>;
}>;

const RICH_NANO = 10n ** 16n;
const POOR_NANO = 20_000_000_000n;

/** Every kind of subject that trades, every carrier, one without meters, one that can hardly pay. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
    bea: subject('prosumerWithStorage', 'CommunityMSP', { electricity: 'sb', heat: 'sb', cooling: 'sb', gas: 'b' }),
    cap: subject('storageProvider', 'CommunityMSP', { electricity: 'sb', heat: 'sb', cooling: 'sb' }, 2n * RICH_NANO),
    dag: subject('consumer', 'CommunityMSP', { electricity: 'b', heat: 'b', gas: 'b' }, POOR_NANO),
    eve: subject('evFleet', 'CommunityMSP', { mobility: 'sb' }),
    chp: subject('plant', 'SupplierMSP', { gas: 'b', electricity: 'sb', heat: 's', cooling: 's' }),
    pos: subject('chargingOperator', 'SupplierMSP', { electricity: 'sb', mobility: 'sb' }),
    ret: subject('energySeller', 'SupplierMSP', { electricity: 'sb-', gas: 's-', heat: 'sb' }),
    net: subject('networkOperator', 'OperatorMSP', { electricity: 'sb', gas: 'sb', mobility: 'b' }),
};

function subject(kind: ParticipantKind, mspId: string, points: Subject['points'], depositNano = RICH_NANO): Subject {
    return { kind, mspId, points, depositNano };
}

export const POINTS: readonly WorldPoint[] = Object.entries(SUBJECTS).flatMap(([participantId, { points }]) =>
    CARRIERS.flatMap((carrier) => {
        const sides = points[carrier];
        return sides === undefined
            ? []
            : [
                  {
                      pointId: commands.pointOf(participantId, carrier).pointId,
                      participantId,
                      carrier,
                      sells: sides.includes('s'),
                      buys: sides.includes('b'),
                      isMetered: !sides.includes('-'),
                  },
              ];
    }),
);

const OFFICERS = {
    reviewer: 'RegulatorMSP',
    dispatcher: 'OperatorMSP',
    metering: 'OperatorMSP',
    settlement: 'OperatorMSP',
    platform: 'OperatorMSP',
} as const;

const WORLD_CHARTER: Charter = {
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

/** Rules that lifecycles are played under: with fees and without, patient and not, generous with debts and not. */
export const WORLD_RULES: readonly Rules[] = [
    {
        ...RULES,
        carriers: carrierRules({ networkFeeMicroPerKwh: priceMicroPerKwh(20_000n) }),
        haltGraceSlots: 1,
        readingDeadlineSlots: 1,
    },
    {
        ...RULES,
        carriers: carrierRules({
            imbalanceLongMicroPerKwh: priceMicroPerKwh(-30_000n),
            networkFeeMicroPerKwh: priceMicroPerKwh(7n),
        }),
        haltGraceSlots: 0,
        readingDeadlineSlots: 2,
        debtLimitNano: amountNano(0n),
    },
    {
        ...RULES,
        carriers: carrierRules({}),
        haltGraceSlots: 2,
        readingDeadlineSlots: 0,
        debtLimitNano: amountNano(1_000_000n),
    },
];

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
    ledger: LedgerStub;
    people: ReadonlyMap<string, Identity>;
    meters: ReadonlyMap<string, SigningKey>;
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
    const ledger = new LedgerStub('market', {
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
    const charter = commands.establish(WORLD_CHARTER, rules);
    await submit('admin', 'exchange', 'charter:establish', charter);
    await submit('admin', 'supervision', 'charter:establish', charter);
    await submit('regulatorAdmin', 'supervision', 'seat:grant', commands.grantSeat('reviewer', reviewer));
    for (const kind of ['dispatcher', 'metering', 'settlement', 'platform'] as const) {
        const officer = await enrol(kind, OFFICERS[kind]);
        await submit('admin', 'supervision', 'seat:grant', commands.grantSeat(kind, officer));
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
            await submit(name, 'exchange', 'account:cover', firstCover(name));
        }
    }
    for (const { pointId, participantId, carrier, isMetered } of POINTS) {
        const meter = isMetered ? new SigningKey() : null;
        if (meter !== null) {
            meters.set(pointId, meter);
        }
        const registration = commands.registerMeter(commands.pointOf(participantId, carrier), meter);
        await submit('metering', 'exchange', 'meter:register', registration);
    }
    await submit('reviewer', 'supervision', 'verdict:standing', commands.standing(reviewer, STANDING_CHANGES));
    return { rules, ledger, people, meters };
}

/** Brings a deposit into the lane, by way of the smallest cover there is; who does not do it funds from credits. */
const firstCover = (participantId: string): string =>
    coverCommandCodec.encode({
        transfer: { transferId: 'first', participantId, carrier: 'electricity', lane: 0, amountNano: amountNano(1n) },
        sourceIds: [`deposit.pay-${participantId}`],
    });

/** First slot that has not begun at a stage. */
export const slotAt = (stage: number): number => FIRST_SLOT + stage;
