import { X509Certificate } from 'node:crypto';
import { transactionInEnvelope } from './transaction-in-envelope.js';
import { serialized } from '@commonwatt/client/auditor/members';
import { type Committed, type Market, readBlock } from '@commonwatt/client';

/** Names in the certificates of the peers that endorsed a transaction, as its block holds them. */
export async function endorsingPeers(
    { transport }: Market,
    { blockNumber, transactionId }: Pick<Committed<unknown>, 'blockNumber' | 'transactionId'>,
): Promise<string[]> {
    const stream = await transport.blocks(blockNumber ?? 0);
    try {
        for await (const block of stream) {
            const index = readBlock(block).transactions.find((each) => each.transactionId === transactionId)?.index;
            const envelope = block.getData()?.getDataList_asU8()[index ?? -1];
            const endorsements = envelope === undefined ? [] : (transactionInEnvelope(envelope)?.endorsements ?? []);
            return endorsements.map(({ identity }) => {
                const { subject } = new X509Certificate(Buffer.from(serialized(identity).idBytes));
                return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
            });
        }
        return [];
    } finally {
        stream.close();
    }
}
