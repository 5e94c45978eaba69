import { common, msp } from '@hyperledger/fabric-protos';
import type { Member } from '@commonwatt/client/auditor/members';
import { signaturePolicy } from '@commonwatt/client/auditor/validation/signature-policy';
import { NotRecomputable } from '@commonwatt/client/auditor/validation/not-recomputable';
import { expect } from 'chai';

const MSPS = ['A', 'B', 'C'];
const { PEER, ADMIN, MEMBER } = msp.MSPRole.MSPRoleType;

type Rule = number | Readonly<{ outOf: number; rules: readonly Rule[] }>;
const all = (...rules: readonly Rule[]): Rule => ({ outOf: rules.length, rules });
const any = (...rules: readonly Rule[]): Rule => ({ outOf: 1, rules });

function ruleOf(rule: Rule): common.SignaturePolicy {
    const policy = new common.SignaturePolicy();
    if (typeof rule === 'number') {
        policy.setSignedBy(rule);
        return policy;
    }
    const several = new common.SignaturePolicy.NOutOf();
    several.setN(rule.outOf);
    several.setRulesList(rule.rules.map(ruleOf));
    policy.setNOutOf(several);
    return policy;
}

function envelopeOf(rule: Rule, role: number): common.SignaturePolicyEnvelope {
    const envelope = new common.SignaturePolicyEnvelope();
    envelope.setRule(ruleOf(rule));
    envelope.setIdentitiesList(
        MSPS.map((mspId) => {
            const content = new msp.MSPRole();
            content.setMspIdentifier(mspId);
            content.setRole(role as msp.MSPRole['getRole'] extends () => infer Role ? Role : never);
            const principal = new msp.MSPPrincipal();
            principal.setPrincipal(content.serializeBinary());
            return principal;
        }),
    );
    return envelope;
}

const member = (mspId: string, role: string, fingerprint = `${mspId} ${role}`): Member => ({
    mspId,
    fingerprint,
    isAdministrator: role === 'admin',
    isOfRole: (each) => each === role,
});
const peers = (names: string): Member[] =>
    Array.from(names, (mspId, index) => member(mspId, 'peer', `${mspId}${String(index)}`));
const isMet = (rule: Rule, signers: readonly Member[], role: number = PEER): boolean =>
    signaturePolicy(envelopeOf(rule, role))(signers);

describe('a policy of endorsements', () => {
    it('counts who signed by organisation and role', () => {
        expect(isMet(all(0, 1), peers('AB'))).to.equal(true);
        expect(isMet(all(0, 1), peers('AC'))).to.equal(false);
        expect(isMet(all(0), [member('A', 'client')])).to.equal(false);
        expect(isMet(all(0), [member('A', 'client')], MEMBER)).to.equal(true);
        expect(isMet(all(0), [member('A', 'admin')], ADMIN)).to.equal(true);
    });

    it('uses every signature once, and one certificate is one signature', () => {
        expect(isMet(all(0, 0), peers('A'))).to.equal(false);
        expect(isMet(all(0, 0), peers('AA'))).to.equal(true);
        expect(isMet(all(0, 0), [member('A', 'peer'), member('A', 'peer')])).to.equal(false);
    });

    it('gives signatures back that a rule took in vain, and keeps those that a satisfied one took', () => {
        expect(isMet(any(all(0, 1), all(0, 2)), peers('AC'))).to.equal(true);
        // The regulator among two of three leaves nothing for a rule of its own.
        expect(isMet(all({ outOf: 2, rules: [0, 1, 2] }, 0), peers('AB'))).to.equal(false);
        expect(isMet(all(0, { outOf: 2, rules: [0, 1, 2] }), peers('ABC'))).to.equal(true);
    });

    it('is met by nobody when it names who is not listed', () => {
        expect(isMet(any(0, 7), peers('A'))).to.equal(false);
    });

    it('is not computed for principals that are no roles', () => {
        const envelope = envelopeOf(0, PEER);
        envelope.getIdentitiesList()[0]?.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
        expect(() => signaturePolicy(envelope)).to.throw(NotRecomputable);
    });
});
