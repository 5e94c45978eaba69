import type { Cover } from './account.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { Rules } from './rules.js';
import { type AmountNano, negate } from './units.js';

/**
 * That a participant's credit cover of a carrier is below zero, and whether it is exhausted. Apart from the cover, which
 * every run changes, so that only a change of this answer touches agreements being concluded. Who owes nothing has none.
 */
export type Indebtedness = Readonly<{ participantId: string; carrier: Carrier; isExhausted: boolean }>;

type Limit = Pick<Rules, 'debtLimitNano'>;

/** A cover may fall as far below zero as the rules say; trade stops when it is below that. */
export const isExhausted = (balance: AmountNano, { debtLimitNano }: Limit): boolean => balance < negate(debtLimitNano);

/** Who owes too much concludes and funds nothing new. @throws COVER_EXHAUSTED {participantId, carrier, balanceNano} */
export function demandCovered({ participantId, carrier, balanceNano }: Cover, limit: Limit): void {
    demand(!isExhausted(balanceNano, limit), 'COVER_EXHAUSTED', { participantId, carrier, balanceNano });
}
