import { documentSignerOf } from '../document-signer.js';
import { InvalidError, NotFoundError } from '../errors.js';
import type { Identity } from '../identity.js';
import { nativeSigner, privateKeyOf } from '../native-signer.js';

/** A wallet of fabric-network, wherever it keeps its identities. */
export type FabricWallet = Readonly<{
    get: (label: string) => Promise<Readonly<{ type: string; mspId: string }> | undefined>;
}>;

type X509Entry = Readonly<{ mspId: string; credentials: Readonly<{ certificate: string; privateKey: string }> }>;

const X509 = 'X.509';

/**
 * An identity of a fabric-network wallet. Such a wallet has no place for the key that signs documents.
 * @param signingKeyPem private key that signs documents, PKCS #8; `null` for who signs none
 * @throws NotFoundError IDENTITY_MISSING {name} · InvalidError IDENTITY_TYPE_UNSUPPORTED {name, type}
 */
export async function identityOfWallet(
    wallet: FabricWallet,
    label: string,
    signingKeyPem: string | null,
): Promise<Identity> {
    const entry = await wallet.get(label);
    if (entry === undefined) {
        throw new NotFoundError({ code: 'IDENTITY_MISSING', operands: { name: label } });
    }
    if (entry.type !== X509) {
        const operands = { name: label, type: entry.type };
        throw new InvalidError({ code: 'IDENTITY_TYPE_UNSUPPORTED', operands });
    }
    const { mspId, credentials } = entry as unknown as X509Entry;
    return {
        mspId,
        certificate: credentials.certificate,
        signer: nativeSigner(privateKeyOf(credentials.privateKey)),
        documents: signingKeyPem === null ? null : documentSignerOf(signingKeyPem),
    };
}
