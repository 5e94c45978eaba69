import { callerOf } from '@commonwatt/chaincode/store/caller';
import { expect } from 'chai';
import { ChaincodeStub } from 'fabric-shim';
import { createStubInstance } from 'sinon';
import { createIdentity, createMember, type Identity } from '../../support/stub-identity.js';

function caller({ creator }: Pick<Identity, 'creator'>): ReturnType<typeof callerOf> {
    const stub = createStubInstance(ChaincodeStub);
    stub.getCreator.returns({ ...creator });
    return callerOf(stub);
}

describe('the caller', () => {
    it('is bound to MSP and subject of its certificate', async () => {
        const anna = await createMember('CommunityMSP', 'anna');
        expect(caller(anna)).to.deep.equal({ mspId: 'CommunityMSP', subjectHash: anna.subjectHash, isAdmin: false });
        const others = await Promise.all([
            createMember('SupplierMSP', 'anna'),
            createMember('CommunityMSP', 'anne'),
            createMember('CommunityMSP', 'anna', 'admin'),
        ]);
        for (const other of others) {
            expect(caller(other).subjectHash).not.to.equal(anna.subjectHash);
        }
    });

    it('stays the same when its certificate is renewed', async () => {
        const [first, renewed] = [
            await createMember('CommunityMSP', 'anna'),
            await createMember('CommunityMSP', 'anna'),
        ];
        expect(renewed.creator.idBytes).not.to.deep.equal(first.creator.idBytes);
        expect(caller(renewed).subjectHash).to.equal(caller(first).subjectHash);
    });

    it('is an administrator by its organisational unit alone', async () => {
        expect(caller(await createMember('OperatorMSP', 'root', 'admin')).isAdmin).to.equal(true);
        const others = [
            'OU=client,CN=OU\\=admin',
            'OU=client,CN=x\\0AOU\\=admin',
            'OU=admins,CN=x',
            'OU=client,O=admin,CN=admin',
            'OU=client+CN=admin',
        ];
        for (const subject of others) {
            expect(caller(await createIdentity('OperatorMSP', subject)).isAdmin, subject).to.equal(false);
        }
        const newline = await createIdentity('OperatorMSP', [{ OU: ['client'] }, { CN: ['x\nOU=admin'] }]);
        expect(caller(newline).isAdmin, 'a line break inside a name').to.equal(false);
    });

    it('without a certificate is none', () => {
        expect(() => caller({ creator: { mspid: 'CommunityMSP', idBytes: Buffer.from('nobody') } })).to.throw();
    });
});
