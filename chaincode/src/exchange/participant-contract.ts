import { stepOf } from '../domain/allowance.js';
import { slotsOfDays } from '../domain/clock.js';
import { departureOf } from '../domain/departure.js';
import { demand } from '../domain/errors.js';
import {
    applyAsParticipant,
    KEY_NOTICE_DAYS,
    type KeyPermit,
    type KeySuccession,
    type Participant,
} from '../domain/participant.js';
import {
    applyCodec,
    departureCodec,
    keyPermitCodec,
    leaveCodec,
    participantCodec,
    permitKeyCodec,
    refuseKeyCodec,
    rotateKeyCodec,
    rotationDocument,
} from '../wire/participant.js';
import { encodePage, pageQueryCodec, participantQueryCodec } from '../wire/query.js';
import { keyIdOf } from '../wire/signature.js';
import { DEPARTURE, KEY_PERMIT, KEY_SUCCESSION, PARTICIPANT, subjectRecord } from '../store/keys.js';
import { windUpNext } from './departures.js';
import { ExchangeContract } from './exchange-contract.js';
import { demandPermitted, verifyNewKey, verifyOldKey } from './key-succession.js';
import { countBytes } from './limits.js';
import { verifyInstruction } from './own-signature.js';
import type { TradeContext } from './trade-context.js';
import { demandNotWithdrawn } from './withdrawals.js';

