import { createConnection, createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { NetworkError } from '../network-error.js';
import type { ProcessSpec } from '../topology.js';
import { poll } from '../wait.js';
import { ownerOfPort } from './port-owner.js';

/** Port numbers by process and purpose: `ports['peer-operator'].operationsPort`. */
export type PortMap = Readonly<Record<string, Readonly<Record<string, number>>>>;

// Below the range from which systems take the ports of outgoing connections, or a stranger's connection could
// occupy one of ours while the network is down.
const firstPort = 20_000;
const lastPort = 31_999;
const attempts = 50;
const releaseLimits = { timeoutMs: 1_500, intervalMs: 50 };

export async function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once('error', () => {
            resolve(false);
        });
        server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
            server.close(() => {
                resolve(true);
            });
        });
    });
}

/** A run of consecutive free ports, from a random place, so that networks started together do not meet. */
export async function choosePorts(specs: readonly ProcessSpec[]): Promise<PortMap> {
    const count = specs.reduce((sum, spec) => sum + spec.portNames.length, 0);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
        const base = randomInt(firstPort, lastPort - count);
        const candidates = Array.from({ length: count }, (_, index) => base + index);
        if ((await Promise.all(candidates.map(isFree))).every(Boolean)) {
            return assign(specs, base);
        }
    }
    throw new NetworkError(`No ${String(count)} consecutive ports are free on 127.0.0.1.`, {
        subject: `127.0.0.1:${String(firstPort)}-${String(lastPort)}`,
        remedy: 'Stop programs that listen there (`commonwatt doctor` lists leftovers), then run `commonwatt network up` again.',
    });
}

/** The ports of a process about to start must be free: they are part of the channel's configuration and cannot change. */
export async function requireFree(name: string, ports: Readonly<Record<string, number>>): Promise<void> {
    for (const port of Object.values(ports)) {
        // A process killed a moment ago may not have let go of its port yet.
        const free = await poll(async () => ((await isFree(port)) ? true : undefined), releaseLimits);
        if (free === undefined) {
            throw portTaken(name, port);
        }
    }
}

/** Whether somebody accepts connections there. */
export async function isListening(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = createConnection({ port, host: '127.0.0.1' });
        const answer = (listening: boolean): void => {
            socket.destroy();
            resolve(listening);
        };
        socket.once('connect', () => {
            answer(true);
        });
        socket.once('error', () => {
            answer(false);
        });
    });
}

function portTaken(name: string, port: number): NetworkError {
    const owner = ownerOfPort(port);
    const who =
        owner === undefined
            ? 'a process of another user'
            : `process ${String(owner.pid)} (${owner.command.slice(0, 120)})`;
    return new NetworkError(`${name} cannot start: port 127.0.0.1:${String(port)} is taken by ${who}.`, {
        subject: `127.0.0.1:${String(port)}`,
        remedy: `Stop ${who} and run \`commonwatt network up\` again. The port is part of the channel's configuration; \`commonwatt network reset\` forgets this network, and the next \`up\` chooses other ports.`,
    });
}

function assign(specs: readonly ProcessSpec[], base: number): PortMap {
    let next = base;
    return Object.fromEntries(
        specs.map((spec) => [spec.name, Object.fromEntries(spec.portNames.map((portName) => [portName, next++]))]),
    );
}

export function portOf(ports: PortMap, process: string, name: string): number {
    const port = ports[process]?.[name];
    if (port === undefined) {
        throw new Error(`no port "${name}" is recorded for ${process}`);
    }
    return port;
}
