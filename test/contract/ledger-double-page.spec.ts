import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

describe('the example of the page about the ledger double', () => {
    it('prints what the page says', async () => {
        const page = await readFile(`${PROJECT}chaincode/docs/ledger-double.md`, 'utf8');
        const [, program = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
        const [, expected = ''] = /```text\n(.*?)```/s.exec(page) ?? [];
        const args = ['--input-type=module', '--eval', program];
        const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT });
        expect(stdout).to.equal(expected);
    });
});
