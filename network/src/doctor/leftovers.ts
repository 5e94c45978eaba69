import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent } from '../files.js';
import { isAlive, parseIdentity } from '../process/identity.js';
import type { Supervisor } from '../process/supervisor.js';
import type { Settings } from '../settings.js';
import type { StateFolder } from '../state-folder.js';
import { processesOf } from '../topology.js';
import { failure, fine, warning, type Finding } from './finding.js';

/** What interrupted or killed commands leave behind. */
export async function examineLeftovers(
    folder: StateFolder,
    settings: Settings,
    supervisor: Supervisor,
): Promise<Finding[]> {
    return [
        settings.completed
            ? fine('network', `complete, in ${folder.root}`)
            : warning('network', `an \`up\` in ${folder.root} has not reached its end.`, 'run `commonwatt network up`'),
        await examineRecords(folder, settings, supervisor),
        await examineOrphans(folder, settings, supervisor),
        await examineLock(folder),
    ];
}

async function examineRecords(folder: StateFolder, settings: Settings, supervisor: Supervisor): Promise<Finding> {
    const dead: string[] = [];
    for (const { name } of processesOf(settings)) {
        const recorded = await readIfPresent(join(folder.node(name), 'process.json'));
        if (recorded !== undefined && (await supervisor.find(name)) === undefined) {
            dead.push(name);
        }
    }
    return dead.length === 0
        ? fine('processes', 'none died unexpectedly')
        : warning('processes', `ended by themselves: ${dead.join(', ')}.`, '`commonwatt network up` starts them again');
}

/** Processes that work in this network's folders without being recorded. */
async function examineOrphans(folder: StateFolder, settings: Settings, supervisor: Supervisor): Promise<Finding> {
    const names = processesOf(settings).map((spec) => spec.name);
    const recorded = await Promise.all(names.map((name) => supervisor.find(name)));
    const known = new Set(recorded.map((identity) => identity?.pid));
    const homes = new Set(names.map((name) => folder.node(name)));
    const orphans: string[] = [];
    for (const entry of await readdir('/proc').catch(() => [])) {
        const home = /^\d+$/.test(entry) ? await readlink(`/proc/${entry}/cwd`).catch(() => undefined) : undefined;
        if (home !== undefined && homes.has(home) && !known.has(Number(entry))) {
            orphans.push(entry);
        }
    }
    return orphans.length === 0
        ? fine('orphans', 'none')
        : failure(
              'orphans',
              `unrecorded processes work in ${folder.root}: ${orphans.join(', ')}.`,
              'stop them by `kill PID`',
          );
}

async function examineLock(folder: StateFolder): Promise<Finding> {
    const text = await readIfPresent(folder.lockFile);
    const holder = parseIdentity(text);
    if (text === undefined) {
        return fine('lock', 'free');
    }
    return holder !== undefined && isAlive(holder)
        ? warning('lock', `held by process ${String(holder.pid)}, which works on this network.`, 'wait until it ends')
        : fine('lock', 'left by a command that was killed; the next one takes it over');
}
