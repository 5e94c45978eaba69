import { expect } from 'chai';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { concludeCodec } from '@commonwatt/chaincode/wire/agreement';
import { EXCHANGE_VERBS, SUPERVISION_VERBS, type Verb } from '@commonwatt/chaincode/wire/verbs';
import { draftTerms } from '@commonwatt/client';
import { orgNames } from '@commonwatt/network';
import { digestOf, equalChains, listingsAt } from '../support/listings.js';
import { household, prosumer, withMarket } from '../support/market.js';
import { invokeWithPeerCli } from '../support/peer-cli.js';
import { type RawCall, RawGateway, withGateway } from '../support/raw-gateway.js';
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

/** Arguments that are no command of any verb, and what they are refused with. */
const SHAPELESS: Readonly<Record<string, readonly [argument: string | Uint8Array, code: ErrorCode]>> = {
    'text that is no JSON': ['poison', 'INPUT_INVALID'],
    'a prototype': ['{"__proto__":{"isAdmin":true}}', 'INPUT_INVALID'],
    'names of every object': ['{"constructor":1,"hasOwnProperty":2,"toString":3}', 'INPUT_INVALID'],
    'an escaped lone surrogate': ['{"salt":"\\ud800"}', 'INPUT_INVALID'],
    'a lone surrogate in UTF-8': [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'INPUT_INVALID'],
    'bytes that are no UTF-8': [Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'INPUT_INVALID'],
    'a zero byte': [Buffer.from([0x00]), 'INPUT_INVALID'],
    '100 kB': [JSON.stringify({ salt: 'x'.repeat(100_000) }), 'INPUT_TOO_LARGE'],
    'the same key twice': ['{"terms":1,"terms":1}', 'INPUT_NOT_CANONICAL'],
    'lists 13 deep': [nested(13), 'INPUT_INVALID'],
    'lists 20,000 deep': [nested(20_000), 'INPUT_INVALID'],
};

/** The same leg many times over. */
const legs =
    (count: number) =>
    (sound: string): string =>
        sound.replace(/"legs":\[(\{.*?\})\]/, (_, leg: string) => `"legs":[${Array(count).fill(leg).join()}]`);
const energy =
    (written: string) =>
    (sound: string): string =>
        sound.replace('"energyWh":["10"]', `"energyWh":[${written}]`);
const firstSlot =
    (written: string) =>
    (sound: string): string =>
        sound.replace(/"firstSlot":(\d+)/, `"firstSlot":${written}`);

