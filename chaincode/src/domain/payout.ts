import type { Cover, Credit } from './account.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import { type AmountNano, minus } from './units.js';

/**
 * Money that a participant takes out of the market, once per id that it chose. It has left the lane when it is asked for;
 * it leaves the ledger when the settlement agent confirms that it was paid outside.
 */
export type Payout = Readonly<{
    payoutId: string;
    participantId: string;
    lane: number;
    amountNano: AmountNano;
    /** The external payment; `null` until it is confirmed. */
    paymentId: string | null;
}>;

/** Which payout an external payment paid: it counts once. */
export type PayoutPayment = Readonly<{ paymentId: string; participantId: string; payoutId: string }>;

/** Money that a participant moves from a credit cover to its free account, once per id that it chose. */
export type CoverDraw = Readonly<{ drawId: string; participantId: string; carrier: Carrier; amountNano: AmountNano }>;

/** The payout as asked for; the same again is the same. @throws PAYOUT_CONFLICT {participantId, payoutId} */
export function requestPayout(existing: Payout | null, asked: Omit<Payout, 'paymentId'>): Payout {
    const { participantId, payoutId } = asked;
    const same = existing === null || (existing.lane === asked.lane && existing.amountNano === asked.amountNano);
    demand(same, 'PAYOUT_CONFLICT', { participantId, payoutId });
    return existing ?? { ...asked, paymentId: null };
}

/** Who owes on a carrier pays that first. @throws COVER_OWED {participantId, carrier, balanceNano} */
export function demandNothingOwed(covers: readonly Cover[]): void {
    for (const { participantId, carrier, balanceNano } of covers) {
        demand(balanceNano >= 0n, 'COVER_OWED', { participantId, carrier, balanceNano });
    }
}

/**
 * The payout as paid. The same confirmation again changes nothing.
 * @throws PAYOUT_CONFLICT {participantId, payoutId}: it was paid by another payment, or the payment paid another payout
 */
export function confirmPayout(payout: Payout, payment: PayoutPayment, existing: PayoutPayment | null): Payout {
    const { participantId, payoutId } = payout;
    const { paymentId } = payment;
    const same =
        (payout.paymentId === null || payout.paymentId === paymentId) &&
        (existing === null || (existing.participantId === participantId && existing.payoutId === payoutId));
    demand(same, 'PAYOUT_CONFLICT', { participantId, payoutId });
    return { ...payout, paymentId };
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
