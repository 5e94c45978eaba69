import { Readable } from 'node:stream';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { Keeper, type Market, Screener, type ScreeningReport } from '@commonwatt/client';
import { powerW } from '@commonwatt/chaincode/domain/units';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import { apart, registerFarPoint } from '../support/far-point.js';
import * as commands from '../support/market-commands.js';
import { DEADLINE, negotiableTerms } from '../support/offer-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
import { blockOf } from '../support/stub-blocks.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

const salted = (salt: string, energies: readonly bigint[]): Terms =>
    saleOf(energies, undefined, { salt: salt.repeat(32) });
const CENTRAL: Rules = {
    ...RULES,
    carriers: { ...RULES.carriers, electricity: { ...ELECTRICITY_RULES, screening: 'central' } },
};

/** Beyond the standing verdict. */
const LARGE = [3_000n, 3_000n, 3_000n, 3_000n];
const isListing = (verb: string): boolean => /list|reopened|departures/.test(verb);

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

    it('ends what was rejected a second after its funding under a standing verdict', async () => {
        const keeper = new Keeper(as('stranger'));
        const terms = salted('a7', [100n, 100n]);
        await conclude(terms);
        const { agreement } = await as('reviewer').agreements.show(agreementIdOf(terms));
        expect(await taken(keeper)).to.deep.equal(['agreement:fund']);
        await as('reviewer').verdicts.reject(agreement, 'priceBeyondLimit');
        expect(await taken(keeper)).to.deep.equal(['agreement:release']);
        expect(await stateOf(terms)).to.equal('terminated');
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
        await stub.deposit('anna', DEPOSIT_NANO, 'pay-more');
        const terms = ['a1', 'a2', 'a3', 'a4', 'a5'].map((salt) => salted(salt, LARGE));
        for (const each of terms) {
            await conclude(each); // beyond the standing verdict: they wait
        }
        expect(await taken(keeper)).to.deep.equal([]);
        const count = (verb: string): number => transport.evaluated.filter((each) => each === verb).length;
        expect([count('agreement:show'), count('registry:look-up')]).to.deep.equal([5, 1]);
        await keeper.turn();
        expect([count('agreement:show'), count('registry:look-up')]).to.deep.equal([5, 2]);
        expect(count('verdict:show') + count('amendment:show')).to.equal(0);
    });

    it('asks in a turn for what is open and new, however much has been before', async () => {
        const { market, transport } = clientOf(stub, 'stranger');
        const keeper = new Keeper(market);
        const asked = async (): Promise<readonly string[]> => {
            const before = transport.evaluated.length;
            await keeper.turn();
            return transport.evaluated.slice(before);
        };
        await conclude(salted('a0', LARGE)); // it stays open: nobody reviews it
        const first = await asked();
        const idle = await asked();
        expect(first.filter(isListing)).to.include.members(['offer:list', 'agreement:list', 'rules:list']);
        expect(new Set(first.filter(isListing)), 'each once').to.have.property('size', first.filter(isListing).length);
        expect(idle.filter(isListing)).to.deep.equal([]);
        expect(idle.length).to.be.below(10);
        const past = ['a1', 'a2', 'a3', 'a4'].map((salt) => salted(salt, LARGE));
        for (const terms of past) {
            await conclude(terms);
            const { agreement } = await as('anna').agreements.show(agreementIdOf(terms));
            await as('reviewer').verdicts.reject(agreement, 'notWanted');
            await stub.do(
                'stranger',
                'exchange',
                'agreement:lapse',
                canonicalJson({ agreementId: agreementIdOf(terms) }),
            );
        }
        expect(await asked(), 'what has begun and ended between two turns').to.deep.equal(idle);
        const next = salted('a5', LARGE);
        await conclude(next);
        const besidesClock = (verbs: readonly string[]): string[] => verbs.filter((verb) => verb !== 'clock:show');
        const once = ['agreement:show', 'charter:show', 'admission:run'];
        expect(besidesClock(await asked()), 'one more').to.have.members([...besidesClock(idle), ...once]);
        expect(await asked()).to.deep.equal(idle);
        const { agreement } = await as('anna').agreements.show(agreementIdOf(next));
        await as('reviewer').verdicts.approve(agreement, 'reviewed');
        expect(await taken(keeper)).to.deep.equal(['agreement:fund']);
    });

    it('misses nothing where streams break off and peers answer from the past', async () => {
        const { market, transport } = clientOf(stub, 'stranger');
        const behind = clientOf(stub.copy(), 'stranger').transport;
        const terms = ['a1', 'a2', 'a3'].map((salt) => salted(salt, [100n]));
        for (const each of terms) {
            await conclude(each);
        }
        const [evaluate, blocks] = [transport.evaluate.bind(transport), transport.blocks.bind(transport)];
        transport.evaluate = (call) => behind.evaluate(call);
        transport.blocks = async (fromBlock) => {
            const whole = await blocks(fromBlock);
            return Object.assign(Readable.from(whole).take(8), { close: () => undefined });
        };
        const keeper = new Keeper(market);
        expect(await taken(keeper), 'a peer that knows nothing of the agreements').to.deep.equal([]);
        transport.evaluate = evaluate;
        expect(await taken(keeper)).to.deep.equal(terms.map(() => 'agreement:fund'));
        expect(await taken(keeper)).to.deep.equal([]);
    });

    it('takes nothing from transactions that are invalid', async () => {
        const { market, transport } = clientOf(stub, 'stranger');
        const terms = salted('a1', [100n]);
        await conclude(terms);
        const keeper = new Keeper(market);
        expect(await taken(keeper)).to.deep.equal(['agreement:fund']);
        const [concluded] = stub.ledger.transactions.filter(({ event }) => event?.name === 'AgreementConcluded/1');
        expect(await taken(keeper)).to.deep.equal([]);
        const blockNumber = stub.ledger.height + 1;
        const again = blockOf({ ...(concluded ?? missing()), blockNumber }, 'MVCC_READ_CONFLICT');
        transport.height = () => Promise.resolve(blockNumber + 1);
        transport.blocks = () => Promise.resolve(Object.assign(Readable.from([again]), { close: () => undefined }));
        expect(await taken(keeper), 'it is in force, whatever was tried since').to.deep.equal([]);
    });

    it('tries what is refused ever more rarely', async () => {
        const keeper = new Keeper(as('stranger'));
        const limit = { importMaxW: powerW(0n), exportMaxW: powerW(0n) };
        const set = commands.setConnection(stub.who('dispatcher'), limit);
        await stub.do('dispatcher', 'exchange', 'connection:set', set);
        await registerFarPoint(stub);
        await conclude(apart(salted('a1', [100n])));
        const refused: boolean[] = [];
        for (let turn = 0; turn < 8; turn += 1) {
            const reports = await keeper.turn();
            refused.push(reports.some(({ refusal }) => refusal?.code === 'CAPACITY_MISSING'));
        }
        expect(refused).to.deep.equal([true, true, false, true, false, false, false, true]);
    });

    it('has capacity set aside as soon as something is concluded, and given back when it is over', async () => {
        await registerFarPoint(stub);
        const keeper = new Keeper(as('stranger'));
        const limit = { importMaxW: powerW(1_600n), exportMaxW: powerW(0n) };
        const set = commands.setConnection(stub.who('dispatcher'), limit);
        await stub.do('dispatcher', 'exchange', 'connection:set', set);
        const ordinary = apart(salted('a2', [100n]));
        await conclude(apart(saleOf([300n], [900_000n], { salt: 'a1'.repeat(32) }))); // beyond the standing verdict: it waits
        await conclude(ordinary);
        expect(await taken(keeper)).to.include('admission:run');
        expect(await stateOf(ordinary)).to.equal('inForce');
        const held = async (): Promise<bigint | undefined> => {
            const { importWh, firstSlot } = await as('anna').admissions.loading(
                'electricity',
                'anna-point',
                FIRST_SLOT,
            );
            return importWh[FIRST_SLOT - firstSlot];
        };
        expect(await held()).to.equal(400n);
        const cancel = commands.cancel(ordinary, FIRST_SLOT, stub.people);
        await stub.do('stranger', 'exchange', 'agreement:cancel', cancel);
        expect(await taken(keeper)).to.deep.equal(['admission:run']);
        expect(await held()).to.equal(300n);
        expect(await taken(keeper)).to.deep.equal([]);
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
    let screener: Screener;
    const far = (salt: string, energies: readonly bigint[]): Terms => apart(salted(salt, energies));

    const screened = async (...terms: readonly Terms[]): Promise<unknown[]> => {
        const ids = terms.map(agreementIdOf);
        return (await screener.turn()).map((report: ScreeningReport) => [
            ids.indexOf(report.agreementId),
            report.version,
            report.decision,
            report.refusal?.code ?? null,
        ]);
    };
    const fund = (terms: Terms): Promise<unknown> =>
        stub.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));

    beforeEach(async () => {
        stub = await StubMarket.ready(CHARTER, CENTRAL);
        const limit = { importMaxW: powerW(1_600n), exportMaxW: powerW(1_600n) };
        const set = commands.setConnection(stub.who('dispatcher'), limit);
        await stub.do('dispatcher', 'exchange', 'connection:set', set);
        await registerFarPoint(stub);
        screener = new Screener(as('dispatcher'));
    });

    it('admits what fits jointly in the order in which it was agreed, and refuses the rest', async () => {
        const terms = [far('a1', [300n]), far('a2', [200n]), far('a3', [100n]), far('a4', [1n])];
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
        const { statement } = await as('anna').screenings.show(agreementIdOf(far('a2', [200n])), 1, 'electricity');
        expect(statement.reasonCode).to.equal('connectionOverloaded');
    });

    it('counts what is in force and what is admitted, also by another screener', async () => {
        const [first, second, third] = [far('a1', [300n]), far('a2', [100n]), far('a3', [1n])];
        await conclude(first);
        await screened();
        await fund(first);
        await conclude(second);
        expect(await screened(second)).to.deep.equal([[0, 1, 'admitted', null]]);
        screener = new Screener(as('dispatcher'));
        await conclude(third);
        const [report] = await screener.turn();
        expect(report?.overload).to.deep.include({ connectionPoint: 'bus-1', side: 'import', slot: FIRST_SLOT });
        expect([report?.overload?.['energyWh'], report?.overload?.['limitWh']]).to.deep.equal(['401', '400']);
    });

    it('lets what the regulator has not approved take nothing', async () => {
        const large = far('a1', [400n, ...LARGE]); // beyond the standing verdict
        const small = far('a2', [400n]);
        await conclude(large);
        await conclude(small);
        expect(await screened(large, small)).to.deep.equal([[1, 1, 'admitted', null]]);
        const { agreement } = await as('anna').agreements.show(agreementIdOf(large));
        await as('reviewer').verdicts.approve(agreement, 'reviewed');
        expect(await screened(large, small)).to.deep.equal([[0, 1, 'refused', null]]);
    });

    it('screens amendments by what they add', async () => {
        const terms = far('a1', [300n, 300n]);
        await conclude(terms);
        await screened(terms);
        await fund(terms);
        const propose = (version: number, energies: readonly bigint[]): Promise<unknown> => {
            const next: Terms = { ...following(terms, far('a1', energies)), version };
            const command = commands.proposeAmendment(agreementIdOf(terms), next, stub.people);
            return stub.do('stranger', 'exchange', 'amendment:propose', command);
        };
        await propose(2, [400n, 100n]);
        await conclude(far('a2', [0n, 300n])); // would fit once the amendment has made room, not before
        expect(await screened(terms, far('a2', [0n, 300n]))).to.deep.equal([
            [0, 2, 'admitted', null],
            [1, 1, 'refused', null],
        ]);
        const enact = commands.enact(agreementIdOf(terms), 2, FIRST_SLOT);
        await stub.do('stranger', 'exchange', 'amendment:enact', enact);
        await conclude(far('a3', [0n, 300n]));
        expect(await screened(far('a3', [0n, 300n]))).to.deep.equal([[0, 1, 'admitted', null]]);
    });

    it('takes an amendment of what it has refused for what it is', async () => {
        const terms = far('a1', [500n]);
        await conclude(terms);
        expect(await screened(terms)).to.deep.equal([[0, 1, 'refused', null]]);
        const next = following(terms, far('a1', [400n]));
        await stub.do(
            'stranger',
            'exchange',
            'amendment:propose',
            commands.proposeAmendment(agreementIdOf(terms), next, stub.people),
        );
        expect(await screened(terms)).to.deep.equal([[0, 2, 'admitted', null]]);
        await conclude(far('a2', [1n]));
        expect(await screened(far('a2', [1n]))).to.deep.equal([[0, 1, 'refused', null]]);
    });

    it('tells what the ledger refuses', async () => {
        await conclude(far('a1', [100n]));
        screener = new Screener(as('anna'));
        expect(await screened(far('a1', [100n]))).to.deep.equal([[0, 1, 'admitted', 'CALLER_NOT_SEATED']]);
    });
});

function missing(): never {
    throw new Error('nothing was concluded');
}
