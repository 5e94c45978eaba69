import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { commonwatt } from '../support/commonwatt.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const UNREAD = /(^|\/)(node_modules|dist|reference|\.commonwatt)\//;

async function documents(): Promise<string[]> {
    const files = await readdir(repository, { recursive: true });
    return files.filter((file) => file.endsWith('.md') && !UNREAD.test(file)).sort();
}

const read = (file: string): Promise<string> => readFile(join(repository, file), 'utf8');

function expectPaths(paths: readonly string[], places: readonly string[]): void {
    for (const path of paths) {
        const isThere = places.some((place) => existsSync(join(repository, place, path)));
        expect(isThere, path).to.equal(true);
    }
}

describe('documents', function () {
    this.timeout(120_000);

    it('link to what is there', async () => {
        const broken: string[] = [];
        for (const file of await documents()) {
            for (const [, target = ''] of (await read(file)).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
                const isElsewhere = /^[a-z]+:/.test(target);
                if (!isElsewhere && !existsSync(join(repository, dirname(file), target))) {
                    broken.push(`${file}: ${target}`);
                }
            }
        }
        expect(broken).to.deep.equal([]);
    });

    it("name code and tests that are there for each of the paper's sections", async () => {
        const rows = (await read('chaincode/docs/paper.md')).split('\n').filter((line) => line.startsWith('| §'));
        expect(rows.length).to.be.greaterThan(25);
        for (const row of rows) {
            const [, , , code = '', tests = ''] = row.split('|').map((cell) => cell.trim());
            for (const [cell, places] of [
                [code, ['chaincode/src', '.']],
                [tests, ['test']],
            ] as const) {
                const paths = [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
                expect(paths.length > 0 || cell.includes('_coming_'), row).to.equal(true);
                expectPaths(paths, places);
            }
        }
    });

    it('name code and the tests that would fail for each threat to the market', async () => {
        const [, table = ''] = (await read('chaincode/docs/security.md')).split('## Promises');
        const [threats = ''] = table.split('\n## ')[0]?.split('\nWhat of this is attacked') ?? [];
        const rows = threats.split('\n').filter((line) => line.startsWith('| '));
        expect(rows.length).to.be.greaterThan(40);
        const verbs = new Set([...Object.keys(EXCHANGE_VERBS), ...Object.keys(SUPERVISION_VERBS)]);
        for (const row of rows.slice(2)) {
            const [, , , code = '', tests = ''] = row.split('|').map((cell) => cell.trim());
            const named = [...code.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
            expectPaths(
                named.filter((name) => !verbs.has(name)),
                ['chaincode/src', '.'],
            );
            expect(named, row).not.to.deep.equal([]);
            const specs = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
            expect(specs, row).not.to.deep.equal([]);
            expect(specs.every((path) => path.endsWith('.spec.ts'))).to.equal(true);
            expectPaths(specs, ['test']);
        }
    });

    it('name verbs that exist', async () => {
        const verbs = join(repository, 'client/src/cli');
        const unknown: string[] = [];
        for (const file of await documents()) {
            for (const [, noun = '', verb = ''] of (await read(file)).matchAll(/`([a-z-]+) ([a-z-]+)[^`\n]*`/g)) {
                if (existsSync(join(verbs, noun)) && !existsSync(join(verbs, noun, `${verb}.ts`))) {
                    unknown.push(`${file}: ${noun} ${verb}`);
                }
            }
        }
        expect(unknown).to.deep.equal([]);
    });

    it('show commands that exist, with options that they have', async () => {
        const shown = new Map<string, Set<string>>();
        for (const file of await documents()) {
            const [, ...commands] = (await read(file)).replaceAll('\\\n', ' ').split('npx commonwatt ');
            for (const command of commands) {
                const [, name = '', rest = ''] = /^((?:[a-z][a-z-]* ?){1,2})([^\n|>#`]*)/.exec(command) ?? [];
                const options = shown.get(name.trim()) ?? new Set();
                [...rest.matchAll(/--[a-z-]+/g)].forEach(([option]) => options.add(option));
                shown.set(name.trim(), options);
            }
        }
        expect(shown.size).to.be.greaterThan(20);
        for (const [command, options] of shown) {
            const { exitCode, stdout } = await commonwatt([...command.split(' '), '--help']);
            expect(exitCode, command).to.equal(0);
            for (const option of options) {
                expect(stdout, command).to.include(option);
            }
        }
    });
});
