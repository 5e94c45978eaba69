import {
    acceptDeposit,
    fillLanes,
    freeBalance,
    isRepeatedFilling,
    isRepeatedTransfer,
    type Lane,
    type LaneFilling,
} from '@commonwatt/chaincode/domain/account';
import {
    coverAccount,
    escrowAccount,
    feesAccount,
    freeAccount,
    imbalanceAccount,
    ownerOf,
    ownerOfCover,
    ownerOfFree,
    payoutAccount,
    subsidyAccount,
} from '@commonwatt/chaincode/domain/posting';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const lane = (number: number, nano: bigint): Lane => ({
    participantId: 'anna',
    lane: number,
    balanceNano: amountNano(nano),
});
const filling = (...lanes: readonly (readonly [number, bigint])[]): LaneFilling => ({
    fillingId: 'monday',
    participantId: 'anna',
    fromLane: 0,
    lanes: lanes.map(([number, nano]) => ({ lane: number, amountNano: amountNano(nano) })),
});

describe('an account', () => {
    it('belongs to whose money it holds, and the market’s own to nobody', () => {
        expect(ownerOf(freeAccount('anna'))).to.equal('anna');
        expect(ownerOf(escrowAccount('ab'.repeat(32), 'anna'))).to.equal('anna');
        expect(ownerOf(coverAccount('anna', 'heat'))).to.equal('anna');
        expect(ownerOf(payoutAccount('anna'))).to.equal('anna');
        const nobodys = [
            'system/external',
            imbalanceAccount('heat'),
            feesAccount('heat'),
            subsidyAccount('heat'),
        ] as const;
        expect(nobodys.map(ownerOf)).to.deep.equal([null, null, null, null]);
    });

    it('is free or a cover, and nothing else is taken for it', () => {
        const others = [escrowAccount('ab', 'anna'), payoutAccount('anna'), subsidyAccount('heat')] as const;
        expect([freeAccount('anna'), coverAccount('anna', 'heat'), ...others].map(ownerOfFree)).to.deep.equal([
            'anna',
            null,
            null,
            null,
            null,
        ]);
        expect([coverAccount('anna', 'heat'), freeAccount('anna'), ...others].map(ownerOfCover)).to.deep.equal([
            'anna',
            null,
            null,
            null,
            null,
        ]);
        expect(payoutAccount('anna')).to.equal('payout/anna');
    });
});

describe('filling lanes', () => {
    it('moves what one lane and its credits have into others, to the last nano', () => {
        const credit = { participantId: 'anna', sourceId: 'deposit.1', amountNano: amountNano(70n) };
        const before = [lane(0, 50n), lane(3, 5n), lane(1, 0n)] as const;
        const after = fillLanes(before[0], [credit], filling([3, 60n], [1, 40n]), before.slice(1));
        expect(after).to.deep.equal([lane(0, 20n), lane(3, 65n), lane(1, 40n)]);
        expect(freeBalance(after, [])).to.equal(freeBalance(before, [credit]));
    });

    it('takes no more than there is, and fills only the lanes that it names', () => {
        expectRefusal(() => fillLanes(lane(0, 50n), [], filling([1, 51n]), [lane(1, 0n)]), 'ACCOUNT_UNDERFUNDED', {
            neededNano: 51n,
            heldNano: 50n,
        });
        for (const targets of [[], [lane(2, 0n)]]) {
            expectRefusal(() => fillLanes(lane(0, 50n), [], filling([1, 1n]), targets), 'INVARIANT_BROKEN');
        }
        expectRefusal(() => fillLanes(lane(0, 50n), [], filling([0, 1n]), [lane(0, 50n)]), 'INVARIANT_BROKEN');
    });

    it('is done once: the same again is known, another one by the same name refused', () => {
        const first = filling([1, 10n], [2, 20n]);
        expect(isRepeatedFilling(null, first)).to.equal(false);
        expect(isRepeatedFilling(first, filling([1, 10n], [2, 20n]))).to.equal(true);
        const others = [
            filling([1, 10n]),
            filling([1, 10n], [2, 20n], [3, 30n]),
            filling([1, 10n], [2, 21n]),
            filling([1, 10n], [3, 20n]),
            filling([2, 20n], [1, 10n]),
            { ...first, fromLane: 4 },
        ];
        for (const other of others) {
            expectRefusal(() => isRepeatedFilling(first, other), 'LANE_FILLING_CONFLICT', {
                participantId: 'anna',
                fillingId: 'monday',
            });
        }
    });
});

describe('a payment', () => {
    it('into a cover is made once', () => {
        const transfer = {
            transferId: 'top-up',
            participantId: 'anna',
            carrier: 'heat',
            lane: 0,
            amountNano: amountNano(7n),
        } as const;
        expect([isRepeatedTransfer(null, transfer), isRepeatedTransfer(transfer, transfer)]).to.deep.equal([
            false,
            true,
        ]);
        for (const change of [{ carrier: 'gas' }, { lane: 1 }, { amountNano: amountNano(8n) }] as const) {
            expectRefusal(() => isRepeatedTransfer(transfer, { ...transfer, ...change }), 'COVER_CONFLICT');
        }
    });

    it('from outside is one credit, named after it', () => {
        const deposit = { paymentId: 'pay-1', participantId: 'anna', amountNano: amountNano(7n) };
        const credit = { participantId: 'anna', sourceId: 'deposit.pay-1', amountNano: 7n };
        expect(acceptDeposit(null, deposit)).to.deep.equal(credit);
        expect(acceptDeposit(deposit, deposit)).to.deep.equal(credit);
        for (const change of [{ participantId: 'bert' }, { amountNano: amountNano(8n) }]) {
            expectRefusal(() => acceptDeposit(deposit, { ...deposit, ...change }), 'DEPOSIT_CONFLICT', {
                paymentId: 'pay-1',
            });
        }
    });
});