/** What an attacker can make of a sound command to conclude an agreement, and what it is refused with. */
const DEFORMED: Readonly<Record<string, readonly [deform: (sound: string) => string, code: ErrorCode]>> = {
    '10,000 legs': [legs(10_000), 'INPUT_TOO_LARGE'],
    '17 legs': [legs(17), 'TERMS_LIMIT'],
    'a negative energy': [energy('"-10"'), 'INPUT_INVALID'],
    'an energy above every bound': [energy(`"${'9'.repeat(30)}"`), 'INPUT_INVALID'],
    'an energy above the rules': [energy('"1000001"'), 'TERMS_LIMIT'],
    'an energy with a leading zero': [energy('"010"'), 'INPUT_INVALID'],
    'an energy as a number': [energy('10'), 'INPUT_INVALID'],
    'an energy as an object': [energy('{}'), 'INPUT_INVALID'],
    'one energy too many': [energy('"10","10"'), 'TERMS_INVALID'],
    'a fraction of a slot': [firstSlot('$1.5'), 'INPUT_INVALID'],
    'a slot before time': [firstSlot('-1'), 'INPUT_INVALID'],
    'a slot as an exponent': [firstSlot('1e20'), 'INPUT_INVALID'],
    'a slot beyond exact numbers': [firstSlot('9007199254740993'), 'INPUT_INVALID'],
    'a slot as text': [firstSlot('"$1"'), 'INPUT_INVALID'],
    'a field that nobody knows': [
        (sound) => sound.replace('"takeOrPay"', '"subsidised":true,"takeOrPay"'),
        'INPUT_INVALID',
    ],
    'a field twice': [(sound) => sound.replace(/"takeOrPay":\w+/, '$&,$&'), 'INPUT_NOT_CANONICAL'],
    'fields in another order': [
        (sound) => sound.replace(/^\{("consents":.*),("terms":.*)\}$/, '{$2,$1}'),
        'INPUT_NOT_CANONICAL',
    ],
    'white space': [(sound) => sound.replace(':', ': '), 'INPUT_NOT_CANONICAL'],
    'a signature in upper case': [
        (sound) => sound.replace(/(?<="signature":")\w+/, (hex) => hex.toUpperCase()),
        'INPUT_INVALID',
    ],
    'a signature with a tail': [(sound) => sound.replace(/(?<="signature":")\w+/, '$&00'), 'INPUT_INVALID'],
    'a party that is a path': [(sound) => sound.replaceAll('"bld-04"', '"../bld-04"'), 'INPUT_INVALID'],
};

describe('poison, straight to the peers', function () {
    this.timeout(60_000);
    const market = withMarket();
    let sound: string;
    let untouched: Awaited<ReturnType<typeof fingerprint>>;

    const gateway = withGateway(async () => {
        await market().admit(SELLER, BUYER);
        return await RawGateway.open(market().network, market().actors.get(BUYER.id));
    });

    before(async () => {
        const terms = draftTerms(
            saleDraft({
                sellerId: SELLER.id,
                buyerId: BUYER.id,
                firstSlot: market().nextSlot + 40,
                energyWh: [10n],
                priceMicroPerKwh: 100_000n,
            }),
        );
        sound = concludeCodec.encode({ terms, consents: await market().consents(terms), folds: [] });
        untouched = await fingerprint();
    });

    /** Every peer refuses with the same code, which is no fault of the chaincode's own, in a few words. */
    async function expectRefused(call: RawCall, code: ErrorCode): Promise<void> {
        const refusals = await gateway().refusals(call);
        const what = `${call.verb}: ${refusals[0]?.text.slice(0, 200) ?? 'endorsed'}`;
        expect(
            refusals.map(({ error }) => error?.code),
            what,
        ).to.deep.equal(orgNames.map(() => code));
        for (const { error, text } of refusals) {
            expect(error, what).to.deep.equal(refusals[0]?.error);
            expect(text.length, `${what}: a short message`).to.be.lessThan(1_000);
        }
    }

    for (const [what, [argument, code]] of Object.entries(SHAPELESS)) {
        it(`${what} is refused by every verb of both chaincodes`, async () => {
            for (const [chaincode, verb] of verbsOf('submit')) {
                await expectRefused({ chaincode, verb, args: [argument] }, code);
            }
            for (const [chaincode, verb] of verbsOf('evaluate').filter(([, name]) => !PARAMETERLESS.includes(name))) {
                const refusal = await gateway().refusalOfQuery({ chaincode, verb, args: [argument] }, 'community');
                expect(refusal?.error?.code, verb).to.equal(code);
            }
        });
    }

    for (const argument of EMPTY) {
        it(`${argument === '' ? 'nothing' : argument} is refused by every verb that would write`, async () => {
            for (const [chaincode, verb] of verbsOf('submit')) {
                await expectRefused({ chaincode, verb, args: [argument] }, 'INPUT_INVALID');
            }
        });
    }

    for (const [what, [deform, code]] of Object.entries(DEFORMED)) {
        it(`an agreement with ${what} is refused`, async () => {
            const command = deform(sound);
            expect(command, 'the command is another').to.not.equal(sound);
            await expectRefused({ chaincode: 'exchange', verb: 'agreement:conclude', args: [command] }, code);
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
                const [refusal] = await gateway().refusals({ chaincode, verb, args: ['{}'] });
                expect(refusal?.error?.code, refusal?.text).to.equal('VERB_UNKNOWN');
            }
        });
    }

    it('a verb takes one argument', async () => {
        for (const args of [[], [sound, sound], ['{}', '{}', '{}']]) {
            await expectRefused({ chaincode: 'exchange', verb: 'agreement:conclude', args }, 'INPUT_INVALID');
        }
    });

    it('the stock CLI fares no better', async () => {
        const [exchange, as] = ['exchange', 'community'] as const;
        for (const invoke of [
            { Args: [] },
            { function: '__proto__', Args: ['{}'] },
            { function: 'agreement:conclude', Args: [] },
            { function: 'agreement:conclude', Args: [sound, sound] },
            { function: 'agreement:conclude', Args: [JSON.stringify({ salt: 'x'.repeat(100_000) })] },
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
        expect(await gateway().refusals(conclude)).to.deep.equal([]);
    });

    /** Blocks and records at every peer, and the process ids of the network. */
    async function fingerprint(): Promise<object> {
        const { channel } = market().as(BUYER.id).profile;
        const chains = [...(await equalChains(gateway(), channel))];
        const digests = [];
        for (const org of orgNames) {
            digests.push(digestOf(await listingsAt(gateway(), org)));
        }
        const { processes } = await market().network.status();
        return { chains, digests, pids: processes.map(({ name, pid }) => [name, pid]) };
    }
});
