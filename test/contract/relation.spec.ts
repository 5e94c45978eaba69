import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { TradingRelation } from '@commonwatt/chaincode/domain/relation';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import { negotiableTerms, OfferMoves, firstRound } from '../support/offer-commands.js';
import { carry, enactProposal, nextRules, proposalOf, seatVoters } from '../support/proposal-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const rulesWith = (relation: TradingRelation): typeof RULES => ({
    ...RULES,
    carriers: { ...RULES.carriers, electricity: { ...ELECTRICITY_RULES, relation } },
});
const SINGLE_BUYER: TradingRelation = { kind: 'singleBuyer', buyerId: 'retail' };

/** From `solar` to one of the others. */
const saleTo = (buyerId: string, changes: Partial<Terms> = {}): Terms => {
    const parties = ['solar', buyerId].map((participantId) => ({ participantId, lane: 0 }));
    const leg = sampleLeg({ buyerId, buyerPoint: `${buyerId}-point` });
    return saleOf([300n, 200n], undefined, { parties, legs: [leg], ...changes });
};

async function concluded(market: StubMarket, terms: Terms): Promise<'concluded' | 'RELATION_NOT_PERMITTED'> {
    const command = commands.conclude(terms, market.people);
    const { status, message } = await market.endorse('stranger', 'exchange', 'agreement:conclude', command);
    if (status === 200) {
        return 'concluded';
    }
    expect(message).to.match(/^RELATION_NOT_PERMITTED /);
    return 'RELATION_NOT_PERMITTED';
}

describe('exchange: permitted trading relations', () => {
    it('decide who concludes with whom', async () => {
        const market = await StubMarket.ready(CHARTER, rulesWith(SINGLE_BUYER));
        expect(await concluded(market, saleTo('anna'))).to.equal('RELATION_NOT_PERMITTED');
        expect(await concluded(market, saleTo('retail'))).to.equal('concluded');
        const pilot = await StubMarket.ready(CHARTER, rulesWith({ kind: 'pilotGroup', memberIds: ['anna', 'solar'] }));
        expect(await concluded(pilot, saleTo('anna'))).to.equal('concluded');
        expect(await concluded(pilot, saleTo('bert'))).to.equal('RELATION_NOT_PERMITTED');
        expect(await concluded(pilot, saleTo('retail'))).to.equal('concluded');
    });

    it('are asked of every leg, by its own carrier', async () => {
        const market = await StubMarket.ready(CHARTER, rulesWith(SINGLE_BUYER));
        const parties = ['solar', 'anna', 'retail'].map((participantId) => ({ participantId, lane: 0 }));
        const permitted = sampleLeg({ buyerId: 'retail', buyerPoint: 'retail-point' });
        const refused = sampleLeg({ sellerId: 'retail', sellerPoint: 'retail-point' });
        const through = saleOf([300n, 200n], undefined, { parties, legs: [permitted, refused] });
        expect(await concluded(market, through)).to.equal('concluded');
        const direct = { ...through, legs: [permitted, refused, sampleLeg()] };
        expect(await concluded(market, direct)).to.equal('RELATION_NOT_PERMITTED');
        await market.registerMeter('solar', 'heat', true);
        await market.registerMeter('anna', 'heat', true);
        const heat = sampleLeg({ carrier: 'heat', sellerPoint: 'solar-heat', buyerPoint: 'anna-heat' });
        expect(await concluded(market, { ...through, legs: [permitted, refused, heat] })).to.equal('concluded');
    });

    it('are asked of offers between named parties already', async () => {
        const market = await StubMarket.ready(CHARTER, rulesWith(SINGLE_BUYER));
        const command = new OfferMoves(market).makeCommand(firstRound(negotiableTerms()), 0);
        await market.refused('RELATION_NOT_PERMITTED', 'solar', 'exchange', 'offer:make', command);
    });

    it('leave what was concluded before, until it is amended', async () => {
        const market = await StubMarket.ready();
        await seatVoters(market);
        const slots = { firstSlot: FIRST_SLOT + 9, concludeBeforeSlot: FIRST_SLOT + 9 };
        const old = saleTo('anna', slots);
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(old, market.people));
        const change = proposalOf(nextRules({ relation: SINGLE_BUYER }));
        await carry(market, change);
        await market.advance(FIRST_SLOT, change.voteUntilSlot);
        await market.do('stranger', 'exchange', 'proposal:enact', enactProposal(change));
        const amended = (rulesVersion: number): string => {
            const next = following(
                old,
                { ...old, slotCount: 2 },
                { concludeBeforeSlot: FIRST_SLOT + 10, rulesVersion },
            );
            const lowered = {
                ...next,
                legs: next.legs.map((leg) => ({ ...leg, energyWh: leg.energyWh.slice().reverse() })),
            };
            return commands.proposeAmendment(agreementIdOf(old), lowered, market.people);
        };
        expect((await market.endorse('stranger', 'exchange', 'amendment:propose', amended(1))).message).to.equal('');
        await market.advance(change.voteUntilSlot + 1, change.fromSlot);
        expect(await concluded(market, saleTo('anna', { ...slots, salt: '55'.repeat(32), rulesVersion: 2 }))).to.equal(
            'RELATION_NOT_PERMITTED',
        );
        await market.refused('RELATION_NOT_PERMITTED', 'stranger', 'exchange', 'amendment:propose', amended(2));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(old, 'ordinary'));
    });
});
