import { type Agreement, checkContent, endSlot, type Leg, type Terms } from './agreement.js';
import { assert, demand } from './errors.js';
import { type Execution, type Holding, heldBy, prefunding, reservedFrom } from './escrow.js';
import { escrowAccount, freeAccount, type Posting, transfer } from './posting.js';
import type { Rules } from './rules.js';
import { sourceOf } from './source.js';
import { type AmountNano, minus, negate, NO_MONEY, plus, type SlotIndex } from './units.js';

/** Most versions of one agreement: each stays on the ledger. */
export const VERSIONS_MAX = 256;

/** @throws AGREEMENT_STATE {verb, state} unless the agreement waits for its funds or delivers without an end in sight */
export function demandAmendable({ state }: Execution, verb: 'propose' | 'enact'): void {
    demand(state === 'concluded' || state === 'inForce', 'AGREEMENT_STATE', { verb, state });
}

/**
 * Decides whether terms may follow an agreement's terms in force. Parties, points and carriers stay; what has begun to
 * be delivered stays; energy, price and period of later slots may change, and the liability as long as nothing has begun.
 * @param fromSlot the first slot that has not begun
 * @throws VERSION_STALE {agreementId, version, inForce} · TERMS_INVALID {reason, …} · TERMS_LIMIT {reason, …}
 */
export function checkAmendment(current: Agreement, next: Terms, fromSlot: SlotIndex, rules: Rules): void {
    const { agreementId, terms: before } = current;
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'TERMS_INVALID', { reason });
    };
    demand(next.version > before.version && next.previousHash === current.termsHash, 'VERSION_STALE', {
        agreementId,
        version: next.version,
        inForce: before.version,
    });
    demand(next.version <= VERSIONS_MAX, 'TERMS_LIMIT', { reason: 'too many versions', version: next.version });
    checkContent(next, rules, before);
    invalid(
        next.proposerId === before.proposerId && next.firstSlot === before.firstSlot,
        'proposer and first slot stay',
    );
    invalid(sameParties(before, next), 'the parties and their lanes stay');
    invalid(next.legs.length === before.legs.length, 'the legs stay');
    invalid(sourceOf(before) === sourceOf(next), 'who verifies delivery stays');
    // Slots after the end that have begun were not agreed then, and may be settled already.
    invalid(fromSlot <= endSlot(before), 'delivery that has ended is not taken up again');
    invalid(endSlot(next) >= fromSlot, 'slots that have begun are delivered');
    invalid(next.concludeBeforeSlot <= endSlot(next), 'agreed before delivery ends');
    if (fromSlot > before.firstSlot) {
        invalid(sameLiability(before, next), 'liability stays once delivery has begun');
    }
    before.legs.forEach((leg, index) => {
        const changed = next.legs[index];
        assert(changed !== undefined, 'as many legs as before');
        invalid(sameEnds(leg, changed), 'carrier, parties and points of a leg stay');
        invalid(sameSlots(leg, changed, fromSlot - before.firstSlot), 'what has begun to be delivered stays');
    });
}

const sameParties = (before: Terms, next: Terms): boolean =>
    before.parties.length === next.parties.length &&
    before.parties.every(({ participantId, lane }, index) => {
        const party = next.parties[index];
        return party?.participantId === participantId && party.lane === lane;
    });

const sameLiability = (before: Terms, next: Terms): boolean =>
    before.defaultRateMicroPerKwh === next.defaultRateMicroPerKwh &&
    before.defaultCapNano === next.defaultCapNano &&
    before.toleranceBp === next.toleranceBp &&
    before.takeOrPay === next.takeOrPay &&
    before.curtailable === next.curtailable &&
    before.exemptions.join() === next.exemptions.join() &&
    sameConversions(before, next);

const sameConversions = (before: Terms, next: Terms): boolean =>
    before.conversions.length === next.conversions.length &&
    before.conversions.every(({ inputLeg, outputLeg, ratioBp }, index) => {
        const other = next.conversions[index];
        return other?.inputLeg === inputLeg && other.outputLeg === outputLeg && other.ratioBp === ratioBp;
    });

const sameEnds = (before: Leg, next: Leg): boolean =>
    before.carrier === next.carrier &&
    before.sellerId === next.sellerId &&
    before.sellerPoint === next.sellerPoint &&
    before.buyerId === next.buyerId &&
    before.buyerPoint === next.buyerPoint;

const sameSlots = (before: Leg, next: Leg, count: number): boolean =>
    before.energyWh
        .slice(0, Math.max(0, count))
        .every(
            (energy, offset) =>
                next.energyWh[offset] === energy && next.priceMicroPerKwh[offset] === before.priceMicroPerKwh[offset],
        );

/** What an amendment asks of a party: positive into escrow, negative back from it. */
export type EscrowChange = Readonly<{ participantId: string; changeNano: AmountNano }>;

/**
 * Carries out an amendment: the escrow becomes what the new terms need for the slots from `fromSlot` on. Default amounts
 * already drawn count against the new cap.
 * @throws AGREEMENT_STATE {verb, state}
 */
export function amendExecution(
    execution: Execution,
    current: Agreement,
    next: Agreement,
    approval: Readonly<{ fromSlot: SlotIndex; standingId: string | null }>,
): { execution: Execution; changes: EscrowChange[]; postings: Posting[] } {
    demandAmendable(execution, 'enact');
    const lastSlot = endSlot(next.terms) - 1;
    assert(
        execution.progress.every(({ nextSlot }) => nextSlot <= lastSlot),
        'an amended agreement has slots to settle',
    );
    const amended = execution.holdings.map((holding) => {
        const after = amendHolding(holding, current.terms, next.terms, approval.fromSlot);
        const changeNano = minus(heldBy(after), heldBy(holding));
        return { after, change: { participantId: holding.participantId, changeNano } };
    });
    const changes = amended.map(({ change }) => change);
    return {
        execution: {
            ...execution,
            version: next.terms.version,
            termsHash: next.termsHash,
            standingId: approval.standingId,
            endSlot: endSlot(next.terms),
            holdings: amended.map(({ after }) => after),
        },
        changes,
        postings: changes.flatMap((change) => postChange(execution.agreementId, change)),
    };
}

function amendHolding(holding: Holding, before: Terms, next: Terms, fromSlot: SlotIndex): Holding {
    const { participantId } = holding;
    const energyNano = plus(
        minus(holding.energyNano, reservedFrom(before, participantId, fromSlot)),
        reservedFrom(next, participantId, fromSlot),
    );
    assert(energyNano >= 0n, 'escrow holds what later slots need');
    const drawnNano = minus(defaultPart(before, participantId), holding.defaultNano);
    const defaultNano = minus(defaultPart(next, participantId), drawnNano);
    // Only slots that have begun can have drawn on it, and their energy and liability stay in the terms.
    assert(defaultNano >= 0n, 'an amendment keeps what default amounts were drawn for');
    return { participantId, energyNano, defaultNano };
}

const defaultPart = (terms: Terms, participantId: string): AmountNano =>
    prefunding(terms).find((holding) => holding.participantId === participantId)?.defaultNano ?? NO_MONEY;

function postChange(agreementId: string, { participantId, changeNano }: EscrowChange): Posting[] {
    const free = freeAccount(participantId);
    const escrow = escrowAccount(agreementId, participantId);
    return changeNano >= 0n
        ? transfer(free, escrow, changeNano, { kind: 'fund', agreementId, slot: null })
        : transfer(escrow, free, negate(changeNano), { kind: 'release', agreementId, slot: null });
}
