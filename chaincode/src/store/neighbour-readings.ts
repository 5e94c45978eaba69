import { NEIGHBOUR_SLOTS_MAX, type RecordedReading } from '../domain/reading.js';
import type { SlotIndex } from '../domain/units.js';
import { READING } from './keys.js';
import type { Ledger } from './ledger.js';

/** The ledger, and whether a slot is over on it: where it is not, no meter has been read. */
type ReadingsLedger = Readonly<{ ledger: Ledger; isOver: (slot: SlotIndex) => Promise<boolean> }>;

/**
 * Width of the first window that is scanned, and how much wider each further one is: a neighbour is mostly near, and
 * a narrow scan is what few others write into.
 */
const FIRST_WINDOW_SLOTS = 4;
const WIDER = 4;

/** The last reading of a point before a slot; `null` when there is none near enough. */
export async function readingBefore(
    { ledger }: Pick<ReadingsLedger, 'ledger'>,
    pointId: string,
    slot: SlotIndex,
): Promise<RecordedReading | null> {
    const farthest = Math.max(0, slot - NEIGHBOUR_SLOTS_MAX);
    let to = slot;
    for (let width = FIRST_WINDOW_SLOTS; to > farthest; width *= WIDER) {
        const from = Math.max(farthest, to - width);
        const last = (await ledger.scan(READING, [pointId, from], [pointId, to])).at(-1);
        if (last !== undefined) {
            return last;
        }
        to = from;
    }
    return null;
}

/** The first reading of a point after a slot; `null` when there is none near enough. */
export async function readingAfter(
    ctx: ReadingsLedger,
    pointId: string,
    slot: SlotIndex,
): Promise<RecordedReading | null> {
    const farthest = slot + NEIGHBOUR_SLOTS_MAX + 1;
    let from = slot + 1;
    for (let width = FIRST_WINDOW_SLOTS; from < farthest && (await ctx.isOver(from)); width *= WIDER) {
        const to = Math.min(farthest, from + width);
        const [first] = await ctx.ledger.scanFirst(READING, [pointId, from], [pointId, to], 1);
        if (first !== undefined) {
            return first;
        }
        from = to;
    }
    return null;
}
