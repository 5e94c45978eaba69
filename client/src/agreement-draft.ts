import { randomBytes } from 'node:crypto';
import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Conversion } from '@commonwatt/chaincode/domain/conversion';
import { NO_MONEY, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';

/** What parties settle between them; the rest has a default or follows from it. */
export type Draft = Pick<Terms, 'proposerId' | 'legs' | 'firstSlot' | 'slotCount'> &
    Partial<Omit<Terms, 'version' | 'previousHash'>>;

/**
 * Completes a draft to the terms of a first version. Without other wishes every party pays from its lane 0, no leg is
 * made from another, there is no default amount and no tolerance, the buyer takes or pays, halts exempt, meters verify
 * delivery, and the offer stands until delivery begins. The rules are those of version 1: where others have been voted, a
 * draft names the version in force (`charter.rules()`).
 */
export function draftTerms(draft: Draft): Terms {
    return {
        salt: randomBytes(32).toString('hex'),
        rulesVersion: 1,
        parties: partiesOf(draft.legs).map((participantId) => ({ participantId, lane: 0 })),
        conversions: [],
        defaultRateMicroPerKwh: priceMicroPerKwh(0n),
        defaultCapNano: NO_MONEY,
        toleranceBp: 0,
        takeOrPay: true,
        exemptions: ['halt'],
        curtailable: false,
        concludeBeforeSlot: draft.firstSlot,
        verification: 'meters',
        ...draft,
        version: 1,
        previousHash: null,
    };
}

/** A further leg, the legs that it is made from, and the lanes of parties that are not there yet; without, lane 0. */
export type LegDraft = Readonly<{
    leg: Leg;
    madeFrom: readonly Omit<Conversion, 'outputLeg'>[];
    lanes: Readonly<Record<string, number>>;
}>;

/** Adds a leg to terms that nobody has signed yet, and its seller and buyer to the parties. */
export function withLeg(terms: Terms, { leg, madeFrom, lanes }: LegDraft): Terms {
    const outputLeg = terms.legs.length;
    const known = new Set(terms.parties.map((party) => party.participantId));
    const joining = partiesOf([leg]).filter((participantId) => !known.has(participantId));
    return {
        ...terms,
        parties: [
            ...terms.parties,
            ...joining.map((participantId) => ({ participantId, lane: lanes[participantId] ?? 0 })),
        ],
        legs: [...terms.legs, leg],
        conversions: [...terms.conversions, ...madeFrom.map((input) => ({ ...input, outputLeg }))],
    };
}

/** Sellers and buyers, each once, in the order of the legs. */
const partiesOf = (legs: readonly Leg[]): string[] => [...new Set(legs.flatMap((leg) => [leg.sellerId, leg.buyerId]))];
