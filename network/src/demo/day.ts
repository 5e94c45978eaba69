import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { wallTimeOf } from '../scenario/slot.js';
import { Milestones } from './milestones.js';
import { type Concluded, firstSlot, type Stage } from './stage.js';

/** Most readings that go into one transaction. */
const READINGS_PER_TRANSACTION = 48;
/** Slots that may have begun and are not settled yet: more than readings are waited for. */
const SLOTS_AHEAD = 8;
/** How often the day says how far it is. */
const SLOTS_PER_LINE = 4;

/** What happens at certain times of the day besides. */
export type DayActs = Readonly<{
    /** The slot has begun, the next has not. */
    duringSlot: (slot: SlotIndex) => Promise<void>;
    /** The slot is over, and these are the first readings of it that will be submitted. */
    beforeReadings: (slot: SlotIndex, readings: readonly SignedReading[]) => Promise<void>;
}>;

/**
 * Slots begin and end, meters report, anyone settles. Several lines of transactions work at a time, each on a slot of its
 * own: while a slot is settled, the next is metered and later ones begin. Within a slot only what depends on each other
 * waits: readings for the end of the slot, a run for the readings and for the carriers that agreements tie it to.
 */
export class Day {
    readonly #stage: Stage;
    readonly #acts: DayActs;
    readonly #milestones = new Milestones();
    readonly #carriers: readonly Carrier[];
    /** Carriers that agreements tie to each carrier. */
    readonly #ties: ReadonlyMap<Carrier, readonly Carrier[]>;
    readonly #batches: readonly (readonly string[])[];
    /** Readings that a silent meter could not report. */
    readonly #heldBack: SignedReading[] = [];

    constructor(stage: Stage, concluded: readonly Concluded[], acts: DayActs) {
        this.#stage = stage;
        this.#acts = acts;
        this.#carriers = CARRIERS.filter((carrier) => stage.plan.points.some((point) => point.carrier === carrier));
        this.#ties = tiesBetween(this.#carriers, concluded);
        this.#batches = batchesOf([...stage.meters.keys()]);
    }

    async run(): Promise<void> {
        await Promise.all([
            this.#passTime(),
            ...this.#batches.map((pointIds, batch) => this.#meter(pointIds, batch)),
            ...this.#carriers.map((carrier) => this.#settle(carrier)),
            this.#tell(),
        ]);
    }

