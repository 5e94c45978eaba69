import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries, openNetwork, type Network, type OpenOptions, type UpOptions } from '@commonwatt/network';

/** Real networks for tests, in folders of their own; whatever happens, they are gone when the run ends. */

export const commonwattBin = fileURLToPath(new URL('../../../network/bin/commonwatt.js', import.meta.url));

const folders = new Set<string>();
let shared: Promise<Network> | undefined;

/**
 * The one network of this mocha run: started by whoever asks first, stopped at the end. Call it inside `describe`;
 * tests ask the function it returns.
 */
export function withNetwork(options: UpOptions = {}): () => Network {
    let network: Network | undefined;
    before(async function () {
        this.timeout(60_000);
        await requireBinaries();
        shared ??= start(options);
        network = await shared;
    });
    return () => {
        if (network === undefined) {
            throw new Error('the network is there only while tests run');
        }
        return network;
    };
}

/** A network of its own that has not been started; stopped and removed after the suite. */
export function withOwnNetwork(options: Omit<OpenOptions, 'stateDir'> = {}): Network {
    const network = openNetwork({ ...options, stateDir: newStateDir() });
    before(requireBinaries);
    after(function () {
        this.timeout(30_000);
        remove(network.stateDir);
    });
    return network;
}

/** An empty folder whose network, if one comes to be, is stopped and removed when the run ends. */
export function newStateDir(): string {
    const folder = mkdtempSync(join(tmpdir(), 'commonwatt-test-'));
    folders.add(folder);
    return folder;
}

/** Tests do not build the tools (that takes a minute or two), and they never skip: without tools they fail at once. */
export async function requireBinaries(): Promise<void> {
    if ((await findBinaries()) === undefined) {
        throw new Error('There are no Fabric 2.5 binaries: run `npx commonwatt network binaries` first.');
    }
}

async function start(options: UpOptions): Promise<Network> {
    const network = openNetwork({ stateDir: newStateDir() });
    await network.up(options);
    return network;
}

/** Synchronous, because it also runs while the process exits; by way of the command, which verifies every pid. */
function remove(folder: string): void {
    if (existsSync(join(folder, 'network.json'))) {
        rmSync(join(folder, 'lock'), { force: true }); // this process may end in the midst of a command of its own
        execFileSync(process.execPath, [commonwattBin, '--state', folder, 'network', 'reset'], { stdio: 'ignore' });
    }
    rmSync(folder, { recursive: true, force: true });
    folders.delete(folder);
}

process.once('exit', () => {
    folders.forEach(remove);
});
// The signal's default action would end the process without its exit handlers.
process.once('SIGTERM', () => {
    process.exit(143);
});
