import { createECDH, generateKeyPairSync } from 'node:crypto';
import {
    keyIdOf,
    P256_HALF_ORDER,
    sha256Hex,
    type SignatureDomain,
    signedText,
    verifySignature,
} from '@commonwatt/chaincode/wire/signature';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { SCOPE, SigningKey, twinOf } from '../../support/signing-key.js';

const BODY = { agreementId: 'ab'.repeat(32), version: 1 };

describe('a detached signature', () => {
    const key = new SigningKey();
    const text = signedText('commonwatt/agreement/1', SCOPE.exchange, key.publicKey, BODY);
    const signature = key.sign(text);
    const refused = (changed: string, of = text, by = key.publicKey): void => {
        expectRefusal(() => {
            verifySignature(of, by, changed);
        }, 'SIGNATURE_INVALID');
    };

    it('is accepted with its own text and key', () => {
        verifySignature(text, key.publicKey, signature);
    });

    it('is refused with s in the upper half of the order, which Node would accept', () => {
        refused(twinOf(signature));
    });

    it('is accepted with s at half of the order, the highest there is', () => {
        const hex = (value: bigint): string => value.toString(16).padStart(64, '0');
        const order = 2n * P256_HALF_ORDER + 1n;
        const inverse = (value: bigint): bigint => power(value, order - 2n, order);
        // By the nonce 1, r is the x of the generator; the key is the one for which s comes to half of the order.
        const generator = createECDH('prime256v1');
        generator.setPrivateKey('01'.padStart(64, '0'), 'hex');
        const r = generator.getPublicKey('hex', 'uncompressed').slice(2, 66);
        const hash = BigInt(`0x${sha256Hex(text)}`);
        const secret = ((((P256_HALF_ORDER - hash) % order) + order) * inverse(BigInt(`0x${r}`))) % order;
        const owner = createECDH('prime256v1');
        owner.setPrivateKey(hex(secret), 'hex');
        const spki = `${key.publicKey.slice(0, -130)}${owner.getPublicKey('hex', 'uncompressed')}`;
        verifySignature(text, spki, r + hex(P256_HALF_ORDER));
        refused(r + hex(P256_HALF_ORDER + 1n), text, spki);
    });

    it('is refused in upper case', () => {
        refused(signature.toUpperCase());
    });

    it('is refused with another length', () => {
        for (const changed of ['', signature.slice(0, 126), signature.slice(0, 127), `00${signature}`]) {
            refused(changed);
        }
    });

    it('is refused with a tail', () => {
        for (const tail of ['00', 'ff', 'zz', '\n', ' ']) {
            refused(signature + tail);
        }
    });

    it('is refused as DER, as base64 and with a prefix', () => {
        refused(`0x${signature.slice(2)}`);
        refused(Buffer.from(signature, 'hex').toString('base64'));
        refused(`3044022${signature.slice(0, 64)}0220${signature.slice(64)}`.slice(0, 128));
    });

    it('is refused when r or s is nothing', () => {
        refused('0'.repeat(128));
        refused('0'.repeat(64) + signature.slice(64));
        refused(signature.slice(0, 64) + '0'.repeat(64));
    });

    it('is refused for every other purpose', () => {
        const others: readonly SignatureDomain[] = [
            'commonwatt/withdrawal/1',
            'commonwatt/participant/1',
            'commonwatt/reading/1',
            'commonwatt/qualification/1',
            'commonwatt/verdict/1',
            'commonwatt/standing-verdict/1',
            'commonwatt/halt/1',
        ];
        for (const domain of others) {
            refused(signature, signedText(domain, SCOPE.exchange, key.publicKey, BODY));
        }
    });

    it('is refused on another channel and under another chaincode name', () => {
        const elsewhere = { ...SCOPE.exchange, channel: 'market2' };
        refused(signature, signedText('commonwatt/agreement/1', elsewhere, key.publicKey, BODY));
        refused(signature, signedText('commonwatt/agreement/1', SCOPE.supervision, key.publicKey, BODY));
    });

    it('is refused with another key, in the text and outside it', () => {
        const other = new SigningKey();
        refused(signature, text, other.publicKey);
        refused(
            signature,
            signedText('commonwatt/agreement/1', SCOPE.exchange, other.publicKey, BODY),
            other.publicKey,
        );
    });

    it('is refused with any one bit of it flipped', () => {
        const bytes = Buffer.from(signature, 'hex');
        for (let bit = 0; bit < bytes.length * 8; bit += 1) {
            const flipped = Buffer.from(bytes);
            flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
            refused(flipped.toString('hex'));
        }
    });

    it('is refused with any one bit of the text flipped', () => {
        const bytes = Buffer.from(text, 'latin1');
        for (let bit = 0; bit < bytes.length * 8; bit += 7) {
            const flipped = Buffer.from(bytes);
            flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
            refused(signature, flipped.toString('latin1'));
        }
    });

    it('names the key that should have signed', () => {
        expectRefusal(
            () => {
                verifySignature(text, key.publicKey, twinOf(signature));
            },
            'SIGNATURE_INVALID',
            { keyId: key.keyId },
        );
    });

    it('is refused by a key that is no point of the curve', () => {
        const nowhere = `${key.publicKey.slice(0, -2)}${key.publicKey.endsWith('00') ? '01' : '00'}`;
        expectRefusal(
            () => {
                verifySignature(text, nowhere, signature);
            },
            'KEY_INVALID',
            { keyId: keyIdOf(nowhere) },
        );
    });

    it('signs the fields in one spelling', () => {
        expect(text).to.equal(
            `{"body":{"agreementId":"${BODY.agreementId}","version":1},"chaincode":"exchange","channel":"market",` +
                `"domain":"commonwatt/agreement/1","keyId":"${key.keyId}"}`,
        );
    });

    it('is not taken from a key of another curve', () => {
        const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
        const other = publicKey.export({ type: 'spki', format: 'der' }).toString('hex');
        refused(signature, text, other);
    });
});

/** base ** exponent modulo a number. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
    let result = 1n;
    for (let [square, left] = [base % modulus, exponent]; left > 0n; left >>= 1n) {
        result = (left & 1n) === 1n ? (result * square) % modulus : result;
        square = (square * square) % modulus;
    }
    return result;
}
