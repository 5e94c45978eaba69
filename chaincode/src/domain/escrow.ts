import { type Agreement, carriersOf, endSlot, type Terms } from './agreement.js';
import type { Charter } from './charter.js';
import { slotsOfDays } from './clock.js';
import { assert } from './errors.js';
import { type AgreementState, nextAgreementState } from './lifecycle.js';
import { escrowAccount, freeAccount, type Posting, transfer } from './posting.js';
import type { Progress } from './progress.js';
import { type AmountNano, NO_MONEY, plus, type SlotIndex } from './units.js';
import { costWithin, worstCase } from './worst-case.js';

/** Days that the review of a concluded agreement may take after the last slot in which it could be concluded. */
export const REVIEW_DAYS = 7;

/** Money set aside by one party of one agreement. Nobody spends it: only the terms move it (paper §3.2). */
export type Holding = Readonly<{
    participantId: string;
    /** For the energy of the slots not yet settled; never negative. */
    energyNano: AmountNano;
    /** What is left for default amounts; never negative. */
    defaultNano: AmountNano;
}>;

/** An agreement after a step, and the money that the step moves. */
export type Outcome = Readonly<{ execution: Execution; postings: Posting[] }>;

/** How far an agreement is carried out. Kept apart from the terms, so that no party's org can hold it up. */
export type Execution = Readonly<{
    agreementId: string;
    version: number;
    termsHash: string;
    state: AgreementState;
    /** The standing verdict that approved it, if no verdict of its own did. */
    standingId: string | null;
    /** First slot that is no longer delivered; earlier than the terms' end after a termination. */
    endSlot: SlotIndex;
    progress: readonly Progress[];
    holdings: readonly Holding[];
}>;

/**
 * A concluded agreement: every party's prefunding is reserved in escrow, so that nobody can wait for the review and then
 * have nothing left to be bound with.
 */
export function openExecution({ agreementId, termsHash, terms }: Agreement): Outcome {
    const holdings = prefunding(terms);
    const reason = { kind: 'fund', agreementId, slot: null } as const;
    return {
        execution: {
            agreementId,
            version: terms.version,
            termsHash,
            state: 'concluded',
            standingId: null,
            endSlot: endSlot(terms),
            progress: carriersOf(terms).map((carrier) => ({ carrier, nextSlot: terms.firstSlot })),
            holdings,
        },
        postings: holdings.flatMap((holding) => {
            const { participantId } = holding;
            return transfer(
                freeAccount(participantId),
                escrowAccount(agreementId, participantId),
                heldBy(holding),
                reason,
            );
        }),
    };
}

/**
 * First slot in which a concluded agreement cannot enter into force any more, and gives back what it reserves: delivery
 * begins, or the review has had its days since it could last be concluded. The terms name both slots, so nobody's money
 * waits longer than it signed for, however long the regulator says nothing.
 */
export const reviewDeadline = (
    { firstSlot, concludeBeforeSlot }: Pick<Terms, 'firstSlot' | 'concludeBeforeSlot'>,
    charter: Pick<Charter, 'slotMinutes'>,
): SlotIndex => Math.min(firstSlot, concludeBeforeSlot + slotsOfDays(charter, REVIEW_DAYS));

/** What each party escrows before delivery: all it may have to pay under the terms. */
export function prefunding(terms: Terms): Holding[] {
    return terms.parties.map(({ participantId }) => {
        const { energyNano, defaultNano } = worstCase(terms, participantId);
        return { participantId, energyNano, defaultNano };
    });
}

/** What a party's escrow needs for the energy of the slots from `fromSlot` on. */
export const reservedFrom = (terms: Terms, participantId: string, fromSlot: SlotIndex): AmountNano =>
    costWithin(worstCase(terms, participantId), fromSlot, endSlot(terms)).energyNano;

/** Puts an agreement into force with what it has reserved. @throws AGREEMENT_STATE {verb, state} */
export const fundExecution = (execution: Execution, standingId: string | null): Execution => ({
    ...execution,
    state: nextAgreementState('fund', execution.state),
    standingId,
});

/** Closes an agreement that never enters into force; what it reserved goes back. @throws AGREEMENT_STATE {verb, state} */
export function lapseExecution(execution: Execution): Outcome {
    const { agreementId, holdings } = execution;
    const state = nextAgreementState('lapse', execution.state);
    return {
        execution: {
            ...execution,
            state,
            holdings: holdings.map((holding) => ({ ...holding, energyNano: NO_MONEY, defaultNano: NO_MONEY })),
        },
        postings: holdings.flatMap((holding) => releaseTo(agreementId, holding, heldBy(holding), null)),
    };
}

export const heldBy = (holding: Holding): AmountNano => plus(holding.energyNano, holding.defaultNano);

/**
 * Ends an agreement before its time: the escrow of the slots from `fromSlot` on goes back to whom it belongs;
 * earlier slots are still settled, and until then the default amounts stay in escrow.
 * @throws AGREEMENT_STATE {verb, state}
 */
export function windDown(
    execution: Execution,
    terms: Terms,
    fromSlot: SlotIndex,
    verb: 'release' | 'cancel' = 'release',
): Outcome {
    const state = nextAgreementState(verb, execution.state);
    if (state === 'lapsed') {
        return lapseExecution(execution);
    }
    const cut: Execution = {
        ...execution,
        state,
        endSlot: Math.max(terms.firstSlot, Math.min(execution.endSlot, fromSlot)),
    };
    const { agreementId } = execution;
    const released = execution.holdings.map((holding) => {
        const laterNano = reservedFrom(terms, holding.participantId, cut.endSlot);
        assert(laterNano <= holding.energyNano, 'escrow holds what later slots need');
        return { holding: { ...holding, energyNano: (holding.energyNano - laterNano) as AmountNano }, laterNano };
    });
    const postings = released.flatMap(({ holding, laterNano }) => releaseTo(agreementId, holding, laterNano, null));
    const closed = closeWhenSettled({ ...cut, holdings: released.map(({ holding }) => holding) }, null);
    return { execution: closed.execution, postings: [...postings, ...closed.postings] };
}

/** Gives back what is left once every slot is settled. */
export function closeWhenSettled(execution: Execution, slot: SlotIndex | null): Outcome {
    const open = execution.progress.some((progress) => progress.nextSlot < execution.endSlot);
    if (open) {
        return { execution, postings: [] };
    }
    const { agreementId } = execution;
    const postings = execution.holdings.flatMap((holding) => {
        assert(holding.energyNano === 0n, 'no energy money is left when every slot is settled');
        return releaseTo(agreementId, holding, holding.defaultNano, slot);
    });
    const holdings = execution.holdings.map((holding) => ({ ...holding, defaultNano: NO_MONEY }));
    return {
        execution: { ...execution, state: nextAgreementState('close', execution.state), holdings },
        postings,
    };
}

function releaseTo(agreementId: string, holding: Holding, moved: AmountNano, slot: SlotIndex | null): Posting[] {
    return transfer(escrowAccount(agreementId, holding.participantId), freeAccount(holding.participantId), moved, {
        kind: 'release',
        agreementId,
        slot,
    });
}
