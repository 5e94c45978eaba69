import { common, msp } from '@hyperledger/fabric-protos';

/**
 * Whether peers of these organisations satisfy a signature policy, as a peer evaluates it: rules in their order, and an
 * endorsement that one rule has used is not there for the next.
 * @param policy an encoded SignaturePolicyEnvelope over roles
 * @param endorsers MSP ids, one for each endorsement
 */
export function isSatisfied(policy: Uint8Array, endorsers: readonly string[]): boolean {
    const envelope = common.SignaturePolicyEnvelope.deserializeBinary(policy);
    const mspIds = envelope.getIdentitiesList().map((principal) => {
        return msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8()).getMspIdentifier();
    });
    const rule = envelope.getRule();
    return rule !== undefined && unused(rule, mspIds, endorsers) !== null;
}

/** Endorsements left after a rule was satisfied; `null` where it is not. */
function unused(
    rule: common.SignaturePolicy,
    mspIds: readonly string[],
    endorsers: readonly string[],
): readonly string[] | null {
    const outOf = rule.getNOutOf();
    if (outOf === undefined) {
        const at = endorsers.indexOf(mspIds[rule.getSignedBy()] ?? '');
        return at === -1 ? null : endorsers.toSpliced(at, 1);
    }
    let left = endorsers;
    let satisfied = 0;
    for (const each of outOf.getRulesList()) {
        const after = unused(each, mspIds, left);
        left = after ?? left;
        satisfied += after === null ? 0 : 1;
    }
    return satisfied >= outOf.getN() ? left : null;
}
