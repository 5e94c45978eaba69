import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Loading } from '@commonwatt/chaincode/domain/loading';
import type { Rules, ScreeningMode } from '@commonwatt/chaincode/domain/rules';
import { amountNano, energyWh, powerW, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { loadingCodec } from '@commonwatt/chaincode/wire/connection';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const screenedAs = (screening: ScreeningMode): Rules => ({
    ...RULES,
    carriers: { ...RULES.carriers, electricity: { ...ELECTRICITY_RULES, screening } },
});

let market: StubMarket;
const dispatcher = (): ReturnType<StubMarket['who']> => market.who('dispatcher');

/** 400 W are 100 Wh in a slot. */
async function limit(importMaxW: bigint, exportMaxW: bigint, sequence = 1, connectionPoint = 'bus-1'): Promise<void> {
    const changes = { connectionPoint, sequence, importMaxW: powerW(importMaxW), exportMaxW: powerW(exportMaxW) };
    await market.do('dispatcher', 'exchange', 'connection:set', commands.setConnection(dispatcher(), changes));
}

async function conclude(terms: Terms): Promise<void> {
    await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
}

async function fund(terms: Terms): Promise<ReturnType<StubMarket['do']>> {
    await conclude(terms);
    return market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));
}

async function fundRefused(code: Parameters<StubMarket['refused']>[0], terms: Terms): Promise<unknown> {
    await conclude(terms);
    const command = commands.fund(terms, 'ordinary');
    return (await market.refused(code, 'stranger', 'exchange', 'agreement:fund', command)).operands;
}

async function loading(connectionPoint = 'bus-1'): Promise<Loading> {
    const query = canonicalJson({ carrier: 'electricity', connectionPoint, slot: FIRST_SLOT });
    return loadingCodec.fromJson((await market.ask('exchange', 'connection:loading', query)) as never);
}

/** Imports and exports in force in the first slots. */
async function inForce(connectionPoint = 'bus-1', slots = 2): Promise<bigint[][]> {
    const { flows, firstSlot } = await loading(connectionPoint);
    const from = FIRST_SLOT - firstSlot;
    return flows.slice(from, from + slots).map(({ importWh, exportWh }) => [importWh, exportWh]);
}

const salted = (salt: string, energies: readonly bigint[], more: Partial<Terms> = {}): Terms =>
    saleOf(energies, undefined, { salt: salt.repeat(32), ...more });

async function begin(screening: ScreeningMode): Promise<void> {
    market = await StubMarket.ready(CHARTER, screenedAs(screening));
}

