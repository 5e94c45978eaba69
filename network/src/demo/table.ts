import { type Posting, POSTING_KINDS, type PostingKind } from '@commonwatt/chaincode/domain/posting';
import { type AmountNano, sumAmounts } from '@commonwatt/chaincode/domain/units';

const NANO_DIGITS = 9;
const ACCOUNT_WIDTH = 34;
const COLUMN_WIDTH = 16;

/** Money in units of the currency with all nine digits: 1234567 → 0.001234567. */
export function formatAmount(amount: AmountNano): string {
    const digits = (amount < 0n ? -BigInt(amount) : amount).toString().padStart(NANO_DIGITS + 1, '0');
    return `${amount < 0n ? '-' : ''}${digits.slice(0, -NANO_DIGITS)}.${digits.slice(-NANO_DIGITS)}`;
}

/** Postings by kind of account and kind of posting, in lines of text; each column and the whole sum to zero. */
export function postingsTable(postings: readonly Posting[], currency: string): string[] {
    const kinds = POSTING_KINDS.filter((kind) => postings.some((posting) => posting.kind === kind));
    const accounts = [...new Set(postings.map((posting) => kindOf(posting.account)))].sort();
    const sum = (account: string | null, kind: PostingKind | null): AmountNano =>
        sumAmounts(
            postings
                .filter((posting) => account === null || kindOf(posting.account) === account)
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
        ...accounts.map((account) => row(account, account)),
        row('sum', null),
    ];
}

/** Free accounts and escrows are one line each, credit covers one for each carrier. */
function kindOf(account: Posting['account']): string {
    const [kind = '', ...parts] = account.split('/');
    switch (kind) {
        case 'free':
            return 'free accounts';
        case 'escrow':
            return 'escrow of agreements';
        case 'cover':
            return `credit cover, ${parts.at(-1) ?? ''}`;
        case 'payout':
            return 'on its way out';
        case 'subsidy':
            return `subsidy fund, ${parts.at(-1) ?? ''}`;
        default:
            return parts.join(' ');
    }
}
