import { adminIdentity, type BlockTransaction, connect, readConnectionProfile } from '@commonwatt/client';
import type { FollowerAnswer, FollowerQuestion } from './tasks.js';

/** Follows the blocks of a peer and counts what they carry out: what clients say of themselves proves nothing. */

const carriedOut: { paymentId: string; arrivedMs: number }[] = [];

async function main(profileFile: string): Promise<void> {
    const profile = await readConnectionProfile(profileFile);
    const market = await connect({ profile, identity: await adminIdentity(profile) });
    process.on('message', (question: FollowerQuestion) => process.send?.(answer(question)));
    process.once('disconnect', () => {
        market.close();
    });
    const blocks = market.blocks({ fromBlock: await market.transport.height() });
    process.send?.('ready');
    for await (const { transactions } of blocks) {
        const arrivedMs = Date.now();
        for (const { event } of transactions.filter(isDeposit)) {
            const { paymentId } = JSON.parse(event?.payload ?? '') as { paymentId: string };
            carriedOut.push({ paymentId, arrivedMs });
        }
    }
}

/** One that wrote nothing found the deposit there. */
const isDeposit = ({ verb, validationCode, writes }: BlockTransaction): boolean =>
    verb === 'account:deposit' && validationCode === 'VALID' && writes.length > 0;

function answer({ spans, paymentIds }: FollowerQuestion): FollowerAnswer {
    const times = new Map<string, number>();
    for (const { paymentId } of carriedOut) {
        times.set(paymentId, (times.get(paymentId) ?? 0) + 1);
    }
    return {
        counts: spans.map(
            ({ fromMs, untilMs }) =>
                carriedOut.filter(({ arrivedMs }) => arrivedMs >= fromMs && arrivedMs < untilMs).length,
        ),
        missing: paymentIds.filter((paymentId) => !times.has(paymentId)),
        doubled: [...times].filter(([, count]) => count > 1).map(([paymentId]) => paymentId),
    };
}

await main(process.argv[2] ?? '');
