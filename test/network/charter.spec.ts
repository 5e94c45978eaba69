import { fileURLToPath } from 'node:url';
import type { Charter } from '@commonwatt/chaincode/domain/charter';
import {
    charterHashOf,
    confirmCodec,
    establishCodec,
    type EstablishCommand,
    establishedCharterCodec,
} from '@commonwatt/chaincode/wire/charter';
import { CONSTITUTING_VERBS, EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { createIdentity, type Market, readConnectionProfile } from '@commonwatt/client';
import { Auditor } from '@commonwatt/client/auditor/auditor';
import { blocksOfPeer } from '@commonwatt/client/auditor/block-source';
import type { Finding } from '@commonwatt/client/auditor/finding';
import { type OrgName, orgNames, readCharterFile } from '@commonwatt/network';
import { expect } from 'chai';
import { Actors } from '../support/actors.js';
import { withOwnNetwork } from '../support/network.js';
import { RawGateway } from '../support/raw-gateway.js';
import { expectRefusal } from '../support/refusal.js';

const charterFile = fileURLToPath(new URL('../../../test-network-config/charter-virtual.json', import.meta.url));
const FIRST_SLOT = 1_632_900;
const ROLES = ['supervision', 'exchange'] as const;
const { decode } = establishedCharterCodec;
const MSPS = ['OperatorMSP', 'CommunityMSP', 'SupplierMSP', 'RegulatorMSP'];

/** A charter on a network of four organisations on which nobody has established anything. */
describe('a charter on four organisations’ peers', function () {
    this.timeout(120_000);
    const network = withOwnNetwork();
    const actors = new Actors(network);
    const admin = (org: OrgName): Promise<Market> => actors.admin(org);
    let command: EstablishCommand;
    /** The same with one administrator more than the channel's configuration knows: what this client confirms for nobody. */
    let opened: EstablishCommand;
    let gateway: RawGateway;

    before(async () => {
        await network.up();
        command = await readCharterFile(charterFile, FIRST_SLOT);
        const OperatorMSP = { unit: 'admin', certificates: ['5e'.repeat(32)] };
        const administrators = { ...command.charter.administrators, OperatorMSP };
        opened = { ...command, charter: { ...command.charter, administrators } };
        gateway = await RawGateway.open(network, await actors.enrol('household', 'community'));
    });
    after(async () => {
        gateway.close();
        await actors.close();
    });

    /** Whose confirmation each verb of a chaincode, but those that the charter itself needs, says is missing at a peer. */
    async function expectMissing(
        chaincode: (typeof ROLES)[number],
        missing: readonly string[],
        at: OrgName,
    ): Promise<void> {
        const table = chaincode === 'exchange' ? EXCHANGE_VERBS : SUPERVISION_VERBS;
        for (const verb of Object.keys(table).filter((each) => !CONSTITUTING_VERBS.has(each))) {
            const refusal = await gateway.refusalOfQuery({ chaincode, verb, args: ['{}'] }, at);
            expect(refusal?.error?.code, `${chaincode} ${verb}`).to.equal('CHARTER_UNCONFIRMED');
            expect(refusal?.error?.operands['missing'], verb).to.deep.equal(missing);
        }
    }

    it('gains nothing for one administrator alone whose charter gives its organisation every side but the regulator’s', async () => {
        const supplier = await admin('supplier');
        const { SupplierMSP = { unit: 'admin', certificates: [] }, RegulatorMSP = SupplierMSP } =
            command.charter.administrators;
        const orgs: Charter['orgs'] = {
            operator: 'SupplierMSP',
            community: 'SupplierMSP',
            supplier: 'OperatorMSP',
            regulator: 'RegulatorMSP',
        };
        const administrators = { OperatorMSP: SupplierMSP, SupplierMSP, RegulatorMSP };
        const grab = { ...command, charter: { ...command.charter, orgs, administrators } };
        const { supervision } = await supplier.charter.establish(grab);
        await supplier.charter.confirm(supervision.value.charterHash);
        const { entry } = await actors.enrol('accomplice', 'supplier');
        const seat = {
            kind: 'settlement',
            mspId: 'SupplierMSP',
            subjectHash: '0'.repeat(64),
            publicKey: entry.signingKey.publicKey,
        } as const;
        const missing = ['OperatorMSP', 'RegulatorMSP'];
        await expectRefusal(supplier.seats.grant(seat), 'conflict CHARTER_UNCONFIRMED', { missing });
        await expectRefusal(supplier.charter.show(), 'conflict CHARTER_UNCONFIRMED', { missing });
        const { charterHash } = supervision.value;
        const community = await admin('community');
        await expectRefusal(community.charter.confirmAt('supervision', charterHash), 'forbidden CALLER_NOT_ADMIN');
    });

    it('is refused by the client when its administrators are others than the channel’s', async () => {
        const operator = await admin('operator');
        const administrators = {
            ...command.charter.administrators,
            RegulatorMSP: { unit: 'client', certificates: [] },
        };
        const other = { ...command, charter: { ...command.charter, administrators } };
        const mspIds = ['RegulatorMSP'];
        await expectRefusal(operator.charter.establish(other), 'conflict ADMINISTRATORS_DIFFER', { mspIds });
        // Whoever establishes it without this client's help finds nobody whose client confirms it.
        const household = actors.get('household');
        const profile = await readConnectionProfile(network.profilePath('regulator'));
        const entry = await createIdentity(profile, 'official', 'client');
        const raw = await RawGateway.open(network, { org: 'regulator', entry });
        try {
            const args = [establishCodec.encode(other)];
            const transaction = await raw.endorse({ chaincode: 'supervision', verb: 'charter:establish', args });
            const commit = await transaction.submit();
            expect((await commit.getStatus()).successful).to.equal(true);
        } finally {
            raw.close();
        }
        const { charterHash } = await household.market.charter.established('supervision');
        const confirming = operator.charter.confirmAt('supervision', charterHash);
        await expectRefusal(confirming, 'conflict ADMINISTRATORS_DIFFER', { mspIds });
    });

    it('knows nobody by a second certificate behind the one that the peer has verified', async () => {
        const { entry } = actors.get('household');
        const profile = await readConnectionProfile(network.profilePath('community'));
        const administrator = await createIdentity(profile, 'somebody', 'admin');
        const own = entry.certificate.replaceAll('CERTIFICATE', 'HOUSEHOLD');
        const two = await RawGateway.open(network, actors.get('household'), `${own}${administrator.certificate}`);
        try {
            const args = [establishCodec.encode(command)];
            const refusals = await two.refusals({ chaincode: 'supervision', verb: 'charter:establish', args });
            expect(refusals.map(({ error }) => error?.code)).to.include('CERTIFICATE_INVALID');
            expect(refusals.every(({ error }) => error?.code === 'CERTIFICATE_INVALID')).to.equal(true);
        } finally {
            two.close();
        }
    });

    it('opens each chaincode with the fourth confirmation, and takes the place of what nobody else confirmed', async () => {
        const operator = await admin('operator');
        const { charter } = opened;
        const charterHash = charterHashOf(opened);
        for (const role of ROLES) {
            const encode = (): string => establishCodec.encode(opened);
            const { value } = await operator.ledger.submit(role, 'charter:establish', encode, decode);
            expect(value, role).to.deep.equal({ charter, charterHash, confirmedBy: [] });
            let committedAt: OrgName = 'operator';
            for (const [index, org] of orgNames.entries()) {
                await expectMissing(role, MSPS.slice(index), committedAt);
                const confirm = (): string => confirmCodec.encode({ charterHash });
                await (await admin(org)).ledger.submit(role, 'charter:confirm', confirm, decode);
                committedAt = org;
            }
        }
        expect(await operator.charter.show('exchange')).to.deep.equal(charter);
        await actors.enrol('platform', 'operator');
        await actors.seat('platform', 'platform');
        await actors.as('platform').clock.advance({ fromSlot: FIRST_SLOT, toSlot: FIRST_SLOT });
        await expectRefusal(operator.charter.establishAt('supervision', command), 'conflict CHARTER_ESTABLISHED');
    });

    it('is found by an audit when all have confirmed other administrators than the channel’s', async () => {
        const { transport, profile } = await admin('regulator');
        const auditor = new Auditor({ channel: profile.channel, chaincodes: profile.chaincodes });
        const findings: Finding[] = [];
        for await (const block of blocksOfPeer(transport, 0)) {
            findings.push(...(await auditor.take(block)));
        }
        const found = findings.map(({ code, operands }) => ({ code, operands }));
        expect(found).to.deep.equal([{ code: 'ADMINISTRATORS_DIFFER', operands: { mspIds: ['OperatorMSP'] } }]);
    });
});
