import { RULES } from '../support/sample-market.js';

/** Slots after the end of one in which its readings are waited for. */
export const DEADLINE_SLOTS = 1;
/** Rules whose deadlines lie close together, so that all of a trade happens in few slots. */
export const RULES_OF_MODEL = {
    ...RULES,
    readingDeadlineSlots: DEADLINE_SLOTS,
    reconciliationAfterSlots: [1, 2, 3] as const,
};
