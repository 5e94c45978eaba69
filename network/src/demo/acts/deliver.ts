import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { wallTimeOf } from '../../scenario/slot.js';
import { refusalOf } from '../check.js';
import { Milestones } from '../milestones.js';
import { persistently } from '../persistently.js';
import { type Concluded, firstSlot, type Stage } from '../stage.js';
import { flipBit } from './conclude.js';
import { expireOffers } from './negotiate.js';

/** Most readings that go into one transaction. */
const READINGS_PER_TRANSACTION = 48;
/** Slots that may have begun and are not settled yet. */
const SLOTS_AHEAD = 3;
/** How often the day says how far it is. */
const SLOTS_PER_LINE = 4;

/**
 * The day: slots begin and end, meters report, anyone settles. Three lines of transactions work at a time, each on a slot
 * of its own: while a slot is settled, the next is metered and the one after begins.
 */
export async function deliver(stage: Stage, concluded: readonly Concluded[]): Promise<void> {
    const { cast, journal } = stage;
    journal.heading('Deliver, meter, settle');
    const first = firstSlot(stage);
    await cast.as('platform').clock.advance({ fromSlot: first, toSlot: first });
    await expireOffers(stage);
    const day = new Day(stage, concluded);
    await day.run();
    for (const meter of stage.meters.values()) {
        await meter.store();
    }
    await settleAgain(stage);
}

class Day {
    readonly #stage: Stage;
    readonly #concluded: readonly Concluded[];
    readonly #milestones = new Milestones();
    readonly #carriers: readonly Carrier[];

    constructor(stage: Stage, concluded: readonly Concluded[]) {
        this.#stage = stage;
        this.#concluded = concluded;
        this.#carriers = [...new Set(stage.plan.points.map(({ carrier }) => carrier))];
    }

