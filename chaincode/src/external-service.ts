import { readFileSync } from 'node:fs';
import { type ChaincodeInterface, type ChaincodeServer, Shim } from 'fabric-shim';
import { quietShim } from './quiet-shim.js';

/** The published types demand TLS with client certificates; the server takes either, both or none. */
type ServerOptions = Parameters<typeof Shim.server>[1];

/** Environment variables that say where a chaincode listens and with which certificate (PEM files). */
export type ServiceVariables = Readonly<{
    id: string;
    address: string;
    tlsKey: string;
    tlsCertificate: string;
    tlsClientCa: string;
}>;

/** A chaincode as an external service that peers dial. @throws Error naming the variable that is not set */
export function externalService(chaincode: ChaincodeInterface, variables: ServiceVariables): ChaincodeServer {
    quietShim();
    const tlsProps = tlsOf(variables);
    return Shim.server(chaincode, {
        ccid: setting(variables.id),
        address: setting(variables.address),
        ...(tlsProps === undefined ? {} : { tlsProps }),
    } as ServerOptions);
}

/**
 * Starts what serves chaincodes and says `{"ready":true}` on standard output when it does. The process ends when it is
 * asked to, and when the start fails: the shim's logger would swallow the error and leave a process that serves nothing.
 */
export async function serveUntilSignal(start: () => Promise<unknown>): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => process.exit(0));
    }
    try {
        await start();
        process.stdout.write('{"ready":true}\n');
    } catch (error) {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
    }
}

function setting(name: string): string {
    const value = process.env[name];
    if (value === undefined || value === '') {
        throw new Error(`${name} is not set; a chaincode server needs its package id and its address`);
    }
    return value;
}

function tlsOf(variables: ServiceVariables): { key: Buffer; cert: Buffer; clientCACerts?: Buffer } | undefined {
    const key = process.env[variables.tlsKey];
    const cert = process.env[variables.tlsCertificate];
    const clientCa = process.env[variables.tlsClientCa];
    if (key === undefined || cert === undefined) {
        return undefined;
    }
    return {
        key: readFileSync(key),
        cert: readFileSync(cert),
        ...(clientCa === undefined ? {} : { clientCACerts: readFileSync(clientCa) }),
    };
}
