import { common, peer } from '@hyperledger/fabric-protos';
import type { Configuration } from '../configuration.js';
import type { Member } from '../members.js';
import { definedPolicyOf } from './chaincode-definition.js';
import { NotRecomputable } from './not-recomputable.js';
import type { Key, NamespaceSet } from './read-write-set.js';
import { LIFECYCLE, type ShadowState, type Space } from './shadow-state.js';
import { NOBODY, type Policy, signaturePolicy } from './signature-policy.js';

const LIFECYCLE_POLICY = '/Channel/Application/LifecycleEndorsement';
/** Every organisation's own collection in every chaincode. */
const IMPLICIT = '_implicit_org_';
/** Policies that are remembered; each agreement's parties have one. */
const KNOWN_MAX = 1_000;

/** Who has to endorse a write, by the configuration in force and the state before the block. */
export class EndorsementRules {
    readonly #configuration: Configuration;
    readonly #known = new Map<string, Policy>();

    constructor(configuration: Configuration) {
        this.#configuration = configuration;
    }

    /** The policy of a chaincode; `null` for one that is not defined. @throws NotRecomputable */
    ofChaincode(chaincode: string, state: ShadowState): Policy | null {
        if (chaincode === LIFECYCLE) {
            return this.#configuration.policies.find(LIFECYCLE_POLICY) ?? this.#majority();
        }
        const defined = definedPolicyOf(state, chaincode);
        return defined === null
            ? null
            : this.#remembered(`chaincode ${base64(defined)}`, () => this.#application(defined));
    }

    /**
     * Whether enough have endorsed everything that a transaction writes in one namespace: a key with a policy of its own is
     * judged by that alone, every other one by the collection's or the chaincode's.
     */
    areMet(
        { namespace, keys, collections }: NamespaceSet,
        policy: Policy,
        state: ShadowState,
        signers: readonly Member[],
    ): boolean {
        let isAnyChecked = false;
        let isOfChaincode: boolean | undefined;
        const byChaincode = (): boolean => {
            isAnyChecked = true;
            return (isOfChaincode ??= policy(signers));
        };
        for (const set of [keys, ...collections]) {
            const written: readonly Key[] = [...set.writes, ...set.policyWrites].map(({ key }) => key);
            for (const key of written) {
                const own = this.#keyPolicy(set, key, state) ?? this.#collectionPolicy(namespace, set.collection);
                isAnyChecked ||= own !== null;
                if (!(own === null ? byChaincode() : own(signers))) {
                    return false;
                }
            }
        }
        return isAnyChecked || byChaincode();
    }

    #keyPolicy(space: Space, key: Key, state: ShadowState): Policy | null {
        const policy = state.read(space, key)?.policy ?? null;
        return policy === null || policy.length === 0
            ? null
            : this.#remembered(`key ${base64(policy)}`, () => keyPolicyOf(policy));
    }

    #collectionPolicy(namespace: string, collection: string | null): Policy | null {
        if (collection === null) {
            return null;
        }
        if (!collection.startsWith(IMPLICIT)) {
            throw new NotRecomputable(`collection ${collection} of ${namespace}`);
        }
        const mspId = collection.slice(IMPLICIT.length);
        const name = this.#configuration.members.nameOf(mspId);
        const policy =
            name === null ? NOBODY : this.#configuration.policies.find(`/Channel/Application/${name}/Endorsement`);
        return policy ?? ((signers) => signers.some((signer) => signer.mspId === mspId));
    }

    /** A policy as a definition states it: written out, or the name of one in the channel's configuration. */
    #application(bytes: Uint8Array): Policy {
        const policy = readOr(() => peer.ApplicationPolicy.deserializeBinary(bytes), new peer.ApplicationPolicy());
        const written = policy.getSignaturePolicy();
        if (written !== undefined) {
            return signaturePolicy(written);
        }
        return this.#configuration.policies.find(policy.getChannelConfigPolicyReference()) ?? NOBODY;
    }

    #majority(): Policy {
        const mspIds = this.#configuration.members.mspIds;
        return (signers) =>
            mspIds.filter((mspId) => signers.some((signer) => signer.mspId === mspId)).length > mspIds.length / 2;
    }

    #remembered(name: string, make: () => Policy): Policy {
        const policy = this.#known.get(name) ?? make();
        if (this.#known.size >= KNOWN_MAX) {
            this.#known.clear();
        }
        this.#known.set(name, policy);
        return policy;
    }
}

function keyPolicyOf(bytes: Uint8Array): Policy {
    const envelope = readOr(() => common.SignaturePolicyEnvelope.deserializeBinary(bytes), null);
    if (envelope === null) {
        throw new NotRecomputable('a key policy that cannot be read, at which every peer stops');
    }
    return signaturePolicy(envelope);
}

function readOr<Value, Other>(read: () => Value, other: Other): Value | Other {
    try {
        return read();
    } catch {
        return other;
    }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
