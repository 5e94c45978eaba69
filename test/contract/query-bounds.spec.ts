import { readFileSync } from 'node:fs';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { LOOKUPS_MAX, PAGE_SIZE_MAX } from '@commonwatt/chaincode/wire/query';
import { RUNS_MAX } from '@commonwatt/chaincode/wire/settlement';
import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { goldensOf, RECORD_TYPES } from '../support/golden-records.js';
import { StubMarket } from '../support/stub-market.js';

/**
 * What a query costs a peer is what it reads. The ledger here holds more of every kind of record than a page, and the
 * largest question is asked of every verb: the records that are read are counted and compared with `docs/limits.md`.
 */
const SIBLINGS = 2 * PAGE_SIZE_MAX + 50;
const CHANGES = 20;

type Fields = Readonly<Record<string, Json>>;
/** A record in its golden form, changed where it has to name another one. */
const golden = (name: string, changes: Fields = {}): Fields => {
    const [text = '{}'] = goldensOf(name);
    return { ...(JSON.parse(text) as Fields), ...changes };
};
const textOf = (from: Fields, name: string): string => (typeof from[name] === 'string' ? from[name] : '');
const pick = (from: Fields, ...names: readonly string[]): Fields =>
    Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
const agreementId = textOf(golden('execution'), 'agreementId');
const offerId = textOf(golden('offer'), 'offerId');
const settled = pick(golden('settlement'), 'carrier', 'slot');
const NAMING: Readonly<Record<string, Fields>> = {
    agreement: { agreementId },
    'party-agreement': { agreementId },
    'offer-place': { offerId },
    // As many runs as a slot may have, of which only the first is made.
    reopening: { ...settled, lastRun: RUNS_MAX },
};
/** Keys to stand beside a record's own, where the last part of it says something else. */
const BESIDE: Readonly<Record<string, readonly (string | number)[]>> = {
    settlement: [textOf(settled, 'carrier'), Number(settled['slot']) + 1, 0],
};

const statementOf = (name: string): Fields => golden(name)['statement'] as Fields;
const PAGE: Fields = { bookmark: '', pageSize: PAGE_SIZE_MAX };
const carrier = { carrier: 'electricity' };
const dispute = golden('dispute')['objection'] as Fields;

/** The largest question of each verb that only reads; of most it is a page, or a record by its name. */
const QUESTIONS: Readonly<Record<string, Json>> = {
    'charter:show': {},
    'rules:show': {},
    'qualification:show': pick(statementOf('qualification'), 'participantId'),
    'standard:show': pick(statementOf('standard'), 'standardId'),
    'conformity:show': pick(statementOf('conformity'), 'pointId', 'standardId'),
    'conformity:list': { ...PAGE, ...pick(statementOf('conformity'), 'pointId') },
    'verdict:show': pick(statementOf('verdict'), 'agreementId', 'version'),
    'fact:show': pick(statementOf('fact-review'), 'kind', 'factHash'),
    'halt:covering': { ...carrier, slot: Number(statementOf('halt-period')['fromSlot']) + 300, graceSlots: 96 },
    'halt:show': pick(statementOf('halt'), 'carrier'),
    'registry:look-up': Array.from({ length: LOOKUPS_MAX }, () => ({ type: 'halt', ...carrier })),
    'proposal:show': pick(golden('proposal'), 'proposalId'),
    'clock:show': pick(golden('tick'), 'slot'),
    'participant:show': pick(golden('participant'), 'participantId'),
    'mandate:show': { ...pick(golden('mandate'), 'mandateId'), ...pick(statementOf('mandate'), 'principalId') },
    'mandate:list': { ...PAGE, principalId: null },
    'meter:show': pick(golden('metering-point'), 'pointId'),
    'connection:show': pick(statementOf('connection'), 'carrier', 'connectionPoint'),
    'connection:shares': { ...PAGE, ...pick(golden('share'), 'carrier', 'connectionPoint') },
    'connection:history': pick(statementOf('connection'), 'carrier', 'connectionPoint'),
    'admission:loading': { ...pick(golden('loading'), 'carrier', 'pointId'), slot: 0 },
    'admission:show': pick(golden('admission'), 'agreementId'),
    'account:lanes': { ...PAGE, ...pick(golden('lane'), 'participantId') },
    'account:credits': { ...PAGE, ...pick(golden('credit'), 'participantId') },
    'account:covers': pick(golden('cover'), 'participantId'),
    'account:payouts': { ...PAGE, ...pick(golden('payout'), 'participantId') },
    'requirement:show': pick(statementOf('requirement'), 'carrier'),
    'offer:show': { offerId },
    'offer:list': { ...PAGE, ...pick(golden('offer-place'), 'holderId') },
    'screening:show': pick(statementOf('screening'), 'agreementId', 'version', 'carrier'),
    'amendment:show': {
        ...pick(golden('amendment'), 'agreementId'),
        ...pick(golden('amendment')['terms'] as Fields, 'version'),
    },
    'amendment:list': { ...PAGE, agreementId: null },
    'agreement:show': { agreementId },
    'agreement:list-of': { ...PAGE, ...pick(golden('party-agreement'), 'participantId') },
    'agreement:find': { prefix: agreementId.slice(0, 8) },
    'agreement:history': { agreementId },
    'reading:list': { ...PAGE, ...pick(golden('reading')['reading'] as Fields, 'pointId') },
    'source:show': pick(statementOf('source'), 'sourceId'),
    'statement:list': { ...PAGE, ...pick(statementOf('statement'), 'agreementId') },
    'force-majeure:show': pick(statementOf('force-majeure'), 'declarationId'),
    'calorific:show': pick(golden('calorific'), 'slot'),
    'settlement:show': { ...settled, run: null },
    'settlement:list': { ...PAGE, ...settled, slot: Number(settled['slot']) + 1 },
};
/** Both chaincodes have a verb of this name, with questions of their own. */
const QUESTIONS_OF: Readonly<Record<string, Json>> = {
    'supervision dispute:show': pick(statementOf('dispute-review'), 'pointId', 'slot', 'raisedBy', 'number'),
    'exchange dispute:show': pick(dispute, 'pointId', 'slot', 'raisedBy'),
};

