import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { createIdentity, FileWallet, identityOf, subjectHashOfCertificate } from '@commonwatt/client';
import { stat } from 'node:fs/promises';
import { expect } from 'chai';
import { profileWithCa } from './development-ca.js';
import { rejectionOf } from './rejection.js';
import { inTemporaryFolder } from './temporary-folder.js';

describe('development CA', () => {
    it('issues certificates that its key vouches for, with the role as organisational unit', async () => {
        await inTemporaryFolder(async (folder) => {
            const { profile, ca } = await profileWithCa(folder);
            const entry = await createIdentity(profile, 'bld-12', 'client');
            const certificate = new X509Certificate(entry.certificate);
            expect(certificate.verify(ca.publicKey)).to.equal(true);
            expect(certificate.checkIssued(ca)).to.equal(true);
            expect(certificate.subject).to.equal('OU=client\nCN=bld-12');
            expect(certificate.ca).to.equal(false);
            expect(Date.parse(certificate.validFrom)).to.be.at.least(Date.parse(ca.validFrom));
            expect(identityOf(entry).documents?.publicKey).to.equal(entry.signingKey.publicKey);
        });
    });

    it('gives a holder the same hash again when its certificate is renewed', async () => {
        await inTemporaryFolder(async (folder) => {
            const { profile } = await profileWithCa(folder);
            const [first, second] = [
                await createIdentity(profile, 'bld-12', 'client'),
                await createIdentity(profile, 'bld-12', 'client'),
            ];
            const hash = subjectHashOfCertificate('CommunityMSP', first.certificate);
            expect(subjectHashOfCertificate('CommunityMSP', second.certificate)).to.equal(hash);
            expect(subjectHashOfCertificate('SupplierMSP', first.certificate)).not.to.equal(hash);
        });
    });
});

describe('wallet', () => {
    it('keeps identities for their owner alone and never replaces one', async () => {
        await inTemporaryFolder(async (folder) => {
            const { profile } = await profileWithCa(folder);
            const wallet = new FileWallet(join(folder, 'wallet'));
            expect(await wallet.names()).to.deep.equal([]);
            const entry = await createIdentity(profile, 'bld-12', 'client');
            await wallet.add('bld-12', entry);
            expect(await wallet.get('bld-12')).to.deep.equal(entry);
            expect((await stat(join(folder, 'wallet', 'bld-12.json'))).mode & 0o777).to.equal(0o600);
            const other = await createIdentity(profile, 'bld-12', 'client');
            expect((await rejectionOf(wallet.add('bld-12', other))).code).to.equal('IDENTITY_EXISTS');
            expect(await wallet.get('bld-12')).to.deep.equal(entry);
            expect(await wallet.names()).to.deep.equal(['bld-12']);
        });
    });

    it('stages a signing key once, and signs with it once it is adopted', async () => {
        await inTemporaryFolder(async (folder) => {
            const { profile } = await profileWithCa(folder);
            const wallet = new FileWallet(join(folder, 'wallet'));
            const entry = await createIdentity(profile, 'bld-12', 'client');
            await wallet.add('bld-12', entry);
            expect((await rejectionOf(wallet.adoptStagedKey('bld-12'))).code).to.equal('FILE_MISSING');
            const staged = await wallet.stagedKey('bld-12');
            expect(await wallet.stagedKey('bld-12'), 'the same, until it is adopted').to.deep.equal(staged);
            expect(await wallet.get('bld-12')).to.deep.equal(entry);
            await wallet.adoptStagedKey('bld-12');
            expect(await wallet.get('bld-12')).to.deep.equal({ ...entry, signingKey: staged });
            expect(await wallet.names()).to.deep.equal(['bld-12']);
            expect((await wallet.stagedKey('bld-12')).publicKey).not.to.equal(staged.publicKey);
        });
    });

    it('refuses names that lead elsewhere', async () => {
        const wallet = new FileWallet('wallet');
        for (const name of ['../bld-12', 'a/b', '', 'A', '.hidden']) {
            expect((await rejectionOf(wallet.get(name))).code).to.equal('IDENTITY_NAME_INVALID');
        }
    });
});
