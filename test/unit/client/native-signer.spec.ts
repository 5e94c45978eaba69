import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { documentSignerOf, signDocument } from '@commonwatt/client/document-signer';
import { nativeSigner, publicKeyHex, rawSignature } from '@commonwatt/client/native-signer';
import { keyIdOf, P256_HALF_ORDER, signedText, verifySignature } from '@commonwatt/chaincode/wire/signature';
import { expect } from 'chai';

const MESSAGES = 400;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const sOf = (raw: Buffer): bigint => BigInt(`0x${raw.subarray(32).toString('hex')}`);

describe('native signer', () => {
    it('gives low s for every message, and the chaincode accepts each signature', () => {
        const publicKey = publicKeyHex(privateKey);
        for (let count = 0; count < MESSAGES; count += 1) {
            const text = randomBytes(count % 97).toString('base64');
            const raw = rawSignature(privateKey, Buffer.from(text));
            expect(raw).to.have.length(64);
            expect(sOf(raw) <= P256_HALF_ORDER).to.equal(true);
            verifySignature(text, publicKey, raw.toString('hex'));
        }
    });

    it('signs transactions in DER that any verifier reads', async () => {
        const signer = nativeSigner(privateKey);
        for (let count = 0; count < MESSAGES; count += 1) {
            const message = randomBytes(100);
            const signature = Buffer.from(await signer(message));
            expect(verify('sha256', message, createPublicKey(privateKey), signature)).to.equal(true);
        }
    });

    it('binds a document to purpose, channel, chaincode and key', async () => {
        const signer = documentSignerOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
        const scope = { channel: 'commonwatt', chaincode: 'exchange' };
        const { keyId, signature } = await signDocument(signer, 'commonwatt/reading/1', scope, { slot: 1 });
        expect(keyId).to.equal(keyIdOf(signer.publicKey));
        const text = signedText('commonwatt/reading/1', scope, signer.publicKey, { slot: 1 });
        verifySignature(text, signer.publicKey, signature);
        const elsewhere = { ...scope, channel: 'other' };
        const other = signedText('commonwatt/reading/1', elsewhere, signer.publicKey, { slot: 1 });
        expect(() => verifySignature(other, signer.publicKey, signature)).to.throw('SIGNATURE_INVALID');
    });
});
