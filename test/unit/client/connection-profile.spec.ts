import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConnectionProfile } from '@commonwatt/client';
import { expect } from 'chai';
import { rejectionOf } from './rejection.js';
import { sampleProfile } from './sample-profile.js';
import { inTemporaryFolder } from './temporary-folder.js';

describe('connection profile', () => {
    it('is read with the own organisation first and file names relative to it', async () => {
        await inTemporaryFolder(async (folder) => {
            const file = join(folder, 'connection.json');
            await writeFile(file, JSON.stringify(sampleProfile()));
            const profile = await readConnectionProfile(file);
            expect(profile.mspIds).to.deep.equal(['CommunityMSP', 'OperatorMSP', 'SupplierMSP', 'RegulatorMSP']);
            expect(profile.gateways.map((peer) => peer.name)).to.deep.equal(['peer-community', 'peer-operator']);
            expect(profile.gateways[1]).to.deep.include({
                mspId: 'OperatorMSP',
                address: 'localhost:7002',
                serverName: 'localhost',
                channelOptions: { 'grpc.keepalive_time_ms': 2000 },
            });
            expect(profile.orderers.map(({ name, address }) => [name, address])).to.deep.equal([
                ['orderer', 'localhost:7050'],
            ]);
            expect(profile.admin?.certificate).to.equal(join(folder, 'users/admin.pem'));
            expect(profile.developmentCa).to.equal(null);
        });
    });

    it('is refused with the place of the mistake', async () => {
        const sample = sampleProfile();
        const mistakes: [object, string][] = [
            [{ ...sample, 'x-commonwatt': undefined }, 'x-commonwatt'],
            [{ ...sample, 'x-commonwatt': { ...sample['x-commonwatt'], gateways: [] } }, 'x-commonwatt.gateways'],
            [
                { ...sample, 'x-commonwatt': { ...sample['x-commonwatt'], gateways: ['peer-nobody'] } },
                'x-commonwatt.gateways',
            ],
            [{ ...sample, peers: { 'peer-community': { url: 'http://localhost' } } }, 'peers.peer-community.url'],
        ];
        await inTemporaryFolder(async (folder) => {
            const file = join(folder, 'connection.json');
            for (const [document, path] of mistakes) {
                await writeFile(file, JSON.stringify(document));
                const error = await rejectionOf(readConnectionProfile(file));
                expect(error.code).to.equal('FILE_INVALID');
                expect(error.operands).to.include({ file, path });
            }
            expect((await rejectionOf(readConnectionProfile(join(folder, 'none.json')))).code).to.equal('FILE_MISSING');
        });
    });
});
