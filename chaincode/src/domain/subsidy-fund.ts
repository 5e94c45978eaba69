import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import { type AmountNano, NO_MONEY, plus } from './units.js';

/** Money from which renewable energy of a carrier is subsidised; never negative. */
export type SubsidyFund = Readonly<{ carrier: Carrier; balanceNano: AmountNano }>;

/** Money that the settlement agent confirms to hold outside for a fund, once per external payment. */
export type SubsidyPayment = Readonly<{ paymentId: string; carrier: Carrier; amountNano: AmountNano }>;

export const emptyFund = (carrier: Carrier): SubsidyFund => ({ carrier, balanceNano: NO_MONEY });

/** Whether the fund was raised by it before. @throws SUBSIDY_CONFLICT {paymentId}: with another amount or carrier */
export function isRepeatedFunding(existing: SubsidyPayment | null, payment: SubsidyPayment): boolean {
    const { paymentId, carrier, amountNano } = payment;
    const same = existing === null || (existing.carrier === carrier && existing.amountNano === amountNano);
    demand(same, 'SUBSIDY_CONFLICT', { paymentId });
    return existing !== null;
}

export const fundWith = (fund: SubsidyFund, { amountNano }: SubsidyPayment): SubsidyFund => ({
    ...fund,
    balanceNano: plus(fund.balanceNano, amountNano),
});
