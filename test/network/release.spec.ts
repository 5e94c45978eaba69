import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { resolveBinaries } from '@commonwatt/network';
import { expect } from 'chai';
import { stub, restore } from 'sinon';
import { pack } from 'tar-stream';

const tools = ['peer', 'orderer', 'cryptogen', 'configtxgen', 'configtxlator', 'osnadmin'];

describe('the official archive', () => {
    let folder: string;
    let archive: Buffer;
    const kept = { ...process.env };

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'commonwatt-release-'));
        archive = await archiveOf(['bin/ccaas_builder', ...tools.map((tool) => `bin/${tool}`), 'config/core.yaml']);
    });
    beforeEach(() => {
        // No Go, no tools: only the archive is left.
        Object.assign(process.env, { PATH: folder, FABRIC_BIN: '', XDG_CACHE_HOME: join(folder, 'cache') });
        stub(globalThis, 'fetch').callsFake(() => Promise.resolve(new Response(new Uint8Array(archive))));
    });
    afterEach(() => {
        restore();
        process.env = { ...kept };
    });
    after(() => rm(folder, { recursive: true }));

    it('is refused if its checksum is not the stated one', async () => {
        process.env['FABRIC_ARCHIVE_SHA256'] = '0'.repeat(64);
        const outcome: unknown = await resolveBinaries(() => undefined).catch((error: unknown) => error);
        expect(String(outcome)).to.match(/hyperledger-fabric-.* has the SHA-256 [0-9a-f]{64}, not 0{64}\./);
    });

    it('gives its tools, and nothing else, to the cache', async () => {
        process.env['FABRIC_ARCHIVE_SHA256'] = createHash('sha256').update(archive).digest('hex');
        const downloaded = await resolveBinaries(() => undefined);
        expect(downloaded.source).to.equal('release');
        expect(await readFile(downloaded.tools.osnadmin, 'utf8')).to.equal('bin/osnadmin');

        process.env['FABRIC_ARCHIVE_SHA256'] = '';
        const found = await resolveBinaries(() => undefined);
        expect(found).to.deep.equal({ ...downloaded, source: 'cache' });
    });
});

async function archiveOf(names: readonly string[]): Promise<Buffer> {
    const tar = pack();
    for (const name of names) {
        tar.entry({ name }, name);
    }
    tar.finalize();
    return gzipSync(await buffer(tar));
}
