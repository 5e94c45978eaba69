import { fileURLToPath } from 'node:url';
import { CARRIERS } from '@commonwatt/chaincode/domain/charter';
import type { DecisionStatement } from '@commonwatt/chaincode/domain/dispute';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Qualification } from '@commonwatt/chaincode/domain/qualification';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import {
    readReviewPolicy,
    type Review,
    reviewAgreement,
    reviewDecision,
    type ReviewPolicy,
    type SettledPoint,
} from '@commonwatt/client';
import { expect } from 'chai';
import { sampleLeg, sampleTerms } from '../../support/sample-market.js';
import { WIDE_EXPOSURE } from '../../support/wide-bounds.js';

const ELECTRICITY = {
    priceLimits: band(-100_000n, 500_000n),
    ordinaryPrices: band(0n, 300_000n),
    internalPrices: band(-100_000n, 500_000n),
    agreementEnergyMaxWh: energyWh(500n),
    sellerShareMaxBp: 8_000,
    concentrationFromWh: energyWh(501n),
};
const POLICY: ReviewPolicy = {
    carriers: { electricity: ELECTRICITY },
    exposure: WIDE_EXPOSURE,
    checkMeterChangeMaxWh: energyWh(1_000n),
};
const withBounds = (changes: Partial<typeof ELECTRICITY>): ReviewPolicy => ({
    ...POLICY,
    carriers: { electricity: { ...ELECTRICITY, ...changes } },
});

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
            person: { mspId: 'CommunityMSP', subjectHash: '', keyId: '' },
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
        expect(review({}, { ...POLICY, carriers: { heat: ELECTRICITY } })).to.include({
            outcome: 'queue',
            reasonCode: 'carrierNotCovered',
        });
    });

    it('leaves large agreements to a person', () => {
        expect(review({}, withBounds({ agreementEnergyMaxWh: energyWh(499n) }))).to.include({
            outcome: 'queue',
            reasonCode: 'agreementLarge',
        });
    });

    it('leaves to a person what can cost a party much, though every price is ordinary', () => {
        const exposure = {
            partyCostMaxNano: amountNano(96_000_000n),
            partyDefaultMaxNano: amountNano(50_000_000n),
            defaultRateMaxMicroPerKwh: priceMicroPerKwh(100_000n),
            toleranceMaxBp: 500,
            mayTakeOrPay: true,
            sourceIds: [],
        };
        const policy = { ...POLICY, exposure };
        expect(review({}, policy).outcome).to.equal('approve');
        const doubted = (changes: Partial<Terms>): string[] =>
            review({ terms: sampleTerms(changes) }, policy).findings.map((finding) => finding.reasonCode);
        const dear = { defaultRateMicroPerKwh: priceMicroPerKwh(10n ** 10n), defaultCapNano: amountNano(10n ** 15n) };
        expect(doubted(dear)).to.deep.equal(['partyCostUnusual', 'partyDefaultUnusual', 'defaultRateUnusual']);
        expect(doubted({ toleranceBp: 501 })).to.deep.equal(['toleranceUnusual']);
        expect(doubted({ verification: { sourceId: 'oracle' } })).to.deep.equal(['sourceUnusual']);
        const strict = { ...POLICY, exposure: { ...exposure, mayTakeOrPay: false } };
        expect(review({}, strict)).to.include({ outcome: 'queue', reasonCode: 'takeOrPayUnusual' });
    });

    it('leaves related parties to a person', () => {
        const sameOwner = [party('solar', 'SupplierMSP'), party('anna', 'SupplierMSP')];
        const ownedByOther = [party('solar', 'CommunityMSP', 'SupplierMSP'), party('anna')];
        const strangers = [party('solar', 'SupplierMSP'), party('anna', 'OperatorMSP')];
        expect(review({ parties: sameOwner })).to.include({ outcome: 'queue', reasonCode: 'partiesRelated' });
        expect(review({ parties: ownedByOther })).to.include({ outcome: 'queue', reasonCode: 'partiesRelated' });
        expect(review({ parties: strangers }).outcome).to.equal('approve');
    });

    it('leaves odd prices between members of one organisation to a person, and no others', () => {
        const internal = withBounds({ internalPrices: band(190_000n, 200_000n) }); // the sample sells at 0.20 and 0.18
        expect(review({}, internal)).to.include({ outcome: 'queue', reasonCode: 'internalPriceUnusual' });
        const apart = [party('solar', null, 'SupplierMSP'), party('anna')];
        expect(review({ parties: apart }, internal).outcome).to.equal('approve');
        const within = withBounds({ internalPrices: band(180_000n, 200_000n) });
        expect(review({}, within).outcome).to.equal('approve');
    });

    it('judges each carrier by bounds of its own', () => {
        const heat = sampleLeg({ carrier: 'heat', priceMicroPerKwh: [400_000n, 0n].map(priceMicroPerKwh) });
        const permits = (['electricity', 'heat'] as const).map((carrier) => ({ carrier, buy: true, sell: true }));
        const qualifications = new Map(
            [...QUALIFICATIONS].map(([id, each]) => [id, { ...each, statement: { ...each.statement, permits } }]),
        );
        const terms = sampleTerms({ legs: [sampleLeg(), heat] });
        const cheapHeat = { ...ELECTRICITY, priceLimits: band(0n, 399_999n) };
        const by = (more: ReviewPolicy['carriers']): Review =>
            review({ terms, qualifications }, { ...POLICY, carriers: { electricity: ELECTRICITY, ...more } });
        expect(by({ heat: cheapHeat })).to.include({ outcome: 'reject', reasonCode: 'priceBeyondLimit' });
        expect(by({ heat: ELECTRICITY })).to.include({ outcome: 'queue', reasonCode: 'priceUnusual' });
        expect(by({})).to.include({ outcome: 'queue', reasonCode: 'carrierNotCovered' });
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
            withBounds({ agreementEnergyMaxWh: energyWh(1n) }),
        );
        expect(result.outcome).to.equal('reject');
        expect(result.findings.map((finding) => finding.reasonCode)).to.have.members([
            'priceBeyondLimit',
            'agreementLarge',
        ]);
    });
});

