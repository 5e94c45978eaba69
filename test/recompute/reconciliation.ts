import { type Book, cover, escrow, feesAccount, imbalanceAccount, subsidyAccount } from './book.js';
import type { Change } from './caps.js';
import type { Lot } from './lots.js';
import type { OwnerValue, SlotValue } from './slot-value.js';
import type { Agreement } from './statement.js';

/** What a slot came to in the run before, and what it comes to now. */
export type Correction = {
    carrier: string;
    slot: number;
    before: { value: SlotValue; owners: Map<string, OwnerValue> };
    after: { value: SlotValue; owners: Map<string, OwnerValue> };
    /** Default amounts that are drawn otherwise, of any slot of the agreements. */
    changes: { agreement: Agreement; isOpen: boolean; draws: Change[] }[];
};

/** Posts the differences between covers; default amounts of open agreements come from escrow and go back there. */
export function postCorrection(book: Book, { carrier, slot, before, after, changes }: Correction): void {
    for (const [position, lot] of after.value.lots.entries()) {
        const { agreement, leg } = lot;
        const more = payment(lot) - payment(before.value.lots[position]);
        const purpose = { kind: 'energy', agreementId: agreement.id, slot };
        book.exchange(more, cover(leg.buyerId, carrier), cover(leg.sellerId, carrier), purpose);
    }
    for (const { agreement, isOpen, draws } of changes) {
        for (const { liableId, payeeId, slot: drawnFor, changeNano } of draws) {
            const purse = isOpen ? escrow(agreement.id, liableId) : cover(liableId, carrier);
            const purpose = { kind: 'default', agreementId: agreement.id, slot: drawnFor };
            book.exchange(changeNano, purse, cover(payeeId, carrier), purpose);
        }
    }
    for (const [participantId, now] of after.owners) {
        const was = before.owners.get(participantId);
        const account = cover(participantId, carrier);
        const exchange = (kind: string, from: string, to: string, amount: bigint, earlier = 0n): void => {
            book.exchange(amount - earlier, from, to, { kind, agreementId: null, slot });
        };
        exchange('imbalance', imbalanceAccount(carrier), account, now.imbalanceNano, was?.imbalanceNano);
        exchange('fee', account, feesAccount(carrier), now.feeNano, was?.feeNano);
        exchange('feeCredit', feesAccount(carrier), account, now.feeCreditNano, was?.feeCreditNano);
        exchange('subsidy', subsidyAccount(carrier), account, now.subsidyNano, was?.subsidyNano);
    }
}

/** Of the buyer to the seller. */
const payment = (lot: Lot | undefined): bigint => (lot === undefined ? 0n : lot.deliveredWh * lot.price);
