import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { hasMade } from '@commonwatt/client/auditor/fabric-signature';
import { nativeSigner } from '@commonwatt/client/native-signer';
import { P256_HALF_ORDER } from '@commonwatt/chaincode/wire/signature';
import { expect } from 'chai';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = createPublicKey(privateKey);
const signed = Buffer.from('what is signed');

const der = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag, content.length]), content]);
const number = (value: bigint): Buffer => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    return der(2, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
};
const valueAt = (bytes: Buffer, start: number): bigint =>
    BigInt(`0x${bytes.subarray(start + 2, start + 2 + bytes.readUInt8(start + 1)).toString('hex')}`);

describe('a signature by the rules of Fabric', () => {
    let own: Buffer;
    let r: bigint;
    let s: bigint;
    before(async () => {
        own = Buffer.from(await nativeSigner(privateKey)(signed));
        r = valueAt(own, 2);
        s = valueAt(own, 4 + own.readUInt8(3));
    });
    const holds = (signature: Buffer): boolean => hasMade(publicKey, signed, signature);
    const made = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

    it('is that of the key over these bytes', () => {
        expect(holds(own)).to.equal(true);
        expect(holds(made(number(r), number(s)))).to.equal(true);
        expect(hasMade(publicKey, Buffer.from('something else'), own)).to.equal(false);
    });

    it('has a second number in the lower half, though mathematics takes both', () => {
        expect(holds(made(number(r), number(2n * P256_HALF_ORDER + 1n - s)))).to.equal(false);
    });

    it('may be followed by anything, which Fabric does not look at', () => {
        expect(holds(Buffer.concat([own, Buffer.from('junk')]))).to.equal(true);
        expect(holds(made(number(r), number(s), number(1n)))).to.equal(true);
    });

    it('is nothing else', () => {
        const long = Buffer.concat([Buffer.from([0x30, 0x81, own.length - 2]), own.subarray(2)]);
        const padded = der(2, Buffer.concat([Buffer.from([0]), number(r).subarray(2)]));
        for (const other of [Buffer.alloc(0), own.subarray(1), long, made(number(r)), made(padded, number(0n))]) {
            expect(holds(other), other.toString('hex')).to.equal(false);
        }
    });
});
