import { type Calorific, energyBetween, valueInForce, withVersion } from '@commonwatt/chaincode/domain/calorific';
import {
    checkForceMajeure,
    confirmedPoints,
    DECLARATIONS_MAX,
    declaredFacts,
    isStruck,
    struckBy,
} from '@commonwatt/chaincode/domain/force-majeure';
import { LOOKUPS_MAX } from '@commonwatt/chaincode/wire/query';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { demandPermit, demandQualified } from '@commonwatt/chaincode/domain/qualification';
import {
    checkFirst,
    demandServes,
    followsSource,
    keyOfSource,
    kindOfSuccession,
    type Source,
    sourceOf,
    type SourceStatement,
} from '@commonwatt/chaincode/domain/source';
import { isPublished } from '@commonwatt/chaincode/domain/standard';
import { checkStatement, isStated, verified } from '@commonwatt/chaincode/domain/statement';
import { emptyFund, fundWith, isRepeatedFunding } from '@commonwatt/chaincode/domain/subsidy-fund';
import { amountNano, calorificWhPerM3, energyWh, meanPrice, volumeLitres } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleTerms } from '../../support/sample-market.js';

const MARK = { officerSubjectHash: 'aa'.repeat(32), keyId: 'bb'.repeat(32), signature: 'cc'.repeat(64) };

describe('what a source states', () => {
    const terms = sampleTerms({ verification: { sourceId: 'oracle' } });
    const statement = {
        sourceId: 'oracle',
        agreementId: 'ab'.repeat(32),
        leg: 0,
        slot: FIRST_SLOT,
        deliveredWh: energyWh(90n),
        version: 1,
    };

    it('is of a leg and slot of an agreement that names this source', () => {
        checkStatement(terms, statement);
        checkStatement(terms, { ...statement, slot: FIRST_SLOT + 1 });
        const refused = (changes: Partial<typeof statement>, reason: string, of = terms): void =>
            expectRefusal(() => checkStatement(of, { ...statement, ...changes }), 'STATEMENT_INVALID', { reason });
        refused({ sourceId: 'other' }, 'another source verifies the agreement');
        refused({}, 'another source verifies the agreement', sampleTerms());
        refused({ leg: 1 }, 'the agreement has no such leg');
        refused({ slot: FIRST_SLOT - 1 }, 'nothing is delivered in the slot');
        refused({ slot: FIRST_SLOT + 2 }, 'nothing is delivered in the slot');
    });

    it('is said once in each version, and each version after the one before', () => {
        const stands = { statement: { ...statement, version: 2 }, signature: MARK.signature };
        expect([isStated(null, statement), isStated(stands, stands.statement)]).to.deep.equal([false, true]);
        const other = energyWh(91n);
        expect(isStated(stands, { ...statement, version: 3, deliveredWh: other })).to.equal(false);
        expect(isStated(stands, { ...statement, deliveredWh: other }), 'it is past').to.equal(true);
        for (const [existing, version] of [
            [stands, 2],
            [stands, 4],
            [null, 2],
        ] as const) {
            const named = { agreementId: statement.agreementId, leg: 0, slot: FIRST_SLOT, version };
            const wrong = { ...statement, version, deliveredWh: other };
            expectRefusal(() => isStated(existing, wrong), 'STATEMENT_CONFLICT', named);
        }
    });

    it('delivers at most what was agreed; what it lacks the seller owes, never the buyer', () => {
        const of = (stated: bigint) => Object.values(verified(energyWh(100n), energyWh(stated)));
        expect(verified(energyWh(100n), energyWh(80n))).to.deep.equal({
            shortWh: 20n,
            untakenWh: 0n,
            deliveredWh: 80n,
        });
        expect([of(100n), of(130n), of(0n)]).to.deep.equal([
            [0n, 0n, 100n],
            [0n, 0n, 100n],
            [100n, 0n, 0n],
        ]);
    });

    describe('is signed by a source', () => {
        const said = { sourceId: 'oracle', version: 1, publicKey: '01', clients: 'anyone' } as const;
        const sourceOfStatement = (changes: Partial<SourceStatement>, oldSignature: string | null = null): Source => ({
            statement: { ...said, ...changes },
            oldSignature,
            newSignature: 'aa',
        });

        it('that begins with version 1, and a key that nobody hands on to it', () => {
            checkFirst(sourceOfStatement({}));
            for (const wrong of [
                sourceOfStatement({ version: 2 }),
                sourceOfStatement({ publicKey: null }),
                sourceOfStatement({}, 'bb'),
            ]) {
                const reason = 'a registration is version 1 with a key';
                expectRefusal(() => checkFirst(wrong), 'SOURCE_INVALID', { sourceId: 'oracle', reason });
            }
        });

        it('whose versions follow each other, by whoever holds the key in force', () => {
            followsSource(said, sourceOfStatement({ version: 2 }, 'bb'));
            followsSource({ ...said, publicKey: null }, sourceOfStatement({ version: 2 }));
            for (const version of [1, 3]) {
                const next = sourceOfStatement({ version }, 'bb');
                expectRefusal(() => followsSource(said, next), 'SOURCE_CONFLICT', { sourceId: 'oracle', version: 1 });
            }
            const bySome = sourceOfStatement({ version: 2 }, 'bb');
            expectRefusal(() => followsSource({ ...said, publicKey: null }, bySome), 'SOURCE_REVOKED', {
                sourceId: 'oracle',
            });
            expect([kindOfSuccession(said), kindOfSuccession({ ...said, publicKey: null })]).to.deep.equal([
                'sourceKey',
                'sourceRevocation',
            ]);
        });

        it('that serves all parties, or anyone, as long as it has a key', () => {
            const { parties } = terms;
            const [first, ...others] = parties.map(({ participantId }) => participantId);
            demandServes(sourceOfStatement({}), parties);
            demandServes(sourceOfStatement({ clients: [first ?? '', ...others, 'more'] }), parties);
            expectRefusal(() => demandServes(sourceOfStatement({ clients: others }), parties), 'SOURCE_OF_OTHERS', {
                sourceId: 'oracle',
                participantId: first ?? null,
            });
            const revoked = sourceOfStatement({ publicKey: null });
            for (const use of [() => demandServes(revoked, parties), () => keyOfSource(revoked)]) {
                expectRefusal(use, 'SOURCE_REVOKED', { sourceId: 'oracle' });
            }
            expect(keyOfSource(sourceOfStatement({}))).to.equal('01');
            expect([sourceOf(terms), sourceOf(sampleTerms())]).to.deep.equal(['oracle', null]);
        });
    });
});

