import { common, msp } from '@hyperledger/fabric-protos';
import { assert } from '../domain/errors.js';

/** Fewest organisations that stand behind the terms of an agreement. */
const TERMS_ORGS_MIN = 3;

/** A key policy as this module builds it: all of `required` and `outOf` of `others`, every MSP once, role PEER. */
export type TermsPolicy = Readonly<{ required: readonly string[]; outOf: number; others: readonly string[] }>;

/**
 * Who must endorse a change of an agreement's terms: the regulator, the organisation of every signatory and as many of
 * the remaining ones as make at least three. Flat: nesting an m-of-n over the same MSPs could never be met, because a
 * signature counts once.
 */
export function termsPolicy(
    regulator: string,
    signatories: readonly string[],
    channelOrgs: readonly string[],
): TermsPolicy {
    const required = [...new Set([regulator, ...signatories])].sort();
    const others = [...new Set(channelOrgs)].filter((mspId) => !required.includes(mspId)).sort();
    const outOf = Math.min(others.length, Math.max(0, TERMS_ORGS_MIN - required.length));
    return { required, outOf, others: outOf === 0 ? [] : others };
}

/**
 * Encodes a key policy for `setStateValidationParameter`. The result is decoded again and compared before it is
 * returned: a malformed key policy would halt the channel.
 */
export function encodePolicy(policy: TermsPolicy): Uint8Array {
    const bytes = envelopeOf(policy).serializeBinary();
    assert(samePolicy(decodePolicy(bytes), policy), 'a key policy reads back as it was built');
    return bytes;
}

const samePolicy = (left: TermsPolicy, right: TermsPolicy): boolean =>
    left.outOf === right.outOf &&
    left.required.join() === right.required.join() &&
    left.others.join() === right.others.join();

function envelopeOf({ required, outOf, others }: TermsPolicy): common.SignaturePolicyEnvelope {
    const envelope = new common.SignaturePolicyEnvelope();
    envelope.setVersion(0);
    envelope.setIdentitiesList([...required, ...others].map(peerOf));
    const rules = required.map((_, index) => signedBy(index));
    if (outOf > 0) {
        rules.push(
            outOfN(
                outOf,
                others.map((_, index) => signedBy(required.length + index)),
            ),
        );
    }
    envelope.setRule(outOfN(rules.length, rules));
    return envelope;
}

function peerOf(mspId: string): msp.MSPPrincipal {
    const role = new msp.MSPRole();
    role.setMspIdentifier(mspId);
    role.setRole(msp.MSPRole.MSPRoleType.PEER);
    const principal = new msp.MSPPrincipal();
    principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
    principal.setPrincipal(role.serializeBinary());
    return principal;
}

function signedBy(index: number): common.SignaturePolicy {
    const policy = new common.SignaturePolicy();
    policy.setSignedBy(index);
    return policy;
}

function outOfN(n: number, rules: common.SignaturePolicy[]): common.SignaturePolicy {
    const of = new common.SignaturePolicy.NOutOf();
    of.setN(n);
    of.setRulesList(rules);
    const policy = new common.SignaturePolicy();
    policy.setNOutOf(of);
    return policy;
}

/**
 * Reads a key policy back and refuses whatever this module would not build: the protobuf decoder alone accepts
 * thresholds above the number of rules, empty rules, indices without an identity and bytes after the end.
 */
export function decodePolicy(bytes: Uint8Array): TermsPolicy {
    const policy = policyOf(common.SignaturePolicyEnvelope.deserializeBinary(bytes));
    const same = Buffer.from(envelopeOf(policy).serializeBinary()).equals(bytes);
    assert(same, 'a key policy has one encoding');
    return policy;
}

function policyOf(envelope: common.SignaturePolicyEnvelope): TermsPolicy {
    assert(envelope.getVersion() === 0, 'a key policy has version 0');
    const mspIds = envelope.getIdentitiesList().map(mspOfPeer);
    assert(new Set(mspIds).size === mspIds.length, 'a key policy names an MSP once');
    const root = nOutOf(envelope.getRule());
    assert(root.n === root.rules.length, 'a key policy requires every rule of its root');
    const signers = root.rules.filter((rule) => rule.hasSignedBy()).map((rule) => mspAt(mspIds, rule));
    const groups = root.rules.filter((rule) => rule.hasNOutOf()).map((rule) => nOutOf(rule));
    assert(groups.length <= 1 && signers.length + groups.length === root.rules.length, 'a key policy is flat');
    const group = groups[0];
    if (group === undefined) {
        assert(signers.length === mspIds.length, 'a key policy uses every identity');
        return { required: signers, outOf: 0, others: [] };
    }
    const others = group.rules.map((rule) => mspAt(mspIds, rule));
    assert(signers.length + others.length === mspIds.length, 'a key policy uses every identity');
    assert(new Set([...signers, ...others]).size === mspIds.length, 'a key policy uses an identity once');
    return { required: signers, outOf: group.n, others };
}

function nOutOf(policy: common.SignaturePolicy | undefined): { n: number; rules: common.SignaturePolicy[] } {
    const of = policy?.getNOutOf();
    assert(of !== undefined, 'a key policy counts signatures');
    const rules = of.getRulesList();
    assert(of.getN() >= 1 && of.getN() <= rules.length, 'a threshold can be met');
    return { n: of.getN(), rules };
}

function mspAt(mspIds: readonly string[], rule: common.SignaturePolicy): string {
    assert(rule.hasSignedBy(), 'a key policy nests no further');
    const mspId = mspIds[rule.getSignedBy()];
    assert(mspId !== undefined, 'a key policy names its identities');
    return mspId;
}

function mspOfPeer(principal: msp.MSPPrincipal): string {
    assert(
        principal.getPrincipalClassification() === msp.MSPPrincipal.Classification.ROLE,
        'a key policy asks for roles',
    );
    const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
    assert(role.getRole() === msp.MSPRole.MSPRoleType.PEER, 'a key policy asks for peers');
    return role.getMspIdentifier();
}
