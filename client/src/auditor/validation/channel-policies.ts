import { common } from '@hyperledger/fabric-protos';
import { NOBODY, type Policy, signaturePolicy } from './signature-policy.js';

/** Maps of the package, whose types name a library without bringing it. */
type Named<Value> = Readonly<{
    get: (name: string) => Value | undefined;
    forEach: (visit: (value: Value, name: string) => void) => void;
}>;

const ROOT = '/Channel/';
const { SIGNATURE, IMPLICIT_META } = common.Policy.PolicyType;
const { ANY, MAJORITY } = common.ImplicitMetaPolicy.Rule;

/** Policies that stand in the channel's configuration, by their paths. */
export class ChannelPolicies {
    readonly #channel: common.ConfigGroup;
    readonly #known = new Map<string, Policy | null>();

    /** @param channel the channel's part of a configuration */
    constructor(channel: common.ConfigGroup) {
        this.#channel = channel;
    }

    /** The policy of a path as `/Channel/Application/Endorsement`; `null` where none stands. @throws NotRecomputable */
    find(path: string): Policy | null {
        const known = this.#known.get(path);
        if (known !== undefined) {
            return known;
        }
        const names = (path.startsWith(ROOT) ? path.slice(ROOT.length) : path).split('/');
        const name = names.pop() ?? '';
        let group: common.ConfigGroup | undefined = this.#channel;
        for (const each of names) {
            group = groupsOf(group)?.get(each);
        }
        const policy = group === undefined ? null : policyIn(group, name);
        this.#known.set(path, policy);
        return policy;
    }
}

function policyIn(group: common.ConfigGroup, name: string): Policy | null {
    const policy = (group.getPoliciesMap() as Named<common.ConfigPolicy>).get(name)?.getPolicy();
    if (policy === undefined) {
        return null;
    }
    if (policy.getType() === SIGNATURE) {
        return signaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(policy.getValue_asU8()));
    }
    return policy.getType() === IMPLICIT_META
        ? implicitPolicy(group, common.ImplicitMetaPolicy.deserializeBinary(policy.getValue_asU8()))
        : NOBODY;
}

/** As many of the parts' own policies of a name as the rule says. */
function implicitPolicy(group: common.ConfigGroup, rule: common.ImplicitMetaPolicy): Policy {
    const policies: Policy[] = [];
    groupsOf(group)?.forEach((part) => policies.push(policyIn(part, rule.getSubPolicy()) ?? NOBODY));
    const count = thresholdOf(rule.getRule(), policies.length);
    return (signers) => policies.filter((each) => each(signers)).length >= count;
}

function thresholdOf(rule: number, parts: number): number {
    if (parts === 0) {
        return 0;
    }
    if (rule === ANY) {
        return 1;
    }
    return rule === MAJORITY ? Math.floor(parts / 2) + 1 : parts;
}

const groupsOf = (group: common.ConfigGroup | undefined): Named<common.ConfigGroup> | undefined =>
    group?.getGroupsMap() as Named<common.ConfigGroup> | undefined;
