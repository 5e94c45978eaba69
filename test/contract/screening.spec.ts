import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Rules, ScreeningMode } from '@commonwatt/chaincode/domain/rules';
import { powerW } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import { apart, registerFarPoint } from '../support/far-point.js';
import * as commands from '../support/market-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES } from '../support/sample-market.js';
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
        expect(writes.map(({ key }) => key)).to.deep.equal([
            'connection/electricity/bus-1',
            'share/electricity/bus-1/anna-point',
            'share/electricity/bus-1/solar-point',
        ]);
        expect(event?.name).to.equal('ConnectionSet/1');
        await limit(8n, 8n, 2);
        const stale = commands.setConnection(dispatcher(), { sequence: 2 });
        const refused = await market.refused('CONNECTION_CONFLICT', 'dispatcher', 'exchange', 'connection:set', stale);
        expect(refused.operands).to.deep.equal({ carrier: 'electricity', connectionPoint: 'bus-1', sequence: 2 });
        const query = canonicalJson({ carrier: 'electricity', connectionPoint: 'bus-1' });
        const history = (await market.ask('exchange', 'connection:history', query)) as { connection: object }[];
        expect(history.map(({ connection }) => connection)).to.have.length(2);
        expect(await market.ask('exchange', 'connection:show', query)).to.deep.include({
            importSharedW: '100000',
            exportSharedW: '100000',
            statement: {
                carrier: 'electricity',
                connectionPoint: 'bus-1',
                sequence: 2,
                importMaxW: '8',
                exportMaxW: '8',
                grants: [],
                reasonCode: 'ratedCapacity',
            },
        });
    });

    it('is refused from others, and with another key', async () => {
        const set = (name: string, command: string, code: Parameters<StubMarket['refused']>[0]): Promise<unknown> =>
            market.refused(code, name, 'exchange', 'connection:set', command);
        await set('anna', commands.setConnection(dispatcher()), 'CALLER_NOT_SEATED');
        await set('reviewer', commands.setConnection(dispatcher()), 'CALLER_NOT_SEATED');
        await set('dispatcher', commands.setConnection(market.who('anna')), 'SIGNATURE_INVALID');
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
        await registerFarPoint(market);
        const far = apart(salted('a2', [400n, 400n]));
        await conclude(far);
        await limit(1_596n, 40_000n);
        const admitted = screen('admitted', { agreementId: agreementIdOf(far) }, far);
        await market.do('dispatcher', 'exchange', 'screening:admit', admitted);
        const command = commands.fund(far, 'ordinary');
        await market.refused('CAPACITY_MISSING', 'anna', 'exchange', 'agreement:fund', command);
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
