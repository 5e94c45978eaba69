import { peer } from '@hyperledger/fabric-protos';
import { NotRecomputable } from './not-recomputable.js';
import { keyOf } from './read-write-set.js';
import { LIFECYCLE, type ShadowState } from './shadow-state.js';

const LEGACY = 'lscc';
const DEFINED = 'ChaincodeDefinition';
const USUAL_PLUGIN = 'vscc';

/**
 * The endorsement policy in a chaincode's definition, as the state holds it; `null` for a chaincode that nobody has defined.
 * @throws NotRecomputable for one that a program of its own validates
 */
export function definedPolicyOf(state: ShadowState, chaincode: string): Uint8Array | null {
    const read = (key: string): Uint8Array | null =>
        state.read({ namespace: LIFECYCLE, collection: null }, keyOf(key))?.value ?? null;
    const metadata = read(`namespaces/metadata/${chaincode}`);
    if (metadata === null) {
        if (state.read({ namespace: LEGACY, collection: null }, keyOf(chaincode)) !== undefined) {
            throw new NotRecomputable(`${chaincode}, a chaincode of Fabric 1`);
        }
        return null;
    }
    const type = peer.lifecycle.StateMetadata.deserializeBinary(metadata).getDatatype();
    const field = read(`namespaces/fields/${chaincode}/ValidationInfo`) ?? new Uint8Array();
    const info = peer.lifecycle.ChaincodeValidationInfo.deserializeBinary(
        peer.lifecycle.StateData.deserializeBinary(field).getBytes_asU8(),
    );
    const plugin = info.getValidationPlugin();
    if (type !== DEFINED || (plugin !== USUAL_PLUGIN && plugin !== '')) {
        throw new NotRecomputable(`${chaincode}, which ${type} validates by ${plugin}`);
    }
    const policy = info.getValidationParameter_asU8();
    return plugin === '' || policy.length === 0 ? null : policy;
}