describe('exchange: connection set', () => {
    beforeEach(() => begin('distributed'));

    it('is the dispatcher’s signed statement, one after the other', async () => {
        const { writes, event } = await market.do(
            'dispatcher',
            'exchange',
            'connection:set',
            commands.setConnection(dispatcher()),
        );
        expect(writes.map(({ key }) => key)).to.deep.equal(['connection/electricity/bus-1']);
        expect(event?.name).to.equal('ConnectionSet/1');
        await limit(8n, 8n, 2);
        const stale = commands.setConnection(dispatcher(), { sequence: 2 });
        const refused = await market.refused('CONNECTION_CONFLICT', 'dispatcher', 'exchange', 'connection:set', stale);
        expect(refused.operands).to.deep.equal({ carrier: 'electricity', connectionPoint: 'bus-1', sequence: 2 });
        const query = canonicalJson({ carrier: 'electricity', connectionPoint: 'bus-1' });
        const history = (await market.ask('exchange', 'connection:history', query)) as { connection: object }[];
        expect(history.map(({ connection }) => connection)).to.have.length(2);
        expect(await market.ask('exchange', 'connection:show', query)).to.deep.include({
            statement: {
                carrier: 'electricity',
                connectionPoint: 'bus-1',
                sequence: 2,
                importMaxW: '8',
                exportMaxW: '8',
                reasonCode: 'ratedCapacity',
            },
        });
    });

    it('is refused from others, with another key, or of a slot that is not the next', async () => {
        const set = (name: string, command: string, code: Parameters<StubMarket['refused']>[0]): Promise<unknown> =>
            market.refused(code, name, 'exchange', 'connection:set', command);
        await set('anna', commands.setConnection(dispatcher()), 'CALLER_NOT_SEATED');
        await set('reviewer', commands.setConnection(dispatcher()), 'CALLER_NOT_SEATED');
        await set('dispatcher', commands.setConnection(market.who('anna')), 'SIGNATURE_INVALID');
        await set('dispatcher', commands.setConnection(dispatcher(), {}, FIRST_SLOT + 1), 'SLOT_NOT_OVER');
        await market.advance(FIRST_SLOT);
        await set('dispatcher', commands.setConnection(dispatcher(), {}, FIRST_SLOT), 'SLOT_BEGUN');
    });

    it('counts what is in force when it is the first, and lets an excess stand', async () => {
        await fund(salted('a1', [300n, 200n]));
        await fund(salted('a2', [50n, 0n]));
        await conclude(salted('a3', [90n, 90n]));
        expect(await inForce()).to.deep.equal([
            [0n, 0n],
            [0n, 0n],
        ]);
        await limit(400n, 4_000n);
        expect(await inForce()).to.deep.equal([
            [350n, 350n],
            [200n, 200n],
        ]);
        await market.do(
            'stranger',
            'exchange',
            'agreement:cancel',
            commands.cancel(salted('a1', [300n, 200n]), FIRST_SLOT, market.people),
        );
        expect(await inForce()).to.deep.equal([
            [50n, 50n],
            [0n, 0n],
        ]);
    });

    it('counts from the next slot on', async () => {
        await fund(salted('a1', [300n, 200n]));
        await market.advance(FIRST_SLOT);
        const command = commands.setConnection(dispatcher(), {}, FIRST_SLOT + 1);
        await market.do('dispatcher', 'exchange', 'connection:set', command);
        expect(await inForce()).to.deep.equal([
            [0n, 0n],
            [200n, 200n],
        ]);
    });

    for (const first of ['funding', 'setting'] as const) {
        it(`that is the first and funding there at the same time do not miss each other: ${first} comes first`, async () => {
            const terms = salted('a1', [300n, 200n]);
            await conclude(terms);
            const set = commands.setConnection(dispatcher());
            const fundCommand = commands.fund(terms, 'ordinary');
            const setting = await market.endorse('dispatcher', 'exchange', 'connection:set', set);
            const funding = await market.endorse('stranger', 'exchange', 'agreement:fund', fundCommand);
            const [one, other] = first === 'funding' ? [funding, setting] : [setting, funding];
            expect(market.ledger.commit(one)).to.equal('VALID');
            expect(market.ledger.commit(other)).to.equal(
                first === 'funding' ? 'PHANTOM_READ_CONFLICT' : 'MVCC_READ_CONFLICT',
            );
        });
    }
});

