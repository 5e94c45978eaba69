import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { slotTime } from '@commonwatt/client';
import { SLOT_MINUTES } from '../../scenario/slot.js';
import { refusalOf } from '../check.js';
import { CARRIER, type Concluded, firstSlot, type Stage } from '../stage.js';
import { flipBit } from './conclude.js';

/** Slot by slot: the slot ends, the meters report, anyone settles. Half way the regulator ends the abusive agreement. */
export async function deliver(stage: Stage, concluded: readonly Concluded[]): Promise<void> {
    const { cast, journal, slots } = stage;
    journal.heading('Deliver, meter, settle');
    const first = firstSlot(stage);
    await cast.as('platform').clock.advance({ fromSlot: first, toSlot: first });
    const endsAt = slots[Math.floor(slots.length / 2)];
    for (const slot of slots) {
        const abusive = concluded.find(({ contract }) => contract.abusive);
        if (slot === endsAt && slot !== first && abusive !== undefined) {
            await terminate(stage, abusive, slot + 1);
        }
        const ticked = await cast.as('platform').clock.advance({ fromSlot: slot + 1, toSlot: slot + 1 });
        await meter(stage, slot);
        const settled = await cast.as('settlement').settlements.run(CARRIER, slot);
        journal.happened(
            `slot ${slot} (${timeOf(slot)}) is over (#${ticked.blockNumber ?? '?'}), metered and settled`,
            settled.blockNumber,
        );
    }
    await settleAgain(stage);
}

const timeOf = (slot: SlotIndex): string => slotTime(slot, { slotMinutes: SLOT_MINUTES }).slice('YYYY-MM-DDT'.length);

async function meter(stage: Stage, slot: SlotIndex): Promise<void> {
    const { cast, journal } = stage;
    const scope = cast.as('platform').ledger.scope('exchange');
    const readings: SignedReading[] = [];
    for (const [pointId, meter] of stage.meters) {
        readings.push(await meter.signer(scope).read(slot, stage.registersAt(pointId, slot)));
    }
    const { readings: client } = cast.as(stage.plan.prosumer.id);
    if (slot === firstSlot(stage)) {
        const forged = readings.map((signed, index) =>
            index === 0 ? { ...signed, signature: flipBit(signed.signature) } : signed,
        );
        journal.check({
            name: 'one flipped bit in a reading is refused',
            expected: 'SIGNATURE_INVALID',
            observed: await refusalOf(() => client.submit(forged)),
            block: null,
        });
    }
    await client.submit(readings);
}

/** The regulator stops an agreement; the escrow of what is not yet delivered goes back. */
async function terminate(stage: Stage, { agreementId }: Concluded, fromSlot: SlotIndex): Promise<void> {
    const { cast, journal, plan } = stage;
    const { agreements } = cast.as(plan.retailer);
    const { agreement } = await agreements.show(agreementId);
    const verdict = await cast.as('reviewer').verdicts.terminate(agreement, 'abusivePrice');
    journal.happened(`the regulator terminates ${agreementId.slice(0, 8)}`, verdict.blockNumber);
    const released = await agreements.release(agreementId, fromSlot);
    journal.check({
        name: 'the terminated agreement winds down; the escrow of later slots is released',
        expected: `windingDown, delivers until slot ${fromSlot}`,
        observed: `${released.value.state}, delivers until slot ${released.value.endSlot}`,
        block: released.blockNumber,
    });
}

/** The same run again finds its own result and posts nothing. */
async function settleAgain(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    const owner = plan.prosumer.id;
    const { accounts, settlements } = cast.as(owner);
    const before = (await accounts.show(owner)).freeNano;
    const again = await settlements.run(CARRIER, firstSlot(stage));
    const after = (await accounts.show(owner)).freeNano;
    journal.check({
        name: 'settling a slot twice pays nothing twice',
        expected: String(before),
        observed: String(after),
        block: again.blockNumber,
    });
}
