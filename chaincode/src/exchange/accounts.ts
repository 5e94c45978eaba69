import { type Credit, debitLane, emptyLane, type Lane } from '../domain/account.js';
import { demand, marketError } from '../domain/errors.js';
import { netByAccount, ownerOfFree, type Posting } from '../domain/posting.js';
import type { AmountNano } from '../domain/units.js';
import { CREDIT, LANE } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/**
 * Folds the named credits into a lane and takes an amount from it; the lane is written, the credits are gone.
 * @throws CREDIT_MISSING {participantId, sourceId} · CREDIT_NOT_NEEDED · ACCOUNT_UNDERFUNDED
 */
export async function debit(
    ctx: TradeContext,
    participantId: string,
    lane: number,
    sourceIds: readonly string[],
    neededNano: AmountNano,
): Promise<void> {
    const before = await loadLane(ctx, participantId, lane);
    const credits = await loadCredits(ctx, participantId, sourceIds);
    ctx.ledger.put(LANE, debitLane(before, credits, neededNano));
    removeCredits(ctx, credits);
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