describe('exchange: a connection that is limited', () => {
    beforeEach(() => begin('distributed'));

    it('is loaded by what is funded, up to the limit and not beyond', async () => {
        await limit(1_600n, 1_600n);
        const { writes } = await fund(salted('a1', [300n, 200n]));
        expect(writes.map(({ key }) => key)).to.include(`loading/electricity/bus-1/0000000960`);
        await fund(salted('a2', [100n, 200n]));
        expect(await inForce()).to.deep.equal([
            [400n, 400n],
            [400n, 400n],
        ]);
        expect(await fundRefused('CONNECTION_OVERLOADED', salted('a3', [0n, 1n]))).to.deep.equal({
            carrier: 'electricity',
            connectionPoint: 'bus-1',
            side: 'import',
            slot: FIRST_SLOT + 1,
            energyWh: '401',
            limitWh: '400',
        });
    });

    it('limits what is fed in apart from what is taken', async () => {
        await limit(4_000n, 1_600n);
        await fund(salted('a1', [400n]));
        const refused = await fundRefused('CONNECTION_OVERLOADED', salted('a2', [1n]));
        expect(refused).to.include({ side: 'export', energyWh: '401', limitWh: '400' });
    });

    it('is not relieved by energy that flows the other way', async () => {
        await limit(400n, 400n);
        await fund(salted('a1', [100n]));
        const back = saleOf([1n], undefined, {
            salt: 'a2'.repeat(32),
            proposerId: 'bert',
            parties: [
                { participantId: 'bert', lane: 0 },
                { participantId: 'solar', lane: 0 },
            ],
            legs: [
                sampleLeg({
                    sellerId: 'bert',
                    sellerPoint: 'bert-point',
                    buyerId: 'solar',
                    buyerPoint: 'solar-point',
                    energyWh: [energyWh(1n)],
                    priceMicroPerKwh: [priceMicroPerKwh(200_000n)],
                }),
            ],
        });
        await conclude(back);
        const command = commands.fund(back, 'ordinary');
        await market.refused('CONNECTION_OVERLOADED', 'stranger', 'exchange', 'agreement:fund', command);
    });

    it('has no loading while it is not limited: a common seller makes nobody wait', async () => {
        const slack = { ...commands.pointOf('retail'), pointId: 'retail-slack', connectionPoint: 'slack' };
        await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(slack, null));
        const sale = (salt: string, buyerId: string): Terms =>
            saleOf([50n], undefined, {
                salt: salt.repeat(32),
                proposerId: 'retail',
                parties: [
                    { participantId: 'retail', lane: salt === 'a1' ? 0 : 1 },
                    { participantId: buyerId, lane: 0 },
                ],
                legs: [
                    sampleLeg({
                        sellerId: 'retail',
                        sellerPoint: 'retail-slack',
                        buyerId,
                        buyerPoint: `${buyerId}-point`,
                        energyWh: [energyWh(50n)],
                        priceMicroPerKwh: [priceMicroPerKwh(200_000n)],
                    }),
                ],
                defaultCapNano: amountNano(0n),
            });
        const sales = [sale('a1', 'anna'), sale('a2', 'bert')];
        for (const terms of sales) {
            await conclude(terms);
        }
        const [first, second] = await Promise.all(
            sales.map((terms) =>
                market.endorse('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary')),
            ),
        );
        if (first === undefined || second === undefined) {
            throw new Error('two sales are funded');
        }
        expect(first.writes.map(({ key }) => key).filter((key) => key.startsWith('loading/'))).to.deep.equal([]);
        expect([market.ledger.commit(first), market.ledger.commit(second)]).to.deep.equal(['VALID', 'VALID']);
    });

    it('is shared by its points alone', async () => {
        const own = { ...commands.pointOf('anna'), pointId: 'anna-shed', connectionPoint: 'bus-2' };
        await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(own, new SigningKey()));
        await limit(400n, 40_000n, 1, 'bus-2');
        const shed = (salt: string, wh: bigint): Terms =>
            salted(salt, [wh], {
                legs: [
                    sampleLeg({
                        buyerPoint: 'anna-shed',
                        energyWh: [energyWh(wh)],
                        priceMicroPerKwh: [priceMicroPerKwh(200_000n)],
                    }),
                ],
            });
        await fund(salted('a1', [900n]));
        await fund(shed('a2', 100n));
        await fundRefused('CONNECTION_OVERLOADED', shed('a3', 1n));
        expect(await inForce('bus-2', 1)).to.deep.equal([[100n, 0n]]);
    });

    it('gives back and takes anew what an amendment changes, of the slots that have not begun', async () => {
        await limit(1_600n, 1_600n);
        const terms = salted('a1', [400n, 400n]);
        await fund(terms);
        const enact = async (version: number, energies: readonly bigint[]): Promise<string> => {
            const next: Terms = {
                ...following(terms, salted('a1', energies)),
                version,
            };
            const propose = commands.proposeAmendment(agreementIdOf(terms), next, market.people);
            await market.do('stranger', 'exchange', 'amendment:propose', propose);
            return commands.enact(agreementIdOf(terms), version, FIRST_SLOT + 1);
        };
        await market.advance(FIRST_SLOT);
        const more = await enact(2, [400n, 401n]);
        await market.refused('CONNECTION_OVERLOADED', 'stranger', 'exchange', 'amendment:enact', more);
        const less = await enact(3, [400n, 100n, 300n]);
        await market.do('stranger', 'exchange', 'amendment:enact', less);
        expect(await inForce('bus-1', 3)).to.deep.equal([
            [400n, 400n],
            [100n, 100n],
            [300n, 300n],
        ]);
    });

    it('is not touched by an amendment of what is not funded', async () => {
        await limit(1_600n, 1_600n);
        const terms = salted('a1', [900n]);
        await fundRefused('CONNECTION_OVERLOADED', terms);
        const next = following(terms, salted('a1', [400n]));
        const propose = commands.proposeAmendment(agreementIdOf(terms), next, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        await market.do('stranger', 'exchange', 'amendment:enact', commands.enact(agreementIdOf(terms), 2, FIRST_SLOT));
        expect(await inForce('bus-1', 1)).to.deep.equal([[0n, 0n]]);
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));
        expect(await inForce('bus-1', 1)).to.deep.equal([[400n, 400n]]);
    });

    for (const end of ['cancelled', 'terminated'] as const) {
        it(`is free again of later slots when an agreement is ${end}`, async () => {
            await limit(1_600n, 1_600n);
            const terms = salted('a1', [400n, 400n, 400n]);
            await fund(terms);
            await market.advance(FIRST_SLOT);
            if (end === 'cancelled') {
                const cancel = commands.cancel(terms, FIRST_SLOT + 1, market.people);
                await market.do('stranger', 'exchange', 'agreement:cancel', cancel);
            } else {
                const verdict = commands.decide(market.who('reviewer'), terms, 'terminated');
                await market.do('reviewer', 'supervision', 'verdict:terminate', verdict);
                await market.do('stranger', 'exchange', 'agreement:release', commands.release(terms, FIRST_SLOT + 1));
            }
            expect(await inForce('bus-1', 3)).to.deep.equal([
                [400n, 400n],
                [0n, 0n],
                [0n, 0n],
            ]);
        });
    }

    it('stays overloaded when its limit is lowered, and takes nothing more', async () => {
        await limit(1_600n, 1_600n);
        const terms = salted('a1', [400n]);
        await fund(terms);
        await limit(400n, 1_600n, 2);
        await fundRefused('CONNECTION_OVERLOADED', salted('a2', [1n]));
        await market.do('stranger', 'exchange', 'agreement:cancel', commands.cancel(terms, FIRST_SLOT, market.people));
        await fund(salted('a3', [100n]));
    });

    it('limits nothing where the rules screen nothing, and is counted all the same', async () => {
        await begin('none');
        await limit(4n, 4n);
        await fund(salted('a1', [400n, 400n]));
        expect(await inForce()).to.deep.equal([
            [400n, 400n],
            [400n, 400n],
        ]);
    });
});