/** The market's subjects, who apply for themselves. */
export class ParticipantContract extends ExchangeContract {
    /**
     * Binds the caller's certificate and a signing key to a pseudonym. The key signs the certificate's subject too, so that
     * nobody else can send what it signed.
     * @throws SIGNATURE_INVALID · CALLER_NOT_PARTICIPANT {participantId}: signed for another certificate · ORG_NOT_ADMITTED · PARTICIPANT_CONFLICT · SUBJECT_TAKEN {participantId}: the
     * certificate speaks for another participant already
     */
    async apply(ctx: TradeContext, command: string): Promise<string> {
        const { application, signature } = applyCodec.decode(command);
        const charter = await ctx.charter();
        const { participantId, kind, mspId, subjectHash } = application;
        const body = participantCodec.toJson(application);
        ctx.verify('commonwatt/participant/1', charter.chaincodes.exchange, application.publicKey, body, signature);
        demand(mspId === ctx.caller.mspId, 'CALLER_NOT_PARTICIPANT', { participantId });
        ctx.demandCaller(application);

        const existing = await ctx.ledger.get(PARTICIPANT, participantId);
        const participant = applyAsParticipant(charter, existing, application);
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

    /**
     * Replaces the caller's signing key. The old key signs too; when it is lost, an administrator of the organisation has
     * to have permitted the new one, with notice. Writing the participant ends whatever the old key signed and is under way.
     * @throws CALLER_NOT_PARTICIPANT · KEY_REPLACED {participantId, keyId}: the old key is not in force · KEY_USED
     * {participantId, keyId}: the new one was before · SIGNATURE_INVALID · SIGNATURE_WITHDRAWN · KEY_PERMIT_MISSING,
     * KEY_PERMIT_REFUSED {participantId, keyId} · SLOT_NOT_OVER {slot}: the notice is not over · ALLOWANCE_USED_UP
     */
    async rotateKey(ctx: TradeContext, command: string): Promise<string> {
        const { rotation, oldSignature, newSignature } = rotateKeyCodec.decode(command);
        const { participantId, oldKeyId, newPublicKey } = rotation;
        const participant = await ctx.callingParticipant(participantId);
        const before = await ctx.ledger.get(KEY_SUCCESSION, participantId, oldKeyId);
        if (before?.rotation.newPublicKey === newPublicKey) {
            return participantCodec.encode(participant);
        }
        const { publicKey: oldPublicKey } = participant;
        demand(keyIdOf(oldPublicKey) === oldKeyId, 'KEY_REPLACED', { participantId, keyId: oldKeyId });
        const keyId = keyIdOf(newPublicKey);
        const isNew = keyId !== oldKeyId && (await ctx.ledger.get(KEY_SUCCESSION, participantId, keyId)) === null;
        demand(isNew, 'KEY_USED', { participantId, keyId });
        const succession: KeySuccession = { rotation, oldPublicKey, oldSignature, newSignature };
        await verifyNewKey(ctx, succession);
        if (oldSignature === null) {
            await demandPermitted(ctx, participantId, keyId);
        } else {
            await verifyOldKey(ctx, succession, oldSignature);
            await demandNotWithdrawn(ctx, rotationDocument(rotation), { participantId, keyId: oldKeyId });
        }
        const rotated: Participant = { ...participant, publicKey: newPublicKey };
        ctx.ledger.put(KEY_SUCCESSION, succession);
        ctx.ledger.put(PARTICIPANT, rotated);
        await countBytes(ctx, stepOf(participantId, 'key'));
        await ctx.commit({ event: { name: 'KeyRotated/1', payload: { participantId, oldKeyId, keyId } } });
        return participantCodec.encode(rotated);
    }

    /**
     * An administrator lets a member of its organisation replace a lost key by the one named, from a slot on that is far
     * enough ahead for the key in force to refuse. It takes the member's certificate and the new key to do so.
     * @throws PARTICIPANT_MISSING · CALLER_NOT_ADMIN {mspId} · SLOT_BEGUN {slot}: the last in which the notice could begin
     */
    async permitKey(ctx: TradeContext, command: string): Promise<string> {
        const asked = permitKeyCodec.decode(command);
        const { participantId, keyId, fromSlot } = asked;
        const { mspId } = await ctx.participant(participantId);
        const charter = await ctx.charter();
        ctx.demandAdmin(charter);
        demand(ctx.caller.mspId === mspId, 'CALLER_NOT_ADMIN', { mspId: ctx.caller.mspId });
        const existing = await ctx.ledger.get(KEY_PERMIT, participantId);
        if (existing?.keyId === keyId && existing.fromSlot === fromSlot) {
            return keyPermitCodec.encode(existing);
        }
        await ctx.demandNotBegun(fromSlot - slotsOfDays(charter, KEY_NOTICE_DAYS));
        const permit: KeyPermit = { ...asked, isRefused: false };
        ctx.ledger.put(KEY_PERMIT, permit);
        await ctx.commit({ event: { name: 'KeyPermitted/1', payload: { participantId, keyId, fromSlot } } });
        return keyPermitCodec.encode(permit);
    }

    /**
     * The key in force is not lost: what was permitted counts no more. Anyone may send it, since who issues certificates can
     * also withhold them.
     * @throws PARTICIPANT_MISSING · KEY_PERMIT_MISSING {participantId, keyId} · SIGNATURE_INVALID
     */
    async refuseKey(ctx: TradeContext, command: string): Promise<string> {
        const { refusal, signature } = refuseKeyCodec.decode(command);
        const { participantId, keyId, fromSlot } = refusal;
        const participant = await ctx.participant(participantId);
        const permit = await ctx.ledger.get(KEY_PERMIT, participantId);
        const isPermitted = permit?.keyId === keyId && permit.fromSlot === fromSlot;
        demand(isPermitted, 'KEY_PERMIT_MISSING', { participantId, keyId });
        if (permit.isRefused) {
            return keyPermitCodec.encode(permit);
        }
        const signed = permitKeyCodec.toJson(refusal);
        await verifyInstruction(ctx, participant, 'participant:refuse-key', signed, signature);
        const refused: KeyPermit = { ...permit, isRefused: true };
        ctx.ledger.put(KEY_PERMIT, refused);
        await ctx.commit({ event: { name: 'KeyRefused/1', payload: { participantId, keyId } } });
        return keyPermitCodec.encode(refused);
    }

    /**
     * Leaves the market for good: nothing new is agreed; what is open is delivered, settled, cancelled by common consent.
     * @throws CALLER_NOT_PARTICIPANT · SIGNATURE_INVALID
     */
    async leave(ctx: TradeContext, command: string): Promise<string> {
        const { participantId, signature } = leaveCodec.decode(command);
        const participant = await ctx.callingParticipant(participantId);
        const existing = await ctx.ledger.get(DEPARTURE, participantId);
        const departure = existing ?? departureOf(participantId);
        if (existing === null) {
            await verifyInstruction(ctx, participant, 'participant:leave', { participantId }, signature);
            ctx.ledger.put(DEPARTURE, departure);
            await ctx.commit({ event: { name: 'DepartureAnnounced/1', payload: { participantId } } });
        }
        return departureCodec.encode(departure);
    }

    /**
     * Looks at the next agreements of a participant that leaves, and passes them when all are closed for good: by anyone.
     * After the last one the participant's money can go.
     * @throws DEPARTURE_MISSING · AGREEMENTS_OPEN
     */
    async windUp(ctx: TradeContext, command: string): Promise<string> {
        const { participantId } = participantQueryCodec.decode(command);
        const departure = await ctx.ledger.get(DEPARTURE, participantId);
        demand(departure !== null, 'DEPARTURE_MISSING', { participantId });
        if (departure.isWoundUp) {
            return departureCodec.encode(departure);
        }
        const after = await windUpNext(ctx, departure);
        const { isWoundUp } = after;
        ctx.ledger.put(DEPARTURE, after);
        await ctx.commit({ event: { name: 'DepartureAdvanced/1', payload: { participantId, isWoundUp } } });
        return departureCodec.encode(after);
    }

    async departures(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(DEPARTURE, pageQueryCodec.decode(query)), departureCodec);
    }

    /** @throws PARTICIPANT_MISSING {participantId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        return participantCodec.encode(await ctx.participant(participantQueryCodec.decode(query).participantId));
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(PARTICIPANT, pageQueryCodec.decode(query)), participantCodec);
    }
}
