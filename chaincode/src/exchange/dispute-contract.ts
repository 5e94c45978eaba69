import { type Carrier, isUpstream, METERED_CARRIERS } from '../domain/charter.js';
import {
    type CheckMeter,
    closeDispute,
    decideDispute,
    demandConcerned,
    type Dispute,
    type DisputeRef,
    type ReplacedReading,
    type Reviewed,
    slotsOfReplaced,
} from '../domain/dispute.js';
import { stepOf } from '../domain/allowance.js';
import { demand, marketError } from '../domain/errors.js';
import { lastRunOf } from '../domain/reconciliation.js';
import type { SlotIndex } from '../domain/units.js';
import { readingCodec } from '../wire/reading.js';
import {
    decideDisputeCodec,
    decisionHashOf,
    decisionStatementCodec,
    disputeCodec,
    disputeRefCodec,
    objectionCodec,
    raiseCodec,
    reviewCodec,
} from '../wire/dispute.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { keyIdOf } from '../wire/signature.js';
import { AGREEMENT, DISPUTE, REOPENING, REPLACED_READING, SETTLEMENT } from '../store/keys.js';
import { ExchangeContract } from './exchange-contract.js';
import { countBytes } from './limits.js';
import { pointOf } from './parties.js';
import type { TradeContext } from './trade-context.js';

/** Disputes about readings: raised by parties, decided by the metering seat, in force once the regulator confirms. */
export class DisputeContract extends ExchangeContract {
    /**
     * A party doubts the reading of a point in a slot that is over; what proves it stays outside, its hash is told.
     * @throws CALLER_NOT_PARTICIPANT · METER_MISSING · AGREEMENT_MISSING · DISPUTE_OF_OTHERS · SIGNATURE_INVALID ·
     * SLOT_NOT_OVER · DISPUTE_CONFLICT {pointId, slot, raisedBy} · ALLOWANCE_USED_UP
     */
    async raise(ctx: TradeContext, command: string): Promise<string> {
        const { objection, signature } = raiseCodec.decode(command);
        const { pointId, slot, raisedBy, agreementId } = objection;
        const party = await ctx.callingParticipant(raisedBy);
        const existing = await ctx.ledger.get(DISPUTE, pointId, slot, raisedBy);
        if (existing !== null) {
            const same = objectionCodec.isSame(existing.objection, objection);
            demand(same, 'DISPUTE_CONFLICT', { pointId, slot, raisedBy });
            return disputeCodec.encode(existing);
        }
        const agreement = agreementId === null ? null : await ctx.ledger.get(AGREEMENT, agreementId);
        demand(agreementId === null || agreement !== null, 'AGREEMENT_MISSING', { agreementId });
        demandConcerned(objection, await pointOf(ctx, pointId), agreement?.terms ?? null);
        await ctx.demandOver(slot);
        const { chaincodes } = await ctx.charter();
        const body = objectionCodec.toJson(objection);
        ctx.verify('commonwatt/dispute/1', chaincodes.exchange, party.publicKey, body, signature);
        const keyId = keyIdOf(party.publicKey);
        const dispute: Dispute = { objection, keyId, signature, state: 'raised', decision: null };
        ctx.ledger.put(DISPUTE, dispute);
        await countBytes(ctx, stepOf(raisedBy, 'dispute', slot));
        await ctx.commit({ event: { name: 'DisputeRaised/1', payload: { pointId, slot, raisedBy } } });
        return disputeCodec.encode(dispute);
    }

