import { createPublicKey, verify } from 'node:crypto';
import { type FabricWallet, identityOfWallet, InvalidError, NotFoundError } from '@commonwatt/client';
import { newSigningKey } from '@commonwatt/client/signing-key';
import { expect } from 'chai';
import { rejectionOf } from './rejection.js';

const tls = newSigningKey();
const documents = newSigningKey();
type Entry = Readonly<{ type: string; mspId: string; credentials: Readonly<Record<string, string>> }>;
const entries: Readonly<Record<string, Entry>> = {
    'bld-05': {
        type: 'X.509',
        mspId: 'CommunityMSP',
        credentials: { certificate: 'the certificate', privateKey: tls.privateKey },
    },
    token: { type: 'HSM-X.509', mspId: 'CommunityMSP', credentials: { certificate: 'the certificate' } },
};
const wallet: FabricWallet = { get: (label) => Promise.resolve(entries[label]) };

describe('an identity of a fabric-network wallet', () => {
    it('signs transactions with the key of the wallet and documents with the other', async () => {
        const identity = await identityOfWallet(wallet, 'bld-05', documents.privateKey);
        expect(identity).to.deep.include({ mspId: 'CommunityMSP', certificate: 'the certificate' });
        expect(identity.documents?.publicKey).to.equal(documents.publicKey);
        const message = Buffer.from('a proposal');
        const key = createPublicKey({ key: Buffer.from(tls.publicKey, 'hex'), format: 'der', type: 'spki' });
        expect(verify('sha256', message, key, await identity.signer(message))).to.equal(true);
    });

    it('signs no documents without a key for them', async () => {
        expect((await identityOfWallet(wallet, 'bld-05', null)).documents).to.equal(null);
    });

    it('is refused where it is not there or keeps its key elsewhere', async () => {
        const missing = await rejectionOf(identityOfWallet(wallet, 'nobody', null));
        expect(missing).to.be.instanceOf(NotFoundError);
        expect(missing).to.deep.include({ code: 'IDENTITY_MISSING', operands: { name: 'nobody' } });
        const elsewhere = await rejectionOf(identityOfWallet(wallet, 'token', null));
        expect(elsewhere).to.be.instanceOf(InvalidError);
        expect(elsewhere).to.deep.include({
            code: 'IDENTITY_TYPE_UNSUPPORTED',
            operands: { name: 'token', type: 'HSM-X.509' },
        });
    });
});
