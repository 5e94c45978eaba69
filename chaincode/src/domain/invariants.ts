import { demand } from './errors.js';
import { type AccountName, netByAccount, type Posting } from './posting.js';
import { type AmountNano, NO_MONEY, sumAmounts } from './units.js';

/** Net change of the money that records hold, per account, between the state read and the state written. */
export type HeldChanges = ReadonlyMap<AccountName, AmountNano>;

/** What one transaction is about to do with money. */
export type Movement = Readonly<{
    postings: readonly Posting[];
    heldChanges: HeldChanges;
    /** Money in each record to be written, with its account. */
    heldAfter: readonly (readonly [AccountName, AmountNano])[];
}>;

/** What is true of every transaction of the market, whatever its verb. */
export const INVARIANTS: readonly Readonly<{ name: string; holds: (movement: Movement) => boolean }>[] = [
    {
        name: 'postings sum to zero',
        holds: ({ postings }: Movement): boolean => sumAmounts(postings.map((posting) => posting.amountNano)) === 0n,
    },
    {
        name: 'records change by what is posted',
        holds: ({ postings, heldChanges }: Movement): boolean => {
            const posted = netByAccount(postings.filter((posting) => !posting.account.startsWith('system/')));
            const accounts = new Set([...posted.keys(), ...heldChanges.keys()]);
            return [...accounts].every(
                (account) => (posted.get(account) ?? NO_MONEY) === (heldChanges.get(account) ?? NO_MONEY),
            );
        },
    },
    {
        name: 'only covers fall below zero',
        holds: ({ heldAfter }: Movement): boolean =>
            heldAfter.every(([account, held]) => account.startsWith('cover/') || held >= 0n),
    },
];

/** @throws INVARIANT_BROKEN {invariant} */
export function assertInvariants(movement: Movement): void {
    for (const { name, holds } of INVARIANTS) {
        demand(holds(movement), 'INVARIANT_BROKEN', { invariant: name });
    }
}
