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

    move(amountNano: bigint, from: string, to: string, purpose: Purpose): void {
        if (amountNano < 0n) {
            throw new Error(`a negative movement from ${from} to ${to}`);
        }
        if (amountNano > 0n) {
            this.postings.push({ ...purpose, account: from, amountNano: -amountNano });
            this.postings.push({ ...purpose, account: to, amountNano });
        }
    }
}

export const free = (participantId: string): string => `free/${participantId}`;
export const escrow = (agreementId: string, participantId: string): string => `escrow/${agreementId}/${participantId}`;
export const cover = (participantId: string, carrier: string): string => `cover/${participantId}/${carrier}`;
