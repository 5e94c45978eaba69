import { exchangeChaincode, supervisionChaincode } from '@commonwatt/chaincode/chaincodes';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { ChaincodeStub } from 'fabric-shim';
import { createStubInstance } from 'sinon';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { type ChaincodeName, StubMarket } from '../support/stub-market.js';

const VERBS: readonly (readonly [ChaincodeName, string])[] = [
    ...Object.keys(EXCHANGE_VERBS).map((verb) => ['exchange', verb] as const),
    ...Object.keys(SUPERVISION_VERBS).map((verb) => ['supervision', verb] as const),
];
/** Verbs that take no command: they answer whatever is sent. */
const WITHOUT_COMMAND = new Set(['charter:show', 'rules:show']);

/** Commands that no codec accepts. */
const POISON: Readonly<Record<string, string | Uint8Array>> = {
    nothing: '',
    'no JSON': 'poison',
    'a list': '[]',
    null: 'null',
    'an empty object': '{}',
    __proto__: '{"__proto__":{"isAdmin":true}}',
    'a lone surrogate': '{"a":"\\ud800"}',
    'keys of prototypes': '{"constructor":1,"toString":2,"valueOf":3}',
    '100 kB': `{"a":"${'x'.repeat(100_000)}"}`,
    'a deep nest': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    'no UTF-8': Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    'a surrogate in UTF-8': Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    'a long key that is cut inside a character': `{"${'k'.repeat(141)}😀😀😀":1}`,
    'ten thousand keys': `{${Array.from({ length: 7_000 }, (_, index) => `"${String(index).padStart(5, '0')}":0`).join()}}`,
};

describe('poison', () => {
    let market: StubMarket;
    before(async () => {
        market = await StubMarket.ready();
    });

    async function answer(
        chaincode: string,
        ...args: readonly (string | Uint8Array)[]
    ): ReturnType<StubMarket['ledger']['endorse']> {
        return market.ledger.endorse({ chaincode, args, creator: market.who('solar').creator });
    }

    for (const [what, poison] of Object.entries(POISON)) {
        it(`of every verb with ${what} is refused as invalid or too large, and writes nothing`, async () => {
            for (const [chaincode, verb] of VERBS.filter(([, name]) => !WITHOUT_COMMAND.has(name))) {
                const { status, message, writes, event } = await answer(chaincode, verb, poison);
                expect(status, `${chaincode} ${verb}`).to.equal(500);
                expect(decodeError(message)?.kind, `${verb}: ${message}`).to.be.oneOf(['invalid', 'limit']);
                expect(message).to.have.length.below(1_000);
                expect([writes, event]).to.deep.equal([[], null]);
            }
        });
    }

    const verbs: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
        'no arguments at all': [],
        'an empty verb': ['', '{}'],
        'a verb that does not exist': ['agreement:forge', '{}'],
        'a property of every object': ['toString', '{}'],
        __proto__: ['__proto__', '{}'],
        'a method of the contract': ['createContext', '{}'],
        'a verb of the other chaincode': ['seat:grant', '{}'],
        'a verb that is cut inside a character': [`${'a'.repeat(63)}😀`, '{}'],
        'a very long verb': ['x'.repeat(100_000), '{}'],
        'a verb that is no UTF-8': [Buffer.from([0xff]), '{}'],
        'no command': ['agreement:conclude'],
        'two commands': ['agreement:conclude', '{}', '{}'],
    };
    for (const [what, args] of Object.entries(verbs)) {
        it(`by ${what} is refused`, async () => {
            const { status, message, writes } = await answer('exchange', ...args);
            expect(status).to.equal(500);
            expect(decodeError(message)?.kind, message).to.equal('invalid');
            expect(message).to.have.length.below(400);
            expect(writes).to.deep.equal([]);
        });
    }

    it('in terms: ten thousand legs, negative energy, an overflow, a slot off the grid', async () => {
        const [leg, terms] = [sampleLeg(), sampleTerms()];
        const sound = commands.conclude(terms, market.people);
        const legText = JSON.stringify(leg, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
        const changed: Readonly<Record<string, string>> = {
            'ten thousand legs': sound.replace('"legs":[', `"legs":[${`${legText},`.repeat(10_000)}`),
            'three hundred empty legs': sound.replace('"legs":[', `"legs":[${'{},'.repeat(300)}`),
            'negative energy': sound.replace('"300"', '"-300"'),
            'an energy that overflows': sound.replace('"300"', `"${'9'.repeat(30)}"`),
            'an energy of five thousand digits': sound.replace('"300"', `"${'9'.repeat(5_000)}"`),
            'an energy as a number': sound.replace('"300"', '300'),
            'a fraction of a slot': sound.replace(`"firstSlot":${FIRST_SLOT}`, `"firstSlot":${FIRST_SLOT}.5`),
            'a negative slot': sound.replace(`"firstSlot":${FIRST_SLOT}`, `"firstSlot":-1`),
            'a slot beyond all': sound.replace(`"firstSlot":${FIRST_SLOT}`, `"firstSlot":9007199254740993`),
            'a slot at the end of time': sound.replace(`"firstSlot":${FIRST_SLOT}`, `"firstSlot":2000000000`),
            'no slots': sound.replace('"slotCount":2', '"slotCount":0'),
            'another field': sound.replace('"takeOrPay"', '"settled":true,"takeOrPay"'),
            'a signature in upper case': sound.replace(/"signature":"[0-9a-f]{128}"/, (text) => text.toUpperCase()),
        };
        for (const [what, command] of Object.entries(changed)) {
            expect(command, what).not.to.equal(sound);
            const { status, message, writes } = await answer('exchange', 'agreement:conclude', command);
            expect(status, what).to.equal(500);
            expect(decodeError(message)?.kind, `${what}: ${message}`).to.be.oneOf(['invalid', 'limit']);
            expect(writes, what).to.deep.equal([]);
        }
    });

    it('leaves the chaincodes as they were', async () => {
        const before = market.ledger.snapshot();
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(sampleTerms(), market.people));
        expect(market.ledger.snapshot()).not.to.equal(before);
    });
});

