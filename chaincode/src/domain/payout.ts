import type { Cover, Credit } from './account.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import { type AmountNano, minus } from './units.js';

/**
 * Money that a participant takes out of the market, once per id that it chose. It has left the lane when it is asked for;
 * it leaves the ledger when the settlement agent confirms that it was paid outside, or comes back when the bank refuses it.
 */
export type Payout = Readonly<{
    payoutId: string;
    participantId: string;
    lane: number;
    amountNano: AmountNano;
    /** The external payment that paid it, or that the bank refused; `null` while it is on its way. */
    paymentId: string | null;
    /** Why the bank refused it; `null` unless it came back. */
    returnReason: string | null;
}>;

/** What a participant asks for. */
export type PayoutRequest = Omit<Payout, 'paymentId' | 'returnReason'>;

/** Which payout an external payment paid. */
export type PayoutPayment = Readonly<{ paymentId: string; participantId: string; payoutId: string }>;

/** Which payout the bank refused, and why. */
export type PayoutReturn = PayoutPayment & Readonly<{ reasonCode: string }>;

/** Money that a participant moves from a credit cover to its free account, once per id that it chose. */
export type CoverDraw = Readonly<{ drawId: string; participantId: string; carrier: Carrier; amountNano: AmountNano }>;

/** The payout as asked for; the same again is the same. @throws PAYOUT_CONFLICT {participantId, payoutId} */
export function requestPayout(existing: Payout | null, asked: PayoutRequest): Payout {
    const { participantId, payoutId } = asked;
    const same = existing === null || (existing.lane === asked.lane && existing.amountNano === asked.amountNano);
    demand(same, 'PAYOUT_CONFLICT', { participantId, payoutId });
    return existing ?? { ...asked, paymentId: null, returnReason: null };
}

export type PayoutState = 'requested' | 'paid' | 'returned';

export function payoutStateOf({ paymentId, returnReason }: Payout): PayoutState {
    if (paymentId === null) {
        return 'requested';
    }
    return returnReason === null ? 'paid' : 'returned';
}

/**
 * The payout as paid. The same confirmation again changes nothing.
 * @throws PAYOUT_STATE {participantId, payoutId, state}: it came back · PAYOUT_CONFLICT {participantId, payoutId}: another
 * payment paid it
 */
export function confirmPayout(payout: Payout, paymentId: string): Payout {
    demandNot(payout, 'returned');
    demandSame(payout, { paymentId, returnReason: null });
    return { ...payout, paymentId };
}

/**
 * The payout as refused by the bank, and the credit that it becomes. The same return again changes nothing.
 * @throws PAYOUT_STATE {participantId, payoutId, state}: it was paid · PAYOUT_CONFLICT {participantId, payoutId}: it came
 * back by another payment or for another reason
 */
export function returnPayout(
    payout: Payout,
    { paymentId, reasonCode }: PayoutReturn,
): Readonly<{ payout: Payout; credit: Credit }> {
    const { participantId, payoutId, amountNano } = payout;
    demandNot(payout, 'paid');
    demandSame(payout, { paymentId, returnReason: reasonCode });
    return {
        payout: { ...payout, paymentId, returnReason: reasonCode },
        credit: { participantId, sourceId: `return.${payoutId}`, amountNano },
    };
}

function demandNot(payout: Payout, state: PayoutState): void {
    const { participantId, payoutId } = payout;
    demand(payoutStateOf(payout) !== state, 'PAYOUT_STATE', { participantId, payoutId, state });
}

/** Its end is stated once. */
function demandSame(payout: Payout, end: Pick<Payout, 'paymentId' | 'returnReason'>): void {
    const { participantId, payoutId, paymentId, returnReason } = payout;
    const same = paymentId === null || (paymentId === end.paymentId && returnReason === end.returnReason);
    demand(same, 'PAYOUT_CONFLICT', { participantId, payoutId });
}

/**
 * Takes money that is not owed from a cover: what is left, and the credit that it becomes.
 * @throws COVER_UNDERFUNDED {participantId, carrier, neededNano, heldNano}
 */
export function drawCover(cover: Cover, draw: CoverDraw): Readonly<{ cover: Cover; credit: Credit }> {
    const { participantId, carrier, balanceNano: heldNano } = cover;
    const { amountNano } = draw;
    demand(heldNano >= amountNano, 'COVER_UNDERFUNDED', { participantId, carrier, neededNano: amountNano, heldNano });
    return {
        cover: { ...cover, balanceNano: minus(heldNano, amountNano) },
        credit: { participantId, sourceId: `draw.${draw.drawId}`, amountNano },
    };
}

/** Whether the draw was made before. @throws COVER_CONFLICT {participantId, transferId}: the id names another one */
export function isRepeatedDraw(existing: CoverDraw | null, draw: CoverDraw): boolean {
    const { participantId, drawId } = draw;
    const same = existing === null || (existing.carrier === draw.carrier && existing.amountNano === draw.amountNano);
    demand(same, 'COVER_CONFLICT', { participantId, transferId: drawId });
    return existing !== null;
}