/** Verbs that only read, with the most records that the document says they read. */
function documented(): Map<string, number> {
    const document = readFileSync(new URL('../../../chaincode/docs/limits.md', import.meta.url), 'utf8');
    const rows = document.matchAll(/^\| `(supervision|exchange)` +\| `([a-z-]+:[a-z-]+)` +\| +([0-9]+) +\|/gm);
    return new Map([...rows].map(([, chaincode = '', verb = '', reads]) => [`${chaincode} ${verb}`, Number(reads)]));
}

/** Records of every kind, more than a page of each below whatever a listing asks for, and some changes of each. */
function fill(market: StubMarket): void {
    const writes = [];
    for (const [name, type] of RECORD_TYPES) {
        if (name === 'charter' || name === 'rules') {
            continue;
        }
        const text = canonicalJson(golden(name, NAMING[name]));
        const parts = type.keyOf(type.codec.decode(text));
        const beside = BESIDE[name] ?? parts;
        const last = beside.at(-1) ?? '';
        const siblings = Array.from({ length: SIBLINGS }, (_, index) => [
            ...beside.slice(0, -1),
            typeof last === 'number' ? last + 1 + index : `${last}${String(index).padStart(4, '0')}`,
        ]);
        for (const chaincode of ['supervision', 'exchange']) {
            for (const each of [parts, ...siblings]) {
                writes.push({ chaincode, key: ledgerKey(name, each), value: text, policy: null });
            }
        }
    }
    const cause = { txId: 'ab'.repeat(32), timeMs: 1 };
    market.ledger.adopt(writes, cause);
    const changed = writes.filter(({ key }) => key.endsWith(agreementId) || key.startsWith('connection/'));
    for (let change = 0; change < CHANGES; change += 1) {
        market.ledger.adopt(changed, cause);
    }
}

describe('what a query reads', () => {
    const bounds = documented();
    let market: StubMarket;
    before(async () => {
        market = await StubMarket.ready();
        fill(market);
    });

    const verbs = Object.entries({ supervision: SUPERVISION_VERBS, exchange: EXCHANGE_VERBS }).flatMap(
        ([chaincode, table]) =>
            Object.entries(table).flatMap(([verb, { mode }]) => (mode === 'evaluate' ? [`${chaincode} ${verb}`] : [])),
    );

    it('is documented for every verb that only reads, and no other', () => {
        expect([...bounds.keys()]).to.have.members(verbs);
    });

    for (const name of verbs) {
        const [chaincode = '', verb = ''] = name.split(' ');
        it(`${name} stays within its bound`, async () => {
            const question = QUESTIONS_OF[name] ?? QUESTIONS[verb] ?? PAGE;
            const { creator } = market.who('stranger');
            const args = [verb, canonicalJson(question)];
            const answer = await market.ledger.endorse({ chaincode, args, creator });
            expect([answer.message, answer.status]).to.deep.equal(['', 200]);
            const isBesides = verb !== 'charter:show' && answer.simulation.readKeys.includes(`${chaincode}/charter`);
            const recordsRead = answer.simulation.recordsRead - (isBesides ? 1 : 0);
            expect(recordsRead).to.be.at.most(bounds.get(name) ?? 0);
            if (!verb.endsWith(':history')) {
                expect(recordsRead, 'the largest answer is asked for').to.equal(bounds.get(name));
            }
        });
    }
});
