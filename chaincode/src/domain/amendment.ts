import { type Agreement, checkContent, endSlot, type Leg, type Terms } from './agreement.js';
import { assert, demand } from './errors.js';
import { closeWhenSettled, type Execution, type Holding, heldBy, prefunding, reservedFrom } from './escrow.js';
import { escrowAccount, freeAccount, type Posting, transfer } from './posting.js';
import type { Rules } from './rules.js';
import { type AmountNano, larger, minus, negate, NO_MONEY, plus, type SlotIndex } from './units.js';

/**
 * Decides whether terms may follow an agreement's terms in force. Parties, points and carriers stay; what has begun to
 * be delivered stays; energy, price and period of later slots may change, and the liability as long as nothing has begun.
 * @param fromSlot the first slot that has not begun
 * @throws TERMS_INVALID {reason, …} · TERMS_LIMIT {reason, …}
 */
export function checkAmendment(current: Agreement, next: Terms, fromSlot: SlotIndex, rules: Rules): void {
    const before = current.terms;
    const invalid = (holds: boolean, reason: string): void => {
        demand(holds, 'TERMS_INVALID', { reason });
    };
    checkContent(next, rules);
    invalid(next.version > before.version, 'a later version');
    invalid(next.previousHash === current.termsHash, 'it names the version it replaces');
    invalid(
        next.proposerId === before.proposerId && next.firstSlot === before.firstSlot,
        'proposer and first slot stay',
    );
    invalid(sameParties(before, next), 'the parties and their lanes stay');
    invalid(next.legs.length === before.legs.length, 'the legs stay');
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
    before.exemptions.join() === next.exemptions.join();

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
 */
export function amendExecution(
    execution: Execution,
    current: Agreement,
    next: Agreement,
    approval: Readonly<{ fromSlot: SlotIndex; standingId: string | null }>,
): { execution: Execution; changes: EscrowChange[]; postings: Posting[] } {
    const { agreementId } = execution;
    demand(execution.state === 'concluded' || execution.state === 'inForce', 'AGREEMENT_STATE', {
        verb: 'enact',
        state: execution.state,
    });
    const holdings = execution.holdings.map((holding) =>
        amendHolding(holding, current.terms, next.terms, approval.fromSlot),
    );
    const changes = holdings.map((holding, index) => ({
        participantId: holding.participantId,
        changeNano: minus(heldBy(holding), heldBy(execution.holdings[index] ?? holding)),
    }));
    const amended: Execution = {
        ...execution,
        version: next.terms.version,
        termsHash: next.termsHash,
        standingId: approval.standingId,
        endSlot: endSlot(next.terms),
        holdings,
    };
    const closed =
        execution.state === 'inForce' ? closeWhenSettled(amended, null) : { execution: amended, postings: [] };
    return {
        execution: closed.execution,
        changes,
        postings: [...changes.flatMap((change) => postChange(agreementId, change)), ...closed.postings],
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
    return {
        participantId,
        energyNano,
        defaultNano: larger(NO_MONEY, minus(defaultPart(next, participantId), drawnNano)),
    };
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
