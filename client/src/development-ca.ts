// The certificate library resolves its parts through decorators, which need this first.
import 'reflect-metadata';
import { generateKeyPairSync, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { ConnectionProfile } from './connection-profile.js';
import { NotFoundError } from './errors.js';
import { readTextFile } from './json-file.js';
import { privateKeyOf } from './native-signer.js';
import { newSigningKey } from './signing-key.js';
import type { WalletEntry } from './wallet.js';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const VALID_DAYS = 365;
const DAY_MS = 86_400_000;
/** Clocks differ: a certificate made now must already be valid elsewhere, but peers want its issuer to be valid before. */
const BACKDATED_MS = 300_000;

/** How Fabric's MSP classifies a certificate, by the organisational unit of its subject. */
export type NodeRole = 'client' | 'admin';

/**
 * Creates an identity on a development network: a certificate from the organisation's own CA, whose key lies in a
 * file there, and a key for signing documents. In production the organisation's CA enrols its members.
 * @param validUntil end of the certificate, in a year unless told otherwise; never after the CA's own
 * @throws NotFoundError DEVELOPMENT_CA_MISSING {org}
 */
export async function createIdentity(
    profile: ConnectionProfile,
    commonName: string,
    role: NodeRole,
    validUntil = new Date(Date.now() + VALID_DAYS * DAY_MS),
): Promise<WalletEntry> {
    if (profile.developmentCa === null) {
        throw new NotFoundError({ code: 'DEVELOPMENT_CA_MISSING', operands: { org: profile.org } });
    }
    const [caPem, caKeyPem] = await Promise.all([
        readTextFile(profile.developmentCa.certificate),
        readTextFile(profile.developmentCa.privateKey),
    ]);
    const transport = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
        mspId: profile.mspId,
        certificate: await issue(caPem, caKeyPem, {
            subject: `OU=${role},CN=${commonName}`,
            subjectKey: transport.publicKey,
            validUntil,
        }),
        privateKey: pemOf(transport.privateKey),
        signingKey: newSigningKey(),
    };
}

type Request = Readonly<{ subject: string; subjectKey: KeyObject; validUntil: Date }>;

async function issue(caPem: string, caKeyPem: string, { subject, subjectKey, validUntil }: Request): Promise<string> {
    const ca = new x509.X509Certificate(caPem);
    const caKeyDer = privateKeyOf(caKeyPem).export({ type: 'pkcs8', format: 'der' });
    const signingKey = await webcrypto.subtle.importKey('pkcs8', caKeyDer, P256, false, ['sign']);
    const publicKey = subjectKey.export({ type: 'spki', format: 'der' });
    const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject,
        issuer: ca.subjectName,
        notBefore: new Date(Math.max(Date.now() - BACKDATED_MS, ca.notBefore.getTime())),
        notAfter: new Date(Math.min(validUntil.getTime(), ca.notAfter.getTime())),
        publicKey,
        signingKey,
        signingAlgorithm: P256,
        extensions: [
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            new x509.BasicConstraintsExtension(false, undefined, true),
            await x509.SubjectKeyIdentifierExtension.create(publicKey),
            await x509.AuthorityKeyIdentifierExtension.create(ca),
        ],
    });
    return `${certificate.toString('pem')}\n`;
}

/** Random, positive and of full length: the first byte is neither zero nor above 0x7f. */
function serialNumber(): string {
    const bytes = randomBytes(16);
    bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
    return bytes.toString('hex');
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
