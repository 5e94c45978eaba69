import { demand } from './errors.js';

/** What an external payment can stand for, in either direction. */
export const PAYMENT_PURPOSES = [
    'deposit', // money that a participant brought
    'subsidy', // money for a fund
    'payout', // money that a participant took out
    'payoutReturn', // money that it was to be paid and that the bank would not take
] as const;
export type PaymentPurpose = (typeof PAYMENT_PURPOSES)[number];

/** What one external payment stands for: its id is one of a kind, whichever way the money went. */
export type Payment = Readonly<{
    paymentId: string;
    purpose: PaymentPurpose;
    /** Whose money it is; `null` of a fund. */
    participantId: string | null;
    /** The payout that it paid, or that came back. */
    payoutId: string | null;
}>;

/** Whether the payment was recorded as this before. @throws PAYMENT_CONFLICT {paymentId, purpose}: what it stands for */
export function isRepeatedPayment(existing: Payment | null, payment: Payment): boolean {
    const { paymentId, purpose, participantId, payoutId } = payment;
    const same =
        existing === null ||
        (existing.purpose === purpose && existing.participantId === participantId && existing.payoutId === payoutId);
    demand(same, 'PAYMENT_CONFLICT', { paymentId, purpose: existing?.purpose ?? purpose });
    return existing !== null;
}
