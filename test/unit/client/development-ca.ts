// The certificate library resolves its parts through decorators, which need this first.
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionProfile } from '@commonwatt/client';
import { BasicConstraintsExtension, SubjectKeyIdentifierExtension, X509CertificateGenerator } from '@peculiar/x509';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A profile that knows nothing but a CA made for the test. */
export async function profileWithCa(
    folder: string,
): Promise<{ profile: ConnectionProfile; ca: X509Certificate; files: { certificate: string; privateKey: string } }> {
    const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const ca = await X509CertificateGenerator.createSelfSigned({
        name: 'CN=ca.community',
        keys,
        signingAlgorithm: P256,
        // As every CA of an MSP: it says that it is one, and by what name of its key it is found.
        extensions: [
            new BasicConstraintsExtension(true, undefined, true),
            await SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
    });
    const files = { certificate: join(folder, 'ca.pem'), privateKey: join(folder, 'ca.key') };
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    await writeFile(files.certificate, ca.toString('pem'));
    await writeFile(files.privateKey, `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
    const profile: ConnectionProfile = {
        org: 'community',
        mspId: 'CommunityMSP',
        channel: 'commonwatt',
        chaincodes: { supervision: 'supervision', exchange: 'exchange' },
        gateways: [],
        orderers: [],
        mspIds: ['CommunityMSP'],
        developmentCa: files,
        admin: null,
    };
    return { profile, files, ca: new X509Certificate(ca.toString('pem')) };
}
