import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LockFile, shrinkwrapOf } from './shrinkwrap.js';

/** The two packages of the market. */
export const PACKAGES = ['exchange', 'supervision'] as const;
export type PackageName = (typeof PACKAGES)[number];

/** What both packages hold beside their own contracts. */
const SHARED = [
    'domain',
    'wire',
    'store',
    'contract-chaincode.js',
    'external-service.js',
    'quiet-shim.js',
    'serve-alone.js',
];

type Manifest = Readonly<{
    version: string;
    license: string;
    engines: Readonly<Record<string, string>>;
    dependencies: Readonly<Record<string, string>>;
}>;

const workspace = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Writes `exchange` and `supervision` below a folder, each a package that installs alone (`npm ci --omit=dev`) and starts
 * with `npm start`: for peers that build Node chaincodes themselves, for Docker images, for external services.
 * A package that is there already is replaced.
 */
export async function stageChaincodes(folder: string): Promise<void> {
    const manifest = JSON.parse(await readFile(join(workspace, 'package.json'), 'utf8')) as Manifest;
    const lock = JSON.parse(await readFile(join(workspace, '../package-lock.json'), 'utf8')) as LockFile;
    for (const name of PACKAGES) {
        await stage(join(folder, name), name, manifest, lock);
    }
}

async function stage(folder: string, name: PackageName, manifest: Manifest, lock: LockFile): Promise<void> {
    const { version, license, engines, dependencies } = manifest;
    const own = {
        name: `@commonwatt/chaincode-${name}`,
        version,
        private: true,
        description: `The ${name} chaincode of Commonwatt`,
        license,
        type: 'module',
        engines,
        main: 'dist/main.js',
        scripts: { start: 'node dist/main.js' },
        dependencies,
    };
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, 'dist'), { recursive: true });
    for (const entry of [...SHARED, name]) {
        const filter = (source: string): boolean => !/\.(d\.ts|map)$/.test(source);
        await cp(join(workspace, 'dist', entry), join(folder, 'dist', entry), { recursive: true, filter });
    }
    await writeFile(join(folder, 'dist/main.js'), `import './${name}/main.js';\n`);
    await writeJson(join(folder, 'package.json'), own);
    await writeJson(join(folder, 'npm-shrinkwrap.json'), shrinkwrapOf(lock, 'chaincode', own));
    await cp(join(workspace, '../LICENSE'), join(folder, 'LICENSE'));
}

const writeJson = (file: string, value: unknown): Promise<void> =>
    writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
