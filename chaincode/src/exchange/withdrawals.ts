import { demand } from '../domain/errors.js';
import { type DocumentBody, documentHashOf } from '../wire/signature.js';
import { WITHDRAWAL } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/** Whose signature it is: a party's, by its own key or its agent's. */
type GivenBy = Readonly<{ participantId: string; keyId: string }>;

/**
 * Nobody has taken this signature back. Whatever waits for signatures of others reads it, so that no last signer holds
 * an option on those who signed before; the absent record is in the read set.
 * @throws SIGNATURE_WITHDRAWN {participantId, documentHash}
 */
export async function demandNotWithdrawn(
    ctx: TradeContext,
    body: DocumentBody,
    { participantId, keyId }: GivenBy,
): Promise<void> {
    const documentHash = documentHashOf(body);
    const withdrawn = await ctx.ledger.get(WITHDRAWAL, documentHash, participantId, keyId);
    demand(withdrawn === null, 'SIGNATURE_WITHDRAWN', { participantId, documentHash });
}
