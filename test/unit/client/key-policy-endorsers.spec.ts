import { UnavailableError } from '@commonwatt/client';
import { Endorsers } from '@commonwatt/client/endorsers';
import { expect } from 'chai';

const MSP_IDS = ['CommunityMSP', 'OperatorMSP', 'SupplierMSP', 'RegulatorMSP'];
const endorsers = (): Endorsers => new Endorsers(MSP_IDS, () => Promise.resolve('RegulatorMSP'));

describe('endorsers of a key with a policy of its own', () => {
    it('are those that it demands, and others up to three', async () => {
        expect(await endorsers().choose('exchange', ['RegulatorMSP', 'CommunityMSP'])).to.deep.equal([
            'RegulatorMSP',
            'CommunityMSP',
            'OperatorMSP',
        ]);
        const three = ['RegulatorMSP', 'CommunityMSP', 'SupplierMSP'];
        expect(await endorsers().choose('exchange', three)).to.deep.equal(three);
        expect(await endorsers().choose('exchange', [...MSP_IDS, ...MSP_IDS])).to.have.members(MSP_IDS);
    });

    it('are others where one of the others is away, and nobody where one of them is', async () => {
        const required = ['RegulatorMSP', 'CommunityMSP'];
        expect(await endorsers().choose('exchange', required, ['OperatorMSP'])).to.deep.equal([
            'RegulatorMSP',
            'CommunityMSP',
            'SupplierMSP',
        ]);
        const failure: unknown = await endorsers()
            .choose('exchange', required, ['RegulatorMSP'])
            .catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(UnavailableError);
        expect(failure).to.have.deep.property('operands', { organizations: ['RegulatorMSP'] });
    });

    it('are not left out for contradicting the others', async () => {
        const chosen = endorsers();
        await chosen.avoid('exchange', 'RegulatorMSP', ['RegulatorMSP', 'CommunityMSP']);
        expect(await chosen.choose('exchange')).to.include('CommunityMSP');
        await chosen.avoid('exchange', 'OperatorMSP', ['RegulatorMSP', 'CommunityMSP']);
        expect(await chosen.choose('exchange', ['RegulatorMSP'])).not.to.include('OperatorMSP');
    });
});
