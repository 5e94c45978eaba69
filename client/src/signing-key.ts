import { generateKeyPairSync } from 'node:crypto';
import { publicKeyHex } from './native-signer.js';
import type { WalletEntry } from './wallet.js';

/** A new key for signing documents. */
export function newSigningKey(): WalletEntry['signingKey'] {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { privateKey: pem, publicKey: publicKeyHex(privateKey) };
}
