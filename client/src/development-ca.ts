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

/** Says that a certificate of a CA counts no longer: a list of revoked certificates with this one, as DER. */
export async function revocationOf(certificatePem: string, caPem: string, caKeyPem: string): Promise<Uint8Array> {
    const ca = new x509.X509Certificate(caPem);
    const { serialNumber } = new x509.X509Certificate(certificatePem);
    const list = await x509.X509CrlGenerator.create({
        issuer: ca.subject,
        thisUpdate: new Date(Date.now() - BACKDATED_MS),
        nextUpdate: ca.notAfter,
        entries: [{ serialNumber, revocationDate: new Date() }],
        signingAlgorithm: P256,
        signingKey: await signingKeyOf(caKeyPem),
        extensions: [await authorityKeyIdentifierOf(ca)], // by which an MSP finds whose list it is
    });
    return new Uint8Array(list.rawData);
}

/** How the CA itself names its key: CAs differ in how they derive the name. */
async function authorityKeyIdentifierOf(ca: x509.X509Certificate): Promise<x509.AuthorityKeyIdentifierExtension> {
    const keyId = ca.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
    return keyId === undefined
        ? await x509.AuthorityKeyIdentifierExtension.create(ca)
        : new x509.AuthorityKeyIdentifierExtension(keyId);
}

async function signingKeyOf(keyPem: string): Promise<Awaited<ReturnType<typeof webcrypto.subtle.importKey>>> {
    const der = privateKeyOf(keyPem).export({ type: 'pkcs8', format: 'der' });
    return await webcrypto.subtle.importKey('pkcs8', der, P256, false, ['sign']);
}

type Request = Readonly<{ subject: string; subjectKey: KeyObject; validUntil: Date }>;

async function issue(caPem: string, caKeyPem: string, { subject, subjectKey, validUntil }: Request): Promise<string> {
    const ca = new x509.X509Certificate(caPem);
    const signingKey = await signingKeyOf(caKeyPem);
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
            await authorityKeyIdentifierOf(ca),
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