const NO_READING: SignedReading = {
    reading: {
        pointId: '',
        meterId: '',
        sequence: 0,
        slot: 0,
        importWh: energyWh(0n),
        exportWh: energyWh(0n),
        volume: null,
    },
    signature: '',
};

describe('the policy of a review of disputed readings', () => {
    const statement: DecisionStatement = {
        pointId: 'anna-point',
        slot: 7,
        raisedBy: 'anna',
        number: 1,
        replacement: { kind: 'energy', importWh: energyWh(900n), exportWh: energyWh(0n) },
        checkMeter: { meterId: 'check-1', publicKey: '', before: NO_READING, after: NO_READING },
        reasonCode: 'checked',
    };
    const settledAs = (importWh: bigint, exportWh: bigint, quality: SettledPoint['quality']): SettledPoint => ({
        importWh: energyWh(importWh),
        exportWh: energyWh(exportWh),
        quality,
    });
    const MEASURED = settledAs(900n, 0n, 'measured');
    const reviewOf = (
        changes: Partial<DecisionStatement>,
        settled: SettledPoint | null = MEASURED,
        policy = POLICY,
    ): Review =>
        reviewDecision(
            policy,
            {
                objection: { pointId: 'anna-point', slot: 7, raisedBy: 'anna', agreementId: null, evidenceHash: '' },
                keyId: '',
                signature: '',
                state: 'decided',
                decision: { statement: { ...statement, ...changes }, officerSubjectHash: '', keyId: '', signature: '' },
            },
            settled,
        );
    const measured = (importWh: bigint, exportWh: bigint): Partial<DecisionStatement> => ({
        replacement: { kind: 'energy', importWh: energyWh(importWh), exportWh: energyWh(exportWh) },
    });

    it('confirms what a check meter signed where it changes little, whatever the size of the reading', () => {
        expect(reviewOf({})).to.include({ outcome: 'approve', reasonCode: 'checkMeterSigned' });
        for (const boundWh of [1_000n, 50n]) {
            const policy = { ...POLICY, checkMeterChangeMaxWh: energyWh(boundWh) };
            const half = boundWh / 2n;
            for (const [importWh, exportWh] of [
                [5_000n, 9_000n],
                [boundWh, half],
            ] as const) {
                const review = (importChange: bigint, exportChange: bigint): Review =>
                    reviewOf(
                        measured(importWh + importChange, exportWh + exportChange),
                        settledAs(importWh, exportWh, 'measured'),
                        policy,
                    );
                for (const [importChange, exportChange] of [
                    [boundWh, 0n],
                    [-boundWh, 0n],
                    [half, -half],
                    [-half, half],
                ] as const) {
                    expect(review(importChange, exportChange).outcome).to.equal('approve');
                }
                for (const [importChange, exportChange] of [
                    [boundWh + 1n, 0n],
                    [0n, boundWh + 1n],
                    [half, -half - 1n],
                    [-half - 1n, half],
                    [-half - 1n, -half],
                ] as const) {
                    const refused = review(importChange, exportChange);
                    expect(refused).to.include({ outcome: 'queue', reasonCode: 'changeLarge' });
                }
            }
        }
    });

    it('leaves 0 Wh instead of a large reading to a person, and a small one instead of none', () => {
        const large = settledAs(50_000n, 0n, 'measured');
        expect(reviewOf(measured(0n, 0n), large)).to.include({ outcome: 'queue', reasonCode: 'changeLarge' });
        expect(reviewOf(measured(0n, 0n), large).findings[0]?.detail).to.equal('50000 Wh');
        expect(reviewOf(measured(900n, 0n), large).outcome).to.equal('queue');
        expect(reviewOf(measured(1_001n, 0n), settledAs(0n, 0n, 'measured')).outcome).to.equal('queue');
    });

    it('leaves to a person what is not settled by the meter’s own word', () => {
        for (const quality of ['estimated', 'missing', 'replaced'] as const) {
            const review = reviewOf({}, settledAs(900n, 0n, quality));
            expect(review, quality).to.include({ outcome: 'queue', reasonCode: 'notComparable' });
        }
        expect(reviewOf({}, null)).to.include({ outcome: 'queue', reasonCode: 'notComparable' });
    });

    it('leaves the operator’s own values, and that a reading stands, to a person', () => {
        expect(reviewOf({ checkMeter: null })).to.include({ outcome: 'queue', reasonCode: 'notMeasured' });
        expect(reviewOf({ replacement: null })).to.include({ outcome: 'queue', reasonCode: 'notMeasured' });
        expect(reviewOf({ replacement: null, checkMeter: null }).outcome).to.equal('queue');
    });
});

describe('the policy that is shipped', () => {
    it('covers every carrier, with bands one in the other', async () => {
        const file = new URL('../../../../test-network-config/review-policy.json', import.meta.url);
        const { carriers } = await readReviewPolicy(fileURLToPath(file));
        expect(Object.keys(carriers)).to.have.members([...CARRIERS]);
        for (const { priceLimits, ordinaryPrices, internalPrices } of Object.values(carriers)) {
            expect(isWithin(ordinaryPrices, priceLimits) && isWithin(internalPrices, ordinaryPrices)).to.equal(true);
        }
    });
});

type Band = ReturnType<typeof band>;
const isWithin = (inner: Band, outer: Band): boolean =>
    inner.minMicroPerKwh >= outer.minMicroPerKwh &&
    inner.minMicroPerKwh < inner.maxMicroPerKwh &&
    inner.maxMicroPerKwh <= outer.maxMicroPerKwh;
