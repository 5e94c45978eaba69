import { expect } from 'chai';
import { concludeCodec } from '@commonwatt/chaincode/wire/agreement';
import { EXCHANGE_VERBS, SUPERVISION_VERBS, type Verb } from '@commonwatt/chaincode/wire/verbs';
import { draftTerms } from '@commonwatt/client';
import { orgNames } from '@commonwatt/network';
import { digestOf, equalChains, listingsAt } from '../support/listings.js';
import { household, prosumer, withMarket } from '../support/market.js';
import { invokeWithPeerCli } from '../support/peer-cli.js';
import { type PeerRefusal, type RawCall, RawGateway } from '../support/raw-gateway.js';
import { saleDraft } from '../support/sale.js';

const SELLER = prosumer('bld-05');
const BUYER = household('bld-04');

type Chaincode = 'exchange' | 'supervision';
const verbsOf = (mode: Verb['mode']): (readonly [Chaincode, string])[] =>
    (['exchange', 'supervision'] as const).flatMap((chaincode) => {
        const verbs: Readonly<Record<string, Verb>> = chaincode === 'exchange' ? EXCHANGE_VERBS : SUPERVISION_VERBS;
        return Object.keys(verbs)
            .filter((verb) => verbs[verb]?.mode === mode)
            .map((verb) => [chaincode, verb] as const);
    });
/** They take no parameters, so they answer whatever is sent. */
const PARAMETERLESS = ['charter:show', 'rules:show'];

const EMPTY = ['{}', '[]', 'null', '""', ''] as const;

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Arguments that are no command of any verb. */
const SHAPELESS: Readonly<Record<string, string | Uint8Array>> = {
    'text that is no JSON': 'poison',
    'a prototype': '{"__proto__":{"isAdmin":true}}',
    'names of every object': '{"constructor":1,"hasOwnProperty":2,"toString":3}',
    'an escaped lone surrogate': '{"salt":"\\ud800"}',
    'a lone surrogate in UTF-8': Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    'bytes that are no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
    'a zero byte': Buffer.from([0x00]),
    '100 kB': JSON.stringify({ salt: 'x'.repeat(100_000) }),
    'the same key twice': '{"terms":1,"terms":1}',
    'lists 13 deep': nested(13),
    'lists 20,000 deep': nested(20_000),
};

/** What an attacker can make of a sound command to conclude an agreement. */
const DEFORMED: Readonly<Record<string, (sound: string) => string>> = {
    '10,000 legs': (sound) =>
        sound.replace(
            /"legs":\[(\{.*?\})\]/,
            (_, leg: string) => `"legs":[${Array.from({ length: 10_000 }, () => leg).join()}]`,
        ),
    '17 legs': (sound) =>
        sound.replace(
            /"legs":\[(\{.*?\})\]/,
            (_, leg: string) => `"legs":[${Array.from({ length: 17 }, () => leg).join()}]`,
        ),
    'a negative energy': (sound) => sound.replace('"energyWh":["10"]', '"energyWh":["-10"]'),
    'an energy above every bound': (sound) => sound.replace('"energyWh":["10"]', `"energyWh":["${'9'.repeat(30)}"]`),
    'an energy above the rules': (sound) => sound.replace('"energyWh":["10"]', '"energyWh":["1000001"]'),
    'an energy with a leading zero': (sound) => sound.replace('"energyWh":["10"]', '"energyWh":["010"]'),
    'an energy as a number': (sound) => sound.replace('"energyWh":["10"]', '"energyWh":[10]'),
    'a price as an object': (sound) => sound.replace('"priceMicroPerKwh":["100000"]', '"priceMicroPerKwh":[{}]'),
    'a fraction of a slot': (sound) => sound.replace(/"firstSlot":(\d+)/, '"firstSlot":$1.5'),
    'a slot before time': (sound) => sound.replace(/"firstSlot":\d+/, '"firstSlot":-1'),
    'a slot as an exponent': (sound) => sound.replace(/"firstSlot":\d+/, '"firstSlot":1e20'),
    'a slot beyond exact numbers': (sound) => sound.replace(/"firstSlot":\d+/, '"firstSlot":9007199254740993'),
    'a slot as text': (sound) => sound.replace(/"firstSlot":(\d+)/, '"firstSlot":"$1"'),
    'a field that nobody knows': (sound) => sound.replace('"takeOrPay"', '"settled":true,"takeOrPay"'),
    'a field twice': (sound) => sound.replace('"takeOrPay":true', '"takeOrPay":true,"takeOrPay":true'),
    'fields in another order': (sound) => sound.replace(/^\{("consents":.*),("terms":.*)\}$/, '{$2,$1}'),
    'white space': (sound) => sound.replace(':', ': '),
    'a signature in upper case': (sound) => sound.replace(/"signature":"[0-9a-f]{128}"/, (text) => text.toUpperCase()),
    'a signature with a tail': (sound) => sound.replace(/"signature":"([0-9a-f]{128})"/, '"signature":"$100"'),
    'a party that is a path': (sound) => sound.replaceAll('"bld-04"', '"../bld-04"'),
};

