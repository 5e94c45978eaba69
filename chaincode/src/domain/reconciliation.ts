import type { Carrier } from './charter.js';
import {
    type Claim,
    claimsOf,
    type DrawChange,
    drawChanges,
    replayCap,
    sameClaims,
    type SlotClaims,
} from './claims.js';
import { coverPostings, exchangeWith, type OwnerResult, type PointResult, resultsByOwner } from './cover-run.js';
import { assert, demand } from './errors.js';
import type { Execution } from './escrow.js';
import type { DefaultAmount } from './escrow-book.js';
import { FINAL_STATES } from './lifecycle.js';
import { coverAccount, escrowAccount, type Posting } from './posting.js';
import { legResult, type LegResult, type Settlement, type ValuedLeg, type ValuedSlot } from './settlement.js';
import { correctSubsidies } from './subsidy.js';
import { type AmountNano, minus, NO_MONEY, type SlotIndex, valueOf } from './units.js';

/** Reconciliation runs that the rules date; the last one is final. */
export const DATED_RUNS = 3;

/** A confirmed dispute opens a slot that was final for one run more. */
export type Reopening = Readonly<{ carrier: Carrier; slot: SlotIndex; lastRun: number }>;

/** The last run that a slot may have. */
export const lastRunOf = (reopening: Reopening | null): number => reopening?.lastRun ?? DATED_RUNS;

/**
 * Which run of what a slot depends on its own run is made from at the least: the same one, or the last one of all once
 * the slot becomes final.
 */
export const leastRunFor = (run: number, reopening: Reopening | null): number =>
    run < DATED_RUNS ? run : lastRunOf(reopening);

/**
 * When a run may be made: its date counts from the end of the slot. One that a dispute opens may be made at once.
 * @throws RECONCILIATION_FINAL {carrier, slot, run}
 */
export function dueSlotOf(
    { carrier, slot, run }: Readonly<{ carrier: Carrier; slot: SlotIndex; run: number }>,
    afterSlots: readonly number[],
    reopening: Reopening | null,
): SlotIndex {
    demand(run <= lastRunOf(reopening), 'RECONCILIATION_FINAL', { carrier, slot, run });
    const after = afterSlots[Math.min(run, DATED_RUNS) - 1];
    assert(after !== undefined, 'the rules date every run');
    return slot + 1 + after;
}

/** An agreement whose default amounts the run claims otherwise than before. */
export type ClaimBook = Readonly<{
    execution: Execution;
    /** Cap of each party. */
    capNano: AmountNano;
    /** All its claims, of every slot and carrier. */
    claims: readonly SlotClaims[];
}>;

/** What a reconciliation run needs besides what it finds out about the slot. */
export type ReconciliationInput = Readonly<{
    run: number;
    dueSlot: SlotIndex;
    /** The run before, whose results stand for what all runs so far have posted. */
    prior: Settlement;
    valued: ValuedSlot;
    /** Of each agreement that claims otherwise than before. */
    books: ReadonlyMap<string, ClaimBook>;
    /** Claims of the slot as they stand, of every agreement that has any. */
    standing: ReadonlyMap<string, SlotClaims>;
    /** What the carrier's fund holds for subsidies. */
    subsidyFundNano: AmountNano;
}>;

export type ReconciliationOutcome = Readonly<{
    settlement: Settlement;
    /** Claims that changed, or of which another part is drawn. */
    claims: readonly SlotClaims[];
    /** Agreements still open, of which default money came out of escrow or went back into it. */
    executions: readonly Execution[];
    subsidyFundNano: AmountNano;
}>;

/** Agreements whose claims the run changes: all their slots are to be drawn anew. */
export function changedClaims(prior: Settlement, valued: ValuedSlot): string[] {
    const before = byAgreement(claimsOf(prior));
    const after = byAgreement(claimsOf({ ...prior, legs: valued.legs.map((leg) => legResult(leg, claimed(leg))) }));
    const ids = [...new Set([...before.keys(), ...after.keys()])].sort();
    return ids.filter((id) => !sameClaims(before.get(id)?.claims ?? [], after.get(id)?.claims ?? []));
}

/**
 * Posts what a slot comes to now, minus what has been posted for it (`docs/settlement.md` §9). The slot's escrow is
 * spent: energy, imbalance and fees move between credit covers, and so do default amounts, but for those that an open
 * agreement still has in escrow.
 */
export function reconcileSlot(input: ReconciliationInput): ReconciliationOutcome {
    const { run, dueSlot, prior, valued, books } = input;
    const { carrier, slot } = prior;
    const redrawn = [...books].map(([agreementId, book]) => redraw(agreementId, book, input));
    const drawn = new Map(
        redrawn.flatMap(({ agreementId, after }) => {
            const own = after.find((each) => each.slot === slot && each.carrier === carrier);
            return own === undefined ? [] : [[agreementId, own] as const];
        }),
    );
    const legs = valued.legs.map((leg) => {
        const { agreementId } = leg.delivery.slotLeg.agreement;
        const claims = books.has(agreementId) ? drawn.get(agreementId) : input.standing.get(agreementId);
        return legResult(leg, withoutLeg(claims?.claims ?? [], leg.delivery.slotLeg.index));
    });
    const subsidised = correctSubsidies(prior.points, valued.points, input.subsidyFundNano);
    const moved = redrawn.map(({ agreementId, execution, changes }) =>
        moveDefaults(carrier, agreementId, execution, changes),
    );
    return {
        settlement: {
            carrier,
            slot,
            run,
            dueSlot,
            isFinal: run >= DATED_RUNS,
            legs,
            points: subsidised.points,
            postings: [
                ...energyPostings(prior, valued, legs),
                ...moved.flatMap(({ postings }) => postings),
                ...pointPostings(prior, subsidised.points),
            ],
        },
        claims: redrawn.flatMap(({ written }) => written),
        executions: moved.flatMap(({ execution }) => (execution === null ? [] : [execution])),
        subsidyFundNano: subsidised.fundNano,
    };
}

