import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { ADVANCE_SLOTS_MAX } from '@commonwatt/chaincode/domain/clock';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import { PLAIN_POINT, type MeteringPoint, type Registers } from '@commonwatt/chaincode/domain/meter';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { SeatKind } from '@commonwatt/chaincode/domain/seat';
import { amountNano, energyWh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { AdvanceCommand } from '@commonwatt/chaincode/wire/clock';
import { readingCodec } from '@commonwatt/chaincode/wire/reading';
import {
    type Committed,
    type DocumentSigner,
    documentSignerOf,
    type Draft,
    draftTerms,
    type Market,
    MeterSigner,
    signDocument,
    VolatileMemory,
} from '@commonwatt/client';
import {
    dayOf,
    establishMarket,
    loadScenario,
    type Network,
    type OrgName,
    readCharterFile,
    registersOf,
    type Scenario,
} from '@commonwatt/network';
import type { MeterState } from '@commonwatt/client/meter-signer';
import { Actors } from './actors.js';
import { withNetwork } from './network.js';

export const CARRIER = 'electricity';
export const DEPOSIT_NANO = amountNano(100_000_000_000n);
/** The day whose registers the meters show, and its quarter hour in which the market's clock begins. */
const DATE = '2016-07-20';
const FIRST_OFFSET = 40;
const NOTICE_SLOTS = 1;

const configFolder = fileURLToPath(new URL('../../../test-network-config', import.meta.url));

/** Who names which officer. */
export const OFFICERS = {
    reviewer: 'regulator',
    metering: 'operator',
    settlement: 'operator',
    platform: 'operator',
    dispatcher: 'operator',
} as const satisfies Partial<Record<SeatKind, OrgName>>;
export type Officer = keyof typeof OFFICERS;
export const officers = Object.keys(OFFICERS) as Officer[];

/** Who applies. Households go by the names of the scenario's buildings, whose registers their meters show. */
export type Subject = Pick<Participant, 'kind' | 'sector' | 'beneficialOwnerMspId'> &
    Readonly<{ id: string; org: OrgName; sells: boolean }>;

export const household = (id: string, more: Partial<Subject> = {}): Subject => ({
    id,
    org: 'community',
    kind: 'consumer',
    sector: 'residential',
    beneficialOwnerMspId: null,
    sells: false,
    ...more,
});
export const prosumer = (id: string, more: Partial<Subject> = {}): Subject =>
    household(id, { kind: 'prosumer', sells: true, ...more });
export const RETAILER: Subject = household('retailer-1', {
    org: 'supplier',
    kind: 'energySeller',
    sector: null,
    sells: true,
});

/** A market with a virtual clock on a network of the test run, its officers, and meters that show real registers. */
export class TestMarket {
    readonly network: Network;
    readonly actors: Actors;
    /** First slot of the charter. */
    readonly firstSlot: SlotIndex;
    readonly #scenario: Scenario;
    readonly #meters = new Map<string, Readonly<{ signer: MeterSigner; shown: (slot: SlotIndex) => MeterState }>>();
    readonly #meterKeys = new Map<string, DocumentSigner>();
    readonly #fromSlots = new Map<string, SlotIndex>();
    readonly #admitted = new Map<string, Promise<void>>();
    #nextSlot: SlotIndex;

    private constructor(network: Network, scenario: Scenario, firstSlot: SlotIndex) {
        this.network = network;
        this.actors = new Actors(network);
        this.firstSlot = firstSlot;
        this.#scenario = scenario;
        this.#nextSlot = firstSlot;
    }

    /** Establishes the market on a running network, where votes are quick, with the rules that are shipped or others; nobody has a seat yet. */
    static async establish(network: Network, changed: (rules: Rules) => Rules = (rules) => rules): Promise<TestMarket> {
        const scenario = await loadScenario(`${configFolder}/scenario`, 'summer');
        const firstSlot = dayOf(scenario, DATE).slots[FIRST_OFFSET]?.slot ?? 0;
        await establishMarket(network, async () => {
            const { charter, rules } = await readCharterFile(`${configFolder}/charter-virtual.json`, firstSlot);
            return { charter: { ...charter, rulesNoticeSlots: NOTICE_SLOTS }, rules: changed(rules) };
        });
        return new TestMarket(network, scenario, firstSlot);
    }

    as(name: string): Market {
        return this.actors.as(name);
    }

    /** The first slot that has not begun. */
    get nextSlot(): SlotIndex {
        return this.#nextSlot;
    }

    /** Begins the next slot, and as many of those after it up to another one as the clock begins at once. */
    async tick(upTo = this.#nextSlot): Promise<Committed<AdvanceCommand>> {
        const fromSlot = this.#nextSlot;
        const toSlot = Math.min(upTo, fromSlot + ADVANCE_SLOTS_MAX - 1);
        const begun = await this.as('platform').clock.advance({ fromSlot, toSlot });
        this.#nextSlot = toSlot + 1;
        return begun;
    }

    async seatOfficers(): Promise<void> {
        await Promise.all(
            officers.map(async (officer) => {
                await this.actors.enrol(officer, OFFICERS[officer]);
                await this.actors.seat(officer, officer);
            }),
        );
    }

    async apply(subject: Subject): Promise<Committed<Participant>> {
        const { id: participantId, org, kind, sector, beneficialOwnerMspId } = subject;
        const { market } = await this.actors.enrol(participantId, org);
        return await market.participants.apply({ participantId, kind, sector, beneficialOwnerMspId });
    }

    async qualify({ id, sells }: Subject): ReturnType<Market['qualifications']['grant']> {
        return await this.as('reviewer').qualifications.grant({
            participantId: id,
            permits: [{ carrier: CARRIER, buy: true, sell: sells }],
            reasonCode: 'applicationComplete',
        });
    }

    /** Registers the meter of a building, or a seller's scheduled point at the slack node. */
    async register(subject: Subject, fromSlot: SlotIndex): ReturnType<Market['meters']['register']> {
        const { id } = subject;
        const point = { pointId: pointOf(id), participantId: id, carrier: CARRIER, fromSlot, ...PLAIN_POINT } as const;
        if (subject.kind === 'energySeller') {
            const scheduled = { ...point, connectionPoint: 'slack', meter: null };
            return await this.registerSigned(scheduled, null);
        }
        return await this.registerMeter({ ...point, connectionPoint: 'bus-01' }, (slot) =>
            this.registersAt(point.pointId, slot),
        );
    }

    /** Registers a metering point whose meter shows these registers at the end of each slot. */
    async registerMeter(
        point: Omit<MeteringPoint, 'meter'>,
        shown: (slot: SlotIndex) => MeterState,
    ): ReturnType<Market['meters']['register']> {
        const { pointId, fromSlot } = point;
        const { signer, meter } = this.#install(pointId, `meter-${pointId}`, shown);
        this.#fromSlots.set(pointId, fromSlot);
        const baseline = await signer.baseline(fromSlot, shown(fromSlot - 1));
        return await this.registerSigned({ ...point, meter }, baseline);
    }

    /** The owner signs its point, and so does who owns what it hangs behind; the officer registers it. */
    async registerSigned(
        point: MeteringPoint,
        baseline: SignedReading | null,
        ownerIds: readonly string[] = [],
    ): ReturnType<Market['meters']['register']> {
        const signing = [...new Set([point.participantId, ...ownerIds])];
        const consents = await Promise.all(signing.map((id) => this.as(id).meters.consent(point, id)));
        return await this.as('metering').meters.register({ point, baseline, consents });
    }

    /** In the slot that runs, the meter of a point is taken out at some registers; another one shows what is told. */
    async exchangeMeter(
        pointId: string,
        registers: Readonly<{ closing: MeterState; opening: MeterState }>,
        shown: (slot: SlotIndex) => MeterState,
    ): ReturnType<Market['meters']['exchange']> {
        const running = this.#nextSlot - 1;
        const oldMeterId = `meter-${pointId}`;
        const closing = await this.#meters.get(pointId)?.signer.closing(running - 1, registers.closing);
        if (closing === undefined) {
            throw new Error(`no meter was registered at ${pointId}`);
        }
        const { signer, meter } = this.#install(pointId, `${oldMeterId}-b`, shown);
        const opening = await signer.baseline(running, registers.opening);
        const { participantId } = await this.as('metering').meters.show(pointId);
        const statement = { pointId, oldMeterId, meter, isDead: false };
        const consent = await this.as(participantId).meters.consentToExchange(statement, participantId);
        return await this.as('metering').meters.exchange({ pointId, oldMeterId, closing, opening, meter, consent });
    }

    /** From now on the point has this meter. */
    #install(
        pointId: string,
        meterId: string,
        shown: (slot: SlotIndex) => MeterState,
    ): { signer: MeterSigner; meter: NonNullable<MeteringPoint['meter']> } {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const key = documentSignerOf(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
        const scope = this.as('metering').ledger.scope('exchange');
        const signer = new MeterSigner({ pointId, meterId, key, scope, memory: new VolatileMemory() });
        this.#meters.set(pointId, { signer, shown });
        this.#meterKeys.set(pointId, key);
        return { signer, meter: { meterId, publicKey: key.publicKey } };
    }

    async deposit({ id }: Subject): ReturnType<Market['accounts']['deposit']> {
        const { accounts } = this.as('settlement');
        return await accounts.deposit({ paymentId: `transfer-${id}`, participantId: id, amountNano: DEPOSIT_NANO });
    }

    /** Applies, is qualified, gets a meter from the next slot on, and brings money; once. */
    async admit(...subjects: readonly Subject[]): Promise<void> {
        await Promise.all(
            subjects.map((subject) => {
                const admitted = this.#admitted.get(subject.id) ?? this.#admit(subject);
                this.#admitted.set(subject.id, admitted);
                return admitted;
            }),
        );
    }

    async #admit(subject: Subject): Promise<void> {
        await this.apply(subject);
        await Promise.all([this.qualify(subject), this.register(subject, this.#nextSlot), this.deposit(subject)]);
    }

    /** What the meter of a building shows at the end of a slot. */
    registersAt(pointId: string, slot: SlotIndex): Registers {
        const state = registersOf(this.#scenario, { buildingId: pointId })[slot - this.#scenario.firstSlot];
        if (state === undefined) {
            throw new Error(`the scenario has no registers of ${pointId} for slot ${slot}`);
        }
        return { importWh: energyWh(state.importWh), exportWh: energyWh(state.exportWh) };
    }

    /** Whatever a meter that has gone wrong would sign. */
    async signAsMeter(pointId: string, reading: Reading): Promise<SignedReading> {
        const key = this.#meterKeys.get(pointId);
        if (key === undefined) {
            throw new Error(`no meter was registered at ${pointId}`);
        }
        const scope = this.as('metering').ledger.scope('exchange');
        const { signature } = await signDocument(key, 'commonwatt/reading/1', scope, readingCodec.toJson(reading));
        return { reading, signature };
    }

    /** Readings at the end of a slot by every meter that counts by then. */
    async readings(slot: SlotIndex): Promise<SignedReading[]> {
        const counting = [...this.#meters].filter(([pointId]) => (this.#fromSlots.get(pointId) ?? 0) <= slot);
        return await Promise.all(counting.map(([, { signer, shown }]) => signer.read(slot, shown(slot))));
    }

    /** Lets the running slot end, and has every meter report it. */
    async endSlot(): Promise<SlotIndex> {
        const slot = this.#nextSlot - 1;
        await this.tick();
        const readings = await this.readings(slot);
        if (readings.length > 0) {
            await this.as('metering').readings.submit(readings);
        }
        return slot;
    }

    /** Signatures of every party. */
    async consents(terms: Terms): Promise<Consent[]> {
        return await Promise.all(
            terms.parties.map(({ participantId }) => this.as(participantId).agreements.consent(terms, participantId)),
        );
    }

    /** Signs and concludes. */
    async conclude(draft: Draft): Promise<Committed<Execution> & Readonly<{ terms: Terms }>> {
        const terms = draftTerms(draft);
        const concluded = await this.as(terms.proposerId).agreements.conclude(terms, await this.consents(terms));
        return { ...concluded, terms };
    }

    /** The same, and puts it into force: within a standing verdict, or else by a verdict of its own. */
    async inForce(draft: Draft, standingId: string | null = null): Promise<string> {
        const { value, terms } = await this.conclude(draft);
        const { agreementId, termsHash } = value;
        if (standingId === null) {
            // Not read again: the peers of others may be a block behind.
            await this.as('reviewer').verdicts.approve({ agreementId, termsHash, terms }, 'noObjection');
        }
        await this.as(terms.proposerId).agreements.fund(agreementId, standingId);
        return agreementId;
    }
}

/** Metering point of a participant: its building, or its place at the slack node. */
export const pointOf = (participantId: string): string =>
    participantId.startsWith('bld-') ? participantId : `${participantId}-slack`;

let shared: Promise<TestMarket> | undefined;

/** The one market of this mocha run, on its one network; its officers have their seats. */
export function withMarket(): () => TestMarket {
    const network = withNetwork();
    let market: TestMarket | undefined;
    before(async function () {
        this.timeout(60_000);
        shared ??= open(network());
        market = await shared;
    });
    return () => {
        if (market === undefined) {
            throw new Error('the market is there only while tests run');
        }
        return market;
    };
}

async function open(network: Network): Promise<TestMarket> {
    const market = await TestMarket.establish(network);
    await market.seatOfficers();
    return market;
}

// Open connections would keep the test run from ending.
after(async () => {
    await (await shared?.catch(() => undefined))?.actors.close();
});
