import { owedOn } from '@commonwatt/chaincode/domain/debt';
import { heldBy, prefunding } from '@commonwatt/chaincode/domain/escrow';
import { plus } from '@commonwatt/chaincode/domain/units';
import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { coverCodec, creditCodec, laneCodec } from '@commonwatt/chaincode/wire/account';
import { concludeCodec, type ConcludeCommand, type Fold } from '@commonwatt/chaincode/wire/agreement';
import { foldedCredits } from '@commonwatt/client/account-client';

/**
 * The command as a client sends it: where the lane of a party is short of its prefunding, credits are named. A command that
 * names some, or cannot be read, stays as it is.
 */
export function withFolds(ledger: LedgerDouble, text: string): string {
    const command = readable(text);
    if (command === null || command.folds.length > 0) {
        return text;
    }
    const folds = prefunding(command.terms).flatMap((holding): Fold[] => {
        const { participantId } = holding;
        const lane = command.terms.parties.find((party) => party.participantId === participantId)?.lane ?? 0;
        const key = `lane/${participantId}/${String(lane).padStart(10, '0')}`;
        const stored = ledger.read('exchange', key)?.value.toString('utf8');
        const heldNano = stored === undefined ? 0n : laneCodec.decode(stored).balanceNano;
        const debts = ledger
            .range('exchange', `cover/${participantId}/`, `cover/${participantId}0`)
            .map(([, { value }]) => coverCodec.decode(value.toString('utf8')));
        const neededNano = heldBy(holding) === 0n ? heldBy(holding) : plus(heldBy(holding), owedOn(debts));
        const credits = ledger
            .range('exchange', `credit/${participantId}/`, `credit/${participantId}0`)
            .map(([, { value }]) => creditCodec.decode(value.toString('utf8')));
        const sourceIds = foldedCredits(credits, heldNano as typeof neededNano, neededNano);
        return sourceIds.length === 0 ? [] : [{ participantId, sourceIds }];
    });
    const paying = new Set(folds.map(({ participantId }) => participantId));
    return paying.size < folds.length ? text : concludeCodec.encode({ ...command, folds }); // a party named twice is refused
}

function readable(text: string): ConcludeCommand | null {
    try {
        return concludeCodec.decode(text);
    } catch {
        return null;
    }
}
