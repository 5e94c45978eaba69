/** Slots count whole quarter hours since the Unix epoch, UTC; a day has 96 of them whatever the wall clock does. */
export const SLOT_MINUTES = 15;
export const DAY_SLOTS = 96;

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

/** The first slot of a UTC day written `YYYY-MM-DD`. */
export const firstSlotOfDay = (date: string): number | undefined => slotBeginningAt(`${date}T00:00Z`);

export const dateOfSlot = (slot: number): string => minuteText(slot * slotMilliseconds).slice(0, 'YYYY-MM-DD'.length);

const minuteText = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 16)}Z`;
