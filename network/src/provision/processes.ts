import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { inheritedEnvironment } from '../binaries/tools.js';
import type { Deployment } from '../deployment.js';
import { readFrom } from '../process/log-excerpt.js';
import { isListening, portOf, requireFree } from '../process/ports.js';
import type { Launch } from '../process/supervisor.js';
import { inTurn } from './in-turn.js';
import { builderFolder } from '../project.js';
import { renderConfig, type TemplateValues } from '../template.js';
import { mspIdOf, peerOf, processesOf, type ProcessSpec } from '../topology.js';
import { poll } from '../wait.js';
import { chaincodeNames, packageId, type ChaincodeName } from './chaincode-package.js';

const servingTimeoutMs = 20_000;

/** What a chaincode process runs, and on which port of this machine a debugger finds it. */
export type Program = Readonly<{ entry?: string | undefined; inspectPort?: number | undefined }>;

/** Starts every process that does not run; says how many it started. */
export async function startProcesses(deployment: Deployment, detail: (text: string) => void): Promise<string> {
    const specs = processesOf(deployment.settings);
    const running = await Promise.all(specs.map((spec) => deployment.supervisor.find(spec.name)));
    const stopped = specs.filter((_, index) => running[index] === undefined);
    for (const { name } of stopped) {
        await requireFree(name, deployment.settings.ports[name] ?? {});
    }
    const start = async (spec: ProcessSpec): Promise<void> => {
        await startProcess(deployment, spec);
        detail(`${spec.name} answers`);
    };
    await allSettledOrThrow([
        inTurn(stopped.filter(isPeer), start),
        ...stopped.filter((spec) => !isPeer(spec)).map(start),
        ...specs.filter((spec) => !stopped.includes(spec)).map((spec) => awaitServing(deployment, spec)),
    ]);
    return stopped.length === 0 ? 'all running' : `${String(stopped.length)} started`;
}

/** @param program another one than its version's, or one to be inspected, for a chaincode process */
export async function startProcess(deployment: Deployment, spec: ProcessSpec, program: Program = {}): Promise<void> {
    const { inspectPort } = program;
    const ports = deployment.settings.ports[spec.name] ?? {};
    await requireFree(spec.name, inspectPort === undefined ? ports : { ...ports, inspectPort });
    await deployment.supervisor.start(await launchOf(deployment, spec, program));
}

/** A process that an interrupted command has only just started runs, but may not serve yet. */
async function awaitServing(deployment: Deployment, spec: ProcessSpec): Promise<void> {
    const limits = { timeoutMs: servingTimeoutMs, intervalMs: 50 };
    const serving = await poll(async () => ((await serves(deployment, spec)) ? true : undefined), limits);
    if (serving === undefined) {
        const { name } = spec;
        throw await deployment.supervisor.failure(
            name,
            `${name} runs, but does not answer.`,
            `Run \`commonwatt network restart ${name}\`, then \`commonwatt network up\`.`,
        );
    }
}

function isPeer(spec: ProcessSpec): boolean {
    return spec.kind === 'peer';
}

/** Waits for all before it reports the first failure: nothing is left starting behind the caller's back. */
async function allSettledOrThrow(actions: readonly Promise<void>[]): Promise<void> {
    const outcomes = await Promise.allSettled(actions);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
        throw failed.reason;
    }
}

async function launchOf(deployment: Deployment, spec: ProcessSpec, program: Program): Promise<Launch> {
    switch (spec.kind) {
        case 'orderer':
            return launchOrderer(deployment, spec);
        case 'peer':
            return launchPeer(deployment, spec);
        case 'chaincode':
            return launchChaincode(deployment, spec, { ...program, entry: program.entry ?? entryOf(deployment, spec) });
    }
}

async function launchOrderer(deployment: Deployment, spec: ProcessSpec): Promise<Launch> {
    const { binaries, folder } = deployment;
    await renderConfig('orderer.yaml', nodeValues(deployment, spec), join(folder.node(spec.name), 'orderer.yaml'));
    return {
        name: spec.name,
        command: binaries.tools.orderer,
        args: ['start'],
        env: fabricEnvironment(deployment, spec),
        isReady: () => serves(deployment, spec),
    };
}

