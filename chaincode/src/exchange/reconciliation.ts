import type { Carrier } from '../domain/charter.js';
import type { SlotClaims } from '../domain/claims.js';
import type { DeliveringAgreement, MeteredPoint } from '../domain/delivery.js';
import { assert, demand, marketError } from '../domain/errors.js';
import { netByAccount, ownerOfCover } from '../domain/posting.js';
import {
    changedClaims,
    type ClaimBook,
    dueSlotOf,
    leastRunFor,
    type ReconciliationOutcome,
    reconcileSlot,
} from '../domain/reconciliation.js';
import { rulesOf } from '../domain/rules.js';
import { type Settlement, type SlotInput, valueSlot } from '../domain/settlement.js';
import { isStorage, type StorageState } from '../domain/storage-credit.js';
import { isDueOtherwise } from '../domain/subsidy.js';
import { NO_MONEY, plus, type SlotIndex } from '../domain/units.js';
import { AGREEMENT, CLAIMS, COVER, EXECUTION, REOPENING, SETTLEMENT, SUBSIDY_FUND } from '../store/keys.js';
import { emptyCover } from '../domain/account.js';
import { noteIndebtedness } from './indebtedness.js';
import { pointsAsKnown } from './points-as-known.js';
import { calorificOf, inputCarriers, waiversOf } from './slot-facts.js';
import { statedDeliveries } from './stated-deliveries.js';
import type { TradeContext } from './trade-context.js';

type Run = Readonly<{ carrier: Carrier; slot: SlotIndex; run: number }>;

/**
 * Settles a slot once more with what the ledger holds now, and posts what is different.
 * @throws SETTLEMENT_MISSING · RECONCILIATION_FINAL · RECONCILIATION_NOT_DUE · SETTLEMENT_OUT_OF_ORDER
 */
export async function reconcile(ctx: TradeContext, { carrier, slot, run }: Run): Promise<void> {
    const prior = await ctx.ledger.get(SETTLEMENT, carrier, slot, run - 1);
    if (prior === null) {
        throw marketError('SETTLEMENT_MISSING', { carrier, slot, run: run - 1 });
    }
    const { reconciliationAfterSlots } = await ctx.rulesAt(slot);
    const reopening = await ctx.ledger.get(REOPENING, carrier, slot);
    const dueSlot = dueSlotOf({ carrier, slot, run }, reconciliationAfterSlots, reopening);
    demand(await ctx.hasTicked(dueSlot), 'RECONCILIATION_NOT_DUE', { carrier, slot, run, dueSlot });
    const valued = valueSlot(await factsOf(ctx, prior, run));
    const books = new Map<string, ClaimBook>();
    for (const agreementId of changedClaims(prior, valued)) {
        books.set(agreementId, await bookOf(ctx, agreementId));
    }
    const standing = await standingClaims(ctx, prior, books);
    // A fund from which nothing changes is not read, so that filling it collides with no run.
    const fund = isDueOtherwise(prior.points, valued.points) ? await ctx.ledger.get(SUBSIDY_FUND, carrier) : null;
    const subsidyFundNano = fund?.balanceNano ?? NO_MONEY;
    const outcome = reconcileSlot({ run, dueSlot, prior, valued, books, standing, subsidyFundNano });
    if (outcome.subsidyFundNano !== subsidyFundNano) {
        ctx.ledger.put(SUBSIDY_FUND, { carrier, balanceNano: outcome.subsidyFundNano });
    }
    await record(ctx, outcome);
}

/** The same agreements as in the runs before, with what is known of the slot now. */
async function factsOf(ctx: TradeContext, { carrier, slot, legs }: Settlement, run: number): Promise<SlotInput> {
    const agreements: DeliveringAgreement[] = [];
    for (const agreementId of new Set(legs.map((leg) => leg.agreementId))) {
        const agreement = await ctx.ledger.get(AGREEMENT, agreementId);
        assert(agreement !== null, 'what was settled was agreed');
        // Later versions keep the slots that have begun, and their liability.
        agreements.push({ agreementId, terms: agreement.terms });
    }
    const points = await pointsAsKnown(ctx, carrier, slot);
    return {
        carrier,
        slot,
        rules: rulesOf(await ctx.rulesAt(slot), carrier),
        points,
        agreements,
        ...(await waiversOf(ctx, agreements, carrier, slot)),
        statements: await statedDeliveries(ctx, agreements, carrier, slot),
        calorific: await calorificOf(ctx, carrier, slot),
        upstream: await upstreamOf(ctx, agreements, { carrier, slot, run }),
        storages: await storagesBefore(ctx, points, { carrier, slot, run }),
    };
}

