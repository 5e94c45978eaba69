import { randomBytes } from 'node:crypto';
import type { Cover, CoverTransfer, Credit, Deposit, Lane, LaneFilling } from '@commonwatt/chaincode/domain/account';
import { freeBalance } from '@commonwatt/chaincode/domain/account';
import type {
    CoverDraw,
    Payout,
    PayoutPayment,
    PayoutRequest,
    PayoutReturn,
} from '@commonwatt/chaincode/domain/payout';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { owedOn } from '@commonwatt/chaincode/domain/debt';
import type { SubsidyFund, SubsidyPayment } from '@commonwatt/chaincode/domain/subsidy-fund';
import { type AmountNano, NO_MONEY, plus, sumAmounts } from '@commonwatt/chaincode/domain/units';
import {
    coverCodec,
    coverCommandCodec,
    coverDrawCodec,
    coverTransferCodec,
    drawCoverCommandCodec,
    creditCodec,
    depositCodec,
    fillLanesCommandCodec,
    FOLDS_MAX,
    laneCodec,
    laneFillingCodec,
    payoutCodec,
    payoutCommandCodec,
    payoutPaymentCodec,
    payoutRequestCodec,
    payoutReturnCodec,
    subsidyFundCodec,
    subsidyPaymentCodec,
} from '@commonwatt/chaincode/wire/account';
import type { Codec } from '@commonwatt/chaincode/wire/codec';
import { decodePage, participantPageQueryCodec, participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import { everyItem, type Ledger } from './ledger.js';
import type { Committed } from './submitter.js';

/** Money of one participant; amounts in billionths of the currency. */
export type Account = Readonly<{
    participantId: string;
    lanes: readonly Lane[];
    credits: readonly Credit[];
    covers: readonly Cover[];
    /** Lanes and credits together. */
    freeNano: AmountNano;
}>;

/** Deposits, lanes, credits and covers. */
export class AccountClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Records that the settlement agent holds money outside, once per external payment.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError DEPOSIT_CONFLICT {paymentId} · NotFoundError
     * PARTICIPANT_MISSING
     */
    async deposit(deposit: Deposit): Promise<Committed<Deposit>> {
        return await this.#ledger.submit(
            'exchange',
            'account:deposit',
            () => depositCodec.encode(deposit),
            depositCodec.decode,
            sentAgain,
        );
    }

    /**
     * Raises the caller's credit cover, folding credits into the lane while it is short. Without an id the transfer
     * gets a new one, so every call moves money.
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT · ConflictError ACCOUNT_UNDERFUNDED, COVER_OWED, COVER_CONFLICT
     * {transferId}
     */
    async cover(
        transfer: Omit<CoverTransfer, 'transferId'> & Partial<Pick<CoverTransfer, 'transferId'>>,
    ): Promise<Committed<Cover>> {
        const { participantId, lane, amountNano, transferId = newId() } = transfer;
        const asked = { ...transfer, transferId };
        const signature = await this.#ledger.instruct('account:cover', coverTransferCodec, asked);
        const sourceIds = await this.creditsToDebit(participantId, lane, amountNano, transfer.carrier);
        return await this.#ledger.submit(
            'exchange',
            'account:cover',
            () => coverCommandCodec.encode({ transfer: asked, sourceIds, signature }),
            coverCodec.decode,
            sentAgain,
        );
    }

    /**
     * Moves the caller's money from one of its lanes into others, folding credits while the lane is short, so that as many
     * of its agreements can be funded side by side. Without an id the filling gets a new one.
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT · ConflictError ACCOUNT_UNDERFUNDED, LANE_FILLING_CONFLICT {fillingId}
     */
    async fillLanes(
        filling: Omit<LaneFilling, 'fillingId'> & Partial<Pick<LaneFilling, 'fillingId'>>,
    ): Promise<Committed<LaneFilling>> {
        const { participantId, fromLane, lanes, fillingId = newId() } = filling;
        const asked = { ...filling, fillingId };
        const signature = await this.#ledger.instruct('account:fill-lanes', laneFillingCodec, asked);
        const neededNano = sumAmounts(lanes.map(({ amountNano }) => amountNano));
        const sourceIds = await this.creditsToFold(participantId, fromLane, neededNano);
        return await this.#ledger.submit(
            'exchange',
            'account:fill-lanes',
            () => fillLanesCommandCodec.encode({ filling: asked, sourceIds, signature }),
            laneFillingCodec.decode,
            sentAgain,
        );
    }

    /**
     * Moves what no imbalance needs from the caller's credit cover to its free account. Without an id the draw gets a new
     * one, so every call moves money.
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT · ConflictError COVER_UNDERFUNDED, COVER_CONFLICT {transferId}
     */
    async drawCover(draw: Omit<CoverDraw, 'drawId'> & Partial<Pick<CoverDraw, 'drawId'>>): Promise<Committed<Cover>> {
        const asked = { ...draw, drawId: draw.drawId ?? newId() };
        const signature = await this.#ledger.instruct('account:draw-cover', coverDrawCodec, asked);
        return await this.#ledger.submit(
            'exchange',
            'account:draw-cover',
            () => drawCoverCommandCodec.encode({ draw: asked, signature }),
            coverCodec.decode,
            sentAgain,
        );
    }

    /**
     * Takes money of the caller's own from a lane, on its way out of the market, folding credits while the lane is short.
     * Without an id the payout gets a new one.
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT · ConflictError COVER_OWED, ACCOUNT_UNDERFUNDED, PAYOUT_CONFLICT
     */
    async requestPayout(
        asked: Omit<PayoutRequest, 'payoutId'> & Partial<Pick<PayoutRequest, 'payoutId'>>,
    ): Promise<Committed<Payout>> {
        const payout = { ...asked, payoutId: asked.payoutId ?? newId() };
        const { participantId, lane, amountNano, payoutId } = payout;
        const signature = await this.#ledger.instruct('account:request-payout', payoutRequestCodec, payout);
        const sourceIds = await this.creditsToDebit(participantId, lane, amountNano);
        return await this.#ledger.submit(
            'exchange',
            'account:request-payout',
            () => payoutCommandCodec.encode({ payout, sourceIds, signature }),
            payoutCodec.decode,
            async () => (await this.payouts(participantId)).find((each) => each.payoutId === payoutId) ?? null,
        );
    }

    /**
     * Records that the settlement agent paid a payout outside, once per external payment.
     * @throws ForbiddenError CALLER_NOT_SEATED · NotFoundError PAYOUT_MISSING · ConflictError PAYOUT_STATE, PAYOUT_CONFLICT,
     * PAYMENT_CONFLICT {paymentId, purpose}
     */
    async confirmPayout(payment: PayoutPayment): Promise<Committed<Payout>> {
        return await this.#ledger.submit(
            'exchange',
            'account:confirm-payout',
            () => payoutPaymentCodec.encode(payment),
            payoutCodec.decode,
            () => this.#endedBy(payment),
        );
    }

    /**
     * Gives a payout that the bank did not take back to the participant, once, as a credit.
     * @throws ForbiddenError CALLER_NOT_SEATED · NotFoundError PAYOUT_MISSING · ConflictError PAYOUT_STATE, PAYOUT_CONFLICT,
     * PAYMENT_CONFLICT {paymentId, purpose}
     */
    async returnPayout(refused: PayoutReturn): Promise<Committed<Payout>> {
        return await this.#ledger.submit(
            'exchange',
            'account:return-payout',
            () => payoutReturnCodec.encode(refused),
            payoutCodec.decode,
            () => this.#endedBy(refused),
        );
    }

    /** The payout, when this payment ended it. */
    async #endedBy({ participantId, payoutId, paymentId }: PayoutPayment): Promise<Payout | null> {
        const payouts = await this.payouts(participantId);
        return payouts.find((each) => each.payoutId === payoutId && each.paymentId === paymentId) ?? null;
    }

    /**
     * Records that the settlement agent holds money outside for the subsidies of a carrier, once per external payment.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError SUBSIDY_CONFLICT {paymentId}
     */
    async fundSubsidy(payment: SubsidyPayment): Promise<Committed<SubsidyFund>> {
        return await this.#ledger.submit(
            'exchange',
            'account:fund-subsidy',
            () => subsidyPaymentCodec.encode(payment),
            subsidyFundCodec.decode,
            sentAgain,
        );
    }

    /** What the fund of each carrier still holds. */
    async subsidies(): Promise<readonly SubsidyFund[]> {
        return await everyItem((query) => this.#ledger.page('exchange', 'account:subsidies', query, subsidyFundCodec));
    }

    /** Every payment into a fund, by payment id. */
    async subsidyPayments(): Promise<readonly SubsidyPayment[]> {
        return await everyItem((query) =>
            this.#ledger.page('exchange', 'account:subsidy-payments', query, subsidyPaymentCodec),
        );
    }

    /** What a participant took out of the market, or asked for, by payout id. */
    async payouts(participantId: string): Promise<readonly Payout[]> {
        return await this.#everyRecord('account:payouts', participantId, payoutCodec);
    }

    /** Every deposit, by payment id. */
    async deposits(): Promise<readonly Deposit[]> {
        return await everyItem((query) => this.#ledger.page('exchange', 'account:deposits', query, depositCodec));
    }

    async show(participantId: string): Promise<Account> {
        const [lanes, credits, covers] = [
            await this.lanes(participantId),
            await this.credits(participantId),
            await this.covers(participantId),
        ];
        return { participantId, lanes, credits, covers, freeNano: freeBalance(lanes, credits) };
    }

    async lanes(participantId: string): Promise<readonly Lane[]> {
        return await this.#everyRecord('account:lanes', participantId, laneCodec);
    }

    async credits(participantId: string): Promise<readonly Credit[]> {
        return await this.#everyRecord('account:credits', participantId, creditCodec);
    }

    async covers(participantId: string): Promise<readonly Cover[]> {
        return await this.#ledger.evaluate(
            'exchange',
            'account:covers',
            () => participantQueryCodec.encode({ participantId }),
            (payload) => decodePage(payload, coverCodec).items,
        );
    }

    /**
     * Chooses credits that fill a lane up to an amount: none while the lane has enough, else the largest first, so that
     * few are named. When all of them are too little the ledger refuses, with the sum.
     */
    async creditsToFold(participantId: string, lane: number, neededNano: AmountNano): Promise<readonly string[]> {
        const lanes = await this.lanes(participantId);
        const heldNano = lanes.find((each) => each.lane === lane)?.balanceNano ?? NO_MONEY;
        return heldNano >= neededNano ? [] : foldedCredits(await this.credits(participantId), heldNano, neededNano);
    }

    /**
     * The same for an amount that leaves the free account: what the participant owes is paid first.
     * @param into carrier of its own cover that the amount goes into, which pays what is owed there
     */
    async creditsToDebit(
        participantId: string,
        lane: number,
        amount: AmountNano,
        into: Carrier | null = null,
    ): Promise<readonly string[]> {
        const covers = await this.covers(participantId);
        const isDebt = amount <= owedOn(covers.filter(({ carrier }) => carrier === into));
        const first = isDebt ? [] : covers.filter(({ carrier }) => carrier !== into);
        return await this.creditsToFold(participantId, lane, plus(amount, owedOn(first)));
    }

    async #everyRecord<Item>(
        verb: 'account:lanes' | 'account:credits' | 'account:payouts',
        participantId: string,
        item: Codec<Item>,
    ): Promise<readonly Item[]> {
        return await everyItem((query) =>
            this.#ledger.evaluate(
                'exchange',
                verb,
                () => participantPageQueryCodec.encode({ ...query, participantId }),
                (payload) => decodePage(payload, item),
            ),
        );
    }
}

/** Sources of the credits that raise `heldNano` to `neededNano`: the largest first, ties by source. */
export function foldedCredits(
    credits: readonly Credit[],
    heldNano: AmountNano,
    neededNano: AmountNano,
): readonly string[] {
    const ordered = [...credits].sort(byAmountThenSource).slice(0, FOLDS_MAX);
    const sources: string[] = [];
    let sumNano = heldNano;
    for (const credit of ordered) {
        if (sumNano >= neededNano) {
            break;
        }
        sources.push(credit.sourceId);
        sumNano = plus(sumNano, credit.amountNano);
    }
    return sources;
}

function byAmountThenSource(left: Credit, right: Credit): number {
    if (left.amountNano !== right.amountNano) {
        return left.amountNano > right.amountNano ? -1 : 1;
    }
    return left.sourceId < right.sourceId ? -1 : 1;
}

/** An id that nobody has chosen before. */
const newId = (): string => randomBytes(16).toString('hex');

/** No listing finds it by its id: the same command again answers the same without a second effect. */
const sentAgain = (): Promise<null> => Promise.resolve(null);
