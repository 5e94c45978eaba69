import { msp } from '@hyperledger/fabric-protos';
import type { Identity } from '../identity.js';

const TYPE = 'commonwatt';

/** How the package is told who speaks. */
export type GatewayIdentity = Readonly<{ identity: object; identityProvider: object }>;

/**
 * An identity as the package asks for it: a name, an MSP and a certificate. It has no key: what is to be signed goes to
 * the identity's own signer, so that the key may be anywhere, as with the other transport.
 */
export function gatewayIdentity(identity: Identity): GatewayIdentity {
    const { mspId, certificate } = identity;
    const creator = new msp.SerializedIdentity();
    creator.setMspid(mspId);
    creator.setIdBytes(Buffer.from(certificate));
    const serialized = Buffer.from(creator.serializeBinary());
    const user = {
        getName: () => TYPE,
        getMspid: () => mspId,
        getIdentity: () => ({ serialize: () => serialized }),
    };
    return {
        identity: { type: TYPE, mspId },
        identityProvider: { type: TYPE, getUserContext: () => Promise.resolve(user) },
    };
}
