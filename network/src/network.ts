import { existsSync } from 'node:fs';
import { rm, readdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { findBinaries, resolveBinaries } from './binaries/resolve.js';
import type { Binaries } from './binaries/tools.js';
import { writeConnectionProfiles } from './connection-profile.js';
import { findProcess, type Deployment } from './deployment.js';
import { NetworkError } from './network-error.js';
import { builtChaincode } from './project.js';
import { withLock } from './process/lock.js';
import { tail } from './process/log-excerpt.js';
import { Supervisor } from './process/supervisor.js';
import { runSteps, type OnProgress, type Step } from './progress.js';
import { clientEnvironment } from './provision/admin.js';
import { createCertificates } from './provision/certificates.js';
import { defineChaincodes, installChaincodes } from './provision/chaincode-definition.js';
import { createGenesisBlock, joinChannel } from './provision/channel.js';
import { awaitGateways } from './provision/gateways.js';
import { revokeCertificate } from './provision/revocation.js';
import { startProcess, startProcesses } from './provision/processes.js';
import { requireSettings, settle, withLayout, writeSettings, type Choices, type Settings } from './settings.js';
import { stateFolder, type StateFolder } from './state-folder.js';
import { readStatus, type NetworkStatus } from './status.js';
import { peersOf, processesOf, type OrgName } from './topology.js';

export type OpenOptions = Readonly<{
    /** Where the network lies; COMMONWATT_STATE, else `.commonwatt` in the project. */
    stateDir?: string | undefined;
    onProgress?: OnProgress | undefined;
    /** The program of every chaincode process; the built chaincode workspace unless said otherwise. */
    chaincodeEntry?: string | undefined;
}>;

export type UpOptions = Choices &
    Readonly<{
        /** Runs last, on a network that answers, at each `up`: it must find out itself what is left to do. */
        bootstrap?: ((network: Network) => Promise<void>) | undefined;
    }>;

export type RestartOptions = Readonly<{
    /** Another program for a chaincode process, until it is started the next time. */
    entry?: string | undefined;
    /** A port of 127.0.0.1 on which a debugger finds a chaincode process, until it is started the next time. */
    inspectPort?: number | undefined;
}>;

export type UpgradeOptions = Readonly<{
    /** The program that serves the new version; the built chaincode workspace unless said otherwise. */
    entry?: string | undefined;
}>;

/**
 * A Fabric network of native processes on this machine. Every method can be interrupted at any moment: the next
 * `up` recognises what is there, finishes it, and starts what does not run.
 */
export class Network {
    readonly stateDir: string;
    readonly #folder: StateFolder;
    readonly #supervisor: Supervisor;
    readonly #onProgress: OnProgress;
    readonly #chaincodeEntry: string | undefined;

    constructor(options: OpenOptions) {
        this.#folder = stateFolder(options.stateDir);
        this.stateDir = this.#folder.root;
        this.#supervisor = new Supervisor(this.#folder);
        this.#onProgress = options.onProgress ?? (() => undefined);
        this.#chaincodeEntry = options.chaincodeEntry;
    }

    /** Brings the network to the point where every gateway answers, from whatever state it is in. */
    async up(options: UpOptions = {}): Promise<NetworkStatus> {
        await withLock(this.#folder.lockFile, () => this.#up(options));
        return this.status();
    }

    /** Stops every process; the ledger stays. Returns the names of those that ran. */
    async down(): Promise<string[]> {
        await requireSettings(this.#folder);
        return withLock(this.#folder.lockFile, () => this.#stopAll());
    }

    async status(): Promise<NetworkStatus> {
        return readStatus(this.#folder, this.#supervisor, await findBinaries());
    }

    /** The last lines that a process logged. */
    async logs(name: string, options: Readonly<{ lines?: number }> = {}): Promise<string> {
        findProcess(await requireSettings(this.#folder), name);
        return tail(this.#folder.log(name), options.lines ?? 50);
    }

    logFile(name: string): string {
        return this.#folder.log(name);
    }

    /** Stops a process, if it runs, and starts it again; returns when it answers. */
    async restart(name: string, options: RestartOptions = {}): Promise<void> {
        await withLock(this.#folder.lockFile, () => this.#restart(name, options));
    }

    /**
     * Gives an organization a second peer, which serves its clients and endorses beside the first one; returns when it has
     * every block and answers. Interrupted, it is finished by the next `up`.
     */
    async addPeer(org: OrgName): Promise<NetworkStatus> {
        await withLock(this.#folder.lockFile, async () => {
            const settings = await requireSettings(this.#folder);
            if (!settings.secondPeers.includes(org)) {
                const secondPeers = [...settings.secondPeers, org];
                await writeSettings(this.#folder, await withLayout(settings, { secondPeers }));
            }
            await this.#up({});
        });
        return this.status();
    }

    /** Takes an organization's second peer away, with its ledger and its key; the channel learns that its certificate is revoked. */
    async removePeer(org: OrgName): Promise<NetworkStatus> {
        await withLock(this.#folder.lockFile, () => this.#removePeer(org));
        return this.status();
    }

    /**
     * Puts the next version of both chaincodes into force while the market goes on: its processes start beside those that
     * serve, its packages are installed, all four organizations approve, the definitions are committed, and only then the
     * old processes end. Interrupted, it is finished by the next `upgrade`.
     */
    async upgrade(options: UpgradeOptions = {}): Promise<NetworkStatus> {
        await withLock(this.#folder.lockFile, () => this.#upgrade(options));
        return this.status();
    }

    /** Stops every process and forgets everything: keys, ledgers, ports. */
    async reset(): Promise<void> {
        await requireSettings(this.#folder);
        await withLock(this.#folder.lockFile, async () => {
            await this.#stopAll();
            // The description goes last: as long as it is there, an interrupted reset can be repeated.
            const entries = await readdir(this.#folder.root);
            const rest = entries.map((entry) => join(this.#folder.root, entry));
            const keep = [this.#folder.settingsFile, this.#folder.lockFile];
            for (const path of rest.filter((each) => !keep.includes(each))) {
                await rm(path, { recursive: true, force: true });
            }
            await rm(this.#folder.settingsFile, { force: true });
        });
    }

    /** The process id of a running process. */
    async pid(name: string): Promise<number> {
        findProcess(await requireSettings(this.#folder), name);
        const identity = await this.#supervisor.find(name);
        if (identity === undefined) {
            throw new NetworkError(`${name} does not run.`, {
                subject: name,
                remedy: '`commonwatt network up` starts what does not run.',
            });
        }
        return identity.pid;
    }

    /** The environment in which the stock `peer` CLI acts as this organization's admin. */
    async env(org: OrgName): Promise<Record<string, string>> {
        const settings = await requireSettings(this.#folder);
        const binaries = await findBinaries();
        if (binaries === undefined) {
            throw new NetworkError('The Fabric tools are not there any more.', {
                subject: 'peer',
                remedy: 'Run `commonwatt network binaries`.',
            });
        }
        return {
            ...clientEnvironment({ folder: this.#folder, settings }, org),
            PATH: [dirname(binaries.tools.peer), process.env['PATH'] ?? ''].join(delimiter),
        };
    }

    /** The connection profile from which a client of this organization connects. */
    profilePath(org: OrgName): string {
        return this.#folder.profile(org);
    }

    async #up(options: UpOptions): Promise<void> {
        const settings = await settle(this.#folder, options);
        let binaries: Binaries | undefined;
        const deployed = (): Deployment => {
            if (binaries === undefined) {
                throw new Error('the binaries are resolved in the first step');
            }
            return this.#deployment(settings, binaries);
        };
        const steps: Step[] = [
            {
                title: 'Fabric binaries',
                run: async (detail) => {
                    binaries = await resolveBinaries(detail);
                    return `${binaries.version}, from ${binaries.source}`;
                },
            },
            { title: 'Certificates', run: () => createCertificates(deployed()) },
            { title: 'Channel configuration', run: () => createGenesisBlock(deployed()) },
            { title: 'Processes', run: (detail) => startProcesses(deployed(), detail) },
            { title: 'Channel members', run: () => joinChannel(deployed()) },
            { title: 'Chaincode packages', run: () => installChaincodes(deployed()) },
            { title: 'Chaincode definitions', run: () => defineChaincodes(deployed()) },
            { title: 'Gateways', run: (detail) => awaitGateways(deployed(), detail) },
            { title: 'Connection profiles', run: () => writeConnectionProfiles(this.#folder, settings) },
        ];
        const { bootstrap } = options;
        if (bootstrap !== undefined) {
            steps.push({ title: 'Charter', run: () => bootstrap(this).then(() => 'in force') });
        }
        await runSteps(steps, this.#onProgress);
        await writeSettings(this.#folder, { ...settings, completed: true });
    }

    async #restart(name: string, { entry, inspectPort }: RestartOptions): Promise<void> {
        const settings = await requireSettings(this.#folder);
        const spec = findProcess(settings, name);
        if ((entry !== undefined || inspectPort !== undefined) && spec.kind !== 'chaincode') {
            throw new NetworkError(`${name} is no chaincode process: it has no entry file to choose or to inspect.`, {
                subject: name,
                remedy: 'Leave --entry and --inspect out.',
            });
        }
        const deployment = this.#deployment(settings, await resolveBinaries(() => undefined));
        await this.#supervisor.stop(name);
        const program = entry === undefined ? undefined : requireEntry(entry);
        await startProcess(deployment, spec, { entry: program, inspectPort });
    }

    async #upgrade({ entry }: UpgradeOptions): Promise<void> {
        const settings = await requireSettings(this.#folder);
        const [current, underWay] = settings.chaincodes;
        if (current !== undefined && underWay === undefined) {
            const next = { version: current.version + 1, entry: entry === undefined ? null : requireEntry(entry) };
            await writeSettings(this.#folder, await withLayout(settings, { chaincodes: [current, next] }));
        } else if (entry !== undefined && entry !== underWay?.entry) {
            throw new NetworkError(`An upgrade to version ${String(underWay?.version)} is under way.`, {
                subject: 'entry',
                remedy: 'Run `commonwatt network upgrade` without --entry to finish it first.',
            });
        }
        await this.#up({});
        await this.#retireOldChaincodes();
    }

    async #retireOldChaincodes(): Promise<void> {
        const settings = await requireSettings(this.#folder);
        const latest = await withLayout(settings, { chaincodes: settings.chaincodes.slice(-1) });
        const kept = new Set(processesOf(latest).map((spec) => spec.name));
        for (const { name } of processesOf(settings).filter((spec) => !kept.has(spec.name))) {
            await this.#supervisor.stop(name);
            await rm(this.#folder.node(name), { recursive: true, force: true });
        }
        await writeSettings(this.#folder, latest);
    }

    async #removePeer(org: OrgName): Promise<void> {
        const settings = await requireSettings(this.#folder);
        const peer = peersOf(settings).find((each) => each.org === org && each.ordinal > 1);
        if (peer === undefined) {
            throw new NetworkError(`${org} has no second peer.`, {
                subject: org,
                remedy: '`commonwatt network status` lists every peer.',
            });
        }
        await this.#supervisor.stop(peer.name);
        await revokeCertificate(this.#deployment(settings, await resolveBinaries(() => undefined)), peer);
        for (const path of [this.#folder.node(peer.name), this.#folder.identity(peer)]) {
            await rm(path, { recursive: true, force: true });
        }
        const secondPeers = settings.secondPeers.filter((each) => each !== org);
        const remaining = await withLayout(settings, { secondPeers });
        await writeSettings(this.#folder, remaining);
        await writeConnectionProfiles(this.#folder, remaining);
    }

    async #stopAll(): Promise<string[]> {
        const names = processesOf(await requireSettings(this.#folder)).map((spec) => spec.name);
        const stopped = await Promise.all(names.map((name) => this.#supervisor.stop(name)));
        return names.filter((_, index) => stopped[index]);
    }

    #deployment(settings: Settings, binaries: Binaries): Deployment {
        return {
            folder: this.#folder,
            settings,
            binaries,
            supervisor: this.#supervisor,
            chaincodeEntry: requireEntry(this.#chaincodeEntry ?? builtChaincode()),
        };
    }
}

export function openNetwork(options: OpenOptions = {}): Network {
    return new Network(options);
}

/** Looked at before anything is started: a chaincode process without a program would fail last and say least. */
function requireEntry(entry: string): string {
    if (!existsSync(entry)) {
        throw new NetworkError(`The chaincode program ${entry} is missing.`, {
            subject: entry,
            remedy: 'Run `npm run build` in the project folder, or name a file that exists.',
        });
    }
    return entry;
}
