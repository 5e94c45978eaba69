import { CARRIERS } from './charter.js';
import { demand } from './errors.js';
import type { PointPair } from './trades-between.js';

const KIB = 1024;

/**
 * What is left on the ledger by steps that need nobody who could say no, for ever: most bytes a day in each part of each
 * purpose, records and their keys. The parts keep steps apart that would otherwise collide in one record; every part
 * takes the largest step that a command can carry.
 */
export const ALLOWANCES = {
    /** Terms put on the table, by place or by offer. */
    offer: { parts: 64, perDayBytes: 16 * KIB },
    /** The same where they are longer than most. */
    'large-offer': { parts: 4, perDayBytes: 144 * KIB },
    /** Signatures taken back, by the first digit of the document's hash. */
    withdrawal: { parts: 16, perDayBytes: 24 * KIB },
    mandate: { parts: 1, perDayBytes: 64 * KIB },
    /** Disputes raised, by slot. */
    dispute: { parts: 8, perDayBytes: 24 * KIB },
    /** Signing keys replaced. */
    key: { parts: 1, perDayBytes: 24 * KIB },
    /** Transfers into the cover of a carrier. */
    cover: { parts: CARRIERS.length, perDayBytes: 24 * KIB },
    /** Transfers out of the cover of a carrier. */
    'cover-draw': { parts: CARRIERS.length, perDayBytes: 24 * KIB },
    /** Fillings of other lanes, by the lane that is emptied. */
    filling: { parts: 8, perDayBytes: 72 * KIB },
    /** Payouts, by lane. */
    payout: { parts: 8, perDayBytes: 24 * KIB },
    /** Agreements between two points, by the block of slots in which they begin; their amendments, by agreement. */
    agreement: { parts: 8, perDayBytes: 256 * KIB },
} as const;
export type AllowancePurpose = keyof typeof ALLOWANCES;

/** Offers up to here count in parts of their own. */
export const SMALL_OFFER_BYTES = 4 * KIB;

/** Whose day is counted: a participant by its id; two points between which energy is agreed, with their carrier. */
export type Holder = readonly [participantId: string] | readonly [carrier: string, seller: string, buyer: string];

/** What a step is counted as. */
export type Allowed = Readonly<{ holder: Holder; purpose: AllowancePurpose; part: string }>;

/** Bytes that have been left on a day, counted from the epoch in UTC. */
export type Allowance = Allowed & Readonly<{ day: number; usedBytes: number }>;

/** What a participant does by itself, in one of the purpose's parts. */
export const stepOf = (participantId: string, purpose: AllowancePurpose, index = 0): Allowed => ({
    holder: [participantId],
    purpose,
    part: partOf(purpose, index),
});

/** What is done with the cover of one carrier. */
export const coverStepOf = (participantId: string, purpose: 'cover' | 'cover-draw', carrier: string): Allowed => ({
    holder: [participantId],
    purpose,
    part: carrier,
});

/** What is agreed between two points. */
export const agreedBetween = ({ carrier, sellerPoint, buyerPoint }: PointPair, index: number): Allowed => ({
    holder: [carrier, sellerPoint, buyerPoint],
    purpose: 'agreement',
    part: partOf('agreement', index),
});

const partOf = (purpose: AllowancePurpose, index: number): string => String(index % ALLOWANCES[purpose].parts);

/**
 * Counts a step. An earlier day than the one counted last is counted with it: clocks differ by a minute, and who goes to
 * and fro across midnight shall not begin anew each time.
 * @param bytes what the step leaves
 * @throws ALLOWANCE_USED_UP {holder, purpose, part, bytes, usedBytes, perDayBytes}
 */
export function useAllowance(existing: Allowance | null, allowed: Allowed, day: number, bytes: number): Allowance {
    const isCounted = existing !== null && existing.day >= day;
    const usedBytes = isCounted ? existing.usedBytes : 0;
    const { perDayBytes } = ALLOWANCES[allowed.purpose];
    demand(usedBytes + bytes <= perDayBytes, 'ALLOWANCE_USED_UP', { ...allowed, bytes, usedBytes, perDayBytes });
    return { ...allowed, day: isCounted ? existing.day : day, usedBytes: usedBytes + bytes };
}
