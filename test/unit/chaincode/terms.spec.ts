import { checkPoints, checkTerms, type Leg, type Party, type Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, termsCodec, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../../support/sample-market.js';

const partyOf = (participantId: string): Party => ({ participantId, lane: 0 });
const withLeg = (changes: Partial<Leg>): Terms => sampleTerms({ legs: [sampleLeg(changes)] });

describe('terms', () => {
    it('that the parties could carry out are accepted', () => {
        checkTerms(sampleTerms(), RULES);
        checkTerms(sampleTerms({ concludeBeforeSlot: FIRST_SLOT - 5, exemptions: [] }), RULES);
    });

    it('may have the lowest price of the rules, and the highest', () => {
        const { priceFloorMicroPerKwh, priceCapMicroPerKwh } = ELECTRICITY_RULES;
        checkTerms(withLeg({ priceMicroPerKwh: [priceFloorMicroPerKwh, priceCapMicroPerKwh] }), RULES);
    });

    it('are verified by meters where meters are, by a source where none can be', () => {
        const wide = { ...RULES, carriers: { mobility: ELECTRICITY_RULES, coal: ELECTRICITY_RULES } };
        const verified = (carrier: Carrier, verification: Terms['verification']): void =>
            checkTerms({ ...withLeg({ carrier }), verification }, wide);
        verified('mobility', 'meters');
        verified('coal', { sourceId: 'weighbridge' });
        expectRefusal(() => verified('mobility', { sourceId: 'oracle' }), 'TERMS_INVALID', {
            reason: 'mobility is verified by the meter of its charge point',
        });
        expectRefusal(() => verified('coal', 'meters'), 'TERMS_INVALID', { reason: 'lots are verified by a source' });
    });

    const invalid: Readonly<Record<string, Terms>> = {
        'a first version': sampleTerms({ version: 2 }),
        'the rules in force are others': sampleTerms({ rulesVersion: 2 }),
        'concluded before delivery begins': sampleTerms({ concludeBeforeSlot: FIRST_SLOT + 1 }),
        'exemptions each once': sampleTerms({ exemptions: ['halt', 'halt'] }),
        'at least two parties, each once': sampleTerms({ parties: [partyOf('solar'), partyOf('solar')] }),
        'at least one leg': sampleTerms({ legs: [] }),
        'the proposer is a party': sampleTerms({ proposerId: 'bert' }),
        'every party sells or buys': sampleTerms({
            parties: [partyOf('solar'), partyOf('anna'), partyOf('bert')],
        }),
        'who sells or buys is a party': sampleTerms({
            legs: [sampleLeg(), sampleLeg({ buyerId: 'bert', buyerPoint: 'bert-point' })],
        }),
        'carrier is not traded under the rules': withLeg({ carrier: 'gas' }),
        'seller and buyer differ': sampleTerms({
            legs: [sampleLeg(), sampleLeg({ buyerId: 'solar', buyerPoint: 'other-point' })],
        }),
        'metering points differ': withLeg({ buyerPoint: 'solar-point' }),
        'one energy per slot': withLeg({ energyWh: [energyWh(300n)] }),
        'one price per slot': withLeg({ priceMicroPerKwh: [priceMicroPerKwh(1n)] }),
        'some energy is delivered': withLeg({ energyWh: [energyWh(0n), energyWh(0n)] }),
        'energy is not negative': withLeg({ energyWh: [energyWh(300n), energyWh(-1n)] }),
        'price below the floor': withLeg({ priceMicroPerKwh: [priceMicroPerKwh(-500_001n), priceMicroPerKwh(0n)] }),
        'price above the cap': withLeg({ priceMicroPerKwh: [priceMicroPerKwh(0n), priceMicroPerKwh(1_000_001n)] }),
    };
    for (const [reason, terms] of Object.entries(invalid)) {
        it(`are invalid: ${reason}`, () => {
            expectRefusal(
                () => {
                    checkTerms(terms, RULES);
                },
                'TERMS_INVALID',
                { reason },
            );
        });
    }

    it('are invalid: a predecessor of a first version', () => {
        const terms = sampleTerms({ previousHash: 'ab'.repeat(32) });
        expectRefusal(() => {
            checkTerms(terms, RULES);
        }, 'TERMS_INVALID');
    });

    it('are invalid with one party alone', () => {
        expectRefusal(() => {
            checkTerms(sampleTerms({ parties: [partyOf('solar')] }), RULES);
        }, 'TERMS_INVALID');
    });

    const many = <Item>(count: number, item: (index: number) => Item): Item[] =>
        Array.from({ length: count }, (_, index) => item(index));
    const nineParties = many(9, (index) => partyOf(`party-${index}`));
    const limits: Readonly<Record<string, Terms>> = {
        'too many parties': sampleTerms({ parties: nineParties, proposerId: 'party-0' }),
        'too many legs': sampleTerms({ legs: many(17, () => sampleLeg()) }),
        'delivery period too long': sampleTerms({
            slotCount: 193,
            legs: [
                sampleLeg({
                    energyWh: many(193, () => energyWh(1n)),
                    priceMicroPerKwh: many(193, () => priceMicroPerKwh(1n)),
                }),
            ],
        }),
        'energy of a slot above the rules': withLeg({ energyWh: [energyWh(1_000_001n), energyWh(0n)] }),
    };
    for (const [reason, terms] of Object.entries(limits)) {
        it(`exceed a limit: ${reason}`, () => {
            expectRefusal(
                () => {
                    checkTerms(terms, RULES);
                },
                'TERMS_LIMIT',
                { reason },
            );
        });
    }

    it('reach every limit at once', () => {
        const parties = many(8, (index) => partyOf(`party-${index}`));
        const legs = many(16, (index) =>
            sampleLeg({
                sellerId: `party-${index % 8}`,
                sellerPoint: `point-${index % 8}`,
                buyerId: `party-${(index + 1) % 8}`,
                buyerPoint: `point-${(index + 1) % 8}`,
                energyWh: many(192, () => energyWh(1_000_000n)),
                priceMicroPerKwh: many(192, () => priceMicroPerKwh(1_000_000n)),
            }),
        );
        checkTerms(sampleTerms({ parties, legs, proposerId: 'party-0', slotCount: 192 }), RULES);
    });
});

describe('metering points of terms', () => {
    const point = (pointId: string, participantId: string, changes: Partial<MeteringPoint> = {}): MeteringPoint => ({
        pointId,
        participantId,
        carrier: 'electricity',
        connectionPoint: 'bus-1',
        fromSlot: FIRST_SLOT,
        meter: null,
        ...PLAIN_POINT,
        ...changes,
    });
    const check = (...points: readonly MeteringPoint[]): void => {
        checkPoints(sampleTerms(), new Map(points.map((each) => [each.pointId, each])));
    };

    it('are their parties’ own, on the leg’s carrier, and count from the first slot on', () => {
        check(point('solar-point', 'solar'), point('anna-point', 'anna', { fromSlot: 0 }));
        check(point('solar-point', 'solar'), point('anna-point', 'anna', { chargePointId: 'anna-point' }));
    });

    it('are refused when they are missing, another’s, of another carrier, or count later', () => {
        const solar = point('solar-point', 'solar');
        expectRefusal(
            () => {
                check(solar);
            },
            'METER_MISSING',
            { pointId: 'anna-point' },
        );
        expectRefusal(
            () => {
                check(solar, point('anna-point', 'bert'));
            },
            'METER_OF_OTHER',
            { pointId: 'anna-point', participantId: 'anna' },
        );
        expectRefusal(
            () => {
                check(solar, point('anna-point', 'anna', { carrier: 'heat' }));
            },
            'METER_OF_OTHER',
            { carrier: 'electricity' },
        );
        expectRefusal(
            () => {
                check(solar, point('anna-point', 'anna', { fromSlot: FIRST_SLOT + 1 }));
            },
            'TERMS_INVALID',
            { reason: 'metering point counts from a later slot', fromSlot: FIRST_SLOT + 1 },
        );
    });

    it('of mobility are handed over and taken at one charge point', () => {
        const terms = sampleTerms({ legs: [sampleLeg({ carrier: 'mobility' })] });
        const checkAt = (sellersId: string, buyersId: string): void => {
            const at = (pointId: string, owner: string, chargePointId: string): [string, MeteringPoint] => [
                pointId,
                point(pointId, owner, { carrier: 'mobility', chargePointId }),
            ];
            checkPoints(terms, new Map([at('solar-point', 'solar', sellersId), at('anna-point', 'anna', buyersId)]));
        };
        checkAt('station-1', 'station-1');
        expectRefusal(() => checkAt('station-1', 'station-2'), 'TERMS_INVALID', {
            reason: 'mobility is handed over at one charge point',
            sellerPoint: 'solar-point',
            buyerPoint: 'anna-point',
        });
    });
});

describe('the id of an agreement', () => {
    it('changes with the proposer and with every field of the terms', () => {
        const terms = sampleTerms();
        const changed: readonly Partial<Terms>[] = [
            { proposerId: 'anna' },
            { salt: '01'.repeat(32) },
            { firstSlot: FIRST_SLOT + 1 },
            { defaultCapNano: sampleTerms().defaultCapNano },
            { takeOrPay: false },
            { curtailable: true },
            { toleranceBp: 501 },
        ];
        const ids = changed.map((changes) => agreementIdOf(sampleTerms(changes)));
        expect(ids.filter((id) => id === agreementIdOf(terms))).to.have.length(1);
        expect(new Set(ids)).to.have.length(changed.length);
    });

    it('is no hash of the terms alone', () => {
        expect(agreementIdOf(sampleTerms())).not.to.equal(termsHashOf(sampleTerms()));
    });

    it('survives writing and reading', () => {
        const terms = termsCodec.decode(termsCodec.encode(sampleTerms()));
        expect(agreementIdOf(terms)).to.equal(agreementIdOf(sampleTerms()));
    });
});
