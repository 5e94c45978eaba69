import { type Agreement, carriersOf, endSlot, type Terms } from './agreement.js';
import { assert } from './errors.js';
import { type AgreementState, nextAgreementState } from './lifecycle.js';
import { escrowAccount, freeAccount, type Posting, transfer } from './posting.js';
import type { Progress } from './progress.js';
import { type AmountNano, NO_MONEY, plus, type SlotIndex } from './units.js';
import { costWithin, worstCase } from './worst-case.js';

/** Money set aside by one party of one agreement. Nobody spends it: only the terms move it (paper §3.2). */
export type Holding = Readonly<{
    participantId: string;
    /** For the energy of the slots not yet settled; never negative. */
    energyNano: AmountNano;
    /** What is left for default amounts; never negative. */
    defaultNano: AmountNano;
}>;

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

/** A concluded agreement, not yet funded. */
export function openExecution(agreement: Agreement): Execution {
    const { terms } = agreement;
    return {
        agreementId: agreement.agreementId,
        version: terms.version,
        termsHash: agreement.termsHash,
        state: 'concluded',
        standingId: null,
        endSlot: endSlot(terms),
        progress: carriersOf(terms).map((carrier) => ({ carrier, nextSlot: terms.firstSlot })),
        holdings: [],
    };
}

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

/** Moves the prefunding into escrow: the agreement is in force. */
export function fundExecution(
    execution: Execution,
    terms: Terms,
    standingId: string | null,
): { execution: Execution; postings: Posting[] } {
    const holdings = prefunding(terms);
    const { agreementId } = execution;
    const reason = { kind: 'fund', agreementId, slot: null } as const;
    return {
        execution: { ...execution, state: nextAgreementState('fund', execution.state), standingId, holdings },
        postings: holdings.flatMap((holding) =>
            transfer(
                freeAccount(holding.participantId),
                escrowAccount(agreementId, holding.participantId),
                heldBy(holding),
                reason,
            ),
        ),
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
): { execution: Execution; postings: Posting[] } {
    const state = nextAgreementState(verb, execution.state);
    if (state === 'lapsed') {
        return { execution: { ...execution, state }, postings: [] }; // it holds nothing yet and never delivers
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
export function closeWhenSettled(
    execution: Execution,
    slot: SlotIndex | null,
): { execution: Execution; postings: Posting[] } {
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
