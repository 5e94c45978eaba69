import type { AgreementChange } from '@commonwatt/chaincode/wire/agreement';
import { heldBy } from '@commonwatt/chaincode/domain/escrow';
import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerHistory(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'history',
        summary: "list every change of an agreement's records, from the peer's history of their keys",
        example: 'commonwatt agreement history 3f0c…e1 --org community',
        mode: 'read',
    }).argument('<agreement>', 'id of the agreement');
    onRun(verb, async (session, _, [agreementId = '']) => {
        const changes = await (await session.market()).agreements.history(agreementId);
        session.print(changes, table([['TIME', 'CHANGE', 'ESCROW', 'TRANSACTION'], ...changes.map(rowOf)]));
    });
}

function rowOf({ timestampMs, transactionId, agreement, execution }: AgreementChange): string[] {
    const time = new Date(timestampMs).toISOString();
    if (execution === null) {
        return [
            time,
            agreement === null ? '-' : `terms, version ${String(agreement.terms.version)}`,
            '',
            transactionId,
        ];
    }
    const next = execution.progress.map(({ carrier, nextSlot }) => `${carrier} ${String(nextSlot)}`).join(' ');
    const held = execution.holdings.map((holding) => `${holding.participantId} ${formatAmount(heldBy(holding))}`);
    return [time, `${execution.state}, next ${next}`, held.join(' '), transactionId];
}
