import {
    confirmPayout,
    type CoverDraw,
    drawCover,
    isRepeatedDraw,
    type Payout,
    payoutStateOf,
    requestPayout,
    returnPayout,
} from '@commonwatt/chaincode/domain/payout';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const ASKED = { payoutId: 'holiday', participantId: 'anna', lane: 0, amountNano: amountNano(7n) };
const refused = (paymentId: string, reasonCode = 'accountClosed') => ({
    paymentId,
    participantId: 'anna',
    payoutId: 'holiday',
    reasonCode,
});
const cover = (nano: bigint) => ({ participantId: 'anna', carrier: 'heat', balanceNano: amountNano(nano) }) as const;

describe('a payout', () => {
    const named = { participantId: 'anna', payoutId: 'holiday' };

    it('is asked for once: the same again is what stands, paid or not', () => {
        const open = requestPayout(null, ASKED);
        expect(open).to.deep.equal({ ...ASKED, paymentId: null, returnReason: null });
        const paid: Payout = { ...open, paymentId: 'bank-1' };
        expect([requestPayout(open, ASKED), requestPayout(paid, ASKED)]).to.deep.equal([open, paid]);
        for (const change of [{ lane: 1 }, { amountNano: amountNano(8n) }]) {
            expectRefusal(() => requestPayout(open, { ...ASKED, ...change }), 'PAYOUT_CONFLICT', named);
        }
    });

    it('is paid by one payment', () => {
        const open = requestPayout(null, ASKED);
        const paid = confirmPayout(open, 'bank-1');
        expect(paid).to.deep.equal({ ...open, paymentId: 'bank-1' });
        expect(confirmPayout(paid, 'bank-1')).to.deep.equal(paid);
        expectRefusal(() => confirmPayout(paid, 'bank-2'), 'PAYOUT_CONFLICT', named);
    });

    it('comes back once, as a credit of what was asked for, for one reason', () => {
        const open = requestPayout(null, ASKED);
        const { payout, credit } = returnPayout(open, refused('bank-1'));
        expect(payout).to.deep.equal({ ...open, paymentId: 'bank-1', returnReason: 'accountClosed' });
        expect(credit).to.deep.equal({ participantId: 'anna', sourceId: 'return.holiday', amountNano: 7n });
        expect(returnPayout(payout, refused('bank-1')).payout).to.deep.equal(payout);
        for (const other of [refused('bank-2'), refused('bank-1', 'nameDiffers')]) {
            expectRefusal(() => returnPayout(payout, other), 'PAYOUT_CONFLICT', named);
        }
    });

    it('is paid or comes back, in whichever order both are stated', () => {
        const open = requestPayout(null, ASKED);
        const back = returnPayout(open, refused('bank-1')).payout;
        const paid = confirmPayout(open, 'bank-1');
        expect([open, paid, back].map(payoutStateOf)).to.deep.equal(['requested', 'paid', 'returned']);
        for (const paymentId of ['bank-1', 'bank-2']) {
            const [isBack, isPaid] = [
                { ...named, state: 'returned' },
                { ...named, state: 'paid' },
            ];
            expectRefusal(() => confirmPayout(back, paymentId), 'PAYOUT_STATE', isBack);
            expectRefusal(() => returnPayout(paid, refused(paymentId)), 'PAYOUT_STATE', isPaid);
        }
    });
});

describe('what is taken out of a cover', () => {
    const draw: CoverDraw = { drawId: 'spring', participantId: 'anna', carrier: 'heat', amountNano: amountNano(7n) };

    it('becomes a credit, down to nothing and no further', () => {
        expect(drawCover(cover(7n), draw)).to.deep.equal({
            cover: cover(0n),
            credit: { participantId: 'anna', sourceId: 'draw.spring', amountNano: 7n },
        });
        expectRefusal(() => drawCover(cover(6n), draw), 'COVER_UNDERFUNDED', { neededNano: 7n, heldNano: 6n });
    });

    it('is taken once', () => {
        expect([isRepeatedDraw(null, draw), isRepeatedDraw(draw, draw)]).to.deep.equal([false, true]);
        for (const change of [{ carrier: 'gas' }, { amountNano: amountNano(8n) }] as const) {
            expectRefusal(() => isRepeatedDraw(draw, { ...draw, ...change }), 'COVER_CONFLICT', {
                participantId: 'anna',
                transferId: 'spring',
            });
        }
    });
});
