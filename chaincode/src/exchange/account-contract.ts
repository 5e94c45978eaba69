import {
    type Cover,
    type CoverTransfer,
    emptyCover,
    fillLanes,
    isRepeatedFilling,
    isRepeatedTransfer,
    type Lane,
} from '../domain/account.js';
import { coverStepOf, stepOf } from '../domain/allowance.js';
import { CARRIERS } from '../domain/charter.js';
import { owedOn } from '../domain/debt.js';
import { drawCover, isRepeatedDraw, requestPayout } from '../domain/payout.js';
import { coverAccount, freeAccount, payoutAccount, PAYING_OUT, transfer } from '../domain/posting.js';
import { plus, sumAmounts } from '../domain/units.js';
import {
    coverCodec,
    coverCommandCodec,
    coverTransferCodec,
    coverDrawCodec,
    drawCoverCommandCodec,
    creditCodec,
    fillLanesCommandCodec,
    laneCodec,
    laneFillingCodec,
    payoutCodec,
    payoutCommandCodec,
    payoutRequestCodec,
} from '../wire/account.js';
import { encodePage, participantPageQueryCodec, participantQueryCodec } from '../wire/query.js';
import { COVER, COVER_DRAW, COVER_TRANSFER, CREDIT, LANE, LANE_FILLING, PAYOUT } from '../store/keys.js';
import { debit, debtsPaidIn, loadCredits, loadLane, removeCredits } from './accounts.js';
import { demandMoneyFree } from './departures.js';
import { ExchangeContract } from './exchange-contract.js';
import { debtsOf, noteIndebtedness } from './indebtedness.js';
import { countBytes } from './limits.js';
import { verifyInstruction } from './own-signature.js';
import type { TradeContext } from './trade-context.js';

/** Accounts: what participants do themselves with money that they brought, earned or set aside as credit cover. */
export class AccountContract extends ExchangeContract {
    /**
     * Moves money of the caller's own into its credit cover, once per transfer id. Beyond what it owes there, what it owes on
     * other carriers is paid first.
     * @throws CALLER_NOT_PARTICIPANT · COVER_CONFLICT · SIGNATURE_INVALID · CREDIT_MISSING · CREDIT_NOT_NEEDED · ACCOUNT_UNDERFUNDED ·
     * COVER_OWED · ALLOWANCE_USED_UP
     */
    async cover(ctx: TradeContext, command: string): Promise<string> {
        const { transfer: asked, sourceIds, signature } = coverCommandCodec.decode(command);
        const { transferId, participantId, carrier, lane, amountNano } = asked;
        const owner = await ctx.callingParticipant(participantId);
        const before = (await ctx.ledger.get(COVER, participantId, carrier)) ?? emptyCover(participantId, carrier);
        if (isRepeatedTransfer(await ctx.ledger.get(COVER_TRANSFER, participantId, transferId), asked)) {
            return coverCodec.encode(before);
        }
        const signed = coverTransferCodec.toJson(asked);
        await verifyInstruction(ctx, owner, 'account:cover', signed, signature);
        const debts = await debit(
            ctx,
            { participantId, lane, sourceIds, amountNano },
            await othersFirst(ctx, before, asked),
        );
        const cover: Cover = { ...before, balanceNano: plus(before.balanceNano, amountNano) };
        ctx.ledger.put(COVER_TRANSFER, asked);
        ctx.ledger.put(COVER, cover);
        await noteIndebtedness(ctx, cover, before.balanceNano);
        await countBytes(ctx, coverStepOf(participantId, 'cover', carrier));
        await ctx.commit({
            postings: [
                ...debts,
                ...transfer(freeAccount(participantId), coverAccount(participantId, carrier), amountNano, {
                    kind: 'cover',
                    agreementId: null,
                    slot: null,
                }),
            ],
            event: {
                name: 'CoverRaised/1',
                payload: { participantId, transferId, carrier, amountNano, ...debtsPaidIn(debts) },
            },
        });
        return coverCodec.encode(cover);
    }

    /**
     * Moves money of the caller's own from one of its lanes into others, once per filling id, so that as many agreements
     * can be funded side by side.
     * @throws CALLER_NOT_PARTICIPANT · LANE_FILLING_CONFLICT · SIGNATURE_INVALID · CREDIT_MISSING · CREDIT_NOT_NEEDED · ACCOUNT_UNDERFUNDED ·
     * ALLOWANCE_USED_UP
     */
    async fillLanes(ctx: TradeContext, command: string): Promise<string> {
        const { filling, sourceIds, signature } = fillLanesCommandCodec.decode(command);
        const { fillingId, participantId, fromLane, lanes } = filling;
        const owner = await ctx.callingParticipant(participantId);
        if (isRepeatedFilling(await ctx.ledger.get(LANE_FILLING, participantId, fillingId), filling)) {
            return laneFillingCodec.encode(filling);
        }
        const signed = laneFillingCodec.toJson(filling);
        await verifyInstruction(ctx, owner, 'account:fill-lanes', signed, signature);
        const credits = await loadCredits(ctx, participantId, sourceIds);
        const from = await loadLane(ctx, participantId, fromLane);
        const targets: Lane[] = [];
        for (const { lane } of lanes) {
            targets.push(await loadLane(ctx, participantId, lane));
        }
        for (const lane of fillLanes(from, credits, filling, targets)) {
            ctx.ledger.put(LANE, lane);
        }
        removeCredits(ctx, credits);
        ctx.ledger.put(LANE_FILLING, filling);
        await countBytes(ctx, stepOf(participantId, 'filling', fromLane));
        const amountNano = sumAmounts(lanes.map((each) => each.amountNano));
        await ctx.commit({ event: { name: 'LanesFilled/1', payload: { participantId, fillingId, amountNano } } });
        return laneFillingCodec.encode(filling);
    }

