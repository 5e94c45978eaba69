import { magnitude } from './share.js';

export type Posting = {
    kind: string;
    account: string;
    agreementId: string | null;
    slot: number | null;
    amountNano: bigint;
};

/** What a movement is for. */
export type Purpose = Omit<Posting, 'account' | 'amountNano'>;

/** A journal in which every entry has two sides, so that it always sums to zero. */
export class Book {
    readonly postings: Posting[] = [];
    readonly #balances = new Map<string, bigint>();

    balance(account: string): bigint {
        return this.#balances.get(account) ?? 0n;
    }

    /** From one account to another; the other way where the amount is negative. */
    exchange(amountNano: bigint, from: string, to: string, purpose: Purpose): void {
        const [giver, taker] = amountNano < 0n ? [to, from] : [from, to];
        this.move(magnitude(amountNano), giver, taker, purpose);
    }

    move(amountNano: bigint, from: string, to: string, purpose: Purpose): void {
        if (amountNano < 0n) {
            throw new Error(`a negative movement from ${from} to ${to}`);
        }
        if (amountNano > 0n) {
            this.#post({ ...purpose, account: from, amountNano: -amountNano });
            this.#post({ ...purpose, account: to, amountNano });
        }
    }

    #post(posting: Posting): void {
        this.postings.push(posting);
        this.#balances.set(posting.account, this.balance(posting.account) + posting.amountNano);
    }
}

export const free = (participantId: string): string => `free/${participantId}`;
export const escrow = (agreementId: string, participantId: string): string => `escrow/${agreementId}/${participantId}`;
export const cover = (participantId: string, carrier: string): string => `cover/${participantId}/${carrier}`;
export const subsidyAccount = (carrier: string): string => `subsidy/${carrier}`;
export const feesAccount = (carrier: string): string => `system/fees/${carrier}`;
export const imbalanceAccount = (carrier: string): string => `system/imbalance/${carrier}`;