async function launchPeer(deployment: Deployment, spec: ProcessSpec): Promise<Launch> {
    const { binaries, folder } = deployment;
    await renderConfig('core.yaml', nodeValues(deployment, spec), join(folder.node(spec.name), 'core.yaml'));
    return {
        name: spec.name,
        command: binaries.tools.peer,
        args: ['node', 'start'],
        env: {
            ...fabricEnvironment(deployment, spec),
            // Memory is plentiful and CPU is what limits throughput: collect garbage a quarter as often.
            GOGC: '400',
            COMMONWATT_CHAINCODE_ADDRESSES: folder.chaincodeAddresses(spec.org),
        },
        isReady: () => serves(deployment, spec),
    };
}

async function launchChaincode(
    deployment: Deployment,
    spec: ProcessSpec,
    { entry, inspectPort }: Program & Readonly<{ entry: string }>,
): Promise<Launch> {
    const { folder } = deployment;
    const inspect = inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${String(inspectPort)}`];
    const env: Record<string, string> = {
        ...inheritedEnvironment(),
        NODE_ENV: 'production',
        CORE_PEER_LOCALMSPID: mspIdOf(spec.org),
        CORE_CHAINCODE_LOGGING_LEVEL: 'WARNING',
        CORE_CHAINCODE_LOGGING_SHIM: 'WARNING',
    };
    for (const name of chaincodeNames) {
        env[`COMMONWATT_${name.toUpperCase()}_ID`] = await packageId(name, spec.ordinal);
        env[`COMMONWATT_${name.toUpperCase()}_ADDRESS`] = chaincodeAddress(deployment, spec.name, name);
    }
    return {
        name: spec.name,
        command: process.execPath,
        args: ['--enable-source-maps', ...inspect, entry],
        env,
        isReady: async (logOffset) => /^\{"ready":true\}$/m.test(await readFrom(folder.log(spec.name), logOffset)),
    };
}

function fabricEnvironment(deployment: Deployment, spec: ProcessSpec): Record<string, string> {
    return {
        ...inheritedEnvironment(),
        FABRIC_CFG_PATH: deployment.folder.node(spec.name),
        // The orderer warns once per submission that a client closed its stream, which is what clients do.
        FABRIC_LOGGING_SPEC: 'warning:orderer.common.broadcast=error',
    };
}

function nodeValues(deployment: Deployment, spec: ProcessSpec): TemplateValues {
    const ports = deployment.settings.ports[spec.name] ?? {};
    return {
        'node.name': spec.name,
        'node.mspId': mspIdOf(spec.org),
        'node.folder': deployment.folder.node(spec.name),
        'node.identity': deployment.folder.identity(spec),
        // A second peer meets the others by way of the first of its organization.
        'gossip.port': deployment.settings.ports[peerOf(spec.org)]?.['port'] ?? 0,
        ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [`node.${name}`, port])),
        builder: builderFolder,
    };
}

export function chaincodeAddress(deployment: Deployment, process: string, name: ChaincodeName): string {
    return `127.0.0.1:${String(portOf(deployment.settings.ports, process, `${name}Port`))}`;
}

function entryOf({ settings, chaincodeEntry }: Deployment, spec: ProcessSpec): string {
    return settings.chaincodes.find(({ version }) => version === spec.ordinal)?.entry ?? chaincodeEntry;
}

/** Healthy, and behind every one of its ports: the health check comes up before the rest. */
async function serves({ settings }: Deployment, spec: ProcessSpec): Promise<boolean> {
    if (spec.kind !== 'chaincode' && !(await isHealthy(portOf(settings.ports, spec.name, 'operationsPort')))) {
        return false;
    }
    const listening = await Promise.all(Object.values(settings.ports[spec.name] ?? {}).map(isListening));
    return listening.every(Boolean);
}

async function isHealthy(operationsPort: number): Promise<boolean> {
    const asking = request({ host: '127.0.0.1', port: operationsPort, path: '/healthz', timeout: 1_000, agent: false });
    asking.end();
    try {
        const [response] = (await once(asking, 'response')) as [{ statusCode?: number; resume: () => void }];
        response.resume();
        return response.statusCode === 200;
    } catch {
        return false; // not listening yet
    } finally {
        asking.destroy();
    }
}
