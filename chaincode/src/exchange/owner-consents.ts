import { demand } from '../domain/errors.js';
import type { OwnerConsent } from '../domain/meter.js';
import type { Json } from '../wire/canonical.js';
import { canonicalJson } from '../wire/canonical.js';
import { keyIdOf, sha256Hex, type SignatureDomain } from '../wire/signature.js';
import { verifyOwnSignature } from './own-signature.js';
import { demandNotWithdrawn } from './parties.js';
import type { TradeContext } from './trade-context.js';

/**
 * Everybody whom a document about metering points binds has signed it, and nobody has taken that back.
 * @throws SIGNATURE_MISSING {participantId, keyId} · SIGNATURE_INVALID {keyId} · SIGNATURE_WITHDRAWN {participantId,
 * termsHash} · PARTICIPANT_MISSING
 */
export async function demandOwners(
    ctx: TradeContext,
    [domain, body]: readonly [SignatureDomain, Json],
    ownerIds: readonly string[],
    consents: readonly OwnerConsent[],
): Promise<void> {
    const documentHash = sha256Hex(canonicalJson(body));
    for (const participantId of new Set(ownerIds)) {
        const owner = await ctx.participant(participantId);
        const keyId = keyIdOf(owner.publicKey);
        const consent = consents.find((each) => each.participantId === participantId);
        demand(consent !== undefined, 'SIGNATURE_MISSING', { participantId, keyId });
        await verifyOwnSignature(ctx, owner, domain, body, consent.signature);
        await demandNotWithdrawn(ctx, documentHash, [{ participantId, keyId }]);
    }
}
