import {
    type Conformity,
    type ConformityStatement,
    demandWithinRating,
    deviceStandardsOf,
    followsConformity,
    ratingOf,
} from '@commonwatt/chaincode/domain/conformity';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { Standard } from '@commonwatt/chaincode/domain/standard';
import { energyWh, powerW } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../../support/sample-market.js';

const MARK = { officerSubjectHash: 'aa'.repeat(32), keyId: 'bb'.repeat(32), signature: 'cc'.repeat(64) };
const END = FIRST_SLOT + 2;
const certificate = (changes: Partial<ConformityStatement> = {}): Conformity => ({
    statement: {
        pointId: 'solar-point',
        standardId: 'pv',
        sequence: 1,
        status: 'certified',
        ratedW: powerW(1_200n),
        untilSlot: END,
        reasonCode: 'tested',
        ...changes,
    },
    ...MARK,
});
const standard = (fromSlot: number): Standard => ({
    statement: { standardId: 'pv', carrier: 'electricity', textHash: '7a', fromSlot },
    ...MARK,
});

describe('a certificate of conformity', () => {
    it('follows the one before by number; one that is withdrawn can be given again', () => {
        const follows = (existing: Conformity | null, status: 'certified' | 'withdrawn', sequence: number): void =>
            followsConformity(existing, certificate({ status, sequence }).statement);
        follows(null, 'certified', 1);
        follows(certificate(), 'certified', 2);
        follows(certificate(), 'withdrawn', 2);
        follows(certificate({ status: 'withdrawn', sequence: 2 }), 'certified', 3);
        const refused = (...[existing, status, sequence]: Parameters<typeof follows>): void =>
            expectRefusal(() => follows(existing, status, sequence), 'CONFORMITY_CONFLICT', {
                pointId: 'solar-point',
                standardId: 'pv',
                status: existing?.statement.status ?? 'none',
                sequence: existing?.statement.sequence ?? 0,
            });
        refused(null, 'withdrawn', 1);
        refused(null, 'certified', 2);
        refused(certificate(), 'certified', 1);
        refused(certificate(), 'certified', 3);
        refused(certificate({ status: 'withdrawn', sequence: 2 }), 'withdrawn', 3);
    });
});

describe('a device that sells', () => {
    const point = (pointId: string, changes: Partial<MeteringPoint> = {}): [string, MeteringPoint] => [
        pointId,
        {
            pointId,
            participantId: 'solar',
            carrier: 'electricity',
            connectionPoint: 'bus-1',
            fromSlot: 0,
            meter: { meterId: 'm', publicKey: '' },
            ...PLAIN_POINT,
            ...changes,
        },
    ];
    const rules: Rules = {
        ...RULES,
        carriers: {
            electricity: { ...ELECTRICITY_RULES, conformityStandards: ['pv', 'grid'] },
            heat: { ...ELECTRICITY_RULES, conformityStandards: [] },
            mobility: { ...ELECTRICITY_RULES, conformityStandards: ['charger'] },
        },
    };
    const legs = [
        sampleLeg(),
        sampleLeg(),
        sampleLeg({ carrier: 'heat', sellerPoint: 'heat-point' }),
        sampleLeg({ carrier: 'mobility', sellerPoint: 'station-point' }),
        sampleLeg({ carrier: 'mobility', sellerPoint: 'second-point' }),
        sampleLeg({ sellerPoint: 'wholesale-point' }),
        sampleLeg({ sellerPoint: 'unknown-point' }),
    ];
    const terms = sampleTerms({ legs });

    it('needs each standard of its carrier once; mobility comes out of the charge point; no meter, no device', () => {
        const points = new Map([
            point('solar-point'),
            point('anna-point'),
            point('heat-point', { carrier: 'heat' }),
            point('station-point', { carrier: 'mobility', meter: null, chargePointId: 'charge-point' }),
            point('second-point', { carrier: 'mobility', meter: null, chargePointId: 'charge-point' }),
            point('wholesale-point', { meter: null }),
        ]);
        expect(deviceStandardsOf(terms, points, rules)).to.deep.equal([
            { carrier: 'electricity', deviceId: 'solar-point', pointIds: ['solar-point'], standardId: 'pv' },
            { carrier: 'electricity', deviceId: 'solar-point', pointIds: ['solar-point'], standardId: 'grid' },
            {
                carrier: 'mobility',
                deviceId: 'charge-point',
                pointIds: ['station-point', 'second-point'],
                standardId: 'charger',
            },
        ]);
        const unruled = { ...rules, carriers: { heat: ELECTRICITY_RULES } };
        expect(deviceStandardsOf(terms, points, unruled)).to.deep.equal([]);
    });

    const DEVICE = {
        carrier: 'electricity',
        deviceId: 'solar-point',
        pointIds: ['solar-point', 'second-roof'],
        standardId: 'pv',
    } as const;
    const sold = (...values: readonly bigint[]) =>
        sampleTerms({ legs: [sampleLeg({ energyWh: values.map(energyWh) })] });
    const conforms = (
        conformity: Conformity | null,
        of = sold(300n, 300n),
        published: Standard | null = standard(FIRST_SLOT),
    ): void => {
        const rating = ratingOf(DEVICE, { standard: published, conformity }, of, 15);
        if (rating !== null) {
            demandWithinRating(rating, of);
        }
    };

    it('has a certificate that lasts over the delivery', () => {
        conforms(certificate());
        const missing = (conformity: Conformity | null, status: string): void =>
            expectRefusal(() => conforms(conformity), 'CONFORMITY_MISSING', {
                deviceId: 'solar-point',
                standardId: 'pv',
                status,
            });
        missing(null, 'none');
        missing(certificate({ status: 'withdrawn' }), 'withdrawn');
        missing(certificate({ status: 'withdrawn', untilSlot: END - 1 }), 'withdrawn');
        missing(certificate({ untilSlot: END - 1 }), 'expired');
    });

    it('needs none for a standard that is not published, or counts only after the delivery', () => {
        conforms(null, sampleTerms(), null);
        conforms(null, sampleTerms(), standard(END));
        expectRefusal(() => conforms(null, sampleTerms(), standard(END - 1)), 'CONFORMITY_MISSING');
    });

    it('promises in each slot from the standard’s first on at most its rating, over all its legs', () => {
        // 1 200 W in a quarter of an hour are 300 Wh.
        const exceeded = (of: ReturnType<typeof sold>, slot: number, energy: bigint, published?: Standard): void =>
            expectRefusal(() => conforms(certificate(), of, published), 'CONFORMITY_EXCEEDED', {
                deviceId: 'solar-point',
                standardId: 'pv',
                slot,
                energyWh: energy,
                ratedWh: 300n,
            });
        exceeded(sold(301n, 0n), FIRST_SLOT, 301n);
        exceeded(sold(0n, 301n), FIRST_SLOT + 1, 301n);
        exceeded(sold(0n, 301n), FIRST_SLOT + 1, 301n, standard(FIRST_SLOT - 7));
        conforms(certificate(), sold(301n, 300n), standard(FIRST_SLOT + 1));
        const half = sampleLeg({ energyWh: [energyWh(151n), energyWh(1n)] });
        exceeded(sampleTerms({ legs: [half, half] }), FIRST_SLOT, 302n);
        conforms(certificate(), sampleTerms({ legs: [half, { ...half, sellerPoint: 'other-point' }] }));
        exceeded(sampleTerms({ legs: [half, { ...half, sellerPoint: 'second-roof' }] }), FIRST_SLOT, 302n);
    });
});
