import { acceptDeposit } from '../domain/account.js';
import { marketError } from '../domain/errors.js';
import { isRepeatedPayment, type Payment } from '../domain/payment.js';
import { confirmPayout, type Payout, returnPayout } from '../domain/payout.js';
import {
    EXTERNAL_ACCOUNT,
    freeAccount,
    payoutAccount,
    PAYING_OUT,
    subsidyAccount,
    transfer,
} from '../domain/posting.js';
import { emptyFund, fundWith, isRepeatedFunding } from '../domain/subsidy-fund.js';
import {
    depositCodec,
    payoutCodec,
    payoutPaymentCodec,
    payoutReturnCodec,
    subsidyFundCodec,
    subsidyPaymentCodec,
} from '../wire/account.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { CREDIT, DEPOSIT, PAYMENT, PAYOUT, SUBSIDY_FUND, SUBSIDY_PAYMENT } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** What the settlement agent says of money outside: each external payment stands for one thing. */
export class PaymentContract extends ExchangeContract {
    /**
     * The settlement agent confirms money it holds outside, once per external payment.
     * @throws CALLER_NOT_SEATED · PARTICIPANT_MISSING · DEPOSIT_CONFLICT · PAYMENT_CONFLICT
     */
    async deposit(ctx: TradeContext, command: string): Promise<string> {
        const deposit = depositCodec.decode(command);
        await ctx.officer('account', 'deposit');
        const { paymentId, participantId, amountNano } = deposit;
        await ctx.participant(participantId);
        const existing = await ctx.ledger.get(DEPOSIT, paymentId);
        const credit = acceptDeposit(existing, deposit);
        if (existing !== null) {
            return depositCodec.encode(existing);
        }
        await claim(ctx, { paymentId, purpose: 'deposit', participantId, payoutId: null });
        await ctx.ledger.get(CREDIT, participantId, credit.sourceId);
        ctx.ledger.put(DEPOSIT, deposit);
        ctx.ledger.put(CREDIT, credit);
        await ctx.commit({
            postings: transfer(EXTERNAL_ACCOUNT, freeAccount(participantId), amountNano, {
                kind: 'deposit',
                agreementId: null,
                slot: null,
            }),
            event: { name: 'DepositAccepted/1', payload: { paymentId, participantId, amountNano } },
        });
        return depositCodec.encode(deposit);
    }

    /**
     * The settlement agent confirms money it holds outside for the subsidies of a carrier, once per external payment.
     * @throws CALLER_NOT_SEATED · SUBSIDY_CONFLICT · PAYMENT_CONFLICT
     */
    async fundSubsidy(ctx: TradeContext, command: string): Promise<string> {
        const payment = subsidyPaymentCodec.decode(command);
        const { paymentId, carrier, amountNano } = payment;
        await ctx.officer('account', 'fund-subsidy');
        const fund = (await ctx.ledger.get(SUBSIDY_FUND, carrier)) ?? emptyFund(carrier);
        if (isRepeatedFunding(await ctx.ledger.get(SUBSIDY_PAYMENT, paymentId), payment)) {
            return subsidyFundCodec.encode(fund);
        }
        await claim(ctx, { paymentId, purpose: 'subsidy', participantId: null, payoutId: null });
        const raised = fundWith(fund, payment);
        ctx.ledger.put(SUBSIDY_PAYMENT, payment);
        ctx.ledger.put(SUBSIDY_FUND, raised);
        await ctx.commit({
            postings: transfer(EXTERNAL_ACCOUNT, subsidyAccount(carrier), amountNano, {
                kind: 'deposit',
                agreementId: null,
                slot: null,
            }),
            event: { name: 'SubsidyFunded/1', payload: { paymentId, carrier, amountNano } },
        });
        return subsidyFundCodec.encode(raised);
    }

    /**
     * The settlement agent confirms that it paid outside, once per external payment.
     * @throws CALLER_NOT_SEATED · PAYOUT_MISSING · PAYOUT_STATE · PAYOUT_CONFLICT · PAYMENT_CONFLICT
     */
    async confirmPayout(ctx: TradeContext, command: string): Promise<string> {
        const { paymentId, participantId, payoutId } = payoutPaymentCodec.decode(command);
        await ctx.officer('account', 'confirm-payout');
        const asked = await payoutOf(ctx, participantId, payoutId);
        const paid = confirmPayout(asked, paymentId);
        if (await claim(ctx, { paymentId, purpose: 'payout', participantId, payoutId })) {
            return payoutCodec.encode(paid);
        }
        const { amountNano } = paid;
        ctx.ledger.put(PAYOUT, paid);
        await ctx.commit({
            postings: transfer(payoutAccount(participantId), EXTERNAL_ACCOUNT, amountNano, PAYING_OUT),
            event: { name: 'PayoutConfirmed/1', payload: { participantId, payoutId, paymentId, amountNano } },
        });
        return payoutCodec.encode(paid);
    }

    /**
     * The settlement agent states that the bank did not take a payout: what was asked for is the participant's again, once,
     * as a credit. A payment that was confirmed and comes back later is a deposit like any other.
     * @throws CALLER_NOT_SEATED · PAYOUT_MISSING · PAYOUT_STATE · PAYOUT_CONFLICT · PAYMENT_CONFLICT
     */
    async returnPayout(ctx: TradeContext, command: string): Promise<string> {
        const refused = payoutReturnCodec.decode(command);
        const { paymentId, participantId, payoutId, reasonCode } = refused;
        await ctx.officer('account', 'return-payout');
        const asked = await payoutOf(ctx, participantId, payoutId);
        const { payout, credit } = returnPayout(asked, refused);
        if (await claim(ctx, { paymentId, purpose: 'payoutReturn', participantId, payoutId })) {
            return payoutCodec.encode(payout);
        }
        const { amountNano } = payout;
        await ctx.ledger.get(CREDIT, participantId, credit.sourceId);
        ctx.ledger.put(PAYOUT, payout);
        ctx.ledger.put(CREDIT, credit);
        await ctx.commit({
            postings: transfer(payoutAccount(participantId), freeAccount(participantId), amountNano, PAYING_OUT),
            event: {
                name: 'PayoutReturned/1',
                payload: { participantId, payoutId, paymentId, amountNano, reasonCode },
            },
        });
        return payoutCodec.encode(payout);
    }

    async deposits(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(DEPOSIT, pageQueryCodec.decode(query)), depositCodec);
    }

    async subsidies(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(SUBSIDY_FUND, pageQueryCodec.decode(query)), subsidyFundCodec);
    }

    async subsidyPayments(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(SUBSIDY_PAYMENT, pageQueryCodec.decode(query)), subsidyPaymentCodec);
    }
}

/** Whether the payment was recorded as this before; otherwise it is from now on. @throws PAYMENT_CONFLICT */
async function claim(ctx: TradeContext, payment: Payment): Promise<boolean> {
    const isRepeated = isRepeatedPayment(await ctx.ledger.get(PAYMENT, payment.paymentId), payment);
    if (!isRepeated) {
        ctx.ledger.put(PAYMENT, payment);
    }
    return isRepeated;
}

/** @throws PAYOUT_MISSING {participantId, payoutId} */
async function payoutOf(ctx: TradeContext, participantId: string, payoutId: string): Promise<Payout> {
    const payout = await ctx.ledger.get(PAYOUT, participantId, payoutId);
    if (payout === null) {
        throw marketError('PAYOUT_MISSING', { participantId, payoutId });
    }
    return payout;
}
