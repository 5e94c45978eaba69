import { checkKinds } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { demandTradeOfKind, type Participant, PARTICIPANT_KINDS } from '@commonwatt/chaincode/domain/participant';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { sampleTerms } from '../../support/sample-market.js';

const subject = (kind: Participant['kind'], participantId = 'solar'): Participant => ({
    participantId,
    kind,
    sector: null,
    mspId: 'CommunityMSP',
    subjectHash: '0'.repeat(64),
    publicKey: '',
    beneficialOwnerMspId: null,
});

function trades(kind: Participant['kind'], carrier: Carrier, side: 'buy' | 'sell'): boolean {
    try {
        demandTradeOfKind(subject(kind), carrier, side);
        return true;
    } catch {
        return false;
    }
}

describe('what a kind of subject trades', () => {
    it('is nothing to sell for a consumer, and every energy of a network to buy', () => {
        expect(CARRIERS.filter((carrier) => trades('consumer', carrier, 'sell'))).to.deep.equal([]);
        expect(CARRIERS.filter((carrier) => trades('consumer', carrier, 'buy'))).to.deep.equal([
            'gas',
            'electricity',
            'heat',
            'cooling',
        ]);
    });

    it('is mobility for vehicles, both ways, and nothing else', () => {
        for (const side of ['buy', 'sell'] as const) {
            expect(CARRIERS.filter((carrier) => trades('evFleet', carrier, side))).to.deep.equal(['mobility']);
        }
        expect(trades('chargingOperator', 'mobility', 'sell')).to.equal(true);
        expect(trades('chargingOperator', 'gas', 'buy')).to.equal(false);
    });

    it('is lots of coal and oil for sellers and plants, and to buy for industrial consumers', () => {
        const buyers = PARTICIPANT_KINDS.filter((kind) => trades(kind, 'coal', 'buy'));
        const sellers = PARTICIPANT_KINDS.filter((kind) => trades(kind, 'oil', 'sell'));
        expect([buyers, sellers]).to.deep.equal([
            ['energySeller', 'plant'],
            ['energySeller', 'plant'],
        ]);
        const industry = { ...subject('consumer'), sector: 'industrial' } as const;
        demandTradeOfKind(industry, 'coal', 'buy');
        expectRefusal(() => {
            demandTradeOfKind(industry, 'coal', 'sell');
        }, 'TRADE_NOT_OF_KIND');
        for (const other of [
            { ...industry, sector: 'commercial' },
            { ...industry, kind: 'prosumer' },
        ] as const) {
            expectRefusal(() => {
                demandTradeOfKind(other, 'oil', 'buy');
            }, 'TRADE_NOT_OF_KIND');
        }
    });

    it('leaves no kind without a trade and no carrier without a buyer and a seller', () => {
        for (const side of ['buy', 'sell'] as const) {
            for (const carrier of CARRIERS) {
                expect(PARTICIPANT_KINDS.some((kind) => trades(kind, carrier, side))).to.equal(true);
            }
        }
        for (const kind of PARTICIPANT_KINDS) {
            expect(CARRIERS.some((carrier) => trades(kind, carrier, 'buy'))).to.equal(true);
        }
    });

    it('binds both sides of every leg', () => {
        checkKinds(sampleTerms(), [subject('prosumer'), subject('consumer', 'anna')]);
        expectRefusal(
            () => {
                checkKinds(sampleTerms(), [subject('consumer'), subject('consumer', 'anna')]);
            },
            'TRADE_NOT_OF_KIND',
            { participantId: 'solar', kind: 'consumer', carrier: 'electricity', side: 'sell' },
        );
        expectRefusal(
            () => {
                checkKinds(sampleTerms(), [subject('prosumer'), subject('evFleet', 'anna')]);
            },
            'TRADE_NOT_OF_KIND',
            { participantId: 'anna', kind: 'evFleet', carrier: 'electricity', side: 'buy' },
        );
    });
});