    /**
     * Moves money of the caller's own that no imbalance needs from its credit cover to its free account, once per id.
     * @throws CALLER_NOT_PARTICIPANT · COVER_CONFLICT · SIGNATURE_INVALID · NOT_WOUND_UP · COVER_UNDERFUNDED · ALLOWANCE_USED_UP
     */
    async drawCover(ctx: TradeContext, command: string): Promise<string> {
        const { draw, signature } = drawCoverCommandCodec.decode(command);
        const { drawId, participantId, carrier, amountNano } = draw;
        const owner = await ctx.callingParticipant(participantId);
        const before = (await ctx.ledger.get(COVER, participantId, carrier)) ?? emptyCover(participantId, carrier);
        if (isRepeatedDraw(await ctx.ledger.get(COVER_DRAW, participantId, drawId), draw)) {
            return coverCodec.encode(before);
        }
        await verifyInstruction(ctx, owner, 'account:draw-cover', coverDrawCodec.toJson(draw), signature);
        await demandMoneyFree(ctx, participantId);
        const { cover, credit } = drawCover(before, draw);
        await ctx.ledger.get(CREDIT, participantId, credit.sourceId);
        ctx.ledger.put(COVER_DRAW, draw);
        ctx.ledger.put(COVER, cover);
        ctx.ledger.put(CREDIT, credit);
        await countBytes(ctx, coverStepOf(participantId, 'cover-draw', carrier));
        await ctx.commit({
            postings: transfer(coverAccount(participantId, carrier), freeAccount(participantId), amountNano, {
                kind: 'cover',
                agreementId: null,
                slot: null,
            }),
            event: { name: 'CoverLowered/1', payload: { participantId, drawId, carrier, amountNano } },
        });
        return coverCodec.encode(cover);
    }

    /**
     * Takes money of the caller's own from a lane, on its way out of the market, once per payout id. What it owes is paid
     * first.
     * @throws CALLER_NOT_PARTICIPANT · PAYOUT_CONFLICT · SIGNATURE_INVALID · NOT_WOUND_UP · COVER_OWED · CREDIT_MISSING ·
     * CREDIT_NOT_NEEDED · ACCOUNT_UNDERFUNDED · ALLOWANCE_USED_UP
     */
    async requestPayout(ctx: TradeContext, command: string): Promise<string> {
        const { payout: asked, sourceIds, signature } = payoutCommandCodec.decode(command);
        const { payoutId, participantId, lane, amountNano } = asked;
        const owner = await ctx.callingParticipant(participantId);
        const existing = await ctx.ledger.get(PAYOUT, participantId, payoutId);
        const payout = requestPayout(existing, asked);
        if (existing !== null) {
            return payoutCodec.encode(payout);
        }
        const signed = payoutRequestCodec.toJson(asked);
        await verifyInstruction(ctx, owner, 'account:request-payout', signed, signature);
        await demandMoneyFree(ctx, participantId);
        const debts = await debit(ctx, { participantId, lane, sourceIds, amountNano });
        ctx.ledger.put(PAYOUT, payout);
        await countBytes(ctx, stepOf(participantId, 'payout', lane));
        await ctx.commit({
            postings: [
                ...debts,
                ...transfer(freeAccount(participantId), payoutAccount(participantId), amountNano, PAYING_OUT),
            ],
            event: {
                name: 'PayoutRequested/1',
                payload: { participantId, payoutId, amountNano, ...debtsPaidIn(debts) },
            },
        });
        return payoutCodec.encode(payout);
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

    async payouts(ctx: TradeContext, query: string): Promise<string> {
        const { participantId, ...page } = participantPageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(PAYOUT, page, [participantId]), payoutCodec);
    }
}

/** Debts that a transfer into a cover pays first: none as long as it pays one itself, else all others. */
async function othersFirst(ctx: TradeContext, before: Cover, { amountNano }: CoverTransfer): Promise<Cover[]> {
    if (amountNano <= owedOn([before])) {
        return [];
    }
    const debts = await debtsOf(ctx, before.participantId);
    return debts.filter(({ carrier }) => carrier !== before.carrier);
}
