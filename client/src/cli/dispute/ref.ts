import type { Dispute } from '@commonwatt/chaincode/domain/dispute';
import type { Command } from 'commander';
import type { Session } from '../session.js';

export type RefOptions = Readonly<{ slot: string; by: string }>;

/** Adds what names a dispute. */
export const addRef = (verb: Command): Command =>
    verb
        .argument('<point>', 'id of the metering point')
        .requiredOption('--slot <slot>', 'slot of the disputed reading: index or UTC time of its beginning')
        .requiredOption('--by <participant>', 'who raised the dispute');

/** The dispute that is named. @throws NotFoundError DISPUTE_MISSING */
export async function disputeOf(session: Session, { slot, by }: RefOptions, pointId: string): Promise<Dispute> {
    const ref = { pointId, slot: await session.slot(slot), raisedBy: by };
    return await (await session.market()).disputes.show(ref);
}
