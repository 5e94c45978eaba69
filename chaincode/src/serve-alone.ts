import { type ChaincodeInterface, Shim } from 'fabric-shim';
import { externalService, serveUntilSignal } from './external-service.js';

/**
 * Serves one chaincode from a package of its own, the way it was started: a peer that builds and launches Node
 * chaincodes itself passes `--peer.address`, and the chaincode dials it; otherwise it is an external service that peers
 * dial, at CHAINCODE_SERVER_ADDRESS (host:port) under CHAINCODE_ID (package id), with CHAINCODE_TLS_KEY,
 * CHAINCODE_TLS_CERT and CHAINCODE_CLIENT_CA_CERT (PEM files) if wanted.
 */
export async function serveAlone(chaincode: ChaincodeInterface): Promise<void> {
    await serveUntilSignal(async () => {
        if (process.argv.some((argument) => argument.startsWith('--peer.address'))) {
            Shim.start(chaincode);
            return;
        }
        await externalService(chaincode, {
            id: 'CHAINCODE_ID',
            address: 'CHAINCODE_SERVER_ADDRESS',
            tlsKey: 'CHAINCODE_TLS_KEY',
            tlsCertificate: 'CHAINCODE_TLS_CERT',
            tlsClientCa: 'CHAINCODE_CLIENT_CA_CERT',
        }).start();
    });
}
