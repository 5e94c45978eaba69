import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** The two namespaces of the market; one process per organization serves both. */
export const chaincodeNames = ['supervision', 'exchange'] as const;
export type ChaincodeName = (typeof chaincodeNames)[number];

/**
 * The package that every peer installs. It only says "a service, reachable at your organization's address", with a
 * placeholder for the address, and each byte is fixed: so all peers compute one and the same package id, and a
 * chaincode process can be told its id before anything is installed.
 */
export async function chaincodePackage(name: ChaincodeName, version: number): Promise<Buffer> {
    const connection = { address: `{{.${name}}}`, dial_timeout: '10s', tls_required: false };
    const code = await archive({ 'connection.json': JSON.stringify(connection) });
    const metadata = JSON.stringify({ type: 'ccaas', label: labelOf(name, version) });
    return archive({ 'metadata.json': metadata, 'code.tar.gz': code });
}

/** What `peer lifecycle chaincode calculatepackageid` answers. */
export async function packageId(name: ChaincodeName, version: number): Promise<string> {
    const hash = createHash('sha256').update(await chaincodePackage(name, version));
    return `${labelOf(name, version)}:${hash.digest('hex')}`;
}

export function labelOf(name: ChaincodeName, version: number): string {
    return `${name}_${String(version)}`;
}

async function archive(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
    const tar = pack();
    for (const [name, content] of Object.entries(files)) {
        tar.entry({ name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) }, content);
    }
    tar.finalize();
    // Level 0 stores: compressed bytes differ between versions of zlib, and with them the package id.
    return gzipSync(await buffer(tar), { level: 0 });
}