    /**
     * The metering seat decides what stands in the place of the reading, or that it stands.
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · DISPUTE_MISSING · DISPUTE_STATE · DECISION_INVALID
     */
    async decide(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature } = decideDisputeCodec.decode(command);
        const { pointId, slot, raisedBy, number } = statement;
        const body = decisionStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['dispute', 'decide'], 'commonwatt/decision/1', body, signature);
        const dispute = await load(ctx, statement);
        const last = dispute.decision?.statement ?? null;
        if (last !== null && decisionStatementCodec.isSame(last, statement)) {
            return disputeCodec.encode(dispute);
        }
        const decided = decideDispute(dispute, (await reviewed(ctx, dispute)).review, { statement, ...mark });
        if (statement.checkMeter !== null) {
            const { chaincodes } = await ctx.charter();
            verifyCheckMeter(ctx, chaincodes.exchange, statement.checkMeter);
        }
        ctx.ledger.put(DISPUTE, decided);
        await ctx.commit({ event: { name: 'DisputeDecided/1', payload: { pointId, slot, raisedBy, number } } });
        return disputeCodec.encode(decided);
    }

    /**
     * Puts a confirmed decision into force; anyone may. @throws DISPUTE_MISSING · DISPUTE_STATE · REVIEW_MISSING
     */
    async close(ctx: TradeContext, command: string): Promise<string> {
        const ref = disputeRefCodec.decode(command);
        const dispute = await load(ctx, ref);
        if (dispute.state !== 'raised' && dispute.state !== 'decided') {
            return disputeCodec.encode(dispute);
        }
        const { carrier } = await pointOf(ctx, ref.pointId);
        const decisionHash = dispute.decision === null ? null : decisionHashOf(dispute.decision.statement);
        const closed = closeDispute(dispute, decisionHash, await reviewed(ctx, dispute), carrier);
        const { state } = closed.dispute;
        ctx.ledger.put(DISPUTE, closed.dispute);
        if (state !== 'superseded') {
            await replace(ctx, { carrier, slot: ref.slot, pointId: ref.pointId }, closed.replaced);
        }
        await ctx.commit({ event: { name: 'DisputeClosed/1', payload: { ...ref, carrier, state } } });
        return disputeCodec.encode(closed.dispute);
    }

    async show(ctx: TradeContext, query: string): Promise<string> {
        return disputeCodec.encode(await load(ctx, disputeRefCodec.decode(query)));
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(DISPUTE, pageQueryCodec.decode(query)), disputeCodec);
    }
}

/** What an earlier decision put in the place of a reading gives way to the next, also where that lets the reading stand. */
async function replace(
    ctx: TradeContext,
    { carrier, slot, pointId }: Pick<ReplacedReading, 'carrier' | 'slot' | 'pointId'>,
    next: ReplacedReading | null,
): Promise<void> {
    const before = await ctx.ledger.get(REPLACED_READING, carrier, slot, pointId);
    if (next !== null) {
        ctx.ledger.put(REPLACED_READING, next);
    } else if (before !== null) {
        ctx.ledger.remove(REPLACED_READING, before);
    }
    const replaced = [before, next].filter((each) => each !== null);
    await reopen(ctx, carrier, new Set(replaced.flatMap(slotsOfReplaced)));
}

/** Slots that were final have one run more: of the carrier, and of those that can be made from it. */
async function reopen(ctx: TradeContext, replacedCarrier: Carrier, slots: Iterable<SlotIndex>): Promise<void> {
    for (const slot of slots) {
        for (const carrier of METERED_CARRIERS.filter((each) => !isUpstream(each, replacedCarrier))) {
            const reopening = await ctx.ledger.get(REOPENING, carrier, slot);
            const lastRun = lastRunOf(reopening);
            if ((await ctx.ledger.get(SETTLEMENT, carrier, slot, lastRun)) !== null) {
                ctx.ledger.put(REOPENING, { carrier, slot, lastRun: lastRun + 1 });
            }
        }
    }
}

async function load(ctx: TradeContext, { pointId, slot, raisedBy }: DisputeRef): Promise<Dispute> {
    const dispute = await ctx.ledger.get(DISPUTE, pointId, slot, raisedBy);
    if (dispute === null) {
        throw marketError('DISPUTE_MISSING', { pointId, slot, raisedBy });
    }
    return dispute;
}

/** What the regulator has said of the last decision, and of all decisions on the reading. */
async function reviewed(ctx: TradeContext, { objection, decision }: Dispute): Promise<Reviewed> {
    if (decision === null) {
        return { review: null, lastConfirmed: null };
    }
    const { pointId, slot, raisedBy } = objection;
    const { number } = decision.statement;
    const [review, lastConfirmed] = await ctx.lookUp([
        { type: 'dispute-review', pointId, slot, raisedBy, number },
        { type: 'confirmed-decision', pointId, slot },
    ]);
    return {
        review: review == null ? null : reviewCodec.fromJson(review),
        lastConfirmed: lastConfirmed == null ? null : reviewCodec.fromJson(lastConfirmed),
    };
}

/** The check meter's key is the officer's word, as a meter's is; what it signed is verified. */
function verifyCheckMeter(ctx: TradeContext, chaincode: string, { publicKey, before, after }: CheckMeter): void {
    for (const { reading, signature } of [before, after]) {
        ctx.verify('commonwatt/reading/1', chaincode, publicKey, readingCodec.toJson(reading), signature);
    }
}
