import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { type AgreedOrder, Keeper, type Market, Screener, type ScreeningReport, versionKey } from '@commonwatt/client';
import { powerW } from '@commonwatt/chaincode/domain/units';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import { DEADLINE, negotiableTerms } from '../support/offer-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

const salted = (salt: string, energies: readonly bigint[]): Terms =>
    saleOf(energies, undefined, { salt: salt.repeat(32) });
const CENTRAL: Rules = {
    ...RULES,
    carriers: { ...RULES.carriers, electricity: { ...ELECTRICITY_RULES, screening: 'central' } },
};

let stub: StubMarket;
const as = (name: string): Market => clientOf(stub, name).market;
const conclude = (terms: Terms): Promise<unknown> =>
    stub.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, stub.people));
const stateOf = async (terms: Terms): Promise<string> =>
    (await as('anna').agreements.show(agreementIdOf(terms))).execution.state;

/** Steps of trades; slots that are over are settled beside them. */
const taken = async (keeper: Keeper): Promise<string[]> =>
    (await keeper.turn())
        .filter(({ step, refusal }) => !step.startsWith('settlement:') && refusal === null)
        .map(({ step }) => step.split(' ')[0] ?? '');

describe('a keeper', () => {
    beforeEach(async () => {
        stub = await StubMarket.ready();
    });

    it('concludes what everybody has accepted, and funds it', async () => {
        const keeper = new Keeper(as('stranger'));
        const terms = negotiableTerms();
        const offered = await as('solar').offers.make(terms);
        expect(await taken(keeper)).to.deep.equal([]);
        await as('anna').offers.accept(offered.value, 'anna');
        expect(await taken(keeper)).to.deep.equal(['agreement:conclude']);
        expect(await taken(keeper)).to.deep.equal(['agreement:fund']);
        expect(await stateOf(terms)).to.equal('inForce');
        expect(await taken(keeper)).to.deep.equal([]);
    });

    it('closes offers whose deadline has passed, and leaves accepted ones that are too late', async () => {
        const keeper = new Keeper(as('stranger'));
        const { offerId } = (await as('solar').offers.make(negotiableTerms())).value;
        const late = await as('solar').offers.make(negotiableTerms());
        await as('anna').offers.accept(late.value, 'anna');
        await stub.advance(FIRST_SLOT, DEADLINE);
        expect(await taken(keeper)).to.deep.equal(['offer:expire']);
        expect((await as('anna').offers.show(offerId)).state).to.equal('expired');
        expect(await taken(keeper)).to.deep.equal([]);
    });

    it('asks for all verdicts together, and for the terms of an agreement once', async () => {
        const { market, transport } = clientOf(stub, 'stranger');
        const keeper = new Keeper(market);
        const terms = ['a1', 'a2', 'a3', 'a4', 'a5'].map((salt) => salted(salt, [3_000n, 3_000n, 3_000n, 3_000n]));
        for (const each of terms) {
            await conclude(each); // beyond the standing verdict: they wait
        }
        expect(await taken(keeper)).to.deep.equal([]);
        const count = (verb: string): number => transport.evaluated.filter((each) => each === verb).length;
        expect([count('agreement:show'), count('registry:look-up')]).to.deep.equal([5, 1]);
        await keeper.turn();
        expect([count('agreement:show'), count('registry:look-up')]).to.deep.equal([5, 2]);
        expect(count('verdict:show') + count('amendment:show')).to.equal(0);
        const before = transport.evaluated.length;
        await keeper.turn();
        expect(transport.evaluated.length - before, 'queries of a turn in which nothing has changed').to.be.below(20);
    });

    it('tries what is refused ever more rarely', async () => {
        const keeper = new Keeper(as('stranger'));
        const limit = { importMaxW: powerW(0n), exportMaxW: powerW(0n) };
        const set = commands.setConnection(stub.who('dispatcher'), limit);
        await stub.do('dispatcher', 'exchange', 'connection:set', set);
        await conclude(salted('a1', [100n]));
        const refused: boolean[] = [];
        for (let turn = 0; turn < 8; turn += 1) {
            const reports = await keeper.turn();
            refused.push(reports.some(({ refusal }) => refusal?.code === 'CONNECTION_OVERLOADED'));
        }
        expect(refused).to.deep.equal([true, true, false, true, false, false, false, true]);
    });

    it('waits for the operator where the carrier is screened centrally', async () => {
        stub = await StubMarket.ready(CHARTER, CENTRAL);
        const keeper = new Keeper(as('stranger'));
        const terms = salted('a1', [100n]);
        await conclude(terms);
        expect(await taken(keeper)).to.deep.equal([]);
        const { agreement } = await as('anna').agreements.show(agreementIdOf(terms));
        await as('dispatcher').screenings.admit(agreement, 'electricity', 'fitsNetwork');
        expect(await taken(keeper)).to.deep.equal(['agreement:fund']);
    });
});

