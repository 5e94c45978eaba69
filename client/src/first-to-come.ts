import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { CharterClient } from './charter-client.js';
import type { ClockClient } from './clock-client.js';

/** Clients of other nouns that say which slot is the first to come. */
export type SlotSources = Readonly<{ charter: CharterClient; clock: ClockClient }>;

/** The first slot that has not begun. */
export async function firstToCome({ charter, clock }: SlotSources): Promise<SlotIndex> {
    const { firstSlot } = await charter.show();
    return await clock.firstToCome(firstSlot);
}
