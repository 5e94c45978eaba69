import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Signer } from '@hyperledger/fabric-gateway';
import { subjectHashOf } from '@commonwatt/chaincode/wire/certificate';
import type { ConnectionProfile } from './connection-profile.js';
import { type DocumentSigner, documentSignerOf } from './document-signer.js';
import { NotFoundError, translated } from './errors.js';
import { readTextFile } from './json-file.js';
import type { Holder } from './ledger.js';
import { nativeSigner, privateKeyOf } from './native-signer.js';
import type { WalletEntry } from './wallet.js';

/** Who speaks to the network. The private keys may be elsewhere: only the two signing functions are needed. */
export type Identity = Readonly<{
    mspId: string;
    /** X.509 certificate, PEM. */
    certificate: string;
    /** Signs transactions: the whole message in, a DER signature with low s out. */
    signer: Signer;
    /** Signs documents; `null` for an identity that only administers. */
    documents: DocumentSigner | null;
}>;

/** An identity whose keys are in memory. */
export function identityOf(entry: WalletEntry): Identity {
    return identityFrom(
        entry.mspId,
        entry.certificate,
        privateKeyOf(entry.privateKey),
        documentSignerOf(entry.signingKey.privateKey),
    );
}

/**
 * The organisation's administrator, from the files that the profile names. It signs no documents.
 * @throws NotFoundError ADMIN_MISSING {org} when the profile names none
 */
export async function adminIdentity(profile: ConnectionProfile): Promise<Identity> {
    if (profile.admin === null) {
        throw new NotFoundError({ code: 'ADMIN_MISSING', operands: { org: profile.org } });
    }
    const [certificate, privateKey] = await Promise.all([
        readTextFile(profile.admin.certificate),
        readTextFile(profile.admin.privateKey),
    ]);
    return identityFrom(profile.mspId, certificate, privateKeyOf(privateKey), null);
}

/** Hash by which the ledger knows the holder of a certificate. @throws InvalidError CERTIFICATE_INVALID {reason} */
export const subjectHashOfCertificate = (mspId: string, certificatePem: string): string =>
    translated(() => subjectHashOf(mspId, new X509Certificate(certificatePem).raw));

/** The holder of the identity's certificate as the ledger knows it. */
export const holderOf = ({ mspId, certificate }: Pick<Identity, 'mspId' | 'certificate'>): Holder => ({
    mspId,
    subjectHash: subjectHashOfCertificate(mspId, certificate),
});

function identityFrom(
    mspId: string,
    certificate: string,
    privateKey: KeyObject,
    documents: DocumentSigner | null,
): Identity {
    return { mspId, certificate, signer: nativeSigner(privateKey), documents };
}
