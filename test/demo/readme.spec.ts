import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { withKeptDemo } from '../support/kept-demo.js';

const projectFolder = fileURLToPath(new URL('../../../', import.meta.url));

describe('the application in the README', function () {
    this.timeout(60_000);
    const demo = withKeptDemo();
    let program: string;
    before(async () => {
        const readme = await readFile(`${projectFolder}README.md`, 'utf8');
        [, program = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
    });

    it('has at most 40 lines', () => {
        expect(program).to.contain('@commonwatt/client');
        expect(program.trimEnd().split('\n').length).to.be.at.most(40);
    });

    it('trades, and prints the events of the blocks', async () => {
        const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
            cwd: projectFolder,
            env: { COMMONWATT_STATE: demo().stateDir },
            timeout: 30_000,
        });
        expect(stdout)
            .to.match(/^\d+ AgreementConcluded\/1 /m)
            .and.to.match(/^\d+ AgreementsAdmitted\/1 /m)
            .and.to.match(/^\d+ AgreementFunded\/1 /m);
    });
});
