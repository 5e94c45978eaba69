import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../../', import.meta.url));

type Packed = Readonly<{ name: string; files: readonly Readonly<{ path: string; size: number }>[] }>;

/** What a workspace would publish. */
async function packed(workspace: string): Promise<Packed> {
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '-w', workspace];
    const { stdout } = await run('npm', args, { cwd: repository, maxBuffer: 64 * 1024 * 1024 });
    const [first] = JSON.parse(stdout) as Packed[];
    if (first === undefined) {
        throw new Error(`npm packs nothing of ${workspace}`);
    }
    return first;
}

describe('a published workspace', function () {
    this.timeout(60_000);

    for (const workspace of ['chaincode', 'client', 'network']) {
        it(`${workspace} holds its code, no tests, nothing of a build or a machine`, async () => {
            const { files } = await packed(workspace);
            const paths = files.map((file) => file.path);
            expect(paths.some((path) => path.startsWith('dist/') && path.endsWith('.js'))).to.equal(true);
            expect(paths.some((path) => path.startsWith('dist/') && path.endsWith('.d.ts'))).to.equal(true);
            const strays = paths.filter((path) =>
                /(^|\/)(test|tests|node_modules|src|coverage)\/|\.(spec|test|tmp)\.|tsbuildinfo|\.(pem|key|log)$|(^|\/)\.env/.test(
                    path,
                ),
            );
            expect(strays).to.deep.equal([]);
            for (const path of paths.filter((each) => /\.(js|ts|json|map|mjs|cjs|md)$/.test(each))) {
                const text = await readFile(join(repository, workspace, path), 'utf8');
                const machine = [repository.slice(0, -1), `${homedir()}/`, hostname()].find(
                    (place) => place.length > 3 && place !== 'localhost' && text.includes(place),
                );
                expect(machine, path).to.equal(undefined);
            }
        });
    }
});
