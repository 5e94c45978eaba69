import { type Payout, payoutStateOf } from '@commonwatt/chaincode/domain/payout';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { addVerb, onRun } from '../verb.js';

/** What became of a payout. */
function ended(payout: Payout): string {
    switch (payoutStateOf(payout)) {
        case 'requested':
            return 'asked for';
        case 'paid':
            return `paid by ${String(payout.paymentId)}`;
        case 'returned':
            return `came back, ${String(payout.returnReason)} (${String(payout.paymentId)})`;
    }
}

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: "show a participant's money: lanes, credits not yet folded into them, covers, payouts",
        example: 'commonwatt account show bld-12 --org community',
        mode: 'read',
    }).argument('<participant>');
    onRun(verb, async (session, _, [participantId = '']) => {
        const { accounts } = await session.market();
        const account = await accounts.show(participantId);
        const payouts = await accounts.payouts(participantId);
        session.print({ ...account, payouts }, [
            `${participantId}: ${formatAmount(account.freeNano)} free`,
            ...account.lanes.map((lane) => `  lane ${String(lane.lane)}: ${formatAmount(lane.balanceNano)}`),
            ...account.credits.map((credit) => `  credit ${credit.sourceId}: ${formatAmount(credit.amountNano)}`),
            ...account.covers.map((cover) => `  cover for ${cover.carrier}: ${formatAmount(cover.balanceNano)}`),
            ...payouts.map(
                (payout) => `  payout ${payout.payoutId}: ${formatAmount(payout.amountNano)}, ${ended(payout)}`,
            ),
        ]);
    });
}
