import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { SIGNATURE_DOMAINS, type SignatureDomain, signedText } from '@commonwatt/chaincode/wire/signature';
import { expect } from 'chai';
import { counted } from '../support/counted.js';
import { type JourneyStep, journey } from '../support/journey.js';
import * as commands from '../support/market-commands.js';
import { derOf, type SignedDocument, SigningKey, twinOf } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const REFUSALS: readonly ErrorCode[] = ['INPUT_INVALID', 'SIGNATURE_INVALID', 'SIGNATURE_MISSING', 'KEY_REPLACED'];
/** Of what a replaced key signed; a mandate names its keys. */
const REFUSALS_OF_REPLACED: readonly ErrorCode[] = [...REFUSALS, 'MANDATE_INVALID'];
/** Verbs whose commands participants sign with keys that are registered already. */
const SIGNED_BY_PARTICIPANTS: readonly string[] = [
    'participant:rotate-key',
    'mandate:grant',
    'meter:register',
    'meter:exchange',
    'account:cover',
    'account:fill-lanes',
    'account:draw-cover',
    'account:request-payout',
    'connection:transfer',
    'offer:make',
    'offer:counter',
    'offer:accept',
    'offer:withdraw',
    'consent:withdraw',
    'agreement:conclude',
    'agreement:cancel',
    'amendment:propose',
    'dispute:raise',
];
const stranger = new SigningKey();

/** A signature that does not stand for what is in the command, and what is wrong with it. */
type Forgery = Readonly<{ what: string; signature: string }>;

/** The same signature, written otherwise. */
const rewritten = (signature: string): Forgery[] => [
    { what: 'the twin, s in the upper half', signature: twinOf(signature) },
    { what: 'DER', signature: derOf(signature) },
    { what: 'upper-case hex', signature: signature.toUpperCase() },
    { what: 'a byte less', signature: signature.slice(0, -2) },
    { what: 'a byte more', signature: `${signature}00` },
    { what: 'a byte before', signature: `00${signature}` },
    { what: 'r and s exchanged', signature: signature.slice(64) + signature.slice(0, 64) },
    { what: 'base64', signature: Buffer.from(signature, 'hex').toString('base64') },
    { what: 'nothing', signature: '' },
    { what: 'zeros', signature: '0'.repeat(128) },
];

/** By the right key, for something else; and for the right thing, by another key. */
function displaced({ key, domain, scope, body }: SignedDocument): Forgery[] {
    const other = (what: string, more: Partial<SignedDocument>): Forgery => {
        const document = { key, domain, scope, body, ...more };
        return { what, signature: document.key.signDocument(document.domain, document.scope, document.body) };
    };
    const otherDomain = SIGNATURE_DOMAINS[(SIGNATURE_DOMAINS.indexOf(domain) + 1) % SIGNATURE_DOMAINS.length] ?? domain;
    const otherChaincode = scope.chaincode === 'exchange' ? 'supervision' : 'exchange';
    return [
        other('another channel', { scope: { ...scope, channel: 'another' } }),
        other('another chaincode', { scope: { ...scope, chaincode: otherChaincode } }),
        other('another purpose', { domain: otherDomain }),
        other('another key', { key: stranger }),
        {
            what: "another key over this key's text",
            signature: stranger.sign(signedText(domain, scope, key.publicKey, body)),
        },
        {
            what: "this key over another key's text",
            signature: key.sign(signedText(domain, scope, stranger.publicKey, body)),
        },
        ...changesOf(body).map(([path, changed]) => other(`another ${path}`, { body: changed })),
    ];
}

