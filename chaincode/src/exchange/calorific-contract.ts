import {
    type Attestation,
    type Calorific,
    CALORIFIC_DAYS,
    type CalorificStatement,
    withVersion,
} from '../domain/calorific.js';
import { slotsOfDays } from '../domain/clock.js';
import { marketError } from '../domain/errors.js';
import { keyOfSource } from '../domain/source.js';
import { calorificCodec, calorificStatementCodec, publishCalorificCodec } from '../wire/calorific.js';
import { slotQueryCodec } from '../wire/query.js';
import { laboratoryHashOf } from '../wire/source.js';
import { CALORIFIC } from '../store/keys.js';
import { demandFact } from './confirmed-facts.js';
import { ExchangeContract } from './exchange-contract.js';
import { sourceNamed } from './parties.js';
import type { TradeContext } from './trade-context.js';

/** Calorific values of gas, published by the network operator's metering seat once they are measured. */
export class CalorificContract extends ExchangeContract {
    /**
     * Publishes the gross calorific value of slots that are over, or a correction of it. The first that a laboratory signs
     * in time counts at once; any other when the regulator has confirmed it.
     * @throws CALLER_NOT_SEATED · SIGNATURE_INVALID · SLOT_NOT_OVER · SOURCE_MISSING, SOURCE_REVOKED · FACT_NOT_CONFIRMED: the regulator
     * knows of no such laboratory with this key · CALORIFIC_CONFLICT {slot, version}
     */
    async publish(ctx: TradeContext, command: string): Promise<string> {
        const { statement, signature, attestation } = publishCalorificCodec.decode(command);
        const body = calorificStatementCodec.toJson(statement);
        const mark = await ctx.officersMark(['calorific', 'publish'], 'commonwatt/calorific/1', body, signature);
        const { fromSlot, slotCount } = statement;
        await ctx.demandOver(fromSlot + slotCount - 1);
        if (attestation !== null) {
            await verifyLaboratory(ctx, statement, attestation);
        }
        const lateSlot = fromSlot + slotsOfDays(await ctx.charter(), CALORIFIC_DAYS);
        const isPrompt = attestation !== null && !(await ctx.hasBegun(lateSlot));
        const published: Calorific[] = [];
        for (let slot = fromSlot; slot < fromSlot + slotCount; slot += 1) {
            const existing = await ctx.ledger.get(CALORIFIC, slot);
            const after = withVersion(existing, slot, { statement, ...mark, attestation }, isPrompt);
            published.push(...(after === null ? [] : [after]));
        }
        if (published.length > 0) {
            published.forEach((calorific) => {
                ctx.ledger.put(CALORIFIC, calorific);
            });
            const attestedBy = attestation?.sourceId ?? null;
            await ctx.commit({ event: { name: 'CalorificPublished/1', payload: { ...statement, attestedBy } } });
        }
        return calorificStatementCodec.encode(statement);
    }

    /** @throws CALORIFIC_MISSING {slot} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { slot } = slotQueryCodec.decode(query);
        const calorific = await ctx.ledger.get(CALORIFIC, slot);
        if (calorific === null) {
            throw marketError('CALORIFIC_MISSING', { slot });
        }
        return calorificCodec.encode(calorific);
    }
}

/**
 * A laboratory signed the same statement with the key that the regulator has confirmed: who registers sources could make one
 * of its own.
 */
async function verifyLaboratory(
    ctx: TradeContext,
    statement: CalorificStatement,
    { sourceId, signature }: Attestation,
): Promise<void> {
    const publicKey = keyOfSource(await sourceNamed(ctx, sourceId));
    const { chaincodes } = await ctx.charter();
    const body = calorificStatementCodec.toJson(statement);
    ctx.verify('commonwatt/calorific/1', chaincodes.exchange, publicKey, body, signature);
    const factHash = laboratoryHashOf({ sourceId, publicKey });
    await demandFact(ctx, { kind: 'laboratory', subjectId: sourceId, factHash });
}
