import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { demand, marketError } from '../domain/errors.js';
import { canonicalJson, type Json } from './canonical.js';
import { remembered } from './remembered.js';

/** What a signature is for; the same bytes signed for another purpose do not verify. */
export const SIGNATURE_DOMAINS = [
    'commonwatt/offer/1',
    'commonwatt/agreement/1',
    'commonwatt/withdrawal/1',
    'commonwatt/cancellation/1',
    'commonwatt/participant/1',
    'commonwatt/key-rotation/1',
    'commonwatt/instruction/1',
    'commonwatt/mandate/1',
    'commonwatt/metering-point/1',
    'commonwatt/meter-exchange/1',
    'commonwatt/reading/1',
    'commonwatt/closing/1',
    'commonwatt/calorific/1',
    'commonwatt/source/1',
    'commonwatt/statement/1',
    'commonwatt/force-majeure/1',
    'commonwatt/dispute/1',
    'commonwatt/decision/1',
    'commonwatt/dispute-review/1',
    'commonwatt/fact-review/1',
    'commonwatt/qualification/1',
    'commonwatt/standard/1',
    'commonwatt/conformity/1',
    'commonwatt/requirement/1',
    'commonwatt/verdict/1',
    'commonwatt/standing-verdict/1',
    'commonwatt/connection/1',
    'commonwatt/screening/1',
    'commonwatt/halt/1',
    'commonwatt/proposal/1',
    'commonwatt/vote/1',
] as const;
export type SignatureDomain = (typeof SIGNATURE_DOMAINS)[number];

/** What somebody signs: a purpose and a content. */
export type DocumentBody = readonly [SignatureDomain, Json];

/** Where a signature counts: it does not replay on another channel or under another chaincode name. */
export type SignatureScope = Readonly<{ channel: string; chaincode: string }>;

/** Order of the P-256 group; a signature with s above half of it has a twin and is refused. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
export const P256_HALF_ORDER = P256_ORDER / 2n;

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Id of a key: SHA-256 over its SubjectPublicKeyInfo. */
export const keyIdOf = (publicKey: string): string =>
    createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex');

/** What a document is known by to whoever signs it, or takes a signature on it back. */
export const documentHashOf = ([domain, body]: DocumentBody): string => sha256Hex(canonicalJson({ body, domain }));

/** The text that a party, officer or meter signs. The chaincode's version is not in it, or upgrades would void it. */
export function signedText(domain: SignatureDomain, scope: SignatureScope, publicKey: string, body: Json): string {
    return canonicalJson({
        body,
        chaincode: scope.chaincode,
        channel: scope.channel,
        domain,
        keyId: keyIdOf(publicKey),
    });
}

/**
 * Checks a detached signature: ECDSA P-256 over SHA-256, r and s as 64 bytes in lower-case hex, s in the lower half.
 * @throws SIGNATURE_INVALID {keyId} · KEY_INVALID {} for a point that is not on the curve
 */
export function verifySignature(text: string, publicKey: string, signature: string): void {
    const valid =
        /^[0-9a-f]{128}$/.test(signature) &&
        BigInt(`0x${signature.slice(64)}`) <= P256_HALF_ORDER &&
        verify(
            'sha256',
            Buffer.from(text),
            { key: keyObject(publicKey), dsaEncoding: 'ieee-p1363' },
            Buffer.from(signature, 'hex'),
        );
    demand(valid, 'SIGNATURE_INVALID', { keyId: keyIdOf(publicKey) });
}

/** Making a key of its bytes takes longer than checking a signature with it. */
const keyObject = remembered(4_096, (publicKey): KeyObject => {
    try {
        return createPublicKey({ key: Buffer.from(publicKey, 'hex'), format: 'der', type: 'spki' });
    } catch {
        throw marketError('KEY_INVALID', { keyId: keyIdOf(publicKey) });
    }
});