describe('poison, straight to the peers', function () {
    this.timeout(60_000);
    const market = withMarket();
    let gateway: RawGateway;
    let sound: string;
    let untouched: Awaited<ReturnType<typeof fingerprint>>;

    before(async () => {
        await market().admit(SELLER, BUYER);
        gateway = await RawGateway.open(market().network, market().actors.get(BUYER.id));
        const terms = draftTerms(
            saleDraft({
                sellerId: SELLER.id,
                buyerId: BUYER.id,
                firstSlot: market().nextSlot + 40,
                energyWh: [10n],
                priceMicroPerKwh: 100_000n,
            }),
        );
        sound = concludeCodec.encode({ terms, consents: await market().consents(terms) });
        untouched = await fingerprint();
    });
    after(() => {
        gateway.close();
    });

    /** Every peer refuses in the same words, with a code of the registry that is no fault of the chaincode's own. */
    async function expectRefused(call: RawCall, kinds: readonly string[]): Promise<void> {
        const refusals = await gateway.refusals(call);
        const what = `${call.verb}: ${refusals[0]?.text.slice(0, 200) ?? 'endorsed'}`;
        expect(refusals, what).to.have.length(orgNames.length);
        for (const refusal of refusals) {
            expectTyped(refusal, kinds, what);
            expect(refusal.error, what).to.deep.equal(refusals[0]?.error);
        }
    }

    function expectTyped({ error, text }: PeerRefusal, kinds: readonly string[], what: string): void {
        expect(error?.kind, what).to.be.oneOf(kinds);
        expect(text.length, `${what}: a short message`).to.be.lessThan(1_000);
    }

    for (const [what, argument] of Object.entries(SHAPELESS)) {
        it(`${what} is refused by every verb of both chaincodes`, async () => {
            for (const [chaincode, verb] of verbsOf('submit')) {
                await expectRefused({ chaincode, verb, args: [argument] }, ['invalid', 'limit']);
            }
            for (const [chaincode, verb] of verbsOf('evaluate').filter(([, name]) => !PARAMETERLESS.includes(name))) {
                const refusal = await gateway.refusalOfQuery({ chaincode, verb, args: [argument] }, 'community');
                expect(refusal, verb).to.not.equal(null);
                expectTyped(refusal ?? { mspId: '', error: null, text: '' }, ['invalid', 'limit'], verb);
            }
        });
    }

    for (const argument of EMPTY) {
        it(`${argument === '' ? 'nothing' : argument} is refused by every verb that would write`, async () => {
            for (const [chaincode, verb] of verbsOf('submit')) {
                await expectRefused({ chaincode, verb, args: [argument] }, ['invalid']);
            }
        });
    }

    for (const [what, deform] of Object.entries(DEFORMED)) {
        it(`an agreement with ${what} is refused`, async () => {
            const command = deform(sound);
            expect(command, 'the command is another').to.not.equal(sound);
            await expectRefused({ chaincode: 'exchange', verb: 'agreement:conclude', args: [command] }, [
                'invalid',
                'limit',
            ]);
        });
    }

    for (const verb of [
        'constructor',
        'toString',
        '__proto__',
        'hasOwnProperty',
        'createContext',
        'agreement:forge',
        '',
    ]) {
        it(`the verb "${verb}" is unknown to both chaincodes`, async () => {
            for (const chaincode of ['exchange', 'supervision'] as const) {
                const [refusal] = await gateway.refusals({ chaincode, verb, args: ['{}'] });
                expect(refusal?.error?.code, refusal?.text).to.equal('VERB_UNKNOWN');
            }
        });
    }

    it('a verb takes one argument', async () => {
        for (const args of [[], [sound, sound], ['{}', '{}', '{}']]) {
            await expectRefused({ chaincode: 'exchange', verb: 'agreement:conclude', args }, ['invalid']);
        }
    });

    it('the stock CLI fares no better', async () => {
        const [exchange, as] = ['exchange', 'community'] as const;
        for (const invoke of [
            { Args: [] },
            { function: '__proto__', Args: ['{}'] },
            { function: 'agreement:conclude', Args: [] },
            { function: 'agreement:conclude', Args: [sound, sound] },
            { function: 'agreement:conclude', Args: [String(SHAPELESS['100 kB'])] },
            { function: 'agreement:conclude', Args: [sound.replace('"10"', '"-10"')] },
        ]) {
            const outcome = await invokeWithPeerCli(market().network, {
                chaincode: exchange,
                invoke,
                endorsers: [as],
                as,
            });
            expect(outcome.status, 'ordered').to.equal(null);
            expect(outcome.error?.kind, outcome.text.slice(0, 400)).to.be.oneOf(['invalid', 'limit']);
        }
    });

    it('after all that, nothing is written, every process is the one that it was, and what is sound is accepted', async () => {
        expect(await fingerprint()).to.deep.equal(untouched);
        const conclude = { chaincode: 'exchange', verb: 'agreement:conclude', args: [sound] } as const;
        expect(await gateway.refusals(conclude)).to.deep.equal([]);
    });

    /** Blocks and records at every peer, and the process ids of the network. */
    async function fingerprint(): Promise<object> {
        const { channel } = market().as(BUYER.id).profile;
        const chains = [...(await equalChains(gateway, channel))];
        const digests = [];
        for (const org of orgNames) {
            digests.push(digestOf(await listingsAt(gateway, org)));
        }
        const { processes } = await market().network.status();
        return { chains, digests, pids: processes.map(({ name, pid }) => [name, pid]) };
    }
});
