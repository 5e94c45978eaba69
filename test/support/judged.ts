import { type BlockTransaction, type Market, readBlock } from '@commonwatt/client';

/** Transactions of a verb that ended in one way: `agreement:fund VALID`. */
export type Judged = Readonly<Record<string, number>>;

/** How one organisation's peer judged the transactions in its own blocks of a range: each peer writes the codes itself. */
export async function judgedAt(own: Market, fromBlock: number, endBlock: number): Promise<Judged> {
    const judged: Record<string, number> = {};
    const stream = await own.transport.blocks(fromBlock);
    try {
        for await (const block of stream) {
            const { blockNumber, transactions } = readBlock(block);
            for (const transaction of transactions) {
                const name = nameOf(transaction);
                judged[name] = (judged[name] ?? 0) + 1;
            }
            if (blockNumber === endBlock - 1) {
                break;
            }
        }
    } finally {
        stream.close();
    }
    return judged;
}

/** A valid transaction that wrote nothing found everything done. */
const nameOf = ({ verb, validationCode, writes }: BlockTransaction): string =>
    `${verb ?? 'none'} ${validationCode === 'VALID' && writes.length === 0 ? 'REPEATED' : validationCode}`;

/** Sum of what ended in some way. */
export const countOf = (judged: Judged, isMeant: (name: string) => boolean): number =>
    Object.entries(judged).reduce((sum, [name, count]) => sum + (isMeant(name) ? count : 0), 0);