describe('exchange: central screening', () => {
    const terms = salted('a1', [400n, 400n]);
    const ID = agreementIdOf(terms);
    const screen = (
        decision: 'admitted' | 'refused',
        changes: Parameters<typeof commands.screen>[3] = {},
        of: Terms = terms,
    ): string => commands.screen(dispatcher(), of, decision, changes);
    const about = { agreementId: ID, version: 1, carrier: 'electricity' };
    const fundCommand = commands.fund(terms, 'ordinary');

    beforeEach(async () => {
        await begin('central');
        await conclude(terms);
    });

    it('demands the operator’s admission of these very terms', async () => {
        const missing = await market.refused('ADMISSION_MISSING', 'anna', 'exchange', 'agreement:fund', fundCommand);
        expect(missing.operands).to.deep.equal({ ...about, decision: 'none' });
        const { event } = await market.do('dispatcher', 'exchange', 'screening:admit', screen('admitted'));
        expect(event?.payload).to.equal(canonicalJson({ ...about, decision: 'admitted' }));
        await market.do('anna', 'exchange', 'agreement:fund', fundCommand);
    });

    it('is final for a version, and other terms are screened anew', async () => {
        await market.do('dispatcher', 'exchange', 'screening:refuse', screen('refused'));
        const refused = await market.refused('ADMISSION_MISSING', 'anna', 'exchange', 'agreement:fund', fundCommand);
        expect(refused.operands).to.deep.equal({ ...about, decision: 'refused' });
        const admit = screen('admitted');
        await market.refused('SCREENING_CONFLICT', 'dispatcher', 'exchange', 'screening:admit', admit);
        const next = following(terms, salted('a1', [100n, 100n]));
        const propose = commands.proposeAmendment(ID, next, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        const enact = commands.enact(ID, 2, FIRST_SLOT);
        await market.refused('ADMISSION_MISSING', 'anna', 'exchange', 'amendment:enact', enact);
        const version = { agreementId: ID };
        await market.do('dispatcher', 'exchange', 'screening:admit', screen('admitted', version, next));
        await market.do('anna', 'exchange', 'amendment:enact', enact);
        await market.do('anna', 'exchange', 'agreement:fund', fundCommand);
        expect(((await market.ask('exchange', 'screening:list', LIST)) as { items: unknown[] }).items).to.have.length(
            2,
        );
    });

    const LIST = canonicalJson({ bookmark: '', pageSize: 50 });

    it('does not undo the limits of connections', async () => {
        await limit(1_596n, 40_000n);
        await market.do('dispatcher', 'exchange', 'screening:admit', screen('admitted'));
        await market.refused('CONNECTION_OVERLOADED', 'anna', 'exchange', 'agreement:fund', fundCommand);
    });

    it('is the dispatcher’s word on terms that were signed, on a carrier of theirs', async () => {
        const refused = async (
            code: Parameters<StubMarket['refused']>[0],
            name: string,
            command: string,
        ): Promise<unknown> => (await market.refused(code, name, 'exchange', 'screening:admit', command)).operands;
        await refused('CALLER_NOT_SEATED', 'anna', screen('admitted'));
        await refused('SIGNATURE_INVALID', 'dispatcher', commands.screen(market.who('anna'), terms, 'admitted'));
        await refused('INPUT_INVALID', 'dispatcher', screen('refused'));
        await refused('INPUT_INVALID', 'dispatcher', screen('admitted', { carrier: 'heat' }));
        expect(await refused('VERSION_STALE', 'dispatcher', screen('admitted', { version: 2 }))).to.deep.equal({
            agreementId: ID,
            version: 2,
            inForce: 1,
        });
        await refused('VERSION_STALE', 'dispatcher', screen('admitted', { termsHash: '00'.repeat(32) }));
        await refused('VERSION_STALE', 'dispatcher', screen('admitted', { agreementId: '00'.repeat(32) }));
        const query = canonicalJson(about);
        await market.refused('SCREENING_MISSING', 'anna', 'exchange', 'screening:show', query);
    });
});

describe('exchange: agreements by party and by the first digits of their ids', () => {
    const found = (prefix: string): Promise<unknown> =>
        market.ask('exchange', 'agreement:find', canonicalJson({ prefix }));

    before(async () => {
        await begin('distributed');
        await conclude(salted('a1', [400n]));
        await conclude(salted('a2', [300n]));
    });

    it('are listed for each party', async () => {
        const of = async (participantId: string): Promise<number> => {
            const query = canonicalJson({ bookmark: '', pageSize: 50, participantId });
            return ((await market.ask('exchange', 'agreement:list-of', query)) as { items: unknown[] }).items.length;
        };
        expect([await of('anna'), await of('solar'), await of('bert')]).to.deep.equal([2, 2, 0]);
    });

    it('are found by eight digits or more', async () => {
        const id = agreementIdOf(salted('a1', [400n]));
        expect(await found(id.slice(0, 8))).to.deep.equal([id]);
        expect(await found(id)).to.deep.equal([id]);
        expect(await found('0'.repeat(16))).to.deep.equal([]);
        for (const prefix of [id.slice(0, 7), 'xyzxyzxyz', `${id}0`, '']) {
            await market.refused('INPUT_INVALID', 'anna', 'exchange', 'agreement:find', canonicalJson({ prefix }));
        }
    });
});
