/** Slots count whole quarter hours since the Unix epoch, UTC. */
export const SLOT_MINUTES = 15;
/** Slots of a day without a change of the clock. */
export const DAY_SLOTS = 96;
/** Where the community lives: its days begin at midnight there, and have 92 or 100 slots when the clock changes. */
const WALL_ZONE = 'Europe/Berlin';

const slotMilliseconds = SLOT_MINUTES * 60 * 1000;

/** The slot that begins at `YYYY-MM-DDTHH:MMZ`; undefined for any other text and between slots. */
export function slotBeginningAt(text: string): number | undefined {
    const milliseconds = Date.parse(text);
    // Written back, so that neither another notation nor a 30th of February passes.
    if (Number.isNaN(milliseconds) || milliseconds % slotMilliseconds !== 0 || minuteText(milliseconds) !== text) {
        return undefined;
    }
    return milliseconds / slotMilliseconds;
}

/** The first slot of a day by the wall clock, written `YYYY-MM-DD`; undefined for any other text. */
export function firstSlotOfDay(date: string): number | undefined {
    const midnightUtc = slotBeginningAt(`${date}T00:00Z`);
    if (midnightUtc === undefined) {
        return undefined;
    }
    // No wall clock is more than a day from UTC.
    for (let slot = midnightUtc - DAY_SLOTS; slot <= midnightUtc + DAY_SLOTS; slot += 1) {
        if (wallTimeOf(slot) === `${date} 00:00`) {
            return slot;
        }
    }
    return undefined;
}

/** Day and time by the wall clock at which a slot begins: `YYYY-MM-DD HH:MM`. */
export const wallTimeOf = (slot: number): string => wallFormat.format(slot * slotMilliseconds).replace(',', '');

/** Sweden writes dates as the scenario does. */
const wallFormat = new Intl.DateTimeFormat('sv-SE', {
    timeZone: WALL_ZONE,
    dateStyle: 'short',
    timeStyle: 'short',
});

export const dateOfSlot = (slot: number): string => wallTimeOf(slot).slice(0, 'YYYY-MM-DD'.length);

const minuteText = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 16)}Z`;
