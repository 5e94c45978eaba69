import type { SeatKind } from '@commonwatt/chaincode/domain/seat';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import { energyWh, priceMicroPerKwh, amountNano, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Committed, Market } from '@commonwatt/client';
import {
    CARRIER,
    household,
    OFFICERS,
    officers,
    prosumer,
    RETAILER,
    type Subject,
    TestMarket,
} from '../support/market.js';
import { withNetwork } from '../support/network.js';
import { saleDraft } from '../support/sale.js';

/** Quarter hours between the beginning of the clock and of delivery: the time in which the story's steps are agreed. */
const PREPARATION_SLOTS = 8;
export const DELIVERY_SLOTS = 9;
/** Beyond what either roof gives in any slot of the story. */
const TOO_MUCH_WH = 900n;
const CAREFUL_WH = 100n;
const ORDINARY_PRICE_MICRO = 180_000n;
const ABUSIVE_PRICE_MICRO = 800_000n;
export const STANDING_ID = 'ordinary-electricity';

export const PROSUMER = prosumer('bld-05');
/** A roof that the network operator profits from. */
export const OPERATORS_ROOF = prosumer('bld-10', { beneficialOwnerMspId: 'OperatorMSP' });
export const BUYER = household('bld-04');
export const NEIGHBOUR = household('bld-06');
/** Applies and is metered, but never qualified. */
export const NEWCOMER = household('bld-08');
const QUALIFIED: readonly Subject[] = [PROSUMER, OPERATORS_ROOF, BUYER, NEIGHBOUR, RETAILER];
export const SUBJECTS: readonly Subject[] = [...QUALIFIED, NEWCOMER];

type Concluded = Committed<Execution> & Readonly<{ terms: Terms }>;
export type AgreementName = 'trade' | 'supply' | 'operatorsTrade' | 'abusive' | 'rejected';
export type ByName<Value> = ReadonlyMap<string, Value>;

/** One trade told in order. Every act is played once, after the acts before it, whoever asks first. */
export class Story {
    readonly market: TestMarket;
    readonly #acts = new Map<string, Promise<unknown>>();

    constructor(market: TestMarket) {
        this.market = market;
    }

    /** First slot of delivery. */
    get firstSlot(): SlotIndex {
        return this.market.firstSlot + PREPARATION_SLOTS;
    }

    slot(offset: number): SlotIndex {
        return this.firstSlot + offset;
    }

    as(name: string): Market {
        return this.market.as(name);
    }

