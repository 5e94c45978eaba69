import { common, msp } from '@hyperledger/fabric-protos';
import type { Member } from '../members.js';
import type { NodeRole } from '../organization.js';
import { NotRecomputable } from './not-recomputable.js';

/** Whether those who signed satisfy a policy; each of them counts once. */
export type Policy = (signers: readonly Member[]) => boolean;

/** Tries to satisfy a rule with the signers that are left, and gives who is left then; `null` where it is not satisfied. */
type Rule = (signers: readonly Member[]) => readonly Member[] | null;

/** A policy that nobody satisfies: one that Fabric cannot read. */
export const NOBODY: Policy = () => false;

const ROLES = new Map<number, NodeRole>([
    [msp.MSPRole.MSPRoleType.CLIENT, 'client'],
    [msp.MSPRole.MSPRoleType.PEER, 'peer'],
    [msp.MSPRole.MSPRoleType.ORDERER, 'orderer'],
]);

/**
 * A policy of Fabric's form: so many out of these rules, down to who signs. A signature is used up by the first rule that
 * it satisfies, in the rules' order.
 * @throws NotRecomputable
 */
export function signaturePolicy(envelope: common.SignaturePolicyEnvelope): Policy {
    const principals = envelope.getIdentitiesList();
    const rule = envelope.getRule();
    const compiled = rule === undefined || envelope.getVersion() !== 0 ? null : ruleOf(rule, principals);
    return compiled === null ? NOBODY : (signers) => compiled(eachOnce(signers)) !== null;
}

function eachOnce(signers: readonly Member[]): readonly Member[] {
    const byCertificate = new Map<string, Member>();
    for (const signer of signers) {
        const key = `${signer.mspId} ${signer.fingerprint}`;
        byCertificate.set(key, byCertificate.get(key) ?? signer);
    }
    return [...byCertificate.values()];
}

/** `null` for a rule that Fabric refuses to compile. */
function ruleOf(policy: common.SignaturePolicy, principals: readonly msp.MSPPrincipal[]): Rule | null {
    if (policy.getTypeCase() === common.SignaturePolicy.TypeCase.SIGNED_BY) {
        const principal = principals[policy.getSignedBy()];
        return principal === undefined ? null : signedBy(principalOf(principal));
    }
    const several = policy.getNOutOf();
    const rules = several?.getRulesList().map((each) => ruleOf(each, principals)) ?? [null];
    const compiled = rules.filter((each) => each !== null);
    return compiled.length < rules.length ? null : outOf(several?.getN() ?? 0, compiled);
}

const signedBy =
    (isMeant: (signer: Member) => boolean): Rule =>
    (signers) => {
        const index = signers.findIndex(isMeant);
        return index < 0 ? null : signers.toSpliced(index, 1);
    };

const outOf =
    (count: number, rules: readonly Rule[]): Rule =>
    (signers) => {
        let left = signers;
        let satisfied = 0;
        for (const rule of rules) {
            const after = rule(left);
            satisfied += after === null ? 0 : 1;
            left = after ?? left;
        }
        return satisfied >= count ? left : null;
    };

function principalOf(principal: msp.MSPPrincipal): (signer: Member) => boolean {
    if (principal.getPrincipalClassification() !== msp.MSPPrincipal.Classification.ROLE) {
        throw new NotRecomputable(`a principal of class ${String(principal.getPrincipalClassification())}`);
    }
    const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
    const mspId = role.getMspIdentifier();
    return (signer) => signer.mspId === mspId && isOfRole(signer, role.getRole());
}

function isOfRole(signer: Member, role: number): boolean {
    if (role === msp.MSPRole.MSPRoleType.MEMBER) {
        return true;
    }
    const nodeRole = ROLES.get(role);
    return role === msp.MSPRole.MSPRoleType.ADMIN
        ? signer.isAdministrator
        : nodeRole !== undefined && signer.isOfRole(nodeRole);
}
