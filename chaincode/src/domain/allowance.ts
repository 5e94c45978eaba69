import { demand } from './errors.js';

/**
 * Steps that a participant takes by itself, without an officer or another party, each of which stays on the ledger for
 * ever: how many of each a day, in each of its parts.
 */
export const ALLOWANCES = {
    /** New offers in one place. */
    offer: 16,
    /** Consents taken back, of terms whose hash begins with one digit. */
    withdrawal: 64,
    mandate: 32,
    /** Disputes raised, in each part of the slots: a day of quarter hours in all, and a third more. */
    dispute: 16,
    /** Signing keys replaced. */
    key: 16,
    /** Transfers into the cover of one carrier. */
    cover: 64,
    /** Transfers out of the cover of one carrier. */
    'cover-draw': 64,
    /** Fillings of other lanes from one. */
    filling: 64,
    /** Payouts from one lane. */
    payout: 64,
} as const;
export type AllowancePurpose = keyof typeof ALLOWANCES;

/** What a step is counted as. Parts keep steps apart that would otherwise collide in one record. */
export type Allowed = Readonly<{ participantId: string; purpose: AllowancePurpose; part: string }>;

/** How many steps a participant has taken on a day, counted from the epoch in UTC. */
export type Allowance = Allowed & Readonly<{ day: number; used: number }>;

/** Disputes are counted by their slot in so many parts. */
export const DISPUTE_PARTS = 8;

/** The part of a purpose that has only one. */
export const WHOLE = 'all';

/**
 * Takes one step more on a day.
 * @throws ALLOWANCE_USED_UP {participantId, purpose, part, perDay}
 */
export function useAllowance(existing: Allowance | null, allowed: Allowed, day: number): Allowance {
    const used = existing?.day === day ? existing.used : 0;
    const perDay = ALLOWANCES[allowed.purpose];
    demand(used < perDay, 'ALLOWANCE_USED_UP', { ...allowed, perDay });
    return { ...allowed, day, used: used + 1 };
}
