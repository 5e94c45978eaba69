import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { newStateDir, requireBinaries } from '../support/network.js';

const TUTORIAL = fileURLToPath(new URL('../../../chaincode/docs/tutorial.md', import.meta.url));
const BIN = fileURLToPath(new URL('../../../node_modules/.bin', import.meta.url));

/** Every block that a reader is told to type, in order; the last one removes the network, which the test does itself. */
async function commandsOf(file: string): Promise<string[]> {
    const text = await readFile(file, 'utf8');
    const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    return blocks.filter((block) => !block.includes('network reset'));
}

describe('the tutorial', function () {
    this.timeout(600_000);
    let folder: string;

    before(async () => {
        await requireBinaries();
        folder = await mkdtemp(join(tmpdir(), 'commonwatt-tutorial-'));
    });
    after(async () => {
        await rm(folder, { recursive: true, force: true });
    });

    it('does word for word what it says', async () => {
        const blocks = await commandsOf(TUTORIAL);
        expect(blocks.length).to.be.greaterThan(15);
        // Outside the project `npx` would look the command up in a registry.
        const script = ['set -euo pipefail', 'npx() { "$@"; }', ...blocks].join('\n');
        const result = await execa('bash', ['-c', script], {
            cwd: folder,
            reject: false,
            env: { PATH: `${BIN}:${process.env['PATH'] ?? ''}`, COMMONWATT_STATE: newStateDir() },
        });
        expect(result.exitCode, result.stderr.slice(-2_000)).to.equal(0);
        expect(result.stdout).to.match(/is in force/);
        expect(result.stdout).to.match(/withdrawn/);
        expect(result.stdout).to.match(/expired/);
        const [settled = '', corrected = ''] = result.stdout
            .slice(result.stdout.indexOf('Run 0, due'))
            .split('Run 1, due');
        expect(settled).to.match(/bld-05 +bld-05 +250 Wh .* estimated/);
        expect(settled).to.match(/350 Wh +250 Wh +100 Wh +0 Wh +0.04375 +bld-05 to bld-04 0.01/);
        expect(corrected).to.match(/bld-05 +bld-05 +350 Wh .* measured/);
        expect(corrected).to.match(/cover\/bld-05\/electricity +default +0.01\n/);
        expect(corrected).to.match(/bld-05 +0.05 +0 +0.01 +0.04 +0 +0.105 +0 +0.0275 +0\n/);
        expect(corrected).to.match(/electricity in all +0.1435\n/);
        expect(corrected).to.match(/electricity in all +-0.1785\n/);
    });
});
