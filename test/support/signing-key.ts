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

/** What somebody signed: by which key, for which purpose, where, and what. */
export type SignedDocument = Readonly<{
    key: SigningKey;
    domain: SignatureDomain;
    scope: SignatureScope;
    body: Json;
}>;

/** A P-256 key that signs documents, made for one test run. */
export class SigningKey {
    /** Told of every document that any key signs, where a test wants to know what stands behind a signature. */
    static onSigned: ((signature: string, document: SignedDocument) => void) | null = null;
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
        const signature = this.sign(signedText(domain, scope, this.publicKey, body));
        SigningKey.onSigned?.(signature, { key: this, domain, scope, body });
        return signature;
    }
}

/** The other signature of the same text: (r, n − s) verifies wherever (r, s) does. */
export function twinOf(signature: string): string {
    const s = BigInt(`0x${signature.slice(64)}`);
    return signature.slice(0, 64) + (P256_ORDER - s).toString(16).padStart(64, '0');
}

/** The same signature as other tools write it: a DER sequence of two integers. */
export function derOf(signature: string): string {
    const integer = (hex: string): string => {
        const bytes = hex.replace(/^(00)+/, '');
        const unsigned = parseInt(bytes.slice(0, 2), 16) > 0x7f ? `00${bytes}` : bytes;
        return `02${(unsigned.length / 2).toString(16).padStart(2, '0')}${unsigned}`;
    };
    const body = integer(signature.slice(0, 64)) + integer(signature.slice(64));
    return `30${(body.length / 2).toString(16).padStart(2, '0')}${body}`;
}