const byAgreement = (claims: readonly SlotClaims[]): Map<string, SlotClaims> =>
    new Map(claims.map((each) => [each.agreementId, each]));

/** What a leg claims; how much of it is drawn is not known yet. */
function claimed({ delivery, liabilities }: ValuedLeg): DefaultAmount[] {
    const rate = delivery.slotLeg.agreement.terms.defaultRateMicroPerKwh;
    return liabilities
        .map(({ liableWh, ...parties }) => ({
            ...parties,
            claimedNano: valueOf(liableWh, rate),
            drawnNano: NO_MONEY,
        }))
        .filter(({ claimedNano }) => claimedNano !== 0n);
}

const withoutLeg = (claims: readonly Claim[], index: number): DefaultAmount[] =>
    claims
        .filter(({ leg }) => leg === index)
        .map(({ liableId, payeeId, causeLeg, claimedNano, drawnNano }) => ({
            liableId,
            payeeId,
            causeLeg,
            claimedNano,
            drawnNano,
        }));

type Redrawn = Readonly<{
    agreementId: string;
    execution: Execution;
    after: readonly SlotClaims[];
    changes: readonly DrawChange[];
    written: readonly SlotClaims[];
}>;

/** Draws an agreement's caps anew with the claims of this run in the place of those before. */
function redraw(agreementId: string, book: ClaimBook, { prior, valued }: ReconciliationInput): Redrawn {
    const { carrier, slot } = prior;
    const own = valued.legs.filter((leg) => leg.delivery.slotLeg.agreement.agreementId === agreementId);
    const claims = own.flatMap((leg) => claimed(leg).map((each) => ({ ...each, leg: leg.delivery.slotLeg.index })));
    const others = book.claims.filter((each) => each.slot !== slot || each.carrier !== carrier);
    const after = replayCap([...others, { agreementId, slot, carrier, claims }], book.capNano);
    const written = after.filter((each) => {
        const before = book.claims.find((other) => other.slot === each.slot && other.carrier === each.carrier);
        return !sameDraws(before?.claims ?? [], each.claims);
    });
    return { agreementId, execution: book.execution, after, changes: drawChanges(book.claims, after), written };
}

const sameDraws = (before: readonly Claim[], after: readonly Claim[]): boolean =>
    sameClaims(before, after) && before.every(({ drawnNano }, index) => drawnNano === after[index]?.drawnNano);

/** Default money of an open agreement comes from escrow and goes back there; else covers pay each other. */
function moveDefaults(
    carrier: Carrier,
    agreementId: string,
    execution: Execution,
    changes: readonly DrawChange[],
): { execution: Execution | null; postings: Posting[] } {
    const isOpen = !FINAL_STATES.includes(execution.state);
    const postings = changes.flatMap(({ liableId, payeeId, slot, changeNano }) => {
        const purse = isOpen ? escrowAccount(agreementId, liableId) : coverAccount(liableId, carrier);
        const reason = { kind: 'default', agreementId, slot } as const;
        return exchangeWith(coverAccount(payeeId, carrier), purse, changeNano, reason);
    });
    if (!isOpen || changes.length === 0) {
        return { execution: null, postings };
    }
    const holdings = execution.holdings.map((holding) => {
        const own = changes.filter(({ liableId }) => liableId === holding.participantId);
        const defaultNano = own.reduce((left, { changeNano }) => minus(left, changeNano), holding.defaultNano);
        assert(defaultNano >= 0n, 'no more is drawn than the cap');
        return { ...holding, defaultNano };
    });
    return { execution: { ...execution, holdings }, postings };
}

/** From the buyer's cover to the seller's what more was delivered, or back. */
function energyPostings(prior: Settlement, valued: ValuedSlot, legs: readonly LegResult[]): Posting[] {
    const { carrier, slot } = prior;
    const paid = new Map(prior.legs.map((leg) => [`${leg.agreementId}/${leg.leg}`, leg.paymentNano]));
    assert(legs.length === prior.legs.length, 'a slot keeps its legs');
    return valued.legs.flatMap(({ delivery }, position) => {
        const { agreement, index, leg } = delivery.slotLeg;
        const before = paid.get(`${agreement.agreementId}/${index}`);
        const after = legs[position]?.paymentNano;
        assert(before !== undefined && after !== undefined, 'a slot keeps its legs');
        const [seller, buyer] = [coverAccount(leg.sellerId, carrier), coverAccount(leg.buyerId, carrier)];
        const reason = { kind: 'energy', agreementId: agreement.agreementId, slot } as const;
        return exchangeWith(seller, buyer, minus(after, before), reason);
    });
}

/** What imbalance, fees, their credit and subsidies come to now, minus what they came to. */
function pointPostings(prior: Settlement, points: readonly PointResult[]): Posting[] {
    const before = new Map(resultsByOwner(prior.points).map((result) => [result.participantId, result]));
    return resultsByOwner(points).flatMap((after) => {
        const was = before.get(after.participantId);
        assert(was !== undefined, 'a slot keeps its metering points');
        return coverPostings(prior.carrier, prior.slot, difference(after, was));
    });
}

const difference = (after: OwnerResult, before: OwnerResult): OwnerResult => ({
    participantId: after.participantId,
    imbalanceNano: minus(after.imbalanceNano, before.imbalanceNano),
    feeNano: minus(after.feeNano, before.feeNano),
    creditNano: minus(after.creditNano, before.creditNano),
    subsidyNano: minus(after.subsidyNano, before.subsidyNano),
});
