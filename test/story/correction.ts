import type { Dispute, Objection, Replacement, Review } from '@commonwatt/chaincode/domain/dispute';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import { energyWh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Committed, Market, SettlementRef } from '@commonwatt/client';
import { CARRIER, type TestMarket } from '../support/market.js';
import { saleDraft } from '../support/sale.js';
import { BUYER, NEIGHBOUR, ORDINARY_PRICE_MICRO, PROSUMER, STANDING_ID } from './cast.js';

/** Slots of delivery around the reading that gets lost. */
export const CORRECTED_SLOTS = 3;
/** What the prosumer promises in each of the three slots; the sun gives a little less. */
export const PROMISED_WH = 600n;
/** What a check of the meter finds that it counted too much in the slot. */
export const OVERCOUNTED_WH = 40n;
/** `readingDeadlineSlots` and `reconciliationAfterSlots` of the story's rules. */
const DEADLINE_SLOTS = 4;
export const RUN_AFTER_SLOTS = [8, 96, 288] as const;

/** What of the story corrections need. */
type Stage = Readonly<{
    market: TestMarket;
    as: (name: string) => Market;
    tickUntil: (slot: SlotIndex) => Promise<void>;
    deliverUntil: (slot: SlotIndex) => Promise<void>;
}>;

export type Estimated = Readonly<{
    sale: Awaited<ReturnType<TestMarket['conclude']>>;
    /** The slot at whose end the prosumer's meter could not be reached, the second of three. */
    slot: SlotIndex;
    /** What it signed then. */
    late: SignedReading;
    settled: Committed<SettlementRef>;
}>;

export type Disputed = Readonly<{
    raised: Committed<Dispute>;
    decided: Committed<Dispute>;
    confirmed: Committed<Review>;
    closed: Committed<Dispute>;
}>;

/** A meter falls silent, and its slot is settled on an estimate. */
export async function settleOnEstimate(story: Stage): Promise<Estimated> {
    const { market } = story;
    const firstSlot = market.nextSlot;
    const sale = await market.conclude(
        saleDraft(
            {
                sellerId: PROSUMER.id,
                buyerId: BUYER.id,
                firstSlot,
                energyWh: Array.from({ length: CORRECTED_SLOTS }, () => PROMISED_WH),
                priceMicroPerKwh: ORDINARY_PRICE_MICRO,
            },
            { toleranceBp: 0 },
        ),
    );
    await story.as(NEIGHBOUR.id).agreements.fund(sale.value.agreementId, STANDING_ID);
    const slot = firstSlot + 1;
    await story.deliverUntil(slot);
    const { readings } = story.as(BUYER.id);
    await market.tick();
    const signed = await market.readings(slot);
    const late = signed.find(({ reading }) => reading.pointId === PROSUMER.id);
    if (late === undefined) {
        throw new Error(`${PROSUMER.id} has no meter`);
    }
    await readings.submit(signed.filter((each) => each !== late));
    await market.tick();
    await readings.submit(await market.readings(slot + 1));
    await story.tickUntil(slot + 1 + DEADLINE_SLOTS);
    const { settlements } = story.as(NEIGHBOUR.id);
    const settled = await settlements.run(CARRIER, slot);
    await settlements.run(CARRIER, slot + 1);
    return { sale, slot, late, settled };
}

/** A party doubts the reading, the operator finds a replacement, the regulator confirms it, anyone puts it into force. */
export async function dispute(
    story: Stage,
    { slot }: Estimated,
    right: Pick<Objection, 'raisedBy' | 'agreementId'>,
    replacement: Replacement,
): Promise<Disputed> {
    const objection = { pointId: PROSUMER.id, slot, ...right, evidenceHash: 'e'.repeat(64) };
    const raised = await story.as(right.raisedBy).disputes.raise(objection);
    const ruling = { replacement, checkMeter: null, reasonCode: 'meterCheckedInLaboratory' };
    const decided = await story.as('metering').disputes.decide(raised.value, ruling);
    const confirmed = await story.as('reviewer').disputes.confirm(decided.value, 'evidenceSound');
    return { raised, decided, confirmed, closed: await story.as(NEIGHBOUR.id).disputes.close(objection) };
}

/** Energy that the prosumer's meter counted in a slot. */
export function countedWh(story: Stage, slot: SlotIndex): bigint {
    const [before, after] = [slot - 1, slot].map((each) => story.market.registersAt(PROSUMER.id, each).exportWh);
    return BigInt(after ?? 0n) - BigInt(before ?? 0n);
}

/** An energy in the place of what the meter counted. */
export const exported = (wh: bigint): Replacement => ({
    kind: 'energy',
    importWh: energyWh(0n),
    exportWh: energyWh(wh),
});
