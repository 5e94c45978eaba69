import {
    confirmPayout,
    type CoverDraw,
    demandNothingOwed,
    drawCover,
    isRepeatedDraw,
    type Payout,
    type PayoutPayment,
    requestPayout,
} from '@commonwatt/chaincode/domain/payout';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const ASKED = { payoutId: 'holiday', participantId: 'anna', lane: 0, amountNano: amountNano(7n) };
const payment = (paymentId: string, payoutId = 'holiday', participantId = 'anna'): PayoutPayment => ({
    paymentId,
    participantId,
    payoutId,
});
const cover = (nano: bigint) => ({ participantId: 'anna', carrier: 'heat', balanceNano: amountNano(nano) }) as const;

describe('a payout', () => {
    const named = { participantId: 'anna', payoutId: 'holiday' };

    it('is asked for once: the same again is what stands, paid or not', () => {
        const open = requestPayout(null, ASKED);
        expect(open).to.deep.equal({ ...ASKED, paymentId: null });
        const paid: Payout = { ...open, paymentId: 'bank-1' };
        expect([requestPayout(open, ASKED), requestPayout(paid, ASKED)]).to.deep.equal([open, paid]);
        for (const change of [{ lane: 1 }, { amountNano: amountNano(8n) }]) {
            expectRefusal(() => requestPayout(open, { ...ASKED, ...change }), 'PAYOUT_CONFLICT', named);
        }
    });

    it('is paid by one payment, which pays nothing else', () => {
        const open = requestPayout(null, ASKED);
        const paid = confirmPayout(open, payment('bank-1'), null);
        expect(paid).to.deep.equal({ ...open, paymentId: 'bank-1' });
        expect(confirmPayout(paid, payment('bank-1'), payment('bank-1'))).to.deep.equal(paid);
        expectRefusal(() => confirmPayout(paid, payment('bank-2'), null), 'PAYOUT_CONFLICT', named);
        for (const other of [payment('bank-1', 'rent'), payment('bank-1', 'holiday', 'bert')]) {
            expectRefusal(() => confirmPayout(open, payment('bank-1'), other), 'PAYOUT_CONFLICT', named);
        }
    });

    it('waits until nothing is owed on any carrier', () => {
        demandNothingOwed([]);
        demandNothingOwed([cover(0n), cover(5n)]);
        expectRefusal(() => demandNothingOwed([cover(5n), cover(-1n)]), 'COVER_OWED', {
            participantId: 'anna',
            carrier: 'heat',
            balanceNano: -1n,
        });
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