    /** Every officer takes the seat of its kind. */
    seated(): Promise<ByName<Awaited<ReturnType<Market['seats']['grant']>>>> {
        return this.#once('seated', async () =>
            keyed(officers, async (officer: SeatKind & (typeof officers)[number]) => {
                await this.market.actors.enrol(officer, OFFICERS[officer]);
                return await this.market.actors.seat(officer, officer);
            }),
        );
    }

    /** Everyone applies and gets a meter; all but the newcomer are qualified and bring money. */
    qualified(): Promise<Qualified> {
        return this.#once('qualified', async () => {
            await this.seated();
            const { market } = this;
            const ids = SUBJECTS.map(({ id }) => id);
            const by = <Value>(subjects: readonly Subject[], step: (subject: Subject) => Promise<Value>) =>
                keyed(
                    ids.filter((id) => subjects.some((each) => each.id === id)),
                    (id) => step(subjectOf(id)),
                );
            const applied = await by(SUBJECTS, (subject) => market.apply(subject));
            const [granted, registered, deposited] = await Promise.all([
                by(QUALIFIED, (subject) => market.qualify(subject)),
                by(SUBJECTS, (subject) => market.register(subject, this.firstSlot)),
                by(QUALIFIED, (subject) => market.deposit(subject)),
            ]);
            return { applied, granted, registered, deposited };
        });
    }

    concluded(): Promise<Readonly<Record<AgreementName, Concluded>>> {
        return this.#once('concluded', async () => {
            await this.qualified();
            const names = Object.keys(DRAFTS) as AgreementName[];
            const concluded = await keyed(names, (name) => this.market.conclude(DRAFTS[name](this.firstSlot)));
            return Object.fromEntries(concluded) as Record<AgreementName, Concluded>;
        });
    }

    /** Ordinary trade is approved in advance; of the two others the regulator approves one. */
    reviewed() {
        return this.#once('reviewed', async () => {
            const { abusive, rejected } = await this.concluded();
            const { verdicts } = this.as('reviewer');
            const standing = await verdicts.standing({
                standingId: STANDING_ID,
                status: 'granted',
                carriers: [CARRIER],
                participantKinds: ['consumer', 'prosumer', 'energySeller'],
                priceMinMicroPerKwh: priceMicroPerKwh(0n),
                priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
                agreementEnergyMaxWh: energyWh(20_000n),
                firstSlot: this.firstSlot,
                endSlot: this.slot(96),
                reasonCode: 'ordinaryTrade',
            });
            return {
                standing,
                approved: await verdicts.approve(reviewedOf(abusive), 'noObjection'),
                rejected: await verdicts.reject(reviewedOf(rejected), 'unusualPrice'),
            };
        });
    }

    funded() {
        return this.#once('funded', async () => {
            const { trade, supply, operatorsTrade, abusive } = await this.concluded();
            await this.reviewed();
            const { agreements } = this.as(RETAILER.id);
            const fund = (concluded: Concluded, standingId: string | null) =>
                agreements.fund(concluded.value.agreementId, standingId);
            return {
                trade: await fund(trade, STANDING_ID),
                supply: await fund(supply, STANDING_ID),
                operatorsTrade: await fund(operatorsTrade, STANDING_ID),
                abusive: await fund(abusive, null),
            };
        });
    }

    /** The first two slots are over and read. */
    metered() {
        return this.#once('metered', async () => {
            await this.funded();
            await this.tickUntil(this.slot(2));
            return [await this.report(this.slot(0)), await this.report(this.slot(1))] as const;
        });
    }

    settled() {
        return this.#once('settled', async () => {
            await this.metered();
            const { settlements } = this.as(NEIGHBOUR.id); // anyone may
            return [
                await settlements.run(CARRIER, this.slot(0)),
                await settlements.run(CARRIER, this.slot(1)),
            ] as const;
        });
    }

    /** Lets slots begin until this one has. */
    async tickUntil(slot: SlotIndex): Promise<void> {
        while (this.market.nextSlot <= slot) {
            await this.market.tick();
        }
    }

    /** Every meter reports a slot. */
    async report(slot: SlotIndex): Promise<Reported> {
        const readings = await this.market.readings(slot);
        return { readings, submitted: await this.as(BUYER.id).readings.submit(readings) };
    }

    /** Ends the running slot, has it read and settled. */
    async deliver(): Promise<SlotIndex> {
        const slot = await this.market.endSlot();
        await this.as(NEIGHBOUR.id).settlements.run(CARRIER, slot);
        return slot;
    }

    #once<Value>(act: string, play: () => Promise<Value>): Promise<Value> {
        const played = this.#acts.get(act) ?? play();
        this.#acts.set(act, played);
        return played as Promise<Value>;
    }
}

export type Reported = Readonly<{
    readings: readonly SignedReading[];
    submitted: Committed<Readonly<{ accepted: number }>>;
}>;
export type Qualified = Readonly<{
    applied: ByName<Awaited<ReturnType<TestMarket['apply']>>>;
    granted: ByName<Awaited<ReturnType<TestMarket['qualify']>>>;
    registered: ByName<Awaited<ReturnType<TestMarket['register']>>>;
    deposited: ByName<Awaited<ReturnType<TestMarket['deposit']>>>;
}>;

