import { readFileSync } from 'node:fs';
import { type ChaincodeInterface, type ChaincodeServer, Shim } from 'fabric-shim';

/** The published types demand TLS with client certificates; the server takes either, both or none. */
type ServerOptions = Parameters<typeof Shim.server>[1];

/**
 * Serves both chaincodes of an organisation from one process, as external services that its peers dial, and says
 * `{"ready":true}` on standard output when both listen.
 * Environment: COMMONWATT_<NAME>_ID (package id) and COMMONWATT_<NAME>_ADDRESS (host:port) for EXCHANGE and
 * SUPERVISION; optional COMMONWATT_TLS_KEY, COMMONWATT_TLS_CERT and COMMONWATT_TLS_CLIENT_CA (PEM files).
 */
export async function serveChaincodes(
    chaincodes: Readonly<{ exchange: ChaincodeInterface; supervision: ChaincodeInterface }>,
): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => process.exit(0));
    }
    await Promise.all([
        serverOf('EXCHANGE', chaincodes.exchange).start(),
        serverOf('SUPERVISION', chaincodes.supervision).start(),
    ]);
    process.stdout.write('{"ready":true}\n');
}

function serverOf(name: 'EXCHANGE' | 'SUPERVISION', chaincode: ChaincodeInterface): ChaincodeServer {
    const tlsProps = tls();
    return Shim.server(chaincode, {
        ccid: setting(`COMMONWATT_${name}_ID`),
        address: setting(`COMMONWATT_${name}_ADDRESS`),
        ...(tlsProps === undefined ? {} : { tlsProps }),
    } as ServerOptions);
}

function setting(name: string): string {
    const value = process.env[name];
    if (value === undefined || value === '') {
        throw new Error(`${name} is not set; the chaincode server needs the package id and address of both chaincodes`);
    }
    return value;
}

function tls(): { key: Buffer; cert: Buffer; clientCACerts?: Buffer } | undefined {
    const { COMMONWATT_TLS_KEY: key, COMMONWATT_TLS_CERT: cert, COMMONWATT_TLS_CLIENT_CA: clientCa } = process.env;
    if (key === undefined || cert === undefined) {
        return undefined;
    }
    return {
        key: readFileSync(key),
        cert: readFileSync(cert),
        ...(clientCa === undefined ? {} : { clientCACerts: readFileSync(clientCa) }),
    };
}
