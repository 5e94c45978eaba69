/** One package of a lock file, as far as it matters here. */
type LockedPackage = Readonly<{
    version?: string;
    integrity?: string;
    dependencies?: Readonly<Record<string, string>>;
    optionalDependencies?: Readonly<Record<string, string>>;
    peerDependencies?: Readonly<Record<string, string>>;
    peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
    [field: string]: unknown;
}>;

/** A lock file of npm, version 3: packages by the folder that they are installed in. */
export type LockFile = Readonly<{ lockfileVersion: number; packages: Readonly<Record<string, LockedPackage>> }>;

/** What of a lock file depends on its workspace or its registry and says nothing of the package. */
const DROPPED = ['resolved', 'dev', 'devOptional', 'peer', 'funding', 'link', 'extraneous'];

/**
 * The part of a workspace's lock file that one of its members needs to run, as a lock file of its own: the same
 * versions with the same hashes, hoisted as they were, without the address of any registry.
 * @throws Error when the member needs two versions at one place, or one that the lock file does not have
 */
export function shrinkwrapOf(
    lock: LockFile,
    member: string,
    manifest: Readonly<{ name: string; version: string; dependencies: Readonly<Record<string, string>> }>,
): LockFile & Readonly<{ name: string; version: string; requires: true }> {
    const packages = new Map<string, LockedPackage>();
    const visit = (folder: string, needed: Iterable<string>, optional: ReadonlySet<string>): void => {
        for (const name of needed) {
            const found = resolve(lock, folder, name);
            if (found === undefined) {
                if (optional.has(name)) {
                    continue;
                }
                throw new Error(`the lock file has no ${name} for ${folder}: run npm install`);
            }
            const place = found.startsWith(`${member}/`) ? found.slice(member.length + 1) : found;
            const locked = withoutWorkspace(lock.packages[found] ?? {});
            const existing = packages.get(place);
            if (existing === undefined) {
                packages.set(place, locked);
                visit(found, needs(locked), optionals(locked));
            } else if (existing.version !== locked.version) {
                throw new Error(`${member} needs two versions at ${place}: ${existing.version} and ${locked.version}`);
            }
        }
    };
    visit(member, Object.keys(manifest.dependencies), new Set());
    const { name, version, dependencies } = manifest;
    const sorted = [...packages].sort(([left], [right]) => (left < right ? -1 : 1));
    return {
        name,
        version,
        lockfileVersion: lock.lockfileVersion,
        requires: true,
        packages: { '': { name, version, dependencies }, ...Object.fromEntries(sorted) },
    };
}

/** Folder of the package that Node would find from a folder: the nearest `node_modules` upwards. */
function resolve(lock: LockFile, from: string, name: string): string | undefined {
    for (let folder = from; ; folder = parentOf(folder)) {
        const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
        if (lock.packages[candidate] !== undefined) {
            return candidate;
        }
        if (folder === '') {
            return undefined;
        }
    }
}

/** The folder whose `node_modules` holds this one; the root for a member of the workspace. */
function parentOf(folder: string): string {
    const cut = folder.lastIndexOf('node_modules/');
    return cut <= 0 ? '' : folder.slice(0, cut - 1);
}

const optionals = (locked: LockedPackage): Set<string> =>
    new Set([
        ...Object.keys(locked.optionalDependencies ?? {}),
        ...Object.keys(locked.peerDependencies ?? {}).filter(
            (name) => locked.peerDependenciesMeta?.[name]?.optional === true,
        ),
    ]);

const needs = (locked: LockedPackage): Set<string> =>
    new Set([
        ...Object.keys(locked.dependencies ?? {}),
        ...Object.keys(locked.optionalDependencies ?? {}),
        ...Object.keys(locked.peerDependencies ?? {}),
    ]);

const withoutWorkspace = (locked: LockedPackage): LockedPackage =>
    Object.fromEntries(Object.entries(locked).filter(([field]) => !DROPPED.includes(field)));
