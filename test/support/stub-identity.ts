// The certificate library resolves its parts through decorators, which need this first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { certificateIn, subjectHashOf } from '@commonwatt/chaincode/wire/certificate';
import type { Creator } from '@commonwatt/chaincode/ledger-double';
import { SigningKey } from './signing-key.js';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A member of an organisation: an X.509 certificate as a peer passes it on, and a key for documents. */
export type Identity = Readonly<{
    mspId: string;
    creator: Creator;
    subjectHash: string;
    key: SigningKey;
}>;

const certificateKeys = webcrypto.subtle.generateKey(P256, false, ['sign', 'verify']);

/** Issues a certificate; `subject` is written as RFC 4514 text or as attributes. */
export async function createIdentity(mspId: string, subject: x509.JsonName | string): Promise<Identity> {
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        serialNumber: '01',
        name: subject,
        keys: await certificateKeys,
        signingAlgorithm: P256,
    });
    const idBytes = Buffer.from(certificate.toString('pem'), 'utf8');
    return {
        mspId,
        creator: { mspid: mspId, idBytes },
        subjectHash: subjectHashOf(mspId, certificateIn(idBytes)),
        key: new SigningKey(),
    };
}

/** A certificate as Fabric's node OUs classify it. */
export const createMember = (mspId: string, name: string, role: 'client' | 'admin' = 'client'): Promise<Identity> =>
    createIdentity(mspId, `OU=${role},CN=${name}`);
