import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import ts from 'typescript';

const project = fileURLToPath(new URL('../../../', import.meta.url));
const patch = join(project, 'test/fixtures/upgrade/last-reading-counts.patch');

/** What the patched sources are compiled to: as the project's own, without the types, which its author checked. */
const COMPILED = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };

/** Builds the next version of the chaincode workspace, in which one kind of record has a field more. */
export async function buildNextVersion(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const part of ['src', 'dist', 'package.json']) {
        await cp(join(project, 'chaincode', part), join(folder, part), { recursive: true });
    }
    await symlink(join(project, 'node_modules'), join(folder, 'node_modules'));
    await execa('git', ['apply', patch], { cwd: folder });
    for (const [, source = ''] of (await readFile(patch, 'utf8')).matchAll(/^\+\+\+ b\/(src\/.+)$/gm)) {
        const text = await readFile(join(folder, source), 'utf8');
        const { outputText } = ts.transpileModule(text, { compilerOptions: COMPILED, fileName: source });
        await writeFile(join(folder, source.replace(/^src\//, 'dist/').replace(/ts$/, 'js')), outputText);
    }
}
