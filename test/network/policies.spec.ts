import { expect } from 'chai';
import { type common, peer } from '@hyperledger/fabric-protos';
import { asAdmin } from '../support/commonwatt.js';
import { withNetwork } from '../support/network.js';

type Json = Record<string, unknown>;

describe('the stock peer CLI', function () {
    this.timeout(30_000);
    const network = withNetwork();

    for (const org of ['operator', 'community', 'supplier', 'regulator']) {
        it(`acts as the admin of ${org}`, async () => {
            const { height } = await network().status();
            const answer = await asAdmin(network().stateDir, org, 'peer channel getinfo -c "$CHANNEL_NAME"');
            expect(answer.stdout).to.contain(`"height":${String(height)}`);
        });
    }

    it('finds both chaincodes committed, approved by all four, each with its policy', async () => {
        expect(await committed(network().stateDir, 'exchange')).to.deep.equal({
            approvals: { OperatorMSP: true, CommunityMSP: true, SupplierMSP: true, RegulatorMSP: true },
            policy: { outOf: 3, rules: ['OperatorMSP', 'CommunityMSP', 'SupplierMSP', 'RegulatorMSP'] },
        });
        expect(await committed(network().stateDir, 'supervision')).to.deep.equal({
            approvals: { OperatorMSP: true, CommunityMSP: true, SupplierMSP: true, RegulatorMSP: true },
            policy: {
                outOf: 2,
                rules: ['RegulatorMSP', { outOf: 2, rules: ['OperatorMSP', 'CommunityMSP', 'SupplierMSP'] }],
            },
        });
    });

    it('finds the channel governed by all four, and blocks signed by the ordering node alone', async () => {
        const groups = (await channelConfig(network().stateDir)) as Record<'Application' | 'Orderer', Json>;
        const everyone = ['OperatorMSP', 'CommunityMSP', 'SupplierMSP', 'RegulatorMSP'];
        for (const [name, role] of [
            ['Admins', 'ADMIN'],
            ['LifecycleEndorsement', 'PEER'],
        ] as const) {
            const { identities, rule } = signaturePolicy(groups.Application, name);
            expect(identities).to.deep.equal(everyone.map((mspId) => [mspId, role]));
            expect(rule).to.have.nested.property('n_out_of.n', 4);
        }
        const blocks = signaturePolicy(groups.Orderer, 'BlockValidation');
        expect(blocks.identities).to.deep.equal([['OperatorMSP', 'ORDERER']]);
    });
});

async function committed(stateDir: string, chaincode: string): Promise<Json> {
    const line = `peer lifecycle chaincode querycommitted -C "$CHANNEL_NAME" -n ${chaincode} -O json`;
    const { stdout } = await asAdmin(stateDir, 'community', line);
    const { approvals, validation_parameter: parameter } = JSON.parse(stdout) as Record<string, string>;
    const bytes = Buffer.from(parameter ?? '', 'base64');
    const envelope = peer.ApplicationPolicy.deserializeBinary(bytes).getSignaturePolicy();
    const mspIds = (envelope?.getIdentitiesList() ?? []).map((principal) => {
        const role = principal.getPrincipal_asU8();
        return Buffer.from(role.subarray(2, 2 + (role[1] ?? 0))).toString('utf8');
    });
    return { approvals, policy: readable(envelope?.getRule(), mspIds) };
}

function readable(rule: common.SignaturePolicy | undefined, mspIds: readonly string[]): unknown {
    const nested = rule?.getNOutOf();
    return nested === undefined
        ? mspIds[rule?.getSignedBy() ?? -1]
        : { outOf: nested.getN(), rules: nested.getRulesList().map((each) => readable(each, mspIds)) };
}

/** `| cat`: configtxlator opens /dev/stdout by name, which fails on a socket. */
async function channelConfig(stateDir: string): Promise<unknown> {
    const fetch =
        'block=$(mktemp) && peer channel fetch config "$block" -c "$CHANNEL_NAME" >&2 && ' +
        'configtxlator proto_decode --type common.Block --input "$block" | cat; rm -f "$block"';
    const { stdout } = await asAdmin(stateDir, 'operator', fetch);
    const block = JSON.parse(stdout) as { data: { data: { payload: { data: { config: Json } } }[] } };
    return (block.data.data[0]?.payload.data.config as { channel_group: Json }).channel_group['groups'];
}

function signaturePolicy(group: Json, name: string): { identities: unknown; rule: unknown } {
    type Principal = { principal: { msp_identifier: string; role: string } };
    const policies = group['policies'] as Record<string, { policy: { type: number; value: Json } }>;
    const policy = policies[name]?.policy;
    expect(policy?.type).to.equal(1); // SIGNATURE
    const identities = (policy?.value['identities'] as Principal[]).map(({ principal }) => [
        principal.msp_identifier,
        principal.role,
    ]);
    return { identities, rule: policy?.value['rule'] };
}
