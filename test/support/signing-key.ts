import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import {
    keyIdOf,
    P256_HALF_ORDER,
    type SignatureDomain,
    type SignatureScope,
    signedText,
} from '@commonwatt/chaincode/wire/signature';

const P256_ORDER = 2n * P256_HALF_ORDER + 1n;

/** Where the signatures of these tests count. */
export const SCOPE: Readonly<Record<'exchange' | 'supervision', SignatureScope>> = {
    exchange: { channel: 'market', chaincode: 'exchange' },
    supervision: { channel: 'market', chaincode: 'supervision' },
};

/** A P-256 key that signs documents, made for one test run. */
export class SigningKey {
    readonly publicKey: string;
    readonly keyId: string;
    readonly #privateKey: KeyObject;

    constructor() {
        this.#privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
        this.publicKey = createPublicKey(this.#privateKey).export({ type: 'spki', format: 'der' }).toString('hex');
        this.keyId = keyIdOf(this.publicKey);
    }

    /** 64 bytes in hex, s in the lower half. */
    sign(text: string): string {
        const raw = sign('sha256', Buffer.from(text, 'utf8'), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' });
        const hex = raw.toString('hex');
        const s = BigInt(`0x${hex.slice(64)}`);
        return s <= P256_HALF_ORDER ? hex : twinOf(hex);
    }

    signDocument(domain: SignatureDomain, scope: SignatureScope, body: Json): string {
        return this.sign(signedText(domain, scope, this.publicKey, body));
    }
}

/** The other signature of the same text: (r, n − s) verifies wherever (r, s) does. */
export function twinOf(signature: string): string {
    const s = BigInt(`0x${signature.slice(64)}`);
    return signature.slice(0, 64) + (P256_ORDER - s).toString(16).padStart(64, '0');
}
