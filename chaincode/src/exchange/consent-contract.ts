import { stepOf } from '../domain/allowance.js';
import { demandOwnSignature } from '../domain/consent.js';
import { demandInForce } from '../domain/mandate.js';
import type { Participant } from '../domain/participant.js';
import { withdrawalCodec, withdrawalDocument, withdrawCodec } from '../wire/consent.js';
import { bodyFor } from '../wire/mandate.js';
import { keyIdOf } from '../wire/signature.js';
import { WITHDRAWAL } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import { countBytes } from './limits.js';
import { loadMandate } from './signatories.js';
import type { TradeContext } from './trade-context.js';

/** Signatures on documents that wait for others. */
export class ConsentContract extends ExchangeContract {
    /**
     * Takes a signature back before the document binds: terms, their next version, a cancellation, a change of keys. A
     * party may take back whatever was signed in its name; an agent what it signed, while its mandate stands, and as a
     * step of its own.
     * @throws CALLER_NOT_PARTICIPANT · MANDATE_MISSING · MANDATE_REVOKED · SIGNATURE_INVALID · ALLOWANCE_USED_UP
     */
    async withdraw(ctx: TradeContext, command: string): Promise<string> {
        const { withdrawal, mandateId, signature } = withdrawCodec.decode(command);
        const { participantId, documentHash, keyId } = withdrawal;
        const signer = await this.#withdrawing(ctx, participantId, mandateId);
        demandOwnSignature(withdrawal, { keyId: keyIdOf(signer.publicKey), mandateId });
        const { chaincodes } = await ctx.charter();
        const [domain, body] = withdrawalDocument(withdrawal);
        ctx.verify(domain, chaincodes.exchange, signer.publicKey, bodyFor(body, participantId, mandateId), signature);
        if ((await ctx.ledger.get(WITHDRAWAL, documentHash, participantId, keyId)) === null) {
            const firstDigit = Number.parseInt(documentHash.slice(0, 1), 16);
            ctx.ledger.put(WITHDRAWAL, withdrawal);
            await countBytes(ctx, stepOf(signer.participantId, 'withdrawal', firstDigit));
            await ctx.commit({ event: { name: 'ConsentWithdrawn/1', payload: { participantId, documentHash } } });
        }
        return withdrawalCodec.encode(withdrawal);
    }

    /** Who takes a signature back: the party itself, or the agent of a mandate in force. */
    async #withdrawing(ctx: TradeContext, participantId: string, mandateId: string | null): Promise<Participant> {
        if (mandateId === null) {
            return await ctx.callingParticipant(participantId);
        }
        const mandate = await loadMandate(ctx, participantId, mandateId);
        demandInForce(mandate);
        return await ctx.callingParticipant(mandate.statement.agentId);
    }
}