    async run(): Promise<void> {
        const batches = batchesOf([...this.#stage.meters.keys()]);
        await Promise.all([
            this.#passTime(),
            ...batches.map((pointIds, batch) => this.#meter(pointIds, batch)),
            ...this.#carriers.map((carrier) => this.#settle(carrier, batches.length)),
            this.#tell(),
        ]);
    }

    /** Begins one slot after the other, not too far ahead of settlement. */
    async #passTime(): Promise<void> {
        const { cast, slots } = this.#stage;
        const endsAt = slots[Math.floor(slots.length / 2)];
        for (const [index, slot] of slots.entries()) {
            const behind = slots[index - SLOTS_AHEAD];
            if (behind !== undefined) {
                await Promise.all(
                    this.#carriers.map((carrier) => this.#milestones.after(settledName(carrier, behind))),
                );
            }
            if (slot === endsAt && index > 0) {
                await this.#endAbuse(slot + 1);
            }
            const next = { fromSlot: slot + 1, toSlot: slot + 1 };
            await persistently(() => cast.as('platform').clock.advance(next));
            this.#milestones.reach(overName(slot));
        }
    }

    /** Brings the readings of some points to the ledger, slot by slot. */
    async #meter(pointIds: readonly string[], batch: number): Promise<void> {
        const { cast, meters, registersAt, slots } = this.#stage;
        const { readings: client } = cast.as('metering');
        for (const [index, slot] of slots.entries()) {
            const readings: SignedReading[] = [];
            for (const pointId of pointIds) {
                const meter = meters.get(pointId);
                if (meter !== undefined) {
                    readings.push(await meter.signer.read(slot, registersAt(pointId, slot)));
                }
            }
            await this.#milestones.after(overName(slot));
            if (index === 0 && batch === 0) {
                await refuseForgedReading(this.#stage, readings);
            }
            await persistently(() => client.submit(readings));
            this.#milestones.reach(readName(batch, slot));
        }
    }

    async #settle(carrier: Carrier, batchCount: number): Promise<void> {
        const { settlements } = this.#stage.cast.as('settlement');
        for (const slot of this.#stage.slots) {
            for (let batch = 0; batch < batchCount; batch += 1) {
                await this.#milestones.after(readName(batch, slot));
            }
            await this.#awaitOthers(carrier, slot);
            await persistently(() => settlements.run(carrier, slot));
            this.#milestones.reach(settledName(carrier, slot));
        }
    }

    /** Carriers that agreements tie together take turns, because both move the same escrow. */
    async #awaitOthers(carrier: Carrier, slot: SlotIndex): Promise<void> {
        const tied = this.#tiedTo(carrier);
        const position = ORDER.indexOf(carrier);
        const before = tied.filter((each) => ORDER.indexOf(each) < position).map((each) => settledName(each, slot));
        const after = tied.filter((each) => ORDER.indexOf(each) > position).map((each) => settledName(each, slot - 1));
        const waited = slot === firstSlot(this.#stage) ? before : [...before, ...after];
        await Promise.all(waited.map((name) => this.#milestones.after(name)));
    }

    #tiedTo(carrier: Carrier): readonly Carrier[] {
        const together = this.#concluded
            .map(({ contract }) => contract.draft.legs.map((leg) => leg.carrier))
            .filter((carriers) => carriers.includes(carrier));
        return [...new Set(together.flat())].filter((each) => each !== carrier);
    }

    async #tell(): Promise<void> {
        const { journal, slots } = this.#stage;
        for (const [index, slot] of slots.entries()) {
            await Promise.all(this.#carriers.map((carrier) => this.#milestones.after(settledName(carrier, slot))));
            if ((index + 1) % SLOTS_PER_LINE === 0 || index === slots.length - 1) {
                const settled = `${index + 1} of ${slots.length} slots`;
                journal.happened(`${wallTimeOf(slot + 1)}: ${settled} are delivered, metered and settled`, null);
            }
        }
    }

    /** The regulator stops an agreement; the escrow of what is not yet delivered goes back. */
    async #endAbuse(fromSlot: SlotIndex): Promise<void> {
        const { cast, journal } = this.#stage;
        for (const { contract, agreementId } of this.#concluded.filter(({ contract: { abusive } }) => abusive)) {
            const { agreements } = cast.as(contract.draft.proposerId);
            const { agreement } = await agreements.show(agreementId);
            const verdict = await cast.as('reviewer').verdicts.terminate(agreement, 'abusivePrice');
            journal.happened(`the regulator terminates ${agreementId.slice(0, 8)}`, verdict.blockNumber);
            const released = await agreements.release(agreementId, fromSlot);
            journal.check({
                name: 'the terminated agreement winds down; the escrow of later slots is released',
                expected: `windingDown, delivers until slot ${fromSlot}`,
                observed: `${released.value.state}, delivers until slot ${released.value.endSlot}`,
                block: released.blockNumber,
            });
        }
    }
}

/** Conversions go this way. */
const ORDER: readonly Carrier[] = ['gas', 'electricity', 'heat', 'cooling', 'mobility'];

const overName = (slot: SlotIndex): string => `over/${slot}`;
const readName = (batch: number, slot: SlotIndex): string => `read/${batch}/${slot}`;
const settledName = (carrier: Carrier, slot: SlotIndex): string => `settled/${carrier}/${slot}`;

function batchesOf(pointIds: readonly string[]): readonly (readonly string[])[] {
    const batches: string[][] = [];
    for (let from = 0; from < pointIds.length; from += READINGS_PER_TRANSACTION) {
        batches.push(pointIds.slice(from, from + READINGS_PER_TRANSACTION));
    }
    return batches;
}

async function refuseForgedReading({ cast, journal }: Stage, readings: readonly SignedReading[]): Promise<void> {
    const forged = readings.map((signed, index) =>
        index === 0 ? { ...signed, signature: flipBit(signed.signature) } : signed,
    );
    journal.check({
        name: 'one flipped bit in a reading is refused',
        expected: 'SIGNATURE_INVALID',
        observed: await refusalOf(() => cast.as('metering').readings.submit(forged)),
        block: null,
    });
}

/** The same run again finds its own result and posts nothing. */
async function settleAgain(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    const owner = plan.overconfidentId;
    const { accounts, settlements } = cast.as(owner);
    const before = (await accounts.show(owner)).freeNano;
    const again = await settlements.run('electricity', firstSlot(stage));
    const after = (await accounts.show(owner)).freeNano;
    journal.check({
        name: 'settling a slot twice pays nothing twice',
        expected: String(before),
        observed: String(after),
        block: again.blockNumber,
    });
}
