import { expect } from 'chai';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { CARRIER, RETAILER } from '../support/market.js';
import { expectRefusal } from '../support/refusal.js';
import { ABUSIVE_PRICE_MICRO, DELIVERY_SLOTS, NEIGHBOUR } from './cast.js';
import { reviewedOf } from './story.js';
import { withStory } from './with-story.js';

/** The first slot that is no longer delivered. */
const END = 4;
const SLOT_WH = 100n;

describe('07 settle: an agreement that the regulator ends', function () {
    this.timeout(30_000);
    const story = withStory((each) => each.terminated());
    const abusive = async () => (await story().concluded()).abusive;

    it('is ended by a verdict, which itself moves no money', async () => {
        const { agreementId } = (await abusive()).value;
        const { verdict } = await story().terminated();
        await expectInBlock(story().as('reviewer'), verdict, {
            chaincode: 'supervision',
            verb: 'verdict:terminate',
            keys: [`verdict/${agreementId}/0000000001`, `termination/${agreementId}`],
            event: { name: 'VerdictGiven/1', payload: { agreementId, version: 1, decision: 'terminated' } },
        });
        const approval = story()
            .as('reviewer')
            .verdicts.approve(reviewedOf(await abusive()), 'noObjection');
        await expectRefusal(approval, 'conflict VERDICT_CONFLICT', { decision: 'terminated' });
    });

    it('gives back the escrow of later slots, and of no others', async () => {
        const { value: concluded } = await abusive();
        const { agreementId } = concluded;
        const { released } = await story().terminated();
        const event = {
            name: 'AgreementReleased/1',
            payload: { agreementId, version: 1, state: 'windingDown', endSlot: story().slot(END) },
        } as const;
        await expectInBlock(story().as(NEIGHBOUR.id), released, {
            chaincode: 'exchange',
            verb: 'agreement:release',
            keys: [`execution/${agreementId}`, `credit/${NEIGHBOUR.id}/release.${agreementId}`],
            event,
        });
        const slotNano = SLOT_WH * ABUSIVE_PRICE_MICRO;
        const { credits } = await story().as(NEIGHBOUR.id).accounts.show(NEIGHBOUR.id);
        const credit = credits.find(({ sourceId }) => sourceId === `release.${agreementId}`);
        expect(credit?.amountNano).to.equal(slotNano * BigInt(DELIVERY_SLOTS - END));
        const history = await story().as('settlement').agreements.history(agreementId);
        const winding = history.find(({ execution }) => execution?.state === 'windingDown')?.execution;
        const defaultNano = SLOT_WH * BigInt(DELIVERY_SLOTS) * 100_000n;
        expect(winding?.holdings).to.have.deep.members([
            { participantId: RETAILER.id, energyNano: 0n, defaultNano },
            { participantId: NEIGHBOUR.id, energyNano: slotNano, defaultNano: 0n }, // the running slot's
        ]);
    });

    it('is released once', async () => {
        const { agreementId } = (await abusive()).value;
        const again = await story()
            .as(RETAILER.id)
            .agreements.release(agreementId, story().slot(END + 1));
        await expectNothingWritten(story().as(RETAILER.id), again);
    });

    it('is still paid for what it delivers until then, and then closed', async () => {
        const { agreementId } = (await abusive()).value;
        await story().deliverUntil(story().slot(END));
        const { settlements, agreements } = story().as('settlement');
        const last = await settlements.show(CARRIER, story().slot(END - 1));
        const leg = last.legs.find((each) => each.agreementId === agreementId);
        expect(leg).to.deep.include({ deliveredWh: SLOT_WH, paymentNano: SLOT_WH * ABUSIVE_PRICE_MICRO });
        const { execution } = await agreements.show(agreementId);
        expect(execution.state).to.equal('terminated');
        expect(execution.holdings.map(({ energyNano, defaultNano }) => energyNano + defaultNano)).to.deep.equal([
            0n,
            0n,
        ]);
    });

    it('leaves the others alone: without a termination nothing is released', async () => {
        const { trade } = await story().concluded();
        const attempt = story().as(NEIGHBOUR.id).agreements.release(trade.value.agreementId, story().market.nextSlot);
        await expectRefusal(attempt, 'forbidden VERDICT_MISSING', { decision: 'none' });
    });
});