describe('what the weak centre and the operators publish', () => {
    it('is a standard that never changes', () => {
        const statement = { standardId: 'pv', carrier: 'electricity', textHash: '7a', fromSlot: 5 } as const;
        const standard = { statement, ...MARK };
        expect([isPublished(null, statement), isPublished(standard, statement)]).to.deep.equal([false, true]);
        for (const change of [{ carrier: 'heat' }, { textHash: '7b' }, { fromSlot: 6 }] as const) {
            expectRefusal(() => isPublished(standard, { ...statement, ...change }), 'STANDARD_CONFLICT', {
                standardId: 'pv',
            });
        }
    });

    describe('is a calorific value', () => {
        const attestation = { sourceId: 'laboratory', signature: 'dd'.repeat(64) };
        const valueOf = (version: number, value: bigint, by: typeof attestation | null = null) => ({
            statement: { fromSlot: 5, slotCount: 3, calorificWhPerM3: calorificWhPerM3(value), version },
            ...MARK,
            attestation: by,
        });
        const published = (...values: readonly ReturnType<typeof valueOf>[]) =>
            values.reduce<Calorific | null>((before, value) => withVersion(before, 6, value, true) ?? before, null);

        it('each version of which is published once for each slot, after the one before', () => {
            const stands = published(valueOf(1, 11n), valueOf(2, 12n));
            expect(stands?.versions.map(({ statement }) => statement.calorificWhPerM3)).to.deep.equal([11n, 12n]);
            expect(withVersion(stands, 6, valueOf(1, 11n), true)).to.equal(null);
            expect(withVersion(stands, 6, valueOf(2, 12n), false)).to.equal(null);
            for (const wrong of [valueOf(1, 12n), valueOf(2, 13n), valueOf(4, 12n), valueOf(1, 11n, attestation)]) {
                const { version } = wrong.statement;
                expectRefusal(() => withVersion(stands, 6, wrong, true), 'CALORIFIC_CONFLICT', { slot: 6, version });
            }
        });

        it('that counts at once when it is the first that a laboratory attests in time', () => {
            const atOnce = (calorific: Calorific | null) => calorific?.versions.map(({ countsAtOnce }) => countsAtOnce);
            const stands = published(valueOf(1, 11n), valueOf(2, 12n, attestation), valueOf(3, 13n, attestation));
            expect(atOnce(stands)).to.deep.equal([false, true, false]);
            expect(atOnce(withVersion(null, 6, valueOf(1, 11n, attestation), false))).to.deep.equal([false]);
        });

        it('of which the last confirmed one is in force, else the one that counted at once', () => {
            const { versions } = published(valueOf(1, 11n), valueOf(2, 12n, attestation), valueOf(3, 13n)) ?? {
                versions: [],
            };
            for (const [findings, value] of [
                [[null, null, null], 12n],
                [['confirmed', null, null], 11n],
                [['confirmed', 'confirmed', 'confirmed'], 13n],
                [['confirmed', 'confirmed', 'rejected'], 12n],
                [['confirmed', 'rejected', null], 11n],
                [[null, 'rejected', null], null],
            ] as const) {
                expect(valueInForce(versions, findings), String(findings)).to.equal(value);
            }
            expect(valueInForce([], [])).to.equal(null);
        });
    });

    it('is a payment into a subsidy fund, counted once', () => {
        const payment = { paymentId: 'state-1', carrier: 'heat', amountNano: amountNano(7n) } as const;
        expect(fundWith(fundWith(emptyFund('heat'), payment), payment)).to.deep.equal({
            carrier: 'heat',
            balanceNano: 14n,
        });
        expect([isRepeatedFunding(null, payment), isRepeatedFunding(payment, payment)]).to.deep.equal([false, true]);
        for (const change of [{ carrier: 'gas' }, { amountNano: amountNano(8n) }] as const) {
            expectRefusal(() => isRepeatedFunding(payment, { ...payment, ...change }), 'SUBSIDY_CONFLICT', {
                paymentId: 'state-1',
            });
        }
    });

    it('is who may trade what, as long as it is neither suspended nor revoked', () => {
        const qualified = (status: 'granted' | 'suspended' | 'revoked') => ({
            statement: {
                participantId: 'anna',
                person: { mspId: 'CommunityMSP', subjectHash: '70'.repeat(32), keyId: '6d'.repeat(32) },
                sequence: 1,
                status,
                permits: [
                    { carrier: 'electricity', buy: true, sell: false },
                    { carrier: 'heat', buy: false, sell: true },
                ] as const,
                reasonCode: 'checked',
            },
            ...MARK,
        });
        demandPermit('anna', qualified('granted'), 'electricity', 'buy');
        demandPermit('anna', qualified('granted'), 'heat', 'sell');
        demandQualified('anna', qualified('granted'));
        const refused = { participantId: 'anna', status: 'granted' };
        for (const [carrier, side] of [
            ['electricity', 'sell'],
            ['heat', 'buy'],
            ['gas', 'buy'],
        ] as const) {
            const demand = (): void => demandPermit('anna', qualified('granted'), carrier, side);
            expectRefusal(demand, 'QUALIFICATION_MISSING', { ...refused, carrier, side });
        }
        for (const status of ['suspended', 'revoked'] as const) {
            expectRefusal(() => demandPermit('anna', qualified(status), 'heat', 'sell'), 'QUALIFICATION_MISSING', {
                status,
            });
            expectRefusal(() => demandQualified('anna', qualified(status)), 'QUALIFICATION_MISSING', { status });
        }
        expectRefusal(() => demandQualified('anna', null), 'QUALIFICATION_MISSING', { status: 'none' });
        expectRefusal(() => demandPermit('anna', null, 'heat', 'sell'), 'QUALIFICATION_MISSING', { status: 'none' });
    });
});

