import { assert, demand } from '../domain/errors.js';
import type { KeySuccession, Participant } from '../domain/participant.js';
import { rotationDocument } from '../wire/participant.js';
import { keyIdOf } from '../wire/signature.js';
import { KEY_PERMIT, KEY_SUCCESSION } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/** Most keys that are followed from one that signed to the one in force. */
const SUCCESSIONS_MAX = 64;

/** @throws SIGNATURE_INVALID {keyId} */
export async function verifyNewKey(ctx: TradeContext, { rotation, newSignature }: KeySuccession): Promise<void> {
    await verify(ctx, rotation, rotation.newPublicKey, newSignature);
}

/** @throws SIGNATURE_INVALID {keyId} */
export async function verifyOldKey(
    ctx: TradeContext,
    { rotation, oldPublicKey }: KeySuccession,
    oldSignature: string,
): Promise<void> {
    await verify(ctx, rotation, oldPublicKey, oldSignature);
}

/**
 * An administrator permitted the key, nobody refused it, and its notice is over.
 * @throws KEY_PERMIT_MISSING, KEY_PERMIT_REFUSED {participantId, keyId} · SLOT_NOT_OVER {slot}
 */
export async function demandPermitted(ctx: TradeContext, participantId: string, keyId: string): Promise<void> {
    const permit = await ctx.ledger.get(KEY_PERMIT, participantId);
    demand(permit?.keyId === keyId, 'KEY_PERMIT_MISSING', { participantId, keyId });
    demand(!permit.isRefused, 'KEY_PERMIT_REFUSED', { participantId, keyId });
    demand(await ctx.hasBegun(permit.fromSlot), 'SLOT_NOT_OVER', { slot: permit.fromSlot - 1 });
}

/**
 * The key with this id, from which the participant's present key descends by signatures: each one signed the next. The
 * records stand under the chaincode's policy only, so every signature on the way is verified; where a lost key was
 * replaced without one, the way ends.
 * @throws KEY_REPLACED {participantId, keyId} · SIGNATURE_INVALID {keyId}
 */
export async function ancestorKey(
    ctx: TradeContext,
    { participantId, publicKey }: Participant,
    keyId: string,
): Promise<string> {
    const keyIdInForce = keyIdOf(publicKey);
    let ancestor: string | null = null;
    let followed = 0;
    for (let reached = keyId; reached !== keyIdInForce; followed += 1) {
        const succession =
            followed < SUCCESSIONS_MAX ? await ctx.ledger.get(KEY_SUCCESSION, participantId, reached) : null;
        const oldSignature = succession?.oldSignature ?? null;
        demand(succession !== null && oldSignature !== null, 'KEY_REPLACED', { participantId, keyId });
        assert(keyIdOf(succession.oldPublicKey) === reached, 'a key is known by its hash');
        await verifyOldKey(ctx, succession, oldSignature);
        ancestor ??= succession.oldPublicKey;
        reached = keyIdOf(succession.rotation.newPublicKey);
    }
    return ancestor ?? publicKey;
}

async function verify(
    ctx: TradeContext,
    rotation: KeySuccession['rotation'],
    publicKey: string,
    signature: string,
): Promise<void> {
    const { chaincodes } = await ctx.charter();
    const [domain, body] = rotationDocument(rotation);
    ctx.verify(domain, chaincodes.exchange, publicKey, body, signature);
}
