import type { Posting, PostingKind } from '@commonwatt/chaincode/domain/posting';
import { type AmountNano, sumAmounts } from '@commonwatt/chaincode/domain/units';

const KINDS: readonly PostingKind[] = [
    'deposit',
    'fund',
    'energy',
    'default',
    'release',
    'imbalance',
    'fee',
    'debt',
    'cover',
];
const NANO_DIGITS = 9;
const ACCOUNT_WIDTH = 34;
const COLUMN_WIDTH = 16;

/** Money in units of the currency with all nine digits: 1234567 → 0.001234567. */
export function formatAmount(amount: AmountNano): string {
    const digits = (amount < 0n ? -BigInt(amount) : amount).toString().padStart(NANO_DIGITS + 1, '0');
    return `${amount < 0n ? '-' : ''}${digits.slice(0, -NANO_DIGITS)}.${digits.slice(-NANO_DIGITS)}`;
}

/** Every account's postings by kind, in lines of text; each column and the whole sum to zero. */
export function postingsTable(postings: readonly Posting[], currency: string): string[] {
    const kinds = KINDS.filter((kind) => postings.some((posting) => posting.kind === kind));
    const accounts = [...new Set(postings.map((posting) => posting.account))].sort();
    const sum = (account: string | null, kind: PostingKind | null): AmountNano =>
        sumAmounts(
            postings
                .filter((posting) => account === null || posting.account === account)
                .filter((posting) => kind === null || posting.kind === kind)
                .map((posting) => posting.amountNano),
        );
    const row = (label: string, account: string | null): string =>
        [
            label.padEnd(ACCOUNT_WIDTH),
            ...[...kinds, null].map((kind) => formatAmount(sum(account, kind)).padStart(COLUMN_WIDTH)),
        ].join('');
    return [
        [currency.padEnd(ACCOUNT_WIDTH), ...[...kinds, 'net'].map((kind) => kind.padStart(COLUMN_WIDTH))].join(''),
        ...accounts.map((account) => row(shortened(account), account)),
        row('sum', null),
    ];
}

/** Agreement ids are long; the first eight characters tell them apart here. */
const shortened = (account: string): string => account.replace(/[0-9a-f]{64}/, (id) => id.slice(0, 8));
