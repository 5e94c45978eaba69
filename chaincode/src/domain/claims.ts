import { CARRIERS, type Carrier } from './charter.js';
import { assert } from './errors.js';
import type { DefaultAmount } from './escrow-book.js';
import type { LegResult } from './settlement.js';
import { type AmountNano, larger, minus, NO_MONEY, plus, type SlotIndex, smaller } from './units.js';

/** A default amount with the leg that failed by it. */
export type Claim = DefaultAmount & Readonly<{ leg: number }>;

/**
 * Default amounts of an agreement in one slot of one carrier: what the last run claimed, and what is drawn of it by all
 * runs together. Kept apart from the results of runs, because a correction of one slot moves what is left of a cap in the
 * slots after it.
 */
export type SlotClaims = Readonly<{
    agreementId: string;
    slot: SlotIndex;
    carrier: Carrier;
    claims: readonly Claim[];
}>;

type Run = Readonly<{ slot: SlotIndex; carrier: Carrier; legs: readonly LegResult[] }>;

/** The claims of a run, agreement by agreement; of those that claim something. */
export function claimsOf({ slot, carrier, legs }: Run): SlotClaims[] {
    const byAgreement = new Map<string, Claim[]>();
    for (const { agreementId, leg, defaults } of legs) {
        const claims = byAgreement.get(agreementId) ?? [];
        claims.push(...defaults.map((each) => ({ ...each, leg })));
        byAgreement.set(agreementId, claims);
    }
    return [...byAgreement]
        .filter(([, claims]) => claims.length > 0)
        .map(([agreementId, claims]) => ({ agreementId, slot, carrier, claims }));
}

/** Whether both claim the same, however much of it was drawn. */
export const sameClaims = (left: readonly Claim[], right: readonly Claim[]): boolean =>
    left.length === right.length &&
    left.every((claim, index) => {
        const other = right[index];
        return (
            claim.leg === other?.leg &&
            claim.causeLeg === other.causeLeg &&
            claim.liableId === other.liableId &&
            claim.payeeId === other.payeeId &&
            claim.claimedNano === other.claimedNano
        );
    });

/**
 * Draws every claim of an agreement anew from one cap per party, in the order of slots, carriers and legs: as if each
 * slot had been settled at once with what is known now.
 */
export function replayCap(all: readonly SlotClaims[], capNano: AmountNano): SlotClaims[] {
    const drawn = new Map<string, AmountNano>();
    return [...all].sort(inTurn).map((slotClaims) => ({
        ...slotClaims,
        claims: slotClaims.claims.map((claim) => {
            const before = drawn.get(claim.liableId) ?? NO_MONEY;
            const drawnNano = smaller(claim.claimedNano, larger(NO_MONEY, minus(capNano, before)));
            drawn.set(claim.liableId, plus(before, drawnNano));
            return { ...claim, drawnNano };
        }),
    }));
}

const inTurn = (left: SlotClaims, right: SlotClaims): number =>
    left.slot - right.slot || CARRIERS.indexOf(left.carrier) - CARRIERS.indexOf(right.carrier);

/** What one party owes another more than before for a slot, or less. */
export type DrawChange = Readonly<{ liableId: string; payeeId: string; slot: SlotIndex; changeNano: AmountNano }>;

/** What is drawn otherwise, in the order of slots; nothing where it is the same. */
export function drawChanges(before: readonly SlotClaims[], after: readonly SlotClaims[]): DrawChange[] {
    const changes = new Map<string, DrawChange>();
    const add = ({ slot, claims }: SlotClaims, amountOf: (claim: Claim) => AmountNano): void => {
        for (const claim of claims) {
            const { liableId, payeeId } = claim;
            const key = `${slot}/${liableId}/${payeeId}`;
            const changeNano = plus(changes.get(key)?.changeNano ?? NO_MONEY, amountOf(claim));
            changes.set(key, { liableId, payeeId, slot, changeNano });
        }
    };
    for (const each of after) {
        add(each, (claim) => claim.drawnNano);
    }
    for (const each of before) {
        add(each, (claim) => minus(NO_MONEY, claim.drawnNano));
    }
    return [...changes.values()].filter(({ changeNano }) => changeNano !== 0n).sort(bySlotAndParties);
}

function bySlotAndParties(left: DrawChange, right: DrawChange): number {
    const keyOf = ({ liableId, payeeId }: DrawChange): string => `${liableId}/${payeeId}`;
    if (left.slot !== right.slot) {
        return left.slot - right.slot;
    }
    assert(keyOf(left) !== keyOf(right), 'a change is summed per slot and parties');
    return keyOf(left) < keyOf(right) ? -1 : 1;
}