/** The value with each of its leaves changed, one at a time: another id, version, quantity… */
function changesOf(value: Json, path = 'body'): [string, Json][] {
    if (typeof value === 'object' && value !== null) {
        const entries = Object.entries(value as Record<string, Json>);
        return entries.flatMap(([name, inner]) =>
            changesOf(inner, `${path}.${name}`).map(([where, changed]): [string, Json] => {
                const copy = structuredClone(value) as Record<string, Json>;
                copy[name] = changed;
                return [where, copy];
            }),
        );
    }
    return [
        [
            path,
            typeof value === 'string'
                ? nextText(value)
                : typeof value === 'number'
                  ? value + 1
                  : value === null
                    ? 'x'
                    : !value,
        ],
    ];
}

/** A text of the same kind: the next number, the next digit, another name. */
const nextText = (text: string): string =>
    /^-?\d+$/.test(text) ? String(BigInt(text) + 1n) : `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;

/** Runs the whole lifecycle; `attack` sees each step that carries signatures before it is sent, with what they sign. */
async function everySignedStep(
    attack: (
        market: StubMarket,
        step: JourneyStep,
        command: string,
        signed: ReadonlyMap<string, SignedDocument>,
    ) => Promise<void>,
): Promise<void> {
    const known = new Map<string, SignedDocument>();
    SigningKey.onSigned = (signature, document) => known.set(signature, document);
    try {
        const market = await StubMarket.bare();
        for (const step of journey(market)) {
            const command = step.command();
            const texts: readonly string[] = command.match(/\b[0-9a-f]{128}\b/g) ?? [];
            const signed = new Map([...known].filter(([signature]) => texts.includes(signature)));
            if (signed.size > 0) {
                await attack(market, step, command, signed);
            }
            await market.do(step.name, step.chaincode, step.verb, command);
        }
    } finally {
        SigningKey.onSigned = null;
    }
}

describe('a signature', function () {
    this.timeout(30_000);

    it('is written in one way and stands for one thing, whatever is signed', async () => {
        const seen = new Set<SignatureDomain>();
        let tried = 0;
        await everySignedStep(async (market, { name, chaincode, verb }, command, signed) => {
            for (const [signature, document] of signed) {
                seen.add(document.domain);
                for (const forgery of [...rewritten(signature), ...displaced(document)]) {
                    const text = command.replace(signature, forgery.signature);
                    const answer = await market.endorse(name, chaincode, verb, text);
                    const about = `${verb}, signed as ${document.domain}: ${forgery.what}`;
                    expect(decodeError(answer.message)?.code, `${about}: ${answer.message}`).to.be.oneOf(REFUSALS);
                    expect([answer.writes, answer.event], about).to.deep.equal([[], null]);
                    tried += 1;
                }
            }
        });
        expect([...seen], 'every purpose').to.have.members([...SIGNATURE_DOMAINS]);
        counted(tried, 'forged signatures');
    });

    it("of a participant's replaced key counts no more, whatever was signed", async () => {
        const refused = new Set<string>();
        await everySignedStep(async (market, { name, chaincode, verb }, command, signed) => {
            for (const { key } of signed.values()) {
                const owner = Object.entries(market.people).find(([, identity]) => identity.key === key)?.[0];
                const rotated = market.copy();
                if (owner === undefined || !(await rotate(rotated, owner, key))) {
                    continue; // an officer, a meter or a source; or one that has not applied yet
                }
                const answer = await rotated.endorse(name, chaincode, verb, command);
                expect(decodeError(answer.message)?.code, `${verb} by ${owner}: ${answer.message}`).to.be.oneOf(
                    REFUSALS_OF_REPLACED,
                );
                refused.add(verb);
            }
        });
        expect([...refused]).to.have.members(SIGNED_BY_PARTICIPANTS);
        counted(refused.size, 'verbs refuse replaced keys');
    });
});

/** Replaces the key of a participant, if it is one. */
async function rotate(market: StubMarket, owner: string, key: SigningKey): Promise<boolean> {
    const command = commands.rotateKey(owner, key, new SigningKey());
    const answer = await market.endorse(owner, 'exchange', 'participant:rotate-key', command);
    if (answer.status === 200) {
        expect(market.ledger.commit(answer)).to.equal('VALID');
    }
    return answer.status === 200;
}
