import { generateKeyPairSync } from 'node:crypto';
import { publicKeyHex } from './native-signer.js';

/** A new key for signing documents, as a wallet keeps it. */
export function newSigningKey(): Readonly<{ privateKey: string; publicKey: string }> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { privateKey: pem, publicKey: publicKeyHex(privateKey) };
}
