import { calorificCodec, calorificHashOf } from '@commonwatt/chaincode/wire/calorific';
import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import type { Gap } from '../recompute/statement.js';
import { isConfirmed } from './run-facts.js';
import { POINTS, slotAt, SLOTS } from './world.js';

const written = (slot: number): string => String(slot).padStart(10, '0');

export const isRead = (ledger: LedgerDouble, pointId: string, slot: number): boolean =>
    ledger.read('exchange', `reading/${pointId}/${written(slot)}`) !== undefined;

/** Which reading is not on the ledger, between which others; `null` where it is, or where a dispute tells the registers. */
export function gapAt(ledger: LedgerDouble, pointId: string, slot: number): Gap | null {
    const carrier = POINTS.find((point) => point.pointId === pointId)?.carrier ?? '';
    const replaced = ledger.read('exchange', `replaced-reading/${carrier}/${written(slot)}/${pointId}`);
    const isReplaced = replaced?.value.toString('utf8').includes('"kind":"registers"') === true;
    if (isReplaced || isRead(ledger, pointId, slot)) {
        return null;
    }
    const read = Array.from({ length: SLOTS + 1 }, (_, index) => slotAt(index - 1)).filter((each) =>
        isRead(ledger, pointId, each),
    );
    const lastSlot = read.findLast((each) => each < slot) ?? null;
    return { pointId, slot, lastSlot, nextSlot: read.find((each) => each > slot) ?? null };
}

/** Calorific value that counts of a slot's gas: the world has no laboratory, so all count that are confirmed. */
export function whPerM3At(ledger: LedgerDouble, carrier: string, slot: number): string | null {
    const published = carrier === 'gas' ? ledger.read('exchange', `calorific/${written(slot)}`) : undefined;
    const versions = published === undefined ? [] : calorificCodec.decode(published.value.toString('utf8')).versions;
    const latest = versions.findLast(({ statement }) => isConfirmed(ledger, 'calorific', calorificHashOf(statement)));
    return latest === undefined ? null : String(latest.statement.calorificWhPerM3);
}

/** What a reconciliation run of a slot does without, at either end; mobility is counted by its charge points. */
export function gapsOfRun(ledger: LedgerDouble, carrier: string, slot: number): Gap[] {
    const metered = POINTS.filter(({ point, isMetered }) =>
        carrier === 'mobility' ? point.chargePointId === point.pointId : isMetered && point.carrier === carrier,
    );
    return metered.flatMap(({ pointId }) => [slot - 1, slot].flatMap((each) => gapAt(ledger, pointId, each) ?? []));
}
