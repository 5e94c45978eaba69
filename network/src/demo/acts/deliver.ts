import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import { amountNano, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { refusalOf } from '../check.js';
import { Day } from '../day.js';
import { turningPoint } from '../plan/make-plan.js';
import { SELLERS } from '../plan/plan.js';
import { type Concluded, firstSlot, type Stage } from '../stage.js';
import { concludeOne, flipBit } from './conclude.js';
import { admitOne, fundOne } from './fund.js';
import { expireOffers, lapseUnfunded } from './negotiate.js';
import { reconcile } from './reconcile.js';

const PAYOUT_NANO = amountNano(5_000_000_000n);

/**
 * The day. Half way the regulator ends the abusive agreement, and who was bound by it buys elsewhere; returns what was
 * concluded meanwhile.
 */
export async function deliver(stage: Stage, concluded: readonly Concluded[]): Promise<Concluded[]> {
    const { cast, journal, slots } = stage;
    journal.heading('Deliver, meter, settle');
    const first = firstSlot(stage);
    await cast.as('platform').clock.advance({ fromSlot: first, toSlot: first });
    await expireOffers(stage);
    await lapseUnfunded(stage);
    const turningSlot = slots.length === 1 ? null : slots[turningPoint(slots)];
    const later: Concluded[] = [];
    const day = new Day(stage, concluded, {
        duringSlot: async (slot) => {
            if (slot === turningSlot) {
                await endAbuse(stage, concluded, slot + 1);
                later.push(...(await rescue(stage)));
            }
        },
        beforeReadings: async (slot, readings) => {
            if (slot === first) {
                await refuseForgedReading(stage, readings);
            }
        },
    });
    await day.run();
    for (const meter of stage.meters.values()) {
        await meter.store();
    }
    await settleAgain(stage);
    await reconcile(stage);
    await payOut(stage);
    return later;
}

/** A seller takes money out of the market again. */
async function payOut({ cast, journal }: Stage): Promise<void> {
    const [participantId] = SELLERS;
    const asked = { payoutId: 'after-the-day', participantId, lane: 0, amountNano: PAYOUT_NANO };
    const { value } = await cast.as(participantId).accounts.requestPayout(asked);
    const payment = { participantId, payoutId: value.payoutId, paymentId: `payout-${participantId}` };
    const { blockNumber } = await cast.as('settlement').accounts.confirmPayout(payment);
    journal.happened(`${participantId} takes money out of the market; the settlement agent has paid it`, blockNumber);
}

/** The regulator stops an agreement; the escrow of what is not yet delivered goes back. */
async function endAbuse({ cast, journal }: Stage, concluded: readonly Concluded[], fromSlot: SlotIndex): Promise<void> {
    for (const { contract, agreementId } of concluded.filter(({ contract: { abusive } }) => abusive)) {
        const { agreements } = cast.as(contract.draft.proposerId);
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
}

/** Who was bound concludes with another seller while the day goes on, under the standing verdict. */
async function rescue(stage: Stage): Promise<Concluded[]> {
    const contract = stage.plan.rescue;
    if (contract === null) {
        return [];
    }
    const concluded = await concludeOne(stage, contract);
    await admitOne(stage, concluded);
    const block = await fundOne(stage, concluded);
    stage.journal.happened(`${contract.name}: concluded and funded while the day goes on`, block);
    return [concluded];
}

async function refuseForgedReading({ cast, journal }: Stage, readings: readonly SignedReading[]): Promise<void> {
    const forged = readings.map((signed, index) =>
        index === 0 ? { ...signed, signature: flipBit(signed.signature) } : signed,
    );
    journal.check({
        name: 'one flipped bit in a reading is refused',
        expected: 'SIGNATURE_INVALID',
        observed: await refusalOf(() => cast.as('metering').readings.submit(forged)),
        block: null,
    });
}

/** The same run again finds its own result and posts nothing. */
async function settleAgain(stage: Stage): Promise<void> {
    const { cast, journal, plan } = stage;
    const owner = plan.overconfidentId;
    const { accounts, settlements } = cast.as(owner);
    const before = (await accounts.show(owner)).freeNano;
    const again = await settlements.run('electricity', firstSlot(stage));
    const after = (await accounts.show(owner)).freeNano;
    journal.check({
        name: 'settling a slot twice pays nothing twice',
        expected: String(before),
        observed: String(after),
        block: again.blockNumber,
    });
}
