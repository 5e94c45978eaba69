import { endorsementPolicies } from '@commonwatt/network';
import { common, msp } from '@hyperledger/fabric-protos';

/** Encodes a policy as the network is given it: `AND(…)`, `OutOf(m, …)` and peers in quotes. */
function encodePolicyText(text: string): Uint8Array {
    const tokens = text.match(/'[^']+'|\w+|[(),]/g) ?? [];
    const peers: string[] = [];
    let at = 0;
    const next = (): string => tokens[at++] ?? '';
    const rule = (): common.SignaturePolicy => {
        const policy = new common.SignaturePolicy();
        const token = next();
        if (token.startsWith("'")) {
            policy.setSignedBy(peers.push(token.slice(1, -1).replace(/[.]peer$/, '')) - 1);
            return policy;
        }
        next(); // (
        const count = token === 'OutOf' ? Number(next()) : null;
        if (count !== null) {
            next(); // ,
        }
        const rules = [rule()];
        while (next() === ',') {
            rules.push(rule());
        }
        const outOf = new common.SignaturePolicy.NOutOf();
        outOf.setN(count ?? rules.length);
        outOf.setRulesList(rules);
        policy.setNOutOf(outOf);
        return policy;
    };
    const envelope = new common.SignaturePolicyEnvelope();
    envelope.setRule(rule());
    envelope.setIdentitiesList(peers.map(principalOf));
    return envelope.serializeBinary();
}

function principalOf(mspId: string): msp.MSPPrincipal {
    const role = new msp.MSPRole();
    role.setMspIdentifier(mspId);
    role.setRole(msp.MSPRole.MSPRoleType.PEER);
    const principal = new msp.MSPPrincipal();
    principal.setPrincipal(role.serializeBinary());
    return principal;
}

/** The policies that the network defines its chaincodes with. */
export const CHAINCODE_POLICIES: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
    Object.entries(endorsementPolicies).map(([chaincode, text]) => [chaincode, encodePolicyText(text)]),
);
