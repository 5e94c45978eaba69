import { CARRIERS } from '@commonwatt/chaincode/domain/charter';
import type { Stage } from '../stage.js';

/** The first of the runs that correct a slot by what is known later. */
const FIRST_RUN = 1;

/**
 * What a silent meter has reported meanwhile takes the place of the estimates: the slots that ended or began with them are
 * settled again, and so are those before them, because storages are accounted for in order, on every carrier that theirs
 * is made from.
 */
export async function reconcile({ cast, journal, plan, slots }: Stage): Promise<void> {
    const { silence, points } = plan;
    const carrier = points.find(({ pointId }) => pointId === silence?.pointId)?.carrier;
    const lastSlot = silence?.slots.at(-1);
    if (silence === null || carrier === undefined || lastSlot === undefined) {
        return;
    }
    const { settlements } = cast.as('settlement');
    const carriers = CARRIERS.slice(0, CARRIERS.indexOf(carrier) + 1);
    const blocks: (number | null)[] = [];
    for (const slot of slots.filter((each) => each <= lastSlot + 1)) {
        for (const each of carriers) {
            blocks.push((await settlements.reconcile(each, slot, FIRST_RUN)).blockNumber);
        }
    }
    journal.happenedToMany(
        `${blocks.length} reconciliation runs: ${silence.pointId} has reported what it missed`,
        blocks,
    );
}