describe('gas', () => {
    const counted = (importLitres: bigint, exportLitres: bigint) => ({
        importWh: energyWh(importLitres * 10n),
        exportWh: energyWh(exportLitres * 10n),
        volume: { importLitres: volumeLitres(importLitres), exportLitres: volumeLitres(exportLitres) },
    });
    const [before, after] = [counted(1_000n, 10n), counted(3_501n, 1_010n)];

    it('is counted by volume and the published value, floored', () => {
        expect(energyBetween(before, after, calorificWhPerM3(11_240n))).to.deep.equal({
            importWh: (2_501n * 11_240n) / 1_000n,
            exportWh: 11_240n,
        });
    });

    it('is counted by what the meter tells, where no value or no volume is known', () => {
        const told = { importWh: 25_010n, exportWh: 10_000n };
        const value = calorificWhPerM3(11_240n);
        expect(energyBetween(before, after, null)).to.deep.equal(told);
        expect(energyBetween({ ...before, volume: null }, after, value)).to.deep.equal(told);
        expect(energyBetween(before, { ...after, volume: null }, value)).to.deep.equal(told);
    });
});

describe('force majeure', () => {
    const statement = {
        declarationId: 'flood',
        carrier: 'heat',
        pointIds: ['one', 'two'],
        fromSlot: 5,
        untilSlot: 6,
        evidenceHash: 'ee'.repeat(32),
        reasonCode: 'flood',
    } as const;
    const point = {
        pointId: 'one',
        participantId: 'anna',
        carrier: 'heat',
        connectionPoint: 'bus-1',
        fromSlot: 0,
        meter: null,
        ...PLAIN_POINT,
    } as const;
    const party = (mspId: string, beneficialOwnerMspId: string | null = null) => ({
        participantId: 'anna',
        kind: 'consumer' as const,
        sector: 'residential' as const,
        mspId,
        subjectHash: '',
        publicKey: '',
        beneficialOwnerMspId,
    });

    it('lasts from a slot to a day, at points of its carrier', () => {
        checkForceMajeure(statement, [point]);
        checkForceMajeure({ ...statement, untilSlot: 5 + 96 }, [point]);
        const refused = (untilSlot: number, reason: string, carrier: 'heat' | 'gas' = 'heat'): void =>
            expectRefusal(
                () => checkForceMajeure({ ...statement, untilSlot }, [point, { ...point, carrier }]),
                'FORCE_MAJEURE_INVALID',
                { declarationId: 'flood', reason },
            );
        refused(5, 'it lasts at least a slot');
        refused(5 + 97, 'a declaration covers at most a day');
        refused(6, 'the points are of the carrier', 'gas');
    });

    it('strikes points besides those that others have declared, and exempts nobody of the declaring side', () => {
        const first = struckBy(null, 5, { statement, ...MARK, mspId: 'OperatorMSP' }, 'f1');
        const flood = { declarationId: 'flood', factHash: 'f1', mspId: 'OperatorMSP', pointIds: ['one', 'two'] };
        expect(first).to.deep.equal({ carrier: 'heat', slot: 5, declarations: [flood] });
        const second = { ...statement, declarationId: 'storm', pointIds: ['one'] };
        const both = struckBy(first, 5, { statement: second, ...MARK, mspId: 'SupplierMSP' }, 'f2');
        expect(both.declarations.map(({ declarationId }) => declarationId)).to.deep.equal(['flood', 'storm']);
        expect(declaredFacts(both)).to.deep.equal([
            { kind: 'forceMajeure', subjectId: 'flood', factHash: 'f1' },
            { kind: 'forceMajeure', subjectId: 'storm', factHash: 'f2' },
        ]);
        const points = confirmedPoints(first, ['confirmed']);
        expect(isStruck(points, 'one', party('CommunityMSP'))).to.equal(true);
        expect(isStruck(points, 'three', party('CommunityMSP'))).to.equal(false);
        expect(isStruck(points, 'one', party('OperatorMSP'))).to.equal(false);
        expect(isStruck(points, 'one', party('CommunityMSP', 'OperatorMSP'))).to.equal(false);
        const bySupplier = confirmedPoints(both, ['confirmed', 'confirmed']);
        expect(isStruck(bySupplier, 'one', party('OperatorMSP')), 'another side has said so, too').to.equal(true);
    });

    it('of which only that counts which the regulator has confirmed', () => {
        const declared = { statement, ...MARK, mspId: 'OperatorMSP' };
        const two = struckBy(struckBy(null, 5, declared, 'f1'), 5, declared, 'f2');
        expect(confirmedPoints(two, [null, 'rejected'])).to.deep.equal([]);
        expect(confirmedPoints(two, ['rejected', 'confirmed'])).to.have.length(2);
        expect([declaredFacts(null), confirmedPoints(null, [])]).to.deep.equal([[], []]);
    });

    it('is declared of a slot as often as a run can ask about, and no oftener', () => {
        const declared = { statement, ...MARK, mspId: 'OperatorMSP' };
        let struck = struckBy(null, 5, declared, 'f0');
        for (let count = 1; count < DECLARATIONS_MAX; count += 1) {
            struck = struckBy(struck, 5, declared, `f${String(count)}`);
        }
        expect(DECLARATIONS_MAX).to.be.at.most(LOOKUPS_MAX);
        expectRefusal(() => struckBy(struck, 5, declared, 'f64'), 'FORCE_MAJEURE_INVALID', {
            declarationId: 'flood',
            reason: 'too much is declared of one of its slots',
        });
    });
});

describe('a price', () => {
    it('that an energy came to is rounded towards zero', () => {
        expect(meanPrice(amountNano(7n), energyWh(2n))).to.equal(3n);
        expect(meanPrice(amountNano(-7n), energyWh(2n))).to.equal(-3n);
    });
});
