import type { Carrier } from './charter.js';
import { assert } from './errors.js';
import { type AmountNano, negate, NO_MONEY, plus, type SlotIndex } from './units.js';

/**
 * A place where money is. `free` is what a participant can dispose of (its lanes and the credits not yet folded into
 * them), `escrow` what an agreement holds for one party, `cover` the credit cover for imbalance (negative: owed),
 * `payout` what is on its way out to it, `subsidy` a fund, `system` the market's own accounts, which no record holds;
 * `system/external` mirrors what is held outside the ledger.
 */
export type AccountName =
    | `free/${string}`
    | `escrow/${string}/${string}`
    | `cover/${string}/${Carrier}`
    | `payout/${string}`
    | `subsidy/${Carrier}`
    | 'system/external'
    | `system/imbalance/${Carrier}`
    | `system/fees/${Carrier}`;

/** Why money moves. */
export const POSTING_KINDS = [
    'deposit', // money arrived outside, a free account or a subsidy fund grows
    'payout', // free → on its way out → outside, or back
    'fund', // free → escrow when an agreement is concluded, or amended to need more
    'energy', // escrow of the payer → free account of the payee
    'default', // escrow of the defaulting party → free account of the other
    'release', // escrow → free account of the same party
    'imbalance', // credit cover ↔ the carrier's imbalance account
    'fee', // credit cover ↔ the carrier's network fees
    'feeCredit', // the carrier's network fees ↔ credit cover of who gave back what it had stored
    'subsidy', // the carrier's subsidy fund ↔ credit cover of who fed in
    'debt', // free → credit cover that had fallen below zero
    'cover', // free ↔ credit cover, at the participant's own wish
] as const;
export type PostingKind = (typeof POSTING_KINDS)[number];

/** One side of a movement of money: positive into the account, negative out of it. */
export type Posting = Readonly<{
    account: AccountName;
    agreementId: string | null;
    kind: PostingKind;
    slot: SlotIndex | null;
    amountNano: AmountNano;
}>;

export const freeAccount = (participantId: string): AccountName => `free/${participantId}`;
/** Whose free account it is; `null` for every other account. */
export const ownerOfFree = (account: AccountName): string | null =>
    account.startsWith('free/') ? account.slice('free/'.length) : null;
/** Whose money an account holds, free, in escrow, as cover or on its way out; `null` where it is nobody's. */
export function ownerOf(account: AccountName): string | null {
    const [place, first = '', second = ''] = account.split('/');
    if (place === 'escrow') {
        return second;
    }
    return place === 'system' || place === 'subsidy' ? null : first;
}
/** Whose credit cover it is, and of which carrier; `null` for every other account. */
export function coverOf(account: AccountName): Readonly<{ participantId: string; carrier: Carrier }> | null {
    const [place, participantId = '', carrier = ''] = account.split('/');
    return place === 'cover' ? { participantId, carrier: carrier as Carrier } : null;
}
/** Whose credit cover it is; `null` for every other account. */
export const ownerOfCover = (account: AccountName): string | null => coverOf(account)?.participantId ?? null;
export const escrowAccount = (agreementId: string, participantId: string): AccountName =>
    `escrow/${agreementId}/${participantId}`;
export const coverAccount = (participantId: string, carrier: Carrier): AccountName =>
    `cover/${participantId}/${carrier}`;
export const payoutAccount = (participantId: string): AccountName => `payout/${participantId}`;
export const subsidyAccount = (carrier: Carrier): AccountName => `subsidy/${carrier}`;
export const imbalanceAccount = (carrier: Carrier): AccountName => `system/imbalance/${carrier}`;
export const feesAccount = (carrier: Carrier): AccountName => `system/fees/${carrier}`;
export const EXTERNAL_ACCOUNT: AccountName = 'system/external';

/** Why money moves that leaves the market, or comes back on its way out. */
export const PAYING_OUT = { kind: 'payout', agreementId: null, slot: null } as const;

/** Both sides of one movement; nothing when the amount is zero. */
export function transfer(
    from: AccountName,
    to: AccountName,
    moved: AmountNano,
    reason: Pick<Posting, 'kind' | 'agreementId' | 'slot'>,
): Posting[] {
    assert(moved >= 0n, 'a transfer moves no negative amount');
    if (moved === 0n) {
        return [];
    }
    return [
        { account: from, ...reason, amountNano: negate(moved) },
        { account: to, ...reason, amountNano: moved },
    ];
}

/** Net movement per account. */
export function netByAccount(postings: Iterable<Posting>): Map<AccountName, AmountNano> {
    const nets = new Map<AccountName, AmountNano>();
    for (const posting of postings) {
        nets.set(posting.account, plus(nets.get(posting.account) ?? NO_MONEY, posting.amountNano));
    }
    return nets;
}