/** What is reviewed: the agreement as the parties signed it. */
export const reviewedOf = ({ value, terms }: Concluded) => ({
    agreementId: value.agreementId,
    termsHash: value.termsHash,
    terms,
});

/** The roofs promise little, except in the first slot and from the fifth on, where each promises too much. */
const promised = (first: bigint): bigint[] =>
    Array.from({ length: DELIVERY_SLOTS }, (_, offset) => {
        if (offset === 0) {
            return first;
        }
        return offset < 4 ? CAREFUL_WH : TOO_MUCH_WH;
    });

const everySlot = (wh: bigint): bigint[] => Array.from({ length: DELIVERY_SLOTS }, () => wh);

type DraftOf = (firstSlot: SlotIndex) => ReturnType<typeof saleDraft>;

const DRAFTS: Readonly<Record<AgreementName, DraftOf>> = {
    trade: (firstSlot) =>
        saleDraft(
            {
                sellerId: PROSUMER.id,
                buyerId: BUYER.id,
                firstSlot,
                energyWh: promised(700n),
                priceMicroPerKwh: ORDINARY_PRICE_MICRO,
            },
            { defaultCapNano: amountNano(50_000_000n) },
        ),
    supply: (firstSlot) =>
        saleDraft(
            {
                sellerId: RETAILER.id,
                buyerId: BUYER.id,
                firstSlot,
                energyWh: everySlot(150n),
                priceMicroPerKwh: ORDINARY_PRICE_MICRO,
            },
            { takeOrPay: false, exemptions: [] },
        ),
    operatorsTrade: (firstSlot) =>
        saleDraft({
            sellerId: OPERATORS_ROOF.id,
            buyerId: NEIGHBOUR.id,
            firstSlot,
            energyWh: promised(CAREFUL_WH),
            priceMicroPerKwh: ORDINARY_PRICE_MICRO,
        }),
    abusive: (firstSlot) =>
        saleDraft({
            sellerId: RETAILER.id,
            buyerId: NEIGHBOUR.id,
            firstSlot,
            energyWh: everySlot(100n),
            priceMicroPerKwh: ABUSIVE_PRICE_MICRO,
        }),
    rejected: (firstSlot) =>
        saleDraft({
            sellerId: RETAILER.id,
            buyerId: BUYER.id,
            firstSlot,
            energyWh: everySlot(100n),
            priceMicroPerKwh: ABUSIVE_PRICE_MICRO,
        }),
};

function subjectOf(id: string): Subject {
    const subject = SUBJECTS.find((each) => each.id === id);
    if (subject === undefined) {
        throw new Error(`${id} is not in the story`);
    }
    return subject;
}

/** What an act says of a name; every act says something of all its names. */
export function of<Value>(act: ByName<Value>, name: string): Value {
    const value = act.get(name);
    if (value === undefined) {
        throw new Error(`the act says nothing of ${name}`);
    }
    return value;
}

async function keyed<Key extends string, Value>(
    keys: readonly Key[],
    valueOf: (key: Key) => Promise<Value>,
): Promise<ByName<Value>> {
    return new Map(await Promise.all(keys.map(async (key) => [key, await valueOf(key)] as const)));
}

let told: Promise<Story> | undefined;

/**
 * The one story of this mocha run, on its one network. Each chapter asks for the acts it needs, so that it can also be
 * run alone.
 */
export function withStory(play: (story: Story) => Promise<unknown>): () => Story {
    const network = withNetwork();
    let story: Story | undefined;
    before(async function () {
        this.timeout(120_000);
        told ??= TestMarket.establish(network()).then((market) => new Story(market));
        story = await told;
        await play(story);
    });
    return () => {
        if (story === undefined) {
            throw new Error('the story is there only while tests run');
        }
        return story;
    };
}

// Open connections would keep the test run from ending.
after(async () => {
    await (await told?.catch(() => undefined))?.market.actors.close();
});
