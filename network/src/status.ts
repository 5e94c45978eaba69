import { existsSync } from 'node:fs';
import type { Binaries } from './binaries/tools.js';
import type { Supervisor } from './process/supervisor.js';
import { heightAt } from './provision/channel.js';
import { readSettings, type Settings } from './settings.js';
import type { StateFolder } from './state-folder.js';
import { processesOf, type OrdererCount, type OrgName, type ProcessKind, type ProcessSpec } from './topology.js';

/**
 * `absent`: nothing there; `incomplete`: an `up` has not reached its end yet; `stopped`: no process runs;
 * `degraded`: some do not; `running`: all do.
 */
export type NetworkState = 'absent' | 'incomplete' | 'stopped' | 'degraded' | 'running';

export type ProcessStatus = Readonly<{
    name: string;
    kind: ProcessKind;
    org: OrgName;
    running: boolean;
    pid: number | null;
    ports: Readonly<Record<string, number>>;
    /** Blocks in the channel's ledger; peers only. */
    height: number | null;
    logFile: string;
}>;

export type NetworkStatus = Readonly<{
    state: NetworkState;
    stateDir: string;
    channel: string | null;
    orderers: OrdererCount | null;
    /** The highest among the peers that answer. */
    height: number | null;
    processes: readonly ProcessStatus[];
}>;

export async function readStatus(
    folder: StateFolder,
    supervisor: Supervisor,
    binaries: Binaries | undefined,
): Promise<NetworkStatus> {
    const settings = await readSettings(folder);
    if (settings === undefined) {
        const none = { channel: null, orderers: null, height: null, processes: [] };
        return { state: 'absent', stateDir: folder.root, ...none };
    }
    const heightOf = async (peer: ProcessSpec): Promise<number | undefined> =>
        binaries === undefined || !existsSync(folder.node(peer.name))
            ? undefined
            : heightAt({ folder, settings, binaries }, peer);
    const processes = await Promise.all(
        processesOf(settings).map((spec) => processStatus(folder, settings, supervisor, spec, heightOf)),
    );
    const heights = processes.flatMap(({ height }) => height ?? []);
    return {
        state: stateOf(settings, processes),
        stateDir: folder.root,
        channel: settings.channel,
        orderers: settings.orderers,
        height: heights.length === 0 ? null : Math.max(...heights),
        processes,
    };
}

async function processStatus(
    folder: StateFolder,
    settings: Settings,
    supervisor: Supervisor,
    spec: ProcessSpec,
    heightOf: (peer: ProcessSpec) => Promise<number | undefined>,
): Promise<ProcessStatus> {
    const identity = await supervisor.find(spec.name);
    const asksHeight = spec.kind === 'peer' && identity !== undefined;
    return {
        name: spec.name,
        kind: spec.kind,
        org: spec.org,
        running: identity !== undefined,
        pid: identity?.pid ?? null,
        ports: settings.ports[spec.name] ?? {},
        height: asksHeight ? ((await heightOf(spec)) ?? null) : null,
        logFile: folder.log(spec.name),
    };
}

function stateOf(settings: Settings, processes: readonly ProcessStatus[]): NetworkState {
    if (!settings.completed) {
        return 'incomplete';
    }
    const running = processes.filter((each) => each.running).length;
    if (running === 0) {
        return 'stopped';
    }
    return running === processes.length ? 'running' : 'degraded';
}
