import { checkCharter } from '../domain/charter.js';
import { demand } from '../domain/errors.js';
import { type EstablishedCharter, missingConfirmations } from '../domain/established-charter.js';
import { checkRules, type Rules } from '../domain/rules.js';
import { charterHashOf, establishCodec } from '../wire/charter.js';
import type { MarketContext } from './market-context.js';
import { CHARTER } from './keys.js';

/** A charter and the first rules, as a caller wants to establish them. */
export type Wanted = Pick<EstablishedCharter, 'charter' | 'charterHash'> & Readonly<{ rules: Rules }>;

/**
 * What an administrator wants to establish. Both chaincodes check all of it: what one of them would refuse could be
 * confirmed at the other, and never come into force.
 * @throws CHARTER_INVALID · RULES_INVALID · CALLER_NOT_ADMIN by that very charter
 */
export function wantedOf(ctx: MarketContext, command: string): Wanted {
    const { charter, rules } = establishCodec.decode(command);
    checkCharter(charter);
    checkRules(rules, charter);
    demand(rules.version === 1, 'RULES_INVALID', { reason: 'the first rules have version 1' });
    ctx.demandAdmin(charter);
    return { charter, charterHash: charterHashOf({ charter, rules }), rules };
}

/** Writes a charter that has taken its place. */
export async function commitEstablished(ctx: MarketContext, established: EstablishedCharter): Promise<void> {
    const { charterHash, charter } = established;
    const { currency, firstSlot } = charter;
    ctx.ledger.put(CHARTER, established);
    await ctx.ledger.commit({ event: { name: 'CharterEstablished/1', payload: { charterHash, currency, firstSlot } } });
}

/** Writes a charter that the caller's organisation has confirmed. */
export async function commitConfirmed(ctx: MarketContext, confirmed: EstablishedCharter): Promise<void> {
    const { charterHash } = confirmed;
    const payload = { charterHash, mspId: ctx.caller.mspId, missing: missingConfirmations(confirmed) };
    ctx.ledger.put(CHARTER, confirmed);
    await ctx.ledger.commit({ event: { name: 'CharterConfirmed/1', payload } });
}
