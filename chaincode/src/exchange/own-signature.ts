import type { Participant } from '../domain/participant.js';
import type { Json } from '../wire/canonical.js';
import type { SignatureDomain } from '../wire/signature.js';
import type { TradeContext } from './trade-context.js';

/** The participant's registered key signed this body. @throws SIGNATURE_INVALID {keyId} */
export async function verifyOwnSignature(
    ctx: TradeContext,
    { publicKey }: Pick<Participant, 'publicKey'>,
    domain: SignatureDomain,
    body: Json,
    signature: string,
): Promise<void> {
    const { chaincodes } = await ctx.charter();
    ctx.verify(domain, chaincodes.exchange, publicKey, body, signature);
}
