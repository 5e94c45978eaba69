import { demand } from '../domain/errors.js';
import { applyAsParticipant, type Participant } from '../domain/participant.js';
import { applicationCodec, applyCodec, participantCodec } from '../wire/participant.js';
import { encodePage, pageQueryCodec, participantQueryCodec } from '../wire/query.js';
import { PARTICIPANT, subjectRecord } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import type { TradeContext } from './trade-context.js';

/** The market's subjects, who apply for themselves. */
export class ParticipantContract extends ExchangeContract {
    /**
     * Binds the caller's certificate and a signing key to a pseudonym.
     * @throws SIGNATURE_INVALID · ORG_NOT_ADMITTED · PARTICIPANT_CONFLICT · SUBJECT_TAKEN {participantId}: the
     * certificate speaks for another participant already
     */
    async apply(ctx: TradeContext, command: string): Promise<string> {
        const { application, signature } = applyCodec.decode(command);
        const charter = await ctx.charter();
        const { mspId, subjectHash } = ctx.caller;
        const body = applicationCodec.toJson(application);
        ctx.verify('commonwatt/participant/1', charter.chaincodes.exchange, application.publicKey, body, signature);

        const existing = await ctx.ledger.get(PARTICIPANT, application.participantId);
        const applicant: Participant = { ...application, mspId, subjectHash };
        const participant = applyAsParticipant(charter, existing, applicant);
        const { participantId, kind } = participant;
        const binding = await ctx.ledger.get(subjectRecord(subjectHash), subjectHash);
        const free = binding === null || binding.participantId === participantId;
        demand(free, 'SUBJECT_TAKEN', { participantId: binding?.participantId ?? participantId });
        if (existing === null) {
            ctx.ledger.put(PARTICIPANT, participant);
            ctx.ledger.put(subjectRecord(subjectHash), { participantId });
            await ctx.commit({ event: { name: 'ParticipantApplied/1', payload: { participantId, kind } } });
        }
        return participantCodec.encode(participant);
    }

    /** @throws PARTICIPANT_MISSING {participantId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        return participantCodec.encode(await ctx.participant(participantQueryCodec.decode(query).participantId));
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(PARTICIPANT, pageQueryCodec.decode(query)), participantCodec);
    }
}
