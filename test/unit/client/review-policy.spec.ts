import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Qualification } from '@commonwatt/chaincode/domain/qualification';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { type Review, reviewAgreement, type ReviewPolicy } from '@commonwatt/client';
import { expect } from 'chai';
import { sampleLeg, sampleTerms } from '../../support/sample-market.js';

const POLICY: ReviewPolicy = {
    priceLimits: { electricity: band(-100_000n, 500_000n) },
    ordinaryPrices: { electricity: band(0n, 300_000n) },
    agreementEnergyMaxWh: energyWh(500n),
    sellerShareMaxBp: 8_000,
    concentrationFromWh: energyWh(501n),
    carriers: ['electricity'],
};

function band(
    min: bigint,
    max: bigint,
): { minMicroPerKwh: ReturnType<typeof priceMicroPerKwh>; maxMicroPerKwh: ReturnType<typeof priceMicroPerKwh> } {
    return { minMicroPerKwh: priceMicroPerKwh(min), maxMicroPerKwh: priceMicroPerKwh(max) };
}

const party = (
    participantId: string,
    beneficialOwnerMspId: string | null = null,
    mspId = 'CommunityMSP',
): Participant => ({
    participantId,
    kind: 'prosumer',
    sector: 'residential',
    mspId,
    subjectHash: '0'.repeat(64),
    publicKey: '',
    beneficialOwnerMspId,
});

function qualified(participantId: string, status: Qualification['statement']['status'] = 'granted'): Qualification {
    return {
        statement: {
            participantId,
            sequence: 1,
            status,
            permits: [{ carrier: 'electricity', buy: true, sell: true }],
            reasonCode: 'complete',
        },
        officerSubjectHash: '',
        keyId: '',
        signature: '',
    };
}

const PARTIES = [party('solar'), party('anna')];
const QUALIFICATIONS = new Map([
    ['solar', qualified('solar')],
    ['anna', qualified('anna')],
]);

const review = (changes: Partial<Parameters<typeof reviewAgreement>[1]> = {}, policy = POLICY): Review =>
    reviewAgreement(policy, {
        terms: sampleTerms(),
        parties: PARTIES,
        qualifications: QUALIFICATIONS,
        others: [],
        ...changes,
    });

const atPrices = (...prices: bigint[]): Review =>
    review({ terms: sampleTerms({ legs: [sampleLeg({ priceMicroPerKwh: prices.map(priceMicroPerKwh) })] }) });

describe('the policy of a review', () => {
    it('approves the ordinary, on its very bounds', () => {
        expect(review()).to.deep.equal({ outcome: 'approve', reasonCode: 'withinPolicy', findings: [] });
        expect(atPrices(0n, 300_000n).outcome).to.equal('approve');
    });

    it('leaves unusual prices to a person and rejects those beyond the limit', () => {
        expect(atPrices(300_001n, 0n)).to.include({ outcome: 'queue', reasonCode: 'priceUnusual' });
        expect(atPrices(0n, -1n)).to.include({ outcome: 'queue', reasonCode: 'priceUnusual' });
        expect(atPrices(0n, 500_001n)).to.include({ outcome: 'reject', reasonCode: 'priceBeyondLimit' });
        expect(atPrices(-100_001n, 0n)).to.include({ outcome: 'reject', reasonCode: 'priceBeyondLimit' });
    });

    it('rejects a party that may not trade this', () => {
        const suspended = new Map([...QUALIFICATIONS, ['anna', qualified('anna', 'suspended')] as const]);
        expect(review({ qualifications: suspended })).to.include({ outcome: 'reject', reasonCode: 'notQualified' });
        const unknown = new Map([['solar', qualified('solar')]]);
        expect(review({ qualifications: unknown })).to.include({ outcome: 'reject', reasonCode: 'notQualified' });
    });

    it('leaves a carrier that it does not know to a person', () => {
        expect(review({}, { ...POLICY, carriers: ['heat'] })).to.include({
            outcome: 'queue',
            reasonCode: 'carrierNotCovered',
        });
    });

    it('leaves large agreements to a person', () => {
        expect(review({}, { ...POLICY, agreementEnergyMaxWh: energyWh(499n) })).to.include({
            outcome: 'queue',
            reasonCode: 'agreementLarge',
        });
    });

    it('leaves related parties to a person', () => {
        const sameOwner = [party('solar', 'SupplierMSP'), party('anna', 'SupplierMSP')];
        const ownedByOther = [party('solar', 'CommunityMSP', 'SupplierMSP'), party('anna')];
        const strangers = [party('solar', 'SupplierMSP'), party('anna', 'OperatorMSP')];
        expect(review({ parties: sameOwner })).to.include({ outcome: 'queue', reasonCode: 'partiesRelated' });
        expect(review({ parties: ownedByOther })).to.include({ outcome: 'queue', reasonCode: 'partiesRelated' });
        expect(review({ parties: strangers }).outcome).to.equal('approve');
    });

    it('leaves a dominant seller to a person, counting the same slots only', () => {
        const small = sampleTerms({
            legs: [sampleLeg({ sellerId: 'rival', energyWh: [energyWh(1n), energyWh(0n)] })],
        });
        const equal = sampleTerms({ legs: [sampleLeg({ sellerId: 'rival' })] });
        const later = sampleTerms({ firstSlot: sampleTerms().firstSlot + 2, legs: [sampleLeg({ sellerId: 'rival' })] });
        expect(review({ others: [small] })).to.include({ outcome: 'queue', reasonCode: 'sellerDominant' });
        expect(review({ others: [equal] }).outcome).to.equal('approve');
        expect(review({ others: [small, later] })).to.include({ outcome: 'queue', reasonCode: 'sellerDominant' });
    });

    it('names every finding and lets a rejection decide', () => {
        const result = review(
            {
                terms: sampleTerms({
                    legs: [sampleLeg({ priceMicroPerKwh: [priceMicroPerKwh(600_000n), priceMicroPerKwh(0n)] })],
                }),
            },
            { ...POLICY, agreementEnergyMaxWh: energyWh(1n), carriers: [] },
        );
        expect(result.outcome).to.equal('reject');
        expect(result.findings.map((finding) => finding.reasonCode)).to.have.members([
            'carrierNotCovered',
            'priceBeyondLimit',
            'agreementLarge',
        ]);
    });
});
