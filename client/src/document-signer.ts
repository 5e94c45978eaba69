import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { keyIdOf, type SignatureDomain, type SignatureScope, signedText } from '@commonwatt/chaincode/wire/signature';
import { privateKeyOf, publicKeyHex, rawSignature } from './native-signer.js';

/**
 * A key that signs documents: agreements, statements, readings. It may be anywhere (a file, a token, another machine):
 * only the text goes there and 64 bytes in hex come back, so documents can be signed without a network.
 */
export type DocumentSigner = Readonly<{
    /** SubjectPublicKeyInfo in lower-case hex. */
    publicKey: string;
    /** ECDSA P-256 over SHA-256 of the UTF-8 text; r and s as 64 bytes in lower-case hex, s in the lower half. */
    sign: (text: string) => Promise<string>;
}>;

/** Signs with a private key in memory (PEM, PKCS #8). */
export function documentSignerOf(privateKeyPem: string): DocumentSigner {
    const key = privateKeyOf(privateKeyPem);
    return {
        publicKey: publicKeyHex(key),
        sign: (text) => Promise.resolve(rawSignature(key, Buffer.from(text, 'utf8')).toString('hex')),
    };
}

/** A detached signature and the id of the key that made it. */
export type DetachedSignature = Readonly<{ keyId: string; signature: string }>;

/** Signs a document's body for one purpose, channel and chaincode. */
export async function signDocument(
    signer: DocumentSigner,
    domain: SignatureDomain,
    scope: SignatureScope,
    body: Json,
): Promise<DetachedSignature> {
    const signature = await signer.sign(signedText(domain, scope, signer.publicKey, body));
    return { keyId: keyIdOf(signer.publicKey), signature };
}
