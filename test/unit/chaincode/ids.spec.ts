import { createHash } from 'node:crypto';
import { agreementIdOf, consentBody, termsCodec, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { bodyFor, mandateIdOf, mandateStatementCodec } from '@commonwatt/chaincode/wire/mandate';
import { markBody, offerIdOf } from '@commonwatt/chaincode/wire/offer';
import { proposalIdOf, proposalStatementCodec } from '@commonwatt/chaincode/wire/proposal';
import { settlementSource } from '@commonwatt/chaincode/wire/settlement';
import { keyIdOf, sha256Hex, signedText } from '@commonwatt/chaincode/wire/signature';
import { expect } from 'chai';
import { mandateOf } from '../../support/market-commands.js';
import { proposalOf } from '../../support/proposal-commands.js';
import { RULES, sampleTerms } from '../../support/sample-market.js';
import { SCOPE, SigningKey } from '../../support/signing-key.js';
import { createMember } from '../../support/stub-identity.js';

const sha256 = (text: string): string => createHash('sha256').update(Buffer.from(text, 'utf8')).digest('hex');
const terms = sampleTerms();

/** What others compute, too: auditors, other programs, records of years ago. None of it may ever change. */
describe('the recipe of', () => {
    it('a hash is SHA-256 over UTF-8', () => {
        expect(sha256Hex('é')).to.equal('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
        expect(termsHashOf(terms)).to.equal(sha256(termsCodec.encode(terms)));
    });

    it('an agreement’s id is a purpose, the proposer and the terms', () => {
        const text = canonicalJson({
            domain: 'commonwatt/agreement-id/1',
            proposerId: 'solar',
            terms: termsCodec.toJson(terms),
        });
        expect(agreementIdOf(terms)).to.equal(sha256(text));
    });

    it('an offer’s id is a purpose, what it answers, its maker and its terms', () => {
        const text = canonicalJson({
            answersId: null,
            domain: 'commonwatt/offer-id/1',
            makerId: 'solar',
            terms: termsCodec.toJson(terms),
        });
        expect(offerIdOf({ answersId: null, terms })).to.equal(sha256(text));
    });

    it('a mandate’s id is a purpose and what its principal signs', async () => {
        const [anna, retail] = await Promise.all([
            createMember('CommunityMSP', 'anna'),
            createMember('SupplierMSP', 'retail'),
        ]);
        const statement = mandateOf(anna, retail);
        const text = canonicalJson({
            domain: 'commonwatt/mandate-id/1',
            statement: mandateStatementCodec.toJson(statement),
        });
        expect(mandateIdOf(statement)).to.equal(sha256(text));
    });

    it('a proposal’s id is a purpose and what it says', () => {
        const statement = proposalOf(RULES);
        const text = canonicalJson({
            domain: 'commonwatt/proposal-id/1',
            statement: proposalStatementCodec.toJson(statement),
        });
        expect(proposalIdOf(statement)).to.equal(sha256(text));
    });

    it('what parties sign is the id, the version, its predecessor and the terms', () => {
        const next = { ...terms, version: 2, previousHash: termsHashOf(terms) };
        expect(consentBody('ab'.repeat(32), next)).to.deep.equal({
            agreementId: 'ab'.repeat(32),
            previousHash: termsHashOf(terms),
            terms: termsCodec.toJson(next),
            version: 2,
        });
    });

    it('what is signed in another’s name is its own text, with the mandate and the principal', () => {
        const body: Json = { version: 1 };
        expect(bodyFor(body, 'anna', null)).to.equal(body);
        expect(bodyFor(body, 'anna', 'ab')).to.deep.equal({ mandateId: 'ab', principalId: 'anna', signed: body });
    });

    it('a mark on an offer is the move, the offer and its round', () => {
        expect(markBody('make', 'ab', 3)).to.deep.equal({ move: 'make', offerId: 'ab', round: 3 });
    });

    it('a signed text is the body with channel, chaincode, purpose and key', () => {
        const { publicKey } = new SigningKey();
        const text = signedText('commonwatt/verdict/1', SCOPE.supervision, publicKey, { version: 1 });
        expect(JSON.parse(text)).to.deep.equal({
            body: { version: 1 },
            chaincode: 'supervision',
            channel: 'market',
            domain: 'commonwatt/verdict/1',
            keyId: keyIdOf(publicKey),
        });
        expect(keyIdOf('00ff')).to.equal(
            createHash('sha256')
                .update(Buffer.from([0, 255]))
                .digest('hex'),
        );
    });

    it('the source of a settlement’s credits is its carrier, slot and run', () => {
        expect(settlementSource({ carrier: 'heat', slot: 1_000, run: 2 })).to.equal('settlement.heat.1000.2');
    });
});
