import type { Carrier } from './charter.js';
import { assert, demand } from './errors.js';
import { type AmountNano, NO_MONEY, plus, sumAmounts } from './units.js';

/** Lanes of one account: parallel balances, so that one seller's many agreements do not wait for one key. */
export const LANES_MAX = 1024;

/** One balance of a participant's account. */
export type Lane = Readonly<{ participantId: string; lane: number; balanceNano: AmountNano }>;

/**
 * Money that arrived and is not yet folded into a lane. It derives from a record that is never deleted (a deposit, a
 * settlement run, a release), named by `sourceId`, so it cannot be paid twice.
 */
export type Credit = Readonly<{ participantId: string; sourceId: string; amountNano: AmountNano }>;

/** Money that the settlement agent confirms to hold outside, once per external payment. */
export type Deposit = Readonly<{ paymentId: string; participantId: string; amountNano: AmountNano }>;

/** Money that a participant moves from a lane into a credit cover, once per id that it chose. */
export type CoverTransfer = Readonly<{
    transferId: string;
    participantId: string;
    carrier: Carrier;
    lane: number;
    amountNano: AmountNano;
}>;

/** Names the payment of a debt by a debit: only the transaction that makes it has this id. */
export const debtTransferId = (carrier: Carrier, transactionId: string): string =>
    `debt-${carrier}-${transactionId.slice(0, 40)}`;

/** Money that a participant moves from one of its lanes into others, once per id that it chose. */
export type LaneFilling = Readonly<{
    fillingId: string;
    participantId: string;
    fromLane: number;
    lanes: readonly Readonly<{ lane: number; amountNano: AmountNano }>[];
}>;

/** Credit cover for imbalance on one carrier; below zero it is what the participant owes. */
export type Cover = Readonly<{ participantId: string; carrier: Carrier; balanceNano: AmountNano }>;

export const emptyCover = (participantId: string, carrier: Carrier): Cover => ({
    participantId,
    carrier,
    balanceNano: NO_MONEY,
});

export const emptyLane = (participantId: string, lane: number): Lane => ({
    participantId,
    lane,
    balanceNano: NO_MONEY,
});

/**
 * Takes an amount from a lane after folding the named credits into it, in their order. A credit is folded only while
 * the lane is still short, so that nobody who pushes a step can rearrange another's money.
 * @throws CREDIT_NOT_NEEDED {participantId, sourceId} · ACCOUNT_UNDERFUNDED {participantId, lane, neededNano, heldNano}
 */
export function debitLane(lane: Lane, credits: readonly Credit[], neededNano: AmountNano): Lane {
    assert(neededNano >= 0n, 'a debit is not negative');
    const { participantId } = lane;
    assert(new Set(credits.map((credit) => credit.sourceId)).size === credits.length, 'a credit is folded once');
    let heldNano = lane.balanceNano;
    for (const credit of credits) {
        assert(credit.participantId === participantId, 'a lane folds credits of its own account');
        demand(heldNano < neededNano, 'CREDIT_NOT_NEEDED', { participantId, sourceId: credit.sourceId });
        heldNano = plus(heldNano, credit.amountNano);
    }
    const covered = heldNano >= neededNano;
    demand(covered, 'ACCOUNT_UNDERFUNDED', { participantId, lane: lane.lane, neededNano, heldNano });
    return { ...lane, balanceNano: (heldNano - neededNano) as AmountNano };
}

/**
 * Moves money from a lane, after folding the named credits into it, into others; the sum stays.
 * @param targets the other lanes, in the order of the filling
 * @throws as `debitLane`
 */
export function fillLanes(
    from: Lane,
    credits: readonly Credit[],
    { lanes }: LaneFilling,
    targets: readonly Lane[],
): readonly Lane[] {
    const drained = debitLane(from, credits, sumAmounts(lanes.map(({ amountNano }) => amountNano)));
    const filled = lanes.map(({ lane, amountNano }, position): Lane => {
        const target = targets[position];
        assert(target?.lane === lane && lane !== from.lane, 'every lane is filled from another one');
        return { ...target, balanceNano: plus(target.balanceNano, amountNano) };
    });
    return [drained, ...filled];
}

/** Free money of an account, as far as the given records show it. */
export const freeBalance = (lanes: readonly Lane[], credits: readonly Credit[]): AmountNano =>
    plus(sumAmounts(lanes.map((lane) => lane.balanceNano)), sumAmounts(credits.map((credit) => credit.amountNano)));

/** The same deposit again changes nothing. @throws DEPOSIT_CONFLICT {paymentId} */
export function acceptDeposit(existing: Deposit | null, deposit: Deposit): Credit {
    const same =
        existing === null ||
        (existing.participantId === deposit.participantId && existing.amountNano === deposit.amountNano);
    demand(same, 'DEPOSIT_CONFLICT', { paymentId: deposit.paymentId });
    return { participantId: deposit.participantId, sourceId: depositSource(deposit), amountNano: deposit.amountNano };
}

export const depositSource = (deposit: Pick<Deposit, 'paymentId'>): string => `deposit.${deposit.paymentId}`;

/** Whether the transfer was made before. @throws COVER_CONFLICT {participantId, transferId}: the id names another one */
export function isRepeatedTransfer(existing: CoverTransfer | null, transfer: CoverTransfer): boolean {
    const { transferId, participantId, carrier, lane } = transfer;
    const same =
        existing === null ||
        (existing.carrier === carrier && existing.lane === lane && existing.amountNano === transfer.amountNano);
    demand(same, 'COVER_CONFLICT', { participantId, transferId });
    return existing !== null;
}

/** Whether the lanes were filled before. @throws LANE_FILLING_CONFLICT {participantId, fillingId}: the id names another filling */
export function isRepeatedFilling(existing: LaneFilling | null, filling: LaneFilling): boolean {
    const { fillingId, participantId, fromLane, lanes } = filling;
    const same =
        existing === null ||
        (existing.fromLane === fromLane &&
            existing.lanes.length === lanes.length &&
            existing.lanes.every(
                ({ lane, amountNano }, position) =>
                    lane === lanes[position]?.lane && amountNano === lanes[position].amountNano,
            ));
    demand(same, 'LANE_FILLING_CONFLICT', { participantId, fillingId });
    return existing !== null;
}
