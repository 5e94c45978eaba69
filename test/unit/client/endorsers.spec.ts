import { Endorsers } from '@commonwatt/client/endorsers';
import { expect } from 'chai';
import { rejectionOf } from './rejection.js';

const MSP_IDS = ['CommunityMSP', 'OperatorMSP', 'SupplierMSP', 'RegulatorMSP'];
const endorsers = (regulator: string | null = 'RegulatorMSP'): Endorsers =>
    new Endorsers(MSP_IDS, () => Promise.resolve(regulator));

describe('endorsers', () => {
    it('are three organisations for the exchange, the own one first', async () => {
        expect(await endorsers().choose('exchange')).to.deep.equal(['CommunityMSP', 'OperatorMSP', 'SupplierMSP']);
    });

    it('are the regulator and two others for supervision', async () => {
        expect(await endorsers().choose('supervision')).to.deep.equal(['RegulatorMSP', 'CommunityMSP', 'OperatorMSP']);
    });

    it('are all organisations for supervision before the charter says who the regulator is', async () => {
        expect(await endorsers(null).choose('supervision')).to.deep.equal(MSP_IDS);
    });

    it('rotate around any one organisation that is away', async () => {
        for (const away of MSP_IDS) {
            const others = endorsers();
            others.markAway([away]);
            const choice = await others.choose('exchange');
            expect(choice).to.have.length(3).and.not.include(away);
        }
    });

    it('cannot do without the regulator in supervision, nor with two in the exchange', async () => {
        const error = await rejectionOf(endorsers().choose('supervision', [], ['RegulatorMSP']));
        expect(error.kind).to.equal('unavailable');
        expect(error.operands).to.deep.equal({ organizations: ['RegulatorMSP'] });
        expect(await endorsers().choose('exchange', [], ['RegulatorMSP'])).to.have.length(3);
        const two = endorsers().choose('exchange', [], ['RegulatorMSP', 'OperatorMSP']);
        expect((await rejectionOf(two)).code).to.equal('PEER_UNAVAILABLE');
    });

    it('are tried again where the policy cannot be met without them, since they may be back', async () => {
        const withoutRegulator = endorsers();
        withoutRegulator.markAway(['RegulatorMSP']);
        expect(await withoutRegulator.choose('supervision')).to.include('RegulatorMSP');
        withoutRegulator.markAway(['OperatorMSP']);
        expect(await withoutRegulator.choose('exchange')).to.deep.equal(['CommunityMSP', 'OperatorMSP', 'SupplierMSP']);
        expect(await withoutRegulator.choose('exchange', [], ['OperatorMSP'])).to.not.include('OperatorMSP');
    });

    it('leave a dissenter out only where the policy can be met without it', async () => {
        const some = endorsers();
        await some.avoid('supervision', 'RegulatorMSP');
        expect(await some.choose('supervision')).to.include('RegulatorMSP');
        await some.avoid('exchange', 'OperatorMSP');
        expect(await some.choose('exchange')).to.deep.equal(['CommunityMSP', 'SupplierMSP', 'RegulatorMSP']);
    });
});
