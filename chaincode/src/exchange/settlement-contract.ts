import { DELIVERY_SLOTS_MAX } from '../domain/agreement.js';
import type { Carrier } from '../domain/charter.js';
import { claimsOf } from '../domain/claims.js';
import type { DeliveringAgreement, FundedAgreement, MeteredPoint } from '../domain/delivery.js';
import { assert, marketError } from '../domain/errors.js';
import { estimatedEnds } from '../domain/estimation.js';
import { lastRunOf } from '../domain/reconciliation.js';
import { rulesOf } from '../domain/rules.js';
import {
    INITIAL_RUN,
    type Settlement,
    settleSlot,
    type SettlementInput,
    type SettlementOutcome,
} from '../domain/settlement.js';
import { isStorage, type Storage } from '../domain/storage-credit.js';
import { type AmountNano, NO_MONEY, type SlotIndex } from '../domain/units.js';
import { canonicalJson } from '../wire/canonical.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { reconcileCodec, reopeningCodec } from '../wire/reconciliation.js';
import {
    settleCodec,
    settlementCodec,
    settlementPageQueryCodec,
    settlementQueryCodec,
    settlementSource,
} from '../wire/settlement.js';
import {
    AGREEMENT,
    CLAIMS,
    COMMITMENT,
    COVER,
    ESTIMATES,
    EXECUTION,
    REOPENING,
    SETTLEMENT,
    STORAGE,
    SUBSIDY_FUND,
} from '../store/keys.js';
import { putCredits } from './accounts.js';
import { ExchangeContract } from './exchange-contract.js';
import { noteIndebtedness } from './indebtedness.js';
import { meteredPoints } from './metered-points.js';
import { reconcile } from './reconciliation.js';
import { calorificOf, inputCarriers, waiversOf } from './slot-facts.js';
import { demandStated, statedDeliveries } from './stated-deliveries.js';
import type { TradeContext } from './trade-context.js';

const DELIVERING = new Set(['inForce', 'windingDown']);

/** Settlement from signed meter readings, pushed by anyone, decided by nobody (paper §3.2). */
export class SettlementContract extends ExchangeContract {
    /**
     * Settles a slot of a carrier that is over. A second run of the same slot changes nothing.
     * @throws SLOT_NOT_OVER · READING_MISSING {pointIds} and STATEMENT_MISSING until the deadline for readings · SETTLEMENT_OUT_OF_ORDER
     */
    async run(ctx: TradeContext, command: string): Promise<string> {
        const { carrier, slot } = settleCodec.decode(command);
        const answer = canonicalJson({ carrier, run: INITIAL_RUN, slot });
        if ((await ctx.ledger.get(SETTLEMENT, carrier, slot, INITIAL_RUN)) !== null) {
            return answer;
        }
        await ctx.demandOver(slot);
        const input = await this.#gather(ctx, carrier, slot);
        const outcome = settleSlot(input);
        await this.#record(ctx, input, outcome);
        return answer;
    }

    /**
     * Settles a slot again, once the run is due, and posts the difference. A run is made once.
     * @throws SETTLEMENT_MISSING {carrier, slot, run}: the run before · RECONCILIATION_NOT_DUE · RECONCILIATION_FINAL ·
     * SETTLEMENT_OUT_OF_ORDER
     */
    async reconcile(ctx: TradeContext, command: string): Promise<string> {
        const { carrier, slot, run } = reconcileCodec.decode(command);
        if ((await ctx.ledger.get(SETTLEMENT, carrier, slot, run)) === null) {
            await reconcile(ctx, { carrier, slot, run });
        }
        return canonicalJson({ carrier, run, slot });
    }

    /** One run of a slot, or the latest. @throws SETTLEMENT_MISSING {carrier, slot, run} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { carrier, slot, run } = settlementQueryCodec.decode(query);
        const settlement =
            run === null
                ? await this.#latest(ctx, carrier, slot)
                : await ctx.ledger.get(SETTLEMENT, carrier, slot, run);
        if (settlement === null) {
            throw marketError('SETTLEMENT_MISSING', { carrier, slot, run });
        }
        return settlementCodec.encode(settlement);
    }

    /** Every run of a slot. */
    async list(ctx: TradeContext, query: string): Promise<string> {
        const { carrier, slot, ...page } = settlementPageQueryCodec.decode(query);
        return encodePage(await ctx.ledger.page(SETTLEMENT, page, [carrier, slot]), settlementCodec);
    }

