import type { Deposit } from '@commonwatt/chaincode/domain/account';
import { type Payout, type PayoutState, payoutStateOf } from '@commonwatt/chaincode/domain/payout';
import { type AmountNano, minus, plus, type SlotIndex, sumAmounts } from '@commonwatt/chaincode/domain/units';
import type { Account } from './account-client.js';
import { type CarrierBill, carrierBill, type CarrierFacts, postedTo } from './bill-carrier.js';

/** Slots of a bill: `fromSlot` is the first, `toSlot` the first that does not belong to it. */
export type BillPeriod = Readonly<{ fromSlot: SlotIndex; toSlot: SlotIndex }>;

/** What one agreement holds of the participant's money. */
export type EscrowLine = Readonly<{ agreementId: string; heldNano: AmountNano }>;

/**
 * How the bill stands in the account. Everything that a participant owns counts, wherever it is kept: setting money aside
 * and getting it back changes nothing. `paidIn − paidOut + earlier = before`, `before + bill = after`,
 * `after + later = now`.
 */
export type BillBalance = Readonly<{
    /** Deposits so far; payments have no slot, so they stand in front of the slots. */
    paidInNano: AmountNano;
    /** Payouts that were paid so far. */
    paidOutNano: AmountNano;
    /** What the slots before the bill came to. */
    earlierNano: AmountNano;
    beforeNano: AmountNano;
    billNano: AmountNano;
    afterNano: AmountNano;
    /** What slots after the bill came to so far. */
    laterNano: AmountNano;
    /** On the ledger: free money, escrow, covers and what is on its way out. */
    nowNano: AmountNano;
    freeNano: AmountNano;
    escrowNano: AmountNano;
    coverNano: AmountNano;
    payoutNano: AmountNano;
}>;

/** A participant's statement over some slots; whoever reads the same ledger gets the same. */
export type Bill = Readonly<{
    participantId: string;
    currency: string;
    period: BillPeriod;
    carriers: readonly CarrierBill[];
    totalNano: AmountNano;
    deposits: readonly Deposit[];
    payouts: readonly Payout[];
    escrow: readonly EscrowLine[];
    balance: BillBalance;
}>;

/** What the ledger holds about one participant, all read at the same state. */
export type BillFacts = Readonly<{
    participantId: string;
    currency: string;
    period: BillPeriod;
    /** Settlements of every slot from the first of the bill on, later ones included. */
    settlements: readonly Omit<CarrierFacts, 'participantId' | 'terms'>[];
    terms: CarrierFacts['terms'];
    account: Account;
    escrow: readonly EscrowLine[];
    deposits: readonly Deposit[];
    payouts: readonly Payout[];
}>;

/** @throws InternalError BILL_DISAGREES {carrier, linesNano, postedNano} */
export function billOf(facts: BillFacts): Bill {
    const { participantId, currency, period, terms, deposits, payouts, escrow } = facts;
    const inPeriod = (slot: SlotIndex): boolean => slot >= period.fromSlot && slot < period.toSlot;
    const carriers = facts.settlements.map(({ carrier, settlements, openSlots }) =>
        carrierBill({
            participantId,
            carrier,
            settlements: settlements.filter(({ slot }) => inPeriod(slot)),
            openSlots: openSlots.filter(inPeriod),
            terms,
        }),
    );
    const later = facts.settlements
        .flatMap(({ settlements }) => settlements)
        .filter(({ slot }) => slot >= period.toSlot);
    const totalNano = sumAmounts(carriers.map((each) => each.totalNano));
    const laterNano = sumAmounts(later.map((settlement) => postedTo(settlement, participantId)));
    return {
        participantId,
        currency,
        period,
        carriers,
        totalNano,
        deposits,
        payouts,
        escrow,
        balance: balanceOf(facts, totalNano, laterNano),
    };
}

/** Counted back from what the ledger holds now, so that a bill of few slots needs nothing of the years before. */
function balanceOf(
    { account, escrow, deposits, payouts }: BillFacts,
    billNano: AmountNano,
    laterNano: AmountNano,
): BillBalance {
    const { freeNano, covers } = account;
    const escrowNano = sumAmounts(escrow.map(({ heldNano }) => heldNano));
    const coverNano = sumAmounts(covers.map(({ balanceNano }) => balanceNano));
    const payoutNano = payoutSum(payouts, 'requested');
    const paidOutNano = payoutSum(payouts, 'paid');
    const nowNano = sumAmounts([freeNano, escrowNano, coverNano, payoutNano]);
    const paidInNano = sumAmounts(deposits.map(({ amountNano }) => amountNano));
    const afterNano = minus(nowNano, laterNano);
    const beforeNano = minus(afterNano, billNano);
    return {
        paidInNano,
        paidOutNano,
        earlierNano: plus(minus(beforeNano, paidInNano), paidOutNano),
        beforeNano,
        billNano,
        afterNano,
        laterNano,
        nowNano,
        freeNano,
        escrowNano,
        coverNano,
        payoutNano,
    };
}

const payoutSum = (payouts: readonly Payout[], state: PayoutState): AmountNano =>
    sumAmounts(payouts.filter((payout) => payoutStateOf(payout) === state).map(({ amountNano }) => amountNano));
