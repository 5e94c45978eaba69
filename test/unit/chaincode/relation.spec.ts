import { checkRelations } from '@commonwatt/chaincode/domain/agreement';
import { type Participant, PARTICIPANT_KINDS } from '@commonwatt/chaincode/domain/participant';
import { demandRelation, type Trader, type TradingRelation } from '@commonwatt/chaincode/domain/relation';
import { type MarketError } from '@commonwatt/chaincode/domain/errors';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { ELECTRICITY_RULES, RULES, sampleLeg, sampleTerms } from '../../support/sample-market.js';

const UTILITY: Trader = { participantId: 'utility', kind: 'energySeller' };
const RETAILER: Trader = { participantId: 'retail', kind: 'energySeller' };
const ANNA: Trader = { participantId: 'anna', kind: 'consumer' };
const SOLAR: Trader = { participantId: 'solar', kind: 'prosumer' };
const BERT: Trader = { participantId: 'bert', kind: 'prosumer' };
const EVERYBODY = [UTILITY, RETAILER, ANNA, SOLAR, BERT];

/** Pairs that may trade, `seller>buyer`. */
const permitted = (relation: TradingRelation): string[] =>
    EVERYBODY.flatMap((seller) =>
        EVERYBODY.flatMap((buyer) => {
            try {
                demandRelation('electricity', relation, seller, buyer);
                return seller === buyer ? [] : [`${seller.participantId}>${buyer.participantId}`];
            } catch (error) {
                expect((error as MarketError).code).to.equal('RELATION_NOT_PERMITTED');
                return [];
            }
        }),
    );
const bothWays = (...pairs: readonly (readonly [string, string])[]): string[] =>
    pairs.flatMap(([left, right]) => [`${left}>${right}`, `${right}>${left}`]);

describe('a trading relation', () => {
    it('peer to peer is between anybody', () => {
        expect(permitted({ kind: 'peerToPeer' })).to.have.length(20);
    });

    it('with a single buyer is with that one on one side, whatever the others are', () => {
        expect(permitted({ kind: 'singleBuyer', buyerId: 'utility' })).to.have.members(
            bothWays(['utility', 'retail'], ['utility', 'anna'], ['utility', 'solar'], ['utility', 'bert']),
        );
    });

    it('of a pilot group is among its members, and with energy sellers for everybody', () => {
        const withSellers = bothWays(
            ['utility', 'retail'],
            ...['anna', 'solar', 'bert'].flatMap((id) => [['utility', id] as const, ['retail', id] as const]),
        );
        const memberIds = ['anna', 'solar'];
        expect(permitted({ kind: 'pilotGroup', memberIds })).to.have.members([
            ...withSellers,
            ...bothWays(['anna', 'solar']),
        ]);
        expect(permitted({ kind: 'pilotGroup', memberIds: [] })).to.have.members(withSellers);
    });

    it('knows no other kind of subject that trades with everybody', () => {
        const relation: TradingRelation = { kind: 'pilotGroup', memberIds: ['solar'] };
        for (const kind of PARTICIPANT_KINDS.filter((each) => each !== 'energySeller')) {
            expectRefusal(
                () => {
                    demandRelation('heat', relation, SOLAR, { participantId: 'other', kind });
                },
                'RELATION_NOT_PERMITTED',
                { carrier: 'heat', relation: 'pilotGroup', sellerId: 'solar', buyerId: 'other' },
            );
        }
    });
});

describe('the parties of an agreement', () => {
    const party = (trader: Trader): Participant => ({
        ...trader,
        sector: trader.kind === 'consumer' ? 'residential' : null,
        mspId: 'CommunityMSP',
        subjectHash: '',
        publicKey: '',
        beneficialOwnerMspId: null,
    });
    const parties = [RETAILER, ANNA, SOLAR, BERT].map(party);
    const rules = {
        ...RULES,
        carriers: {
            electricity: { ...ELECTRICITY_RULES, relation: { kind: 'singleBuyer', buyerId: 'anna' } as const },
            heat: ELECTRICITY_RULES,
        },
    };

    it('are related leg by leg as the rules of the carrier say', () => {
        const check = (...legs: ReturnType<typeof sampleLeg>[]): void =>
            checkRelations(sampleTerms({ legs }), parties, rules);
        check(sampleLeg(), sampleLeg({ carrier: 'heat', buyerId: 'bert' }));
        const operands = { carrier: 'electricity', relation: 'singleBuyer', sellerId: 'solar', buyerId: 'bert' };
        expectRefusal(() => check(sampleLeg(), sampleLeg({ buyerId: 'bert' })), 'RELATION_NOT_PERMITTED', operands);
    });

    it('are all known', () => {
        for (const known of ['solar', 'anna']) {
            const some = parties.filter(({ participantId }) => participantId === known);
            expectRefusal(() => checkRelations(sampleTerms(), some, rules), 'INVARIANT_BROKEN', {
                invariant: 'who sells or buys is a party',
            });
        }
    });
});