/**
 * The latest runs of the carriers that something of this one is made from.
 * @throws SETTLEMENT_OUT_OF_ORDER {agreementId, carrier, slot, nextSlot}: an input is not as far yet
 */
async function upstreamOf(
    ctx: TradeContext,
    agreements: readonly DeliveringAgreement[],
    { carrier, slot, run }: Run,
): Promise<Settlement[]> {
    const settlements: Settlement[] = [];
    for (const input of inputCarriers(agreements, carrier)) {
        const latest = await latestRun(ctx, { carrier: input, slot, run });
        settlements.push(latest);
    }
    return settlements;
}

/**
 * The latest run of a slot that another one's run depends on.
 * @throws SETTLEMENT_OUT_OF_ORDER {agreementId, carrier, slot, nextSlot}: it is not as far yet
 */
async function latestRun(ctx: TradeContext, { carrier, slot, run }: Run): Promise<Settlement> {
    let next = leastRunFor(run, await ctx.ledger.get(REOPENING, carrier, slot));
    let latest: Settlement | null = null;
    for (let found = await ctx.ledger.get(SETTLEMENT, carrier, slot, next); found !== null;) {
        latest = found;
        next += 1;
        found = await ctx.ledger.get(SETTLEMENT, carrier, slot, next);
    }
    demand(latest !== null, 'SETTLEMENT_OUT_OF_ORDER', { agreementId: null, carrier, slot, nextSlot: slot });
    return latest;
}

/** Accounts of storages when the slot begins, as the runs of the slot before have left them. */
async function storagesBefore(
    ctx: TradeContext,
    points: readonly MeteredPoint[],
    { carrier, slot, run }: Run,
): Promise<ReadonlyMap<string, StorageState>> {
    const storages = new Map<string, StorageState>();
    const running = points.filter(({ point }) => isStorage(point) && point.fromSlot < slot);
    if (running.length === 0) {
        return storages;
    }
    const before = await latestRun(ctx, { carrier, slot: slot - 1, run });
    for (const { point } of running) {
        const storage = before.points.find(({ pointId }) => pointId === point.pointId)?.storage ?? null;
        assert(storage !== null, 'a storage has an account from its first slot on');
        storages.set(point.pointId, storage);
    }
    return storages;
}

async function bookOf(ctx: TradeContext, agreementId: string): Promise<ClaimBook> {
    const execution = await ctx.ledger.get(EXECUTION, agreementId);
    const agreement = await ctx.ledger.get(AGREEMENT, agreementId);
    assert(execution !== null && agreement !== null, 'what was settled was agreed');
    const claims = await ctx.ledger.scan(CLAIMS, [agreementId, ''], [agreementId, ':']); // ':' follows the digits
    return { execution, capNano: agreement.terms.defaultCapNano, claims };
}

/** Claims of the slot that stay as they are, with what is drawn of them now. */
async function standingClaims(
    ctx: TradeContext,
    { carrier, slot, legs }: Settlement,
    books: ReadonlyMap<string, ClaimBook>,
): Promise<ReadonlyMap<string, SlotClaims>> {
    const standing = new Map<string, SlotClaims>();
    const claiming = legs.filter(({ agreementId, defaults }) => defaults.length > 0 && !books.has(agreementId));
    for (const agreementId of new Set(claiming.map((leg) => leg.agreementId))) {
        const claims = await ctx.ledger.get(CLAIMS, agreementId, slot, carrier);
        assert(claims !== null, 'what is claimed is kept');
        standing.set(agreementId, claims);
    }
    return standing;
}

async function record(ctx: TradeContext, outcome: ReconciliationOutcome): Promise<void> {
    const { settlement, claims, executions } = outcome;
    const { carrier, slot, run, isFinal, postings } = settlement;
    ctx.ledger.put(SETTLEMENT, settlement);
    for (const each of claims) {
        ctx.ledger.put(CLAIMS, each);
    }
    for (const execution of executions) {
        ctx.ledger.put(EXECUTION, execution);
    }
    for (const [account, changeNano] of netByAccount(postings)) {
        const participantId = ownerOfCover(account);
        if (participantId !== null && changeNano !== 0n) {
            const before = (await ctx.ledger.get(COVER, participantId, carrier)) ?? emptyCover(participantId, carrier);
            const cover = { ...before, balanceNano: plus(before.balanceNano, changeNano) };
            ctx.ledger.put(COVER, cover);
            await noteIndebtedness(ctx, cover, before.balanceNano);
        }
    }
    await ctx.commit({
        postings,
        event: { name: 'ReconciliationRun/1', payload: { carrier, slot, run, isFinal } },
    });
}
