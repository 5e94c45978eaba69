import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NetworkError } from '../network-error.js';
import { type Network, openNetwork } from '../network.js';

/** Marks a state folder as the demo's own, and says whether its network was meant to stay. */
const MARKER = 'demo.json';

/**
 * An empty state folder for the demo. What an interrupted demo left is cleared; a network of somebody else, or one that
 * a demo was told to keep, is not touched.
 * @throws NetworkError naming the folder
 */
export async function claimState(network: Network): Promise<void> {
    const status = await network.status();
    const left = await readMarker(network.stateDir);
    if (status.state !== 'absent') {
        if (left?.kept !== false) {
            throw new NetworkError(`There is a network in ${network.stateDir} already.`, {
                subject: network.stateDir,
                remedy: 'Remove it with `npx commonwatt network reset`, or give the demo another folder with --state DIR.',
            });
        }
        await network.reset();
    }
}

/** To be called once the network's folder is there: says whose it is. */
export async function markState(stateDir: string, kept: boolean): Promise<void> {
    await writeFile(join(stateDir, MARKER), `${JSON.stringify({ kept })}\n`);
}

/** Removes the demo's network, with everything in it. */
export async function clearState(stateDir: string): Promise<void> {
    const network = openNetwork({ stateDir });
    if ((await network.status()).state !== 'absent') {
        await network.reset();
    }
}

async function readMarker(stateDir: string): Promise<{ kept: boolean } | null> {
    try {
        return JSON.parse(await readFile(join(stateDir, MARKER), 'utf8')) as { kept: boolean };
    } catch {
        return null; // no marker, or one that an interruption left half-written: not known to be a demo's
    }
}
