import { type Cover, type Credit, debtTransferId, emptyLane, type Lane } from '../domain/account.js';
import type { Terms } from '../domain/agreement.js';
import { debitPayingDebts, payDebt } from '../domain/debt.js';
import { demand, marketError } from '../domain/errors.js';
import { coverOf, netByAccount, ownerOfFree, type Posting } from '../domain/posting.js';
import { type AmountNano, negate, NO_MONEY } from '../domain/units.js';
import type { Fold } from '../wire/agreement.js';
import { COVER, COVER_TRANSFER, CREDIT, LANE } from '../store/keys.js';
import { debtsOf, noteIndebtedness } from './indebtedness.js';
import type { TradeContext } from './trade-context.js';

/** What leaves a participant's free money: an amount from one of its lanes, and the credits to fold into it before. */
export type Debit = Readonly<{
    participantId: string;
    lane: number;
    sourceIds: readonly string[];
    amountNano: AmountNano;
}>;

/**
 * Folds the named credits into a lane and takes an amount from it; the lane is written, the credits are gone. What the
 * participant owes is paid first, in full, like transfers into its covers.
 * @param debts covers below zero; without, all of the participant's
 * @returns the postings of the debts
 * @throws CREDIT_MISSING {participantId, sourceId} · CREDIT_NOT_NEEDED · ACCOUNT_UNDERFUNDED · COVER_OWED
 */
export async function debit(
    ctx: TradeContext,
    { participantId, lane, sourceIds, amountNano }: Debit,
    debts?: readonly Cover[],
): Promise<Posting[]> {
    const before = await loadLane(ctx, participantId, lane);
    const credits = await loadCredits(ctx, participantId, sourceIds);
    const owed = debts ?? (await debtsOf(ctx, participantId));
    ctx.ledger.put(LANE, debitPayingDebts(before, credits, amountNano, owed));
    removeCredits(ctx, credits);
    for (const cover of owed) {
        const { carrier, balanceNano } = cover;
        const paid: Cover = { ...cover, balanceNano: NO_MONEY };
        const transferId = debtTransferId(carrier, ctx.stub.getTxID());
        ctx.ledger.put(COVER_TRANSFER, { transferId, participantId, carrier, lane, amountNano: negate(balanceNano) });
        ctx.ledger.put(COVER, paid);
        await noteIndebtedness(ctx, paid, balanceNano);
    }
    return owed.flatMap(payDebt);
}

/** What the event of a step says of the debts that it paid. */
export function debtsPaidIn(postings: readonly Posting[]): Readonly<{ debtsPaid?: CoverAmount[] }> {
    const debtsPaid = postings.flatMap(({ account, amountNano }) => {
        const cover = coverOf(account);
        return cover === null ? [] : [{ ...cover, amountNano }];
    });
    return debtsPaid.length === 0 ? {} : { debtsPaid };
}
type CoverAmount = NonNullable<ReturnType<typeof coverOf>> & Pick<Posting, 'amountNano'>;

/** What a step takes from a party's lane. */
export type Taking = Pick<Debit, 'participantId' | 'amountNano'>;

/**
 * Takes amounts from the lanes that the terms name for their parties, each after folding the credits named for it.
 * @returns the postings of the debts that are paid first
 * @throws as `debit`
 */
export async function debitParties(
    ctx: TradeContext,
    { parties }: Pick<Terms, 'parties'>,
    takings: readonly Taking[],
    folds: readonly Fold[],
): Promise<Posting[]> {
    const postings: Posting[] = [];
    for (const { participantId, lane } of parties) {
        const taking = takings.find((each) => each.participantId === participantId);
        if (taking !== undefined && taking.amountNano > 0n) {
            const sourceIds = folds.find((fold) => fold.participantId === participantId)?.sourceIds ?? [];
            postings.push(...(await debit(ctx, { ...taking, lane, sourceIds })));
        }
    }
    return postings;
}

/** A lane as it stands; one that nothing ever came into is empty. */
export async function loadLane(ctx: TradeContext, participantId: string, lane: number): Promise<Lane> {
    return (await ctx.ledger.get(LANE, participantId, lane)) ?? emptyLane(participantId, lane);
}

/** Credits by name, in this order. @throws CREDIT_MISSING {participantId, sourceId} */
export async function loadCredits(
    ctx: TradeContext,
    participantId: string,
    sourceIds: readonly string[],
): Promise<Credit[]> {
    const credits: Credit[] = [];
    for (const sourceId of sourceIds) {
        const credit = await ctx.ledger.get(CREDIT, participantId, sourceId);
        if (credit === null) {
            throw marketError('CREDIT_MISSING', { participantId, sourceId });
        }
        credits.push(credit);
    }
    return credits;
}

/** Credits that a lane has folded are gone. */
export function removeCredits(ctx: TradeContext, credits: readonly Credit[]): void {
    for (const credit of credits) {
        ctx.ledger.remove(CREDIT, credit);
    }
}

/** Writes what participants get back or earn as credits derived from a record that is never deleted. */
export async function putCredits(ctx: TradeContext, sourceId: string, postings: readonly Posting[]): Promise<void> {
    for (const [account, amountNano] of netByAccount(postings)) {
        const participantId = ownerOfFree(account);
        if (participantId === null || amountNano === 0n) {
            continue;
        }
        const existing = await ctx.ledger.get(CREDIT, participantId, sourceId);
        demand(existing === null, 'INVARIANT_BROKEN', { invariant: 'a credit is paid once' });
        ctx.ledger.put(CREDIT, { participantId, sourceId, amountNano });
    }
}
