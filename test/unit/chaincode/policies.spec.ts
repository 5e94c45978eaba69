import { common, msp } from '@hyperledger/fabric-protos';
import { decodePolicy, encodePolicy, type TermsPolicy, termsPolicy } from '@commonwatt/chaincode/store/policies';
import { expect } from 'chai';

const FOUR = ['OperatorMSP', 'CommunityMSP', 'SupplierMSP', 'RegulatorMSP'];
/** One organisation holds two sides: the charter then lists its MSP twice. */
const THREE = ['Org1MSP', 'Org2MSP', 'Org1MSP', 'Org3MSP'];

type Shape = Readonly<{ regulator: string; signatories: readonly string[]; orgs: readonly string[] }>;
const SHAPES: Readonly<Record<string, Shape & { policy: TermsPolicy }>> = {
    'an agreement inside one organisation': {
        regulator: 'RegulatorMSP',
        signatories: ['CommunityMSP', 'CommunityMSP'],
        orgs: FOUR,
        policy: { required: ['CommunityMSP', 'RegulatorMSP'], outOf: 1, others: ['OperatorMSP', 'SupplierMSP'] },
    },
    'an agreement between two organisations': {
        regulator: 'RegulatorMSP',
        signatories: ['SupplierMSP', 'CommunityMSP'],
        orgs: FOUR,
        policy: { required: ['CommunityMSP', 'RegulatorMSP', 'SupplierMSP'], outOf: 0, others: [] },
    },
    'an agreement among all three': {
        regulator: 'RegulatorMSP',
        signatories: ['SupplierMSP', 'CommunityMSP', 'OperatorMSP'],
        orgs: FOUR,
        policy: { required: [...FOUR].sort(), outOf: 0, others: [] },
    },
    'an agreement of an organisation that holds two sides': {
        regulator: 'Org3MSP',
        signatories: ['Org1MSP', 'Org1MSP'],
        orgs: THREE,
        policy: { required: ['Org1MSP', 'Org3MSP'], outOf: 1, others: ['Org2MSP'] },
    },
    'an agreement between such an organisation and the other': {
        regulator: 'Org3MSP',
        signatories: ['Org1MSP', 'Org2MSP'],
        orgs: THREE,
        policy: { required: ['Org1MSP', 'Org2MSP', 'Org3MSP'], outOf: 0, others: [] },
    },
    'a channel of two organisations, where three cannot be had': {
        regulator: 'Org2MSP',
        signatories: ['Org1MSP'],
        orgs: ['Org1MSP', 'Org1MSP', 'Org1MSP', 'Org2MSP'],
        policy: { required: ['Org1MSP', 'Org2MSP'], outOf: 0, others: [] },
    },
};

describe('the key policy of terms', () => {
    for (const [what, { regulator, signatories, orgs, policy }] of Object.entries(SHAPES)) {
        it(`of ${what}`, () => {
            const built = termsPolicy(regulator, signatories, orgs);
            expect(built).to.deep.equal(policy);
            expect(decodePolicy(encodePolicy(built))).to.deep.equal(policy);
        });
    }

    it('is the same whatever the order of signatories and organisations', () => {
        const one = encodePolicy(termsPolicy('RegulatorMSP', ['SupplierMSP', 'CommunityMSP'], FOUR));
        const other = encodePolicy(termsPolicy('RegulatorMSP', ['CommunityMSP', 'SupplierMSP'], [...FOUR].reverse()));
        expect(Buffer.from(one)).to.deep.equal(Buffer.from(other));
    });

    it('is what Fabric reads: version 0, role PEER, every signature asked for once', () => {
        const envelope = common.SignaturePolicyEnvelope.deserializeBinary(
            encodePolicy(termsPolicy('RegulatorMSP', ['CommunityMSP'], FOUR)),
        );
        expect(envelope.getVersion()).to.equal(0);
        const roles = envelope.getIdentitiesList().map((identity) => {
            expect(identity.getPrincipalClassification()).to.equal(msp.MSPPrincipal.Classification.ROLE);
            const role = msp.MSPRole.deserializeBinary(identity.getPrincipal_asU8());
            return [role.getMspIdentifier(), role.getRole()];
        });
        const peer = msp.MSPRole.MSPRoleType.PEER;
        const names = ['CommunityMSP', 'RegulatorMSP', 'OperatorMSP', 'SupplierMSP'];
        expect(roles).to.deep.equal(names.map((name) => [name, peer]));
        expect(readable(envelope.getRule())).to.deep.equal({ n: 3, of: [0, 1, { n: 1, of: [2, 3] }] });
    });
});

type Rule = number | Readonly<{ n: number; of: readonly Rule[] }>;

function readable(rule: common.SignaturePolicy | undefined): Rule {
    const of = rule?.getNOutOf();
    return of === undefined ? (rule?.getSignedBy() ?? -1) : { n: of.getN(), of: of.getRulesList().map(readable) };
}

function policyFrom(rule: Rule): common.SignaturePolicy {
    const policy = new common.SignaturePolicy();
    if (typeof rule === 'number') {
        policy.setSignedBy(rule);
        return policy;
    }
    const of = new common.SignaturePolicy.NOutOf();
    of.setN(rule.n);
    of.setRulesList(rule.of.map(policyFrom));
    policy.setNOutOf(of);
    return policy;
}