    /** Begins one slot after the other, not too far ahead of settlement. */
    async #passTime(): Promise<void> {
        const { cast, slots } = this.#stage;
        for (const [index, slot] of slots.entries()) {
            const behind = slots[index - SLOTS_AHEAD];
            if (behind !== undefined) {
                await this.#allSettled(behind);
            }
            await this.#acts.duringSlot(slot);
            await cast.as('platform').clock.advance({ fromSlot: slot + 1, toSlot: slot + 1 });
            this.#milestones.reach(overName(slot));
        }
    }

    /** Brings the readings of some points to the ledger, slot by slot. */
    async #meter(pointIds: readonly string[], batch: number): Promise<void> {
        const { cast, slots } = this.#stage;
        for (const slot of slots) {
            const readings = await this.#read(pointIds, slot);
            await this.#milestones.after(overName(slot));
            if (batch === 0) {
                await this.#acts.beforeReadings(slot, readings);
            }
            await cast.as('metering').readings.submit(readings);
            this.#milestones.reach(readName(batch, slot));
        }
    }

    /** What meters sign at the end of a slot; a silent one keeps its readings and adds them to a later one. */
    async #read(pointIds: readonly string[], slot: SlotIndex): Promise<SignedReading[]> {
        const { meters, registersAt, plan } = this.#stage;
        const { silence } = plan;
        const readings: SignedReading[] = [];
        for (const pointId of pointIds) {
            const meter = meters.get(pointId);
            if (meter === undefined) {
                continue;
            }
            const reading = await meter.signer.read(slot, registersAt(pointId, slot));
            const isSilent = pointId === silence?.pointId;
            if (isSilent && silence.slots.includes(slot)) {
                this.#heldBack.push(reading);
                continue;
            }
            readings.push(...(isSilent && slot === silence.reportedInSlot ? this.#heldBack : []), reading);
        }
        return readings;
    }

    async #settle(carrier: Carrier): Promise<void> {
        const { settlements } = this.#stage.cast.as('settlement');
        for (const slot of this.#stage.slots) {
            await this.#awaitReadings(carrier, slot);
            await this.#awaitOthers(carrier, slot);
            await settlements.run(carrier, slot);
            this.#milestones.reach(settledName(carrier, slot));
        }
    }

    /** Readings of the slot; where one is missing, those after it, and the deadline. */
    async #awaitReadings(carrier: Carrier, slot: SlotIndex): Promise<void> {
        const { plan, slots, readingDeadlineSlots } = this.#stage;
        const { silence, points } = plan;
        const isSilent = points.some((point) => point.pointId === silence?.pointId && point.carrier === carrier);
        const isMissing = isSilent && silence?.slots.includes(slot) === true;
        const needed = isMissing
            ? slots.slice(slots.indexOf(slot), slots.indexOf(slot) + readingDeadlineSlots)
            : [slot];
        for (const each of needed) {
            await Promise.all(this.#batches.map((_, batch) => this.#milestones.after(readName(batch, each))));
        }
        if (isMissing) {
            await this.#milestones.after(overName(slot + readingDeadlineSlots));
        }
    }

    /** Carriers that agreements tie together take turns, because both move the same escrow. */
    async #awaitOthers(carrier: Carrier, slot: SlotIndex): Promise<void> {
        const tied = this.#ties.get(carrier) ?? [];
        const position = CARRIERS.indexOf(carrier);
        const isBefore = (each: Carrier): boolean => CARRIERS.indexOf(each) < position;
        const before = tied.filter(isBefore).map((each) => settledName(each, slot));
        const after = tied.filter((each) => !isBefore(each)).map((each) => settledName(each, slot - 1));
        const waited = slot === firstSlot(this.#stage) ? before : [...before, ...after];
        await Promise.all(waited.map((name) => this.#milestones.after(name)));
    }

    async #allSettled(slot: SlotIndex): Promise<void> {
        await Promise.all(this.#carriers.map((carrier) => this.#milestones.after(settledName(carrier, slot))));
    }

    async #tell(): Promise<void> {
        const { journal, slots } = this.#stage;
        for (const [index, slot] of slots.entries()) {
            await this.#allSettled(slot);
            if ((index + 1) % SLOTS_PER_LINE === 0 || index === slots.length - 1) {
                const settled = `${index + 1} of ${slots.length} slots`;
                journal.happened(`${wallTimeOf(slot + 1)}: ${settled} are delivered, metered and settled`, null);
            }
        }
    }
}

const overName = (slot: SlotIndex): string => `over/${slot}`;
const readName = (batch: number, slot: SlotIndex): string => `read/${batch}/${slot}`;
const settledName = (carrier: Carrier, slot: SlotIndex): string => `settled/${carrier}/${slot}`;

function tiesBetween(
    carriers: readonly Carrier[],
    concluded: readonly Concluded[],
): ReadonlyMap<Carrier, readonly Carrier[]> {
    const together = concluded.map(({ contract }) => new Set(contract.draft.legs.map((leg) => leg.carrier)));
    const tiedTo = (carrier: Carrier): Carrier[] =>
        carriers.filter((other) => other !== carrier && together.some((legs) => legs.has(carrier) && legs.has(other)));
    return new Map(carriers.map((carrier) => [carrier, tiedTo(carrier)]));
}

function batchesOf(pointIds: readonly string[]): readonly (readonly string[])[] {
    const batches: string[][] = [];
    for (let from = 0; from < pointIds.length; from += READINGS_PER_TRANSACTION) {
        batches.push(pointIds.slice(from, from + READINGS_PER_TRANSACTION));
    }
    return batches;
}