    /** Slots that disputes have opened for one run more. */
    async reopened(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(REOPENING, pageQueryCodec.decode(query)), reopeningCodec);
    }

    /** The last run of a slot, found from the one that may be last: results are large, and none before it is read. */
    async #latest(ctx: TradeContext, carrier: Carrier, slot: SlotIndex): Promise<Settlement | null> {
        const reopening = await ctx.ledger.get(REOPENING, carrier, slot);
        for (let run = lastRunOf(reopening); run >= INITIAL_RUN; run -= 1) {
            const settlement = await ctx.ledger.get(SETTLEMENT, carrier, slot, run);
            if (settlement !== null) {
                return settlement;
            }
        }
        return null;
    }

    /** Everything that counts in the slot, found by scans that nobody can write into any more. */
    async #gather(ctx: TradeContext, carrier: Carrier, slot: SlotIndex): Promise<SettlementInput> {
        const rules = await ctx.rulesAt(slot);
        const agreements = await this.#agreements(ctx, carrier, slot);
        const statements = await statedDeliveries(ctx, agreements, carrier, slot);
        await demandStated(ctx, agreements, statements, { carrier, slot });
        const points = await meteredPoints(ctx, carrier, slot);
        const covers = new Map<string, AmountNano>();
        for (const participantId of new Set(points.map(({ point }) => point.participantId))) {
            const cover = await ctx.ledger.get(COVER, participantId, carrier);
            if (cover !== null) {
                covers.set(participantId, cover.balanceNano);
            }
        }
        return {
            carrier,
            slot,
            rules: rulesOf(rules, carrier),
            points,
            agreements,
            ...(await waiversOf(ctx, agreements, carrier, slot)),
            upstream: await this.#upstream(ctx, agreements, carrier, slot),
            statements,
            calorific: await calorificOf(ctx, carrier, slot),
            covers,
            storages: await this.#storages(ctx, points),
            subsidyFundNano: await this.#fundFor(ctx, carrier, points),
        };
    }

    /** What became of the energy that something of the carrier is made from; absent where that is not settled yet. */
    async #upstream(
        ctx: TradeContext,
        agreements: readonly DeliveringAgreement[],
        carrier: Carrier,
        slot: SlotIndex,
    ): Promise<Settlement[]> {
        const settlements: Settlement[] = [];
        for (const input of inputCarriers(agreements, carrier)) {
            const settlement = await ctx.ledger.get(SETTLEMENT, input, slot, INITIAL_RUN);
            if (settlement !== null) {
                settlements.push(settlement);
            }
        }
        return settlements;
    }

    async #storages(ctx: TradeContext, points: readonly MeteredPoint[]): Promise<Map<string, Storage>> {
        const storages = new Map<string, Storage>();
        for (const { point } of points.filter((each) => isStorage(each.point))) {
            const storage = await ctx.ledger.get(STORAGE, point.carrier, point.pointId);
            if (storage !== null) {
                storages.set(point.pointId, storage);
            }
        }
        return storages;
    }

    /** A fund from which nobody can be paid is not read, so that filling it collides with no run. */
    async #fundFor(ctx: TradeContext, carrier: Carrier, points: readonly MeteredPoint[]): Promise<AmountNano> {
        const isNeeded = points.some(({ point }) => point.isRenewable);
        return (isNeeded ? await ctx.ledger.get(SUBSIDY_FUND, carrier) : null)?.balanceNano ?? NO_MONEY;
    }

    async #agreements(ctx: TradeContext, carrier: Carrier, slot: SlotIndex): Promise<FundedAgreement[]> {
        const from = Math.max(0, slot - DELIVERY_SLOTS_MAX + 1);
        const commitments = await ctx.ledger.scan(COMMITMENT, [carrier, from], [carrier, slot + 1]);
        const delivering: FundedAgreement[] = [];
        for (const { agreementId } of commitments) {
            const execution = await ctx.ledger.get(EXECUTION, agreementId);
            assert(execution !== null, 'a commitment names an agreement');
            if (!DELIVERING.has(execution.state) || slot >= execution.endSlot) {
                continue;
            }
            const agreement = await ctx.ledger.get(AGREEMENT, agreementId);
            assert(agreement !== null && agreement.termsHash === execution.termsHash, 'execution follows its terms');
            delivering.push({ agreementId, terms: agreement.terms, execution });
        }
        return delivering;
    }

    async #record(ctx: TradeContext, input: SettlementInput, outcome: SettlementOutcome): Promise<void> {
        const { settlement, executions, covers } = outcome;
        const { carrier, slot, run } = settlement;
        ctx.ledger.put(SETTLEMENT, settlement);
        for (const claims of claimsOf(settlement)) {
            ctx.ledger.put(CLAIMS, claims);
        }
        const estimates = estimatedEnds(input.points);
        if (estimates.length > 0) {
            ctx.ledger.put(ESTIMATES, { carrier, slot, points: estimates });
        }
        for (const execution of executions) {
            ctx.ledger.put(EXECUTION, execution);
        }
        for (const [participantId, balanceNano] of covers) {
            const beforeNano = input.covers.get(participantId) ?? NO_MONEY;
            const cover = { participantId, carrier, balanceNano };
            if (balanceNano !== beforeNano) {
                ctx.ledger.put(COVER, cover);
            }
            await noteIndebtedness(ctx, cover, beforeNano);
        }
        for (const storage of outcome.storages) {
            ctx.ledger.put(STORAGE, storage);
        }
        if (outcome.subsidyFundNano !== input.subsidyFundNano) {
            ctx.ledger.put(SUBSIDY_FUND, { carrier, balanceNano: outcome.subsidyFundNano });
        }
        await putCredits(ctx, settlementSource(settlement), settlement.postings);
        const closedAgreementIds = executions
            .filter((execution) => !DELIVERING.has(execution.state))
            .map((execution) => execution.agreementId);
        await ctx.commit({
            postings: settlement.postings,
            event: { name: 'SettlementRun/1', payload: { carrier, slot, run, closedAgreementIds } },
        });
    }
}
