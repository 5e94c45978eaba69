import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import type { RequirementStatement } from '@commonwatt/chaincode/domain/requirement';
import { agreementIdOf, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import type { WireError } from '@commonwatt/chaincode/wire/errors';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import type { Endorsement } from '@commonwatt/chaincode/ledger-double';
import * as commands from '../support/market-commands.js';
import { negotiableTerms, OfferMoves, openTerms } from '../support/offer-commands.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

let market: StubMarket;

const publish = (changes: Partial<RequirementStatement> = {}): Promise<Endorsement> => {
    const command = commands.publishRequirement(market.who('dispatcher'), changes);
    return market.do('dispatcher', 'exchange', 'requirement:publish', command);
};
const concluding = (terms: Terms): string => commands.conclude(terms, market.people);
const conclude = (terms: Terms): Promise<Endorsement> =>
    market.do('stranger', 'exchange', 'agreement:conclude', concluding(terms));
const refused = async (terms: Terms): Promise<unknown> =>
    (await market.refused('REQUIREMENT_NOT_MET', 'stranger', 'exchange', 'agreement:conclude', concluding(terms)))
        .operands['requirement'];
/** Delivered from a slot on; void when that slot begins. */
const saleFrom = (firstSlot: number, energies: readonly bigint[] = [100n]): Terms =>
    saleOf(energies, undefined, { firstSlot, concludeBeforeSlot: firstSlot });

beforeEach(async () => {
    market = await StubMarket.ready();
});

describe('exchange: requirement', () => {
    it("is published by the carrier's dispatcher, version by version", async () => {
        const tried = (code: ErrorCode, name: string, command: string): Promise<WireError> =>
            market.refused(code, name, 'exchange', 'requirement:publish', command);
        const dispatcher = market.who('dispatcher');
        const foreign = commands.publishRequirement(market.who('anna'));
        await tried('CALLER_NOT_SEATED', 'anna', foreign);
        await tried('SIGNATURE_INVALID', 'dispatcher', foreign);
        await tried('REQUIREMENT_CONFLICT', 'dispatcher', commands.publishRequirement(dispatcher, { version: 2 }));
        await publish();
        expect((await publish()).writes).to.deep.equal([]);
        const other = commands.publishRequirement(dispatcher, { leadTimeSlots: 1 });
        expect((await tried('REQUIREMENT_CONFLICT', 'dispatcher', other)).operands).to.include({ version: 1 });
        await publish({ version: 2, leadTimeSlots: 1 });
        const query = JSON.stringify({ carrier: 'electricity' });
        expect(await market.ask('exchange', 'requirement:show', query)).to.nested.include({ 'statement.version': 2 });
        const all = (await market.ask('exchange', 'requirement:list', '{"bookmark":"","pageSize":9}')) as object;
        expect(all).to.have.property('items').with.length(1);
    });

    it('asks for consent to curtailment above an energy, of its carrier only', async () => {
        await publish({ carrier: 'heat' });
        await conclude(saleOf([401n]));
        await publish();
        await conclude(saleOf([400n]));
        expect(await refused(saleOf([0n, 401n]))).to.equal('curtailableAboveWh');
        await conclude(saleOf([0n, 401n], undefined, { curtailable: true }));
        await publish({ version: 2, curtailableAboveWh: null });
        await conclude(saleOf([402n]));
    });

    it('bounds the tolerance', async () => {
        await publish();
        await conclude(saleOf([1n], undefined, { toleranceBp: 500 }));
        expect(await refused(saleOf([1n], undefined, { toleranceBp: 501 }))).to.equal('toleranceBpMax');
    });

    it('asks for time between conclusion and delivery, even of what was endorsed in time', async () => {
        await publish({ leadTimeSlots: 2 });
        const terms = saleFrom(FIRST_SLOT + 4);
        const late = await market.endorse('stranger', 'exchange', 'agreement:conclude', concluding(terms));
        expect(late.status, late.message).to.equal(200);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await conclude({ ...terms, salt: '01'.repeat(32) });
        await market.advance(FIRST_SLOT + 2);
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
        expect(await refused(terms)).to.equal('leadTimeSlots');
        await conclude(saleFrom(FIRST_SLOT + 5));
    });

    it('holds for what is under way when it is published', async () => {
        const late = await market.endorse('stranger', 'exchange', 'agreement:conclude', concluding(saleOf([401n])));
        await publish();
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
    });

    it('holds for offers, open ones too', async () => {
        await publish({ toleranceBpMax: 0, curtailableAboveWh: null });
        const moves = new OfferMoves(market);
        for (const terms of [negotiableTerms({ toleranceBp: 1 }), openTerms({ toleranceBp: 1 })]) {
            const command = moves.makeCommand({ answersId: null, terms }, 1);
            await market.refused('REQUIREMENT_NOT_MET', 'solar', 'exchange', 'offer:make', command);
        }
        const offered = await moves.make(negotiableTerms({ toleranceBp: 0 }));
        const counter = { ...negotiableTerms({ toleranceBp: 1 }), proposerId: 'anna' };
        const command = moves.counterCommand(offered.offerId, 2, counter);
        await market.refused('REQUIREMENT_NOT_MET', 'anna', 'exchange', 'offer:counter', command);
        await publish({ version: 2, leadTimeSlots: 9, toleranceBpMax: 0 });
        const accept = moves.acceptCommand(offered, 'anna');
        await market.refused('REQUIREMENT_NOT_MET', 'anna', 'exchange', 'offer:accept', accept);
    });

    it('holds for amendments, whose first changed slot is what has to be far enough', async () => {
        const four = saleOf([100n, 100n, 100n, 100n]);
        const agreementId = agreementIdOf(four);
        await conclude(four);
        await publish({ leadTimeSlots: 2 });
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(four, 'ordinary'));
        const propose = (version: number, energies: readonly bigint[], more: Partial<Terms> = {}): string => {
            const terms = { ...following(four, saleOf(energies)), version, previousHash: termsHashOf(four), ...more };
            return commands.proposeAmendment(agreementId, terms, market.people);
        };
        const proposed = (command: string): Promise<Endorsement> =>
            market.do('stranger', 'exchange', 'amendment:propose', command);
        const tooLarge = propose(2, [100n, 100n, 100n, 401n]);
        await market.refused('REQUIREMENT_NOT_MET', 'stranger', 'exchange', 'amendment:propose', tooLarge);
        await proposed(propose(3, [100n, 100n, 90n, 100n]));
        await proposed(propose(4, [100n, 100n, 100n, 90n]));
        await market.advance(FIRST_SLOT);
        const enact = (version: number): string => commands.enact(agreementId, version, FIRST_SLOT + 1);
        await market.refused('REQUIREMENT_NOT_MET', 'stranger', 'exchange', 'amendment:enact', enact(3));
        const soon = propose(5, [100n, 100n, 80n, 100n]);
        await market.refused('REQUIREMENT_NOT_MET', 'stranger', 'exchange', 'amendment:propose', soon);
        await market.do('stranger', 'exchange', 'amendment:enact', enact(4));
    });
});
