import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../../', import.meta.url));
const folder = 'test/mutants';

describe('mutants', () => {
    it('still fit the code that they break', async () => {
        const patches = (await readdir(join(repository, folder))).filter((file) => file.endsWith('.patch'));
        expect(patches.length).to.be.at.least(10);
        for (const patch of patches) {
            await run('git', ['apply', '--check', join(folder, patch)], { cwd: repository });
        }
    });
});
