import { sumAmounts } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: "list every participant's free money and covers",
        example: 'commonwatt account list --org operator',
        mode: 'read',
    });
    onRun(verb, async (session) => {
        const market = await session.market();
        const accounts = [];
        for (const { participantId } of await market.participants.list()) {
            accounts.push(await market.accounts.show(participantId));
        }
        session.print(
            accounts,
            table([
                ['PARTICIPANT', 'FREE', 'COVER', 'LANES', 'CREDITS'],
                ...accounts.map(({ participantId, freeNano, covers, lanes, credits }) => [
                    participantId,
                    formatAmount(freeNano),
                    formatAmount(sumAmounts(covers.map((cover) => cover.balanceNano))),
                    String(lanes.length),
                    String(credits.length),
                ]),
            ]),
        );
    });
}
