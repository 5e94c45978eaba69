import { type KeyObject, verify } from 'node:crypto';
import { elementAt, positiveInteger, SEQUENCE } from './der.js';

type Curve = Readonly<{ order: bigint; bytes: number }>;

/** The curves that Fabric 2.5 takes keys of, and how many points they have. */
const CURVES: Readonly<Record<string, Curve>> = {
    prime256v1: { order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, bytes: 32 },
    secp384r1: {
        order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
        bytes: 48,
    },
};

/**
 * Whether a key made a signature, by Fabric's rule: of ECDSA's two numbers the second is in the lower half, and what stands
 * after both is passed over.
 */
export function hasMade(key: KeyObject, signed: Uint8Array, signature: Uint8Array): boolean {
    const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
    if (curve === undefined) {
        return false;
    }
    try {
        const [r, s] = numbersIn(Buffer.from(signature));
        const isInRange = r > 0n && r < curve.order && s > 0n && s <= curve.order / 2n;
        const fixed = Buffer.concat([fixedLength(r, curve.bytes), fixedLength(s, curve.bytes)]);
        return isInRange && verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, fixed);
    } catch {
        return false; // no signature of this kind
    }
}

function numbersIn(signature: Buffer): readonly [bigint, bigint] {
    const { tag, content } = elementAt(signature, 0);
    const first = elementAt(content, 0);
    const second = elementAt(content, first.end);
    if (tag !== SEQUENCE) {
        throw new Error('a signature is a sequence of two numbers');
    }
    return [positiveInteger(first), positiveInteger(second)];
}

const fixedLength = (value: bigint, bytes: number): Buffer =>
    Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