describe('a fault below the chaincode', () => {
    const failing = (): ReturnType<typeof createStubInstance<ChaincodeStub>> => {
        const stub = createStubInstance(ChaincodeStub);
        stub.getDateTimestamp.returns(new Date());
        return stub;
    };
    const invoke = async (stub: ReturnType<typeof failing>, verb: string): Promise<string> => {
        Object.assign(stub, { getBufferArgs: () => [Buffer.from(verb), Buffer.from('{}')] });
        const { status, message } = await exchangeChaincode().Invoke(stub);
        expect(status).to.equal(500);
        expect([stub.putState.callCount, stub.setEvent.callCount]).to.deep.equal([0, 0]);
        return message ?? '';
    };

    it('of the peer is answered and not thrown', async () => {
        const stub = failing();
        stub.getState.rejects(new Error(`GET_STATE failed: ${'x'.repeat(300)}😀`));
        expect(await invoke(stub, 'charter:show')).to.match(/^INVARIANT_BROKEN /);
    });

    it('that is not even an error is answered', async () => {
        const stub = failing();
        stub.getState.callsFake(() => {
            throw 'nothing' as unknown as Error;
        });
        expect(await invoke(stub, 'charter:show')).to.match(/^INVARIANT_BROKEN /);
    });

    it('in the proposal is answered', async () => {
        const stub = failing();
        stub.getDateTimestamp.throws(new TypeError('no timestamp'));
        expect(await invoke(stub, 'charter:show')).to.match(/^INVARIANT_BROKEN /);
        stub.getDateTimestamp.returns(new Date(NaN));
        expect(await invoke(stub, 'charter:show')).to.match(/^TRANSACTION_TIME_REFUSED /);
    });

    it('in a record is answered and not passed on', async () => {
        const stub = failing();
        stub.getState.resolves(Buffer.from([0xff, 0x00]));
        expect(decodeError(await invoke(stub, 'charter:show'))?.kind).to.equal('invalid');
    });
});

describe('a chaincode', () => {
    it('describes its verbs to tools and starts without a question', async () => {
        for (const [chaincode, table] of [
            [exchangeChaincode(), EXCHANGE_VERBS],
            [supervisionChaincode(), SUPERVISION_VERBS],
        ] as const) {
            const stub = createStubInstance(ChaincodeStub);
            expect(await chaincode.Init(stub)).to.include({ status: 200 });
            Object.assign(stub, { getBufferArgs: () => [Buffer.from('org.hyperledger.fabric:GetMetadata')] });
            const { payload } = await chaincode.Invoke(stub);
            const { contracts } = JSON.parse(Buffer.from(payload ?? []).toString()) as {
                contracts: Record<string, { transactions: { name: string }[] }>;
            };
            const names = Object.values(contracts).flatMap((each) => each.transactions.map(({ name }) => name));
            expect(names).to.have.members(Object.keys(table));
        }
    });
});
