import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const project = fileURLToPath(new URL('../../../', import.meta.url));

/** A copy of the project as it is on this disc, built, with the modules of this one and workspaces of its own. */
export async function copyProject(copy: string): Promise<void> {
    const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: project });
    for (const file of stdout.trim().split('\n')) {
        await mkdir(dirname(join(copy, file)), { recursive: true });
        await cp(join(project, file), join(copy, file));
    }
    for (const modules of ['node_modules', 'client/node_modules']) {
        await mkdir(join(copy, modules), { recursive: true });
        for (const entry of await readdir(join(project, modules))) {
            if (entry !== '@commonwatt') {
                await symlink(join(project, modules, entry), join(copy, modules, entry));
            }
        }
    }
    await mkdir(join(copy, 'node_modules/@commonwatt'));
    for (const workspace of ['chaincode', 'client', 'network']) {
        await symlink(join(copy, workspace), join(copy, 'node_modules/@commonwatt', workspace));
    }
    await build(copy);
}

export const build = (copy: string): Promise<unknown> => run('npx', ['tsc', '-b'], { cwd: copy });