type Envelope = Readonly<{ version?: number; mspIds?: readonly string[]; rule?: Rule | null; role?: 0 | 1 | 2 | 3 }>;

function envelopeFrom({ version = 0, mspIds = ['A', 'B', 'C'], rule = null, role = 3 }: Envelope): Uint8Array {
    const envelope = new common.SignaturePolicyEnvelope();
    envelope.setVersion(version);
    envelope.setIdentitiesList(
        mspIds.map((mspId) => {
            const mspRole = new msp.MSPRole();
            mspRole.setMspIdentifier(mspId);
            mspRole.setRole(role);
            const principal = new msp.MSPPrincipal();
            principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
            principal.setPrincipal(mspRole.serializeBinary());
            return principal;
        }),
    );
    if (rule !== null) {
        envelope.setRule(policyFrom(rule));
    }
    return envelope.serializeBinary();
}

describe('a malformed key policy', () => {
    const sound: Envelope = { rule: { n: 3, of: [0, 1, 2] } };

    it('is recognised against a sound one', () => {
        expect(decodePolicy(envelopeFrom(sound))).to.deep.equal({ required: ['A', 'B', 'C'], outOf: 0, others: [] });
        const nested = { rule: { n: 2, of: [0, { n: 1, of: [1, 2] }] } };
        expect(decodePolicy(envelopeFrom(nested))).to.deep.equal({ required: ['A'], outOf: 1, others: ['B', 'C'] });
    });

    const malformed: Readonly<Record<string, Envelope>> = {
        'has no rule': {},
        'is no count': { rule: 0 },
        'counts nothing': { rule: { n: 0, of: [] } },
        'asks for none of three': { rule: { n: 0, of: [0, 1, 2] } },
        'asks for five of three': { rule: { n: 5, of: [0, 1, 2] } },
        'leaves one out at its root': { rule: { n: 2, of: [0, 1, 2] } },
        'asks for more of the others than there are': { rule: { n: 2, of: [0, { n: 3, of: [1, 2] }] } },
        'asks for none of the others': { rule: { n: 2, of: [0, { n: 0, of: [1, 2] }] } },
        'has a group of nobody': { rule: { n: 4, of: [0, 1, 2, { n: 0, of: [] }] } },
        'names an identity that is not there': { rule: { n: 3, of: [0, 1, 3] } },
        'names a negative identity': { rule: { n: 3, of: [0, 1, -1] } },
        'counts one signature twice': { rule: { n: 3, of: [0, 1, 1] } },
        'counts one signature twice, once in the group': { rule: { n: 2, of: [0, { n: 1, of: [0, 1] }] } },
        'does not use an identity': { rule: { n: 2, of: [0, 1] } },
        'names an MSP twice': { mspIds: ['A', 'B', 'A'], rule: { n: 3, of: [0, 1, 2] } },
        'nests twice': { rule: { n: 2, of: [0, { n: 1, of: [1, { n: 1, of: [2] }] }] } },
        'has two groups': { rule: { n: 3, of: [0, { n: 1, of: [1] }, { n: 1, of: [2] }] } },
        'has the group first': { rule: { n: 2, of: [{ n: 1, of: [1, 2] }, 0] } },
        'lists identities in another order': { rule: { n: 3, of: [1, 0, 2] } },
        'has another version': { ...sound, version: 1 },
        'asks for members': { ...sound, role: 0 },
        'asks for administrators': { ...sound, role: 1 },
        'asks for clients': { ...sound, role: 2 },
    };
    for (const [what, envelope] of Object.entries(malformed)) {
        it(`${what}: refused`, () => {
            expect(() => decodePolicy(envelopeFrom(envelope))).to.throw();
        });
    }

    it('by its principals: refused', () => {
        const principal = new msp.MSPPrincipal();
        principal.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
        principal.setPrincipal(Buffer.from('someone'));
        const envelope = common.SignaturePolicyEnvelope.deserializeBinary(envelopeFrom(sound));
        envelope.setIdentitiesList([principal, ...envelope.getIdentitiesList().slice(1)]);
        expect(() => decodePolicy(envelope.serializeBinary())).to.throw();
    });

    it('with bytes after the end, truncated or empty: refused', () => {
        const bytes = Buffer.from(envelopeFrom(sound));
        expect(() => decodePolicy(Buffer.concat([bytes, Buffer.from([0x20, 0x01])]))).to.throw();
        expect(() => decodePolicy(Buffer.from([]))).to.throw();
        for (let length = 1; length < bytes.length; length += 1) {
            expect(() => decodePolicy(bytes.subarray(0, length)), String(length)).to.throw();
        }
    });

    it('is never built: the encoder refuses what does not read back', () => {
        const twice: TermsPolicy = { required: ['A', 'A', 'B'], outOf: 0, others: [] };
        expect(() => encodePolicy(twice)).to.throw('INVARIANT_BROKEN');
        expect(() => encodePolicy({ required: ['A', 'B'], outOf: 3, others: ['C', 'D'] })).to.throw('INVARIANT_BROKEN');
        expect(() => encodePolicy({ required: [], outOf: 0, others: [] })).to.throw('INVARIANT_BROKEN');
    });
});
