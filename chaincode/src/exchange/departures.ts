import type { Terms } from '../domain/agreement.js';
import {
    type Departure,
    demandStays,
    demandWoundUp,
    isEnded,
    lastDelivered,
    windUp,
    WOUND_UP_MAX,
} from '../domain/departure.js';
import { assert } from '../domain/errors.js';
import { DATED_RUNS } from '../domain/reconciliation.js';
import { AGREEMENT, DEPARTURE, EXECUTION, PARTY_AGREEMENT, SETTLEMENT } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/**
 * Nobody who takes part is leaving the market. Reading the absent departures puts them into the read set: what is under
 * way when somebody leaves fails.
 * @param agentIds who signs for parties
 * @throws PARTICIPANT_LEAVING {participantId}
 */
export async function demandStaying(ctx: TradeContext, terms: Terms, agentIds: readonly string[]): Promise<void> {
    for (const participantId of new Set([...terms.parties.map((party) => party.participantId), ...agentIds])) {
        demandStays(await ctx.ledger.get(DEPARTURE, participantId), participantId);
    }
}

/** @throws NOT_WOUND_UP {participantId} */
export async function demandMoneyFree(ctx: TradeContext, participantId: string): Promise<void> {
    demandWoundUp(await ctx.ledger.get(DEPARTURE, participantId), participantId);
}

/**
 * Looks at the next agreements of a participant that leaves. The scan meets no phantom: who has left concludes nothing.
 * @throws AGREEMENTS_OPEN {participantId, agreementIds}
 */
export async function windUpNext(ctx: TradeContext, departure: Departure): Promise<Departure> {
    const { participantId, woundUpThrough } = departure;
    const after = woundUpThrough === null ? '' : `${woundUpThrough}0`; // ids are of one length
    const next = await ctx.ledger.scanFirst(
        PARTY_AGREEMENT,
        [participantId, after],
        [participantId, 'g'], // 'g' follows the digits of ids
        WOUND_UP_MAX,
    );
    const openIds: string[] = [];
    for (const { agreementId } of next) {
        if (!(await isClosed(ctx, agreementId))) {
            openIds.push(agreementId);
        }
    }
    return windUp(
        departure,
        next.map(({ agreementId }) => agreementId),
        openIds,
    );
}

/** It has ended, and the final run of what it delivered last is made. */
async function isClosed(ctx: TradeContext, agreementId: string): Promise<boolean> {
    const execution = await ctx.ledger.get(EXECUTION, agreementId);
    const agreement = await ctx.ledger.get(AGREEMENT, agreementId);
    assert(execution !== null && agreement !== null, 'what is listed was concluded');
    if (!isEnded(execution)) {
        return false;
    }
    for (const { carrier, slot } of lastDelivered(execution, agreement.terms)) {
        if ((await ctx.ledger.get(SETTLEMENT, carrier, slot, DATED_RUNS)) === null) {
            return false;
        }
    }
    return true;
}
