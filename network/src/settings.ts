import { readdir } from 'node:fs/promises';
import { writeFileAtomically, isErrno, readIfPresent } from './files.js';
import { NetworkError } from './network-error.js';
import { choosePorts, type PortMap } from './process/ports.js';
import type { StateFolder } from './state-folder.js';
import { processesOf, type Layout, type OrdererCount, type ProcessSpec } from './topology.js';

/**
 * What was decided when the network was created, and holds for its whole life; peers and chaincode versions alone are
 * added and taken away. No paths in the folder: it may move.
 */
export type Settings = Layout &
    Readonly<{
        format: 1;
        channel: string;
        batchTimeoutMs: number;
        maxMessageCount: number;
        ports: PortMap;
        /** Whether an `up` has once reached its end. */
        completed: boolean;
    }>;

export type Choices = Readonly<{
    channel?: string | undefined;
    orderers?: OrdererCount | undefined;
    batchTimeoutMs?: number | undefined;
    maxMessageCount?: number | undefined;
}>;

// A lone transaction waits for the whole batch timeout, a busy channel fills a block of 200 before it ends.
const firstLayout = { secondPeers: [], chaincodes: [{ version: 1, entry: null }] } as const;
const defaults = { channel: 'commonwatt', orderers: 1, batchTimeoutMs: 200, maxMessageCount: 200 } as const;

export async function readSettings(folder: StateFolder): Promise<Settings | undefined> {
    const text = await readIfPresent(folder.settingsFile);
    if (text === undefined) {
        return undefined;
    }
    const settings = parse(text);
    if (settings?.format !== 1) {
        throw new NetworkError(`${folder.settingsFile} is not the description of a network that this version reads.`, {
            subject: folder.settingsFile,
            remedy: 'Remove the state folder, then run `commonwatt network up`.',
        });
    }
    return settings;
}

export async function requireSettings(folder: StateFolder): Promise<Settings> {
    const settings = await readSettings(folder);
    if (settings === undefined) {
        throw new NetworkError(`There is no network in ${folder.root}.`, {
            subject: folder.root,
            remedy: 'Run `commonwatt network up`, or name another folder with --state.',
        });
    }
    return settings;
}

/** The recorded settings if they agree with the choices; new ones, with free ports, where there are none. */
export async function settle(folder: StateFolder, choices: Choices): Promise<Settings> {
    const recorded = await readSettings(folder);
    if (recorded !== undefined) {
        requireAgreement(recorded, choices, folder);
        return recorded;
    }
    await requireUnused(folder);
    const chosen = {
        channel: choices.channel ?? defaults.channel,
        orderers: choices.orderers ?? defaults.orderers,
        batchTimeoutMs: choices.batchTimeoutMs ?? defaults.batchTimeoutMs,
        maxMessageCount: choices.maxMessageCount ?? defaults.maxMessageCount,
    };
    requireSound(chosen);
    const layout: Layout = { orderers: chosen.orderers, ...firstLayout };
    const ports = await choosePorts(processesOf(layout));
    const settings: Settings = { format: 1, ...chosen, ...layout, ports, completed: false };
    await writeSettings(folder, settings);
    return settings;
}

export async function writeSettings(folder: StateFolder, settings: Settings): Promise<void> {
    await writeFileAtomically(folder.settingsFile, `${JSON.stringify(settings, null, 4)}\n`);
}

function parse(text: string): Settings | undefined {
    try {
        return { ...firstLayout, ...(JSON.parse(text) as Settings) };
    } catch {
        return undefined;
    }
}

/** The same network with other processes; those that are new get ports of their own. */
export async function withLayout(settings: Settings, change: Partial<Layout>): Promise<Settings> {
    const changed = { ...settings, ...change };
    const specs = processesOf(changed);
    const added = await choosePorts(specs.filter(({ name }) => settings.ports[name] === undefined));
    const ports = { ...settings.ports, ...added };
    const kept = Object.entries(ports).filter(([name]) => specs.some((spec: ProcessSpec) => spec.name === name));
    return { ...changed, ports: Object.fromEntries(kept) };
}

function requireAgreement(recorded: Settings, choices: Choices, folder: StateFolder): void {
    for (const name of ['channel', 'orderers', 'batchTimeoutMs', 'maxMessageCount'] as const) {
        const chosen = choices[name];
        if (chosen !== undefined && chosen !== recorded[name]) {
            throw new NetworkError(
                `The network in ${folder.root} has ${name} ${String(recorded[name])}, not ${String(chosen)}.`,
                {
                    subject: name,
                    remedy: 'Leave the option out, use another folder (--state), or `commonwatt network reset` first.',
                },
            );
        }
    }
}

function requireSound(chosen: Required<{ [Name in keyof Choices]: NonNullable<Choices[Name]> }>): void {
    if (!/^[a-z][a-z0-9.-]{0,248}$/.test(chosen.channel)) {
        throw new NetworkError(`"${chosen.channel}" is not a channel name.`, {
            subject: 'channel',
            remedy: 'Use lower-case letters, digits, dots and dashes, a letter first.',
        });
    }
    for (const name of ['batchTimeoutMs', 'maxMessageCount'] as const) {
        if (!Number.isSafeInteger(chosen[name]) || chosen[name] < 1) {
            throw new NetworkError(`${name} must be a whole number above zero, not ${String(chosen[name])}.`, {
                subject: name,
                remedy: 'Correct the option.',
            });
        }
    }
}

/** `reset` empties the folder one day: never take over one that holds something else. */
async function requireUnused(folder: StateFolder): Promise<void> {
    const entries = await entriesOf(folder.root);
    const foreign = entries.filter((entry) => !/^(lock|network\.json)(\.|$)/.test(entry));
    if (foreign.length > 0) {
        throw new NetworkError(`${folder.root} holds other files (${foreign.slice(0, 3).join(', ')}) and no network.`, {
            subject: folder.root,
            remedy: 'Name an empty or new folder.',
        });
    }
}

async function entriesOf(path: string): Promise<string[]> {
    try {
        return await readdir(path);
    } catch (error) {
        if (isErrno(error, 'ENOENT')) {
            return [];
        }
        throw error;
    }
}
