import { acceptDeposit, type Cover, emptyCover, isRepeatedTransfer } from '../domain/account.js';
import { CARRIERS } from '../domain/charter.js';
import { coverAccount, EXTERNAL_ACCOUNT, freeAccount, transfer } from '../domain/posting.js';
import { plus } from '../domain/units.js';
import { coverCodec, coverCommandCodec, creditCodec, depositCodec, laneCodec } from '../wire/account.js';
import { encodePage, pageQueryCodec, participantPageQueryCodec, participantQueryCodec } from '../wire/query.js';
import { COVER, COVER_TRANSFER, CREDIT, DEPOSIT, LANE } from '../store/keys.js';
import { debit } from './accounts.js';
import { ExchangeContract } from './exchange-contract.js';
import { noteIndebtedness } from './indebtedness.js';
import type { TradeContext } from './trade-context.js';

/** Accounts: money that participants brought, earned or set aside as credit cover. */
export class AccountContract extends ExchangeContract {
    /**
     * The settlement agent confirms money it holds outside, once per external payment.
     * @throws CALLER_NOT_SEATED · PARTICIPANT_MISSING · DEPOSIT_CONFLICT
     */
    async deposit(ctx: TradeContext, command: string): Promise<string> {
        const deposit = depositCodec.decode(command);
        await ctx.officer('account', 'deposit');
        await ctx.participant(deposit.participantId);
        const existing = await ctx.ledger.get(DEPOSIT, deposit.paymentId);
        const credit = acceptDeposit(existing, deposit);
        if (existing !== null) {
            return depositCodec.encode(existing);
        }
        const { paymentId, participantId, amountNano } = deposit;
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
     * Moves money of the caller's own into its credit cover, once per transfer id.
     * @throws CALLER_NOT_PARTICIPANT · COVER_CONFLICT · CREDIT_MISSING · CREDIT_NOT_NEEDED · ACCOUNT_UNDERFUNDED
     */
    async cover(ctx: TradeContext, command: string): Promise<string> {
        const { transfer: asked, sourceIds } = coverCommandCodec.decode(command);
        const { transferId, participantId, carrier, lane, amountNano } = asked;
        await ctx.callingParticipant(participantId);
        const before = (await ctx.ledger.get(COVER, participantId, carrier)) ?? emptyCover(participantId, carrier);
        if (isRepeatedTransfer(await ctx.ledger.get(COVER_TRANSFER, participantId, transferId), asked)) {
            return coverCodec.encode(before);
        }
        await debit(ctx, participantId, lane, sourceIds, amountNano);
        const cover: Cover = { ...before, balanceNano: plus(before.balanceNano, amountNano) };
        ctx.ledger.put(COVER_TRANSFER, asked);
        ctx.ledger.put(COVER, cover);
        await noteIndebtedness(ctx, cover, before.balanceNano);
        await ctx.commit({
            postings: transfer(freeAccount(participantId), coverAccount(participantId, carrier), amountNano, {
                kind: 'cover',
                agreementId: null,
                slot: null,
            }),
            event: { name: 'CoverRaised/1', payload: { participantId, transferId, carrier, amountNano } },
        });
        return coverCodec.encode(cover);
    }

    async deposits(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(DEPOSIT, pageQueryCodec.decode(query)), depositCodec);
    }

    async lanes(ctx: TradeContext, query: string): Promise<string> {
        const { participantId, ...page } = participantPageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(LANE, page, [participantId]), laneCodec);
    }

    async credits(ctx: TradeContext, query: string): Promise<string> {
        const { participantId, ...page } = participantPageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(CREDIT, page, [participantId]), creditCodec);
    }

    async covers(ctx: TradeContext, query: string): Promise<string> {
        const { participantId } = participantQueryCodec.decode(query);
        const all = { bookmark: '', pageSize: CARRIERS.length };
        return encodePage(await ctx.ledger.page(COVER, all, [participantId]), coverCodec);
    }
}
