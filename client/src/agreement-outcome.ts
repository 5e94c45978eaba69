import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { type Execution, heldBy } from '@commonwatt/chaincode/domain/escrow';
import { AGREEMENT_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import { escrowAccount, freeAccount, ownerOfCover, type PostingKind } from '@commonwatt/chaincode/domain/posting';
import type { LegResult, Settlement } from '@commonwatt/chaincode/domain/settlement';
import {
    absolute,
    type AmountNano,
    minus,
    negate,
    NO_MONEY,
    plus,
    type SlotIndex,
    sumAmounts,
} from '@commonwatt/chaincode/domain/units';
import { reserveOf } from '@commonwatt/chaincode/domain/worst-case';
import type { AgreementChange } from '@commonwatt/chaincode/wire/agreement';
import { InternalError } from './errors.js';

/** What became of one leg in one slot by the latest run, with the names that the result leaves to the terms. */
export type LegOutcome = Omit<LegResult, 'agreementId' | 'causes'> &
    Readonly<{
        slot: SlotIndex;
        carrier: Carrier;
        run: number;
        sellerId: string;
        buyerId: string;
        /** Whose failure the shortage was. */
        causes: readonly (LegResult['causes'][number] & Readonly<{ causedById: string }>)[];
        payerId: string;
        /** Back to the payer by the initial run, of what it had set aside for the slot. */
        releasedNano: AmountNano;
    }>;

/** A party's money under the agreement: what it set aside is what it paid, got back and has still in escrow. */
export type PartyOutcome = Readonly<{
    participantId: string;
    setAsideNano: AmountNano;
    paidForEnergyNano: AmountNano;
    paidForDefaultsNano: AmountNano;
    releasedNano: AmountNano;
    heldNano: AmountNano;
    receivedForEnergyNano: AmountNano;
    receivedForDefaultsNano: AmountNano;
    /** What later runs have moved into its credit covers, for energy and defaults. */
    correctedNano: AmountNano;
    /** Owed for failures, beyond the cap. */
    unpaidDefaultsNano: AmountNano;
}>;

/** An agreement from its first signature to now: every change of its records, every slot, every party's money. */
export type AgreementOutcome = Readonly<{
    agreementId: string;
    state: Execution['state'];
    terms: Terms;
    legs: readonly LegOutcome[];
    parties: readonly PartyOutcome[];
    changes: readonly AgreementChange[];
}>;

/** Slots of an agreement that are settled, carrier by carrier. */
export const settledSlots = (
    { firstSlot }: Terms,
    { progress }: Execution,
): { carrier: Carrier; fromSlot: SlotIndex; endSlot: SlotIndex }[] =>
    progress.map(({ carrier, nextSlot }) => ({ carrier, fromSlot: firstSlot, endSlot: nextSlot }));

/** The last state of both records. @throws InternalError HISTORY_DISAGREES when one of them has none */
export function latestOf(
    agreementId: string,
    changes: readonly AgreementChange[],
): { terms: Terms; execution: Execution } {
    const terms = changes
        .flatMap(({ agreement }) => agreement ?? [])
        .map((agreement) => agreement.terms)
        .sort((left, right) => left.version - right.version)
        .at(-1);
    const execution = executionsOf(changes).at(-1);
    if (terms === undefined || execution === undefined) {
        throw disagrees(agreementId);
    }
    return { terms, execution };
}

/**
 * Explains an agreement from its history and the results of its settled slots.
 * @throws InternalError HISTORY_DISAGREES {agreementId}: the money of a party is not what its records and postings say
 */
export function outcomeOf(
    agreementId: string,
    changes: readonly AgreementChange[],
    settlements: readonly Settlement[],
): AgreementOutcome {
    const { terms, execution } = latestOf(agreementId, changes);
    const ordered = [...settlements].sort(
        (left, right) =>
            left.slot - right.slot ||
            CARRIERS.indexOf(left.carrier) - CARRIERS.indexOf(right.carrier) ||
            left.run - right.run,
    );
    const legs = ordered.filter(isLatest).flatMap(({ slot, carrier, run, legs: results }) =>
        results
            .filter((result) => result.agreementId === agreementId)
            .map((result) => {
                const initial = ordered.find(
                    (each) => each.slot === slot && each.carrier === carrier && each.run === 0,
                );
                const before = initial?.legs.find((leg) => leg.agreementId === agreementId && leg.leg === result.leg);
                return legOutcome(agreementId, terms, { slot, carrier, run }, result, before);
            }),
    );
    const escrow = escrowMoves(changes);
    const parties = terms.parties.map(({ participantId }) => {
        const party = partyOutcome({ agreementId, participantId, settlements, legs, escrow });
        const heldNano = sumAmounts(
            execution.holdings.filter((holding) => holding.participantId === participantId).map(heldBy),
        );
        if (party.heldNano !== heldNano) {
            throw disagrees(agreementId);
        }
        return party;
    });
    return { agreementId, state: execution.state, terms, legs, parties, changes };
}

/** Of runs in their order, whether no other of the same slot and carrier follows. */
const isLatest = ({ slot, carrier }: Settlement, index: number, ordered: readonly Settlement[]): boolean => {
    const next = ordered[index + 1];
    return next?.slot !== slot || next.carrier !== carrier;
};

function legOutcome(
    agreementId: string,
    terms: Terms,
    at: Readonly<{ slot: SlotIndex; carrier: Carrier; run: number }>,
    { agreementId: _, causes, ...result }: LegResult,
    initial: LegResult | undefined,
): LegOutcome {
    const leg = terms.legs[result.leg];
    if (leg === undefined || initial === undefined) {
        throw disagrees(agreementId);
    }
    const { payerId, reserveNano } = reserveOf(leg, at.slot - terms.firstSlot);
    return {
        ...at,
        ...result,
        sellerId: leg.sellerId,
        buyerId: leg.buyerId,
        causes: causes.map((cause) => ({ ...cause, causedById: terms.legs[cause.causeLeg]?.sellerId ?? '' })),
        payerId,
        releasedNano: minus(reserveNano, absolute(initial.paymentNano)),
    };
}

type Facts = Readonly<{
    agreementId: string;
    participantId: string;
    settlements: readonly Settlement[];
    legs: readonly LegOutcome[];
    escrow: ReturnType<typeof escrowMoves>;
}>;

function partyOutcome({ agreementId, participantId, settlements, legs, escrow }: Facts): PartyOutcome {
    const postings = settlements.flatMap((settlement) =>
        settlement.postings.filter((posting) => posting.agreementId === agreementId),
    );
    const posted = (account: string, kind: PostingKind): AmountNano =>
        sumAmounts(
            postings
                .filter((posting) => posting.account === account && posting.kind === kind)
                .map((posting) => posting.amountNano),
        );
    const [own, free] = [escrowAccount(agreementId, participantId), freeAccount(participantId)];
    const setAsideNano = escrow.setAside.get(participantId) ?? NO_MONEY;
    const paidForEnergyNano = negate(posted(own, 'energy'));
    const paidForDefaultsNano = negate(posted(own, 'default'));
    const releasedNano = plus(escrow.released.get(participantId) ?? NO_MONEY, negate(posted(own, 'release')));
    const owed = legs
        .flatMap(({ defaults }) => defaults)
        .filter(({ liableId }) => liableId === participantId)
        .map(({ claimedNano, drawnNano }) => minus(claimedNano, drawnNano));
    return {
        participantId,
        setAsideNano,
        paidForEnergyNano,
        paidForDefaultsNano,
        releasedNano,
        heldNano: minus(setAsideNano, sumAmounts([paidForEnergyNano, paidForDefaultsNano, releasedNano])),
        receivedForEnergyNano: posted(free, 'energy'),
        receivedForDefaultsNano: posted(free, 'default'),
        correctedNano: sumAmounts(
            postings
                .filter(({ account }) => ownerOfCover(account) === participantId)
                .map((posting) => posting.amountNano),
        ),
        unpaidDefaultsNano: sumAmounts(owed),
    };
}

/** What went into escrow and back apart from settlement: conclusion, amendments, a lapse, an early end. */
function escrowMoves(changes: readonly AgreementChange[]): {
    setAside: ReadonlyMap<string, AmountNano>;
    released: ReadonlyMap<string, AmountNano>;
} {
    const setAside = new Map<string, AmountNano>();
    const released = new Map<string, AmountNano>();
    const executions = executionsOf(changes);
    executions.forEach((after, index) => {
        const before = executions[index - 1];
        if (before !== undefined && isByRun(before, after)) {
            return; // the postings of the run tell
        }
        for (const holding of after.holdings) {
            const { participantId } = holding;
            const held = before?.holdings.find((each) => each.participantId === participantId);
            const change = minus(heldBy(holding), held === undefined ? NO_MONEY : heldBy(held));
            const moves = change > 0n ? setAside : released;
            moves.set(participantId, plus(moves.get(participantId) ?? NO_MONEY, absolute(change)));
        }
    });
    return { setAside, released };
}

/** States of the execution in the order of the ledger: the clients' clocks, which date the changes, may differ. */
const executionsOf = (changes: readonly AgreementChange[]): Execution[] =>
    changes
        .flatMap(({ execution }) => execution ?? [])
        .sort(
            (left, right) =>
                AGREEMENT_STATES.indexOf(left.state) - AGREEMENT_STATES.indexOf(right.state) ||
                left.version - right.version ||
                settledSum(left) - settledSum(right),
        );

/** Whether a run changed it, the slot's own or one that corrects default amounts. */
const isByRun = (before: Execution, after: Execution): boolean =>
    settledSum(after) !== settledSum(before) ||
    (after.state === before.state && after.version === before.version && after.endSlot === before.endSlot);

const settledSum = ({ progress }: Execution): number => progress.reduce((sum, { nextSlot }) => sum + nextSlot, 0);

const disagrees = (agreementId: string): InternalError =>
    new InternalError({ code: 'HISTORY_DISAGREES', operands: { agreementId } });
