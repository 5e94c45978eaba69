import type { Participant } from '../domain/participant.js';
import type { Json } from '../wire/canonical.js';
import { instructionBody, type InstructionVerb } from '../wire/instruction.js';
import type { SignatureDomain } from '../wire/signature.js';
import type { TradeContext } from './trade-context.js';

/** The participant's key in force signed this body. @throws SIGNATURE_INVALID {keyId} */
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

/** The participant's key in force signed that this step be taken with this content. @throws SIGNATURE_INVALID {keyId} */
export async function verifyInstruction(
    ctx: TradeContext,
    participant: Participant,
    verb: InstructionVerb,
    content: Json,
    signature: string,
): Promise<void> {
    const body = instructionBody(verb, content);
    await verifyOwnSignature(ctx, participant, 'commonwatt/instruction/1', body, signature);
}