describe('a screener', () => {
    /** The order in which the channel in memory took them. */
    const order: AgreedOrder = {
        positions: () => {
            const keys = stub.ledger.events.flatMap(({ name, payload }) => {
                const { agreementId, version } = JSON.parse(payload) as { agreementId: string; version: number };
                const isAgreed = name === 'AgreementConcluded/1' || name === 'AmendmentProposed/1';
                return isAgreed ? [versionKey(agreementId, version)] : [];
            });
            return Promise.resolve(new Map(keys.map((key, position) => [key, position])));
        },
    };
    let screener: Screener;

    const screened = async (...terms: readonly Terms[]): Promise<unknown[]> => {
        const ids = terms.map(agreementIdOf);
        return (await screener.turn()).map((report: ScreeningReport) => [
            ids.indexOf(report.agreementId),
            report.version,
            report.decision,
            report.refusal?.code ?? null,
        ]);
    };
    const fund = (terms: Terms, folds: Readonly<Record<string, readonly string[]>> = {}): Promise<unknown> =>
        stub.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary', folds));
    const FOLDS = { solar: ['deposit.pay-solar'], anna: ['deposit.pay-anna'] };

    beforeEach(async () => {
        stub = await StubMarket.ready(CHARTER, CENTRAL);
        const limit = { importMaxW: powerW(1_600n), exportMaxW: powerW(1_600n) };
        const set = commands.setConnection(stub.who('dispatcher'), limit);
        await stub.do('dispatcher', 'exchange', 'connection:set', set);
        screener = new Screener(as('dispatcher'), order);
    });

    it('admits what fits jointly in the order in which it was agreed, and refuses the rest', async () => {
        const terms = [salted('a1', [300n]), salted('a2', [200n]), salted('a3', [100n]), salted('a4', [1n])];
        for (const each of terms) {
            await conclude(each);
        }
        expect(await screened(...terms)).to.deep.equal([
            [0, 1, 'admitted', null],
            [1, 1, 'refused', null],
            [2, 1, 'admitted', null],
            [3, 1, 'refused', null],
        ]);
        expect(await screened(...terms), 'each once').to.deep.equal([]);
        const { statement } = await as('anna').screenings.show(agreementIdOf(salted('a2', [200n])), 1, 'electricity');
        expect(statement.reasonCode).to.equal('connectionOverloaded');
    });

    it('counts what is in force and what is admitted, also by another screener', async () => {
        const [first, second, third] = [salted('a1', [300n]), salted('a2', [100n]), salted('a3', [1n])];
        await conclude(first);
        await screened();
        await fund(first, FOLDS);
        await conclude(second);
        expect(await screened(second)).to.deep.equal([[0, 1, 'admitted', null]]);
        screener = new Screener(as('dispatcher'), order);
        await conclude(third);
        const [report] = await screener.turn();
        expect(report?.overload).to.deep.include({ connectionPoint: 'bus-1', side: 'import', slot: FIRST_SLOT });
        expect([report?.overload?.['energyWh'], report?.overload?.['limitWh']]).to.deep.equal([401n, 400n]);
    });

    it('lets what the regulator has not approved take nothing', async () => {
        const large = salted('a1', [400n, 3_000n, 3_000n, 3_000n, 3_000n]); // beyond the standing verdict
        const small = salted('a2', [400n]);
        await conclude(large);
        await conclude(small);
        expect(await screened(large, small)).to.deep.equal([[1, 1, 'admitted', null]]);
        const { agreement } = await as('anna').agreements.show(agreementIdOf(large));
        await as('reviewer').verdicts.approve(agreement, 'reviewed');
        expect(await screened(large, small)).to.deep.equal([[0, 1, 'refused', null]]);
    });

    it('screens amendments by what they add', async () => {
        const terms = salted('a1', [300n, 300n]);
        await conclude(terms);
        await screened(terms);
        await fund(terms, FOLDS);
        const propose = (version: number, energies: readonly bigint[]): Promise<unknown> => {
            const next: Terms = { ...following(terms, salted('a1', energies)), version };
            const command = commands.proposeAmendment(agreementIdOf(terms), next, stub.people);
            return stub.do('stranger', 'exchange', 'amendment:propose', command);
        };
        await propose(2, [400n, 100n]);
        await conclude(salted('a2', [0n, 300n])); // would fit once the amendment has made room, not before
        expect(await screened(terms, salted('a2', [0n, 300n]))).to.deep.equal([
            [0, 2, 'admitted', null],
            [1, 1, 'refused', null],
        ]);
        const enact = commands.enact(agreementIdOf(terms), 2, FIRST_SLOT);
        await stub.do('stranger', 'exchange', 'amendment:enact', enact);
        await conclude(salted('a3', [0n, 300n]));
        expect(await screened(salted('a3', [0n, 300n]))).to.deep.equal([[0, 1, 'admitted', null]]);
    });

    it('takes an amendment of what it has refused for what it is', async () => {
        const terms = salted('a1', [500n]);
        await conclude(terms);
        expect(await screened(terms)).to.deep.equal([[0, 1, 'refused', null]]);
        const next = following(terms, salted('a1', [400n]));
        await stub.do(
            'stranger',
            'exchange',
            'amendment:propose',
            commands.proposeAmendment(agreementIdOf(terms), next, stub.people),
        );
        expect(await screened(terms)).to.deep.equal([[0, 2, 'admitted', null]]);
        await conclude(salted('a2', [1n]));
        expect(await screened(salted('a2', [1n]))).to.deep.equal([[0, 1, 'refused', null]]);
    });

    it('tells what the ledger refuses', async () => {
        await conclude(salted('a1', [100n]));
        screener = new Screener(as('anna'), order);
        expect(await screened(salted('a1', [100n]))).to.deep.equal([[0, 1, 'admitted', 'CALLER_NOT_SEATED']]);
    });
});
