import { type Cover, type Credit, debitLane, type Lane } from './account.js';
import { demand } from './errors.js';
import { coverAccount, freeAccount, type Posting, transfer } from './posting.js';
import { type AmountNano, negate, NO_MONEY, plus, sumAmounts } from './units.js';

/** What is owed on these covers together. */
export const owedOn = (covers: readonly Cover[]): AmountNano =>
    sumAmounts(covers.map(({ balanceNano }) => (balanceNano < 0n ? negate(balanceNano) : NO_MONEY)));

/**
 * Takes an amount from a lane, after folding the named credits into it, and first what its owner owes, so that no money
 * leaves who owes, whatever it leaves for.
 * @param debts the owner's covers below zero
 * @throws COVER_OWED {participantId, carrier, balanceNano, neededNano, heldNano} when the money is too little for both, and
 * as `debitLane`
 */
export function debitPayingDebts(
    lane: Lane,
    credits: readonly Credit[],
    amount: AmountNano,
    debts: readonly Cover[],
): Lane {
    const neededNano = plus(amount, owedOn(debts));
    const heldNano = plus(lane.balanceNano, sumAmounts(credits.map(({ amountNano }) => amountNano)));
    const [first] = debts;
    if (first !== undefined) {
        const { participantId, carrier, balanceNano } = first;
        demand(heldNano >= neededNano, 'COVER_OWED', { participantId, carrier, balanceNano, neededNano, heldNano });
    }
    return debitLane(lane, credits, neededNano);
}

/** A debt as it is paid out of the free account. */
export const payDebt = ({ participantId, carrier, balanceNano }: Cover): Posting[] =>
    transfer(freeAccount(participantId), coverAccount(participantId, carrier), negate(balanceNano), {
        kind: 'debt',
        agreementId: null,
        slot: null,
    });
