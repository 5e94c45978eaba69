import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { SignedStatement } from './signed-statement.js';
import type { SlotIndex } from './units.js';

/**
 * A safety standard for the devices of a carrier, as the regulator publishes it (paper §3.1). It is never changed: another
 * edition is another standard. Which standards a carrier demands is for the rules.
 */
export type StandardStatement = Readonly<{
    standardId: string;
    carrier: Carrier;
    /** SHA-256 of the text. */
    textHash: string;
    /** Deliveries from this slot on are held to it. */
    fromSlot: SlotIndex;
}>;

export type Standard = SignedStatement<StandardStatement>;

/** Whether the standard is published as stated already. @throws STANDARD_CONFLICT {standardId} when it says otherwise */
export function isPublished(existing: Standard | null, statement: StandardStatement): boolean {
    const { standardId, carrier, textHash, fromSlot } = statement;
    const before = existing?.statement;
    const same =
        before === undefined ||
        (before.carrier === carrier && before.textHash === textHash && before.fromSlot === fromSlot);
    demand(same, 'STANDARD_CONFLICT', { standardId });
    return existing !== null;
}
