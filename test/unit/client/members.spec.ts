import { readFile } from 'node:fs/promises';
import type { WalletEntry } from '@commonwatt/client';
import { createIdentity } from '@commonwatt/client';
import { Members } from '@commonwatt/client/auditor/members';
import { nativeSigner, privateKeyOf } from '@commonwatt/client/native-signer';
import { revocationOf } from '@commonwatt/client/development-ca';
import { common, msp } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { profileWithCa } from './development-ca.js';
import { inTemporaryFolder } from './temporary-folder.js';

const MSP_ID = 'CommunityMSP';

/** The channel's part of a configuration with one organisation. */
function channelOf(rootPem: string, revocationLists: readonly Uint8Array[]): common.ConfigGroup {
    const content = new msp.FabricMSPConfig();
    content.setName(MSP_ID);
    content.setRootCertsList([Buffer.from(rootPem)]);
    content.setRevocationListList([...revocationLists]);
    const mspConfig = new msp.MSPConfig();
    mspConfig.setConfig(content.serializeBinary());
    const value = new common.ConfigValue();
    value.setValue(mspConfig.serializeBinary());
    const [channel, application, organization] = [
        new common.ConfigGroup(),
        new common.ConfigGroup(),
        new common.ConfigGroup(),
    ];
    put(organization.getValuesMap(), 'MSP', value);
    put(application.getGroupsMap(), MSP_ID, organization);
    put(channel.getGroupsMap(), 'Application', application);
    return channel;
}

/** The package's maps, whose types name a library without bringing it. */
function put(map: unknown, name: string, value: common.ConfigGroup | common.ConfigValue): void {
    (map as Map<string, typeof value>).set(name, value);
}

/** Something that an identity signs, as it stands in a block. */
async function signedBy(
    { certificate, privateKey }: WalletEntry,
    mspId = MSP_ID,
): Promise<Parameters<Members['hasSigned']>[0]> {
    const identity = new msp.SerializedIdentity();
    identity.setMspid(mspId);
    identity.setIdBytes(Buffer.from(certificate));
    const signed = Buffer.from('a block');
    const signature = Buffer.from(await nativeSigner(privateKeyOf(privateKey))(signed));
    return { identity: identity.serializeBinary(), signed, signature };
}

describe('members of the channel, to the auditor', () => {
    it('sign with certificates of their own organisation that it has not revoked', async () => {
        await inTemporaryFolder(async (folder) => {
            const { profile, files } = await profileWithCa(folder);
            const [caPem, caKeyPem] = await Promise.all(
                [files.certificate, files.privateKey].map((file) => readFile(file, 'utf8')),
            );
            const [kept, revoked] = await Promise.all(
                ['peer1', 'peer2'].map((name) => createIdentity(profile, name, 'client')),
            );
            if (kept === undefined || revoked === undefined || caPem === undefined || caKeyPem === undefined) {
                throw new Error('two identities and a CA were made');
            }
            const before = Members.of(channelOf(caPem, []));
            const signed = await Promise.all([kept, revoked].map((each) => signedBy(each)));
            expect(signed.map((each) => before.hasSigned(each))).to.deep.equal([true, true]);
            expect(before.hasSigned(await signedBy(kept, 'SupplierMSP'))).to.equal(false);

            const list = await revocationOf(revoked.certificate, caPem, caKeyPem);
            const after = Members.of(channelOf(caPem, [list]));
            expect(signed.map((each) => after.hasSigned(each))).to.deep.equal([true, false]);
        });
    });
});
