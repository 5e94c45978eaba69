import type { ChaincodeInterface, ChaincodeServer } from 'fabric-shim';
import { externalService, serveUntilSignal } from './external-service.js';

/**
 * Serves both chaincodes of an organisation from one process, as external services that its peers dial, and says
 * `{"ready":true}` on standard output when both listen.
 * Environment: COMMONWATT_<NAME>_ID (package id) and COMMONWATT_<NAME>_ADDRESS (host:port) for EXCHANGE and
 * SUPERVISION; optional COMMONWATT_TLS_KEY, COMMONWATT_TLS_CERT and COMMONWATT_TLS_CLIENT_CA (PEM files).
 */
export async function serveChaincodes(
    chaincodes: Readonly<{ exchange: ChaincodeInterface; supervision: ChaincodeInterface }>,
): Promise<void> {
    await serveUntilSignal(() =>
        Promise.all([
            serverOf('EXCHANGE', chaincodes.exchange).start(),
            serverOf('SUPERVISION', chaincodes.supervision).start(),
        ]),
    );
}

const serverOf = (name: 'EXCHANGE' | 'SUPERVISION', chaincode: ChaincodeInterface): ChaincodeServer =>
    externalService(chaincode, {
        id: `COMMONWATT_${name}_ID`,
        address: `COMMONWATT_${name}_ADDRESS`,
        tlsKey: 'COMMONWATT_TLS_KEY',
        tlsCertificate: 'COMMONWATT_TLS_CERT',
        tlsClientCa: 'COMMONWATT_TLS_CLIENT_CA',
    });
