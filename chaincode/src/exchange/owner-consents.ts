import { demand } from '../domain/errors.js';
import type { OwnerConsent } from '../domain/meter.js';
import { type DocumentBody, keyIdOf } from '../wire/signature.js';
import { verifyOwnSignature } from './own-signature.js';
import type { TradeContext } from './trade-context.js';
import { demandNotWithdrawn } from './withdrawals.js';

/**
 * Everybody whom a document about metering points binds has signed it, and nobody has taken that back.
 * @throws SIGNATURE_MISSING {participantId, keyId} · SIGNATURE_INVALID {keyId} · SIGNATURE_WITHDRAWN {participantId,
 * documentHash} · PARTICIPANT_MISSING
 */
export async function demandOwners(
    ctx: TradeContext,
    document: DocumentBody,
    ownerIds: readonly string[],
    consents: readonly OwnerConsent[],
): Promise<void> {
    const [domain, body] = document;
    for (const participantId of new Set(ownerIds)) {
        const owner = await ctx.participant(participantId);
        const keyId = keyIdOf(owner.publicKey);
        const consent = consents.find((each) => each.participantId === participantId);
        demand(consent !== undefined, 'SIGNATURE_MISSING', { participantId, keyId });
        await verifyOwnSignature(ctx, owner, domain, body, consent.signature);
        await demandNotWithdrawn(ctx, document, { participantId, keyId });
    }
}
