import {
    demandInTime,
    demandMet,
    firstChange,
    followsRequirement,
    type Requirement,
    type RequirementStatement,
} from '@commonwatt/chaincode/domain/requirement';
import {
    centrallyScreened,
    demandAdmission,
    followsScreening,
    limitsConnections,
    type Screening,
    type ScreeningStatement,
} from '@commonwatt/chaincode/domain/screening';
import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../../support/sample-market.js';

const MARK = { officerSubjectHash: 'aa'.repeat(32), keyId: 'bb'.repeat(32), signature: 'cc'.repeat(64) };

describe('what the operator of a network asks', () => {
    const requirement = (changes: Partial<RequirementStatement> = {}): Requirement => ({
        statement: {
            carrier: 'electricity',
            version: 1,
            curtailableAboveWh: energyWh(299n),
            leadTimeSlots: 4,
            toleranceBpMax: 500,
            reasonCode: 'published',
            ...changes,
        },
        ...MARK,
    });
    const refused = (named: string, changes: Partial<RequirementStatement>, terms: Terms): void =>
        expectRefusal(() => demandMet(requirement(changes), terms), 'REQUIREMENT_NOT_MET', {
            carrier: 'electricity',
            version: 1,
            requirement: named,
        });

    it('is published version by version', () => {
        followsRequirement(null, requirement().statement);
        followsRequirement(requirement(), requirement({ version: 2 }).statement);
        for (const [existing, version] of [
            [null, 2],
            [requirement(), 1],
            [requirement(), 3],
        ] as const) {
            expectRefusal(
                () => followsRequirement(existing, requirement({ version }).statement),
                'REQUIREMENT_CONFLICT',
                { carrier: 'electricity', version: existing === null ? 0 : 1 },
            );
        }
    });

    it('is that large legs accept curtailment', () => {
        refused('curtailableAboveWh', {}, sampleTerms());
        demandMet(requirement(), sampleTerms({ curtailable: true }));
        demandMet(requirement({ curtailableAboveWh: energyWh(300n) }), sampleTerms());
        demandMet(requirement({ curtailableAboveWh: null }), sampleTerms());
        demandMet(requirement({ carrier: 'heat' }), sampleTerms());
        const late = sampleLeg({ energyWh: [energyWh(1n), energyWh(300n)] });
        refused('curtailableAboveWh', {}, sampleTerms({ legs: [late] }));
        refused('curtailableAboveWh', {}, sampleTerms({ legs: [sampleLeg({ carrier: 'heat' }), late] }));
    });

    it('is that deviations are not forgiven too far', () => {
        const curtailable = { curtailable: true };
        demandMet(requirement(), sampleTerms({ ...curtailable, toleranceBp: 500 }));
        refused('toleranceBpMax', {}, sampleTerms({ ...curtailable, toleranceBp: 501 }));
    });

    it('is time between the conclusion and the delivery', () => {
        demandInTime(requirement(), true);
        expectRefusal(() => demandInTime(requirement(), false), 'REQUIREMENT_NOT_MET', {
            carrier: 'electricity',
            version: 1,
            requirement: 'leadTimeSlots',
        });
    });
});

describe('the first slot that an amendment changes', () => {
    const leg = (energies: readonly bigint[], prices: readonly bigint[], changes: Partial<Leg> = {}): Leg =>
        sampleLeg({ energyWh: energies.map(energyWh), priceMicroPerKwh: prices.map(priceMicroPerKwh), ...changes });
    const terms = (...legs: readonly Leg[]): Terms => sampleTerms({ legs, slotCount: legs[0]?.energyWh.length ?? 0 });
    const before = terms(leg([5n, 6n, 7n], [1n, 1n, 1n]), leg([5n, 6n, 7n], [1n, 1n, 1n], { carrier: 'heat' }));
    const changed = (next: Terms): (number | null)[] =>
        (['electricity', 'heat'] as const).map((carrier) => firstChange(before, next, carrier));

    it('is told for each carrier, by energy and by price', () => {
        const heat = before.legs[1] ?? sampleLeg();
        expect(changed(before)).to.deep.equal([null, null]);
        expect(changed(terms(leg([5n, 8n, 8n], [1n, 1n, 1n]), heat))).to.deep.equal([FIRST_SLOT + 1, null]);
        expect(changed(terms(leg([5n, 6n, 7n], [1n, 1n, 2n]), heat))).to.deep.equal([FIRST_SLOT + 2, null]);
        expect(changed(terms(leg([4n, 6n, 7n], [1n, 1n, 1n]), heat))).to.deep.equal([FIRST_SLOT, null]);
    });

    it('is the first that is dropped, added, or another leg’s', () => {
        const shorter = [leg([5n, 6n], [1n, 1n]), leg([5n, 6n], [1n, 1n], { carrier: 'heat' })];
        expect(changed(terms(...shorter))).to.deep.equal([FIRST_SLOT + 2, FIRST_SLOT + 2]);
        const longer = ['electricity', 'heat'].map((carrier) =>
            leg([5n, 6n, 7n, 8n], [1n, 1n, 1n, 1n], { carrier: carrier as Leg['carrier'] }),
        );
        expect(changed(terms(...longer))).to.deep.equal([FIRST_SLOT + 3, FIRST_SLOT + 3]);
        const more = terms(...before.legs, leg([0n, 9n, 0n], [1n, 1n, 1n]));
        expect(changed(more), 'another leg has a price from the first slot on').to.deep.equal([FIRST_SLOT, null]);
    });
});

describe('the operator’s word on an agreement', () => {
    const AGREEMENT = { agreementId: 'ab'.repeat(32), termsHash: 'cd'.repeat(32), terms: sampleTerms(), consents: [] };
    const screening = (changes: Partial<ScreeningStatement> = {}): Screening => ({
        statement: {
            agreementId: AGREEMENT.agreementId,
            version: 1,
            termsHash: AGREEMENT.termsHash,
            carrier: 'electricity',
            decision: 'admitted',
            reasonCode: 'withinLimits',
            ...changes,
        },
        ...MARK,
    });
    const { agreementId } = AGREEMENT;

    it('is asked where the rules say so', () => {
        const screened = (electricity: 'central' | 'distributed' | 'none') => ({
            ...RULES,
            carriers: { electricity: { ...ELECTRICITY_RULES, screening: electricity }, heat: ELECTRICITY_RULES },
        });
        const legs = [sampleLeg(), sampleLeg({ carrier: 'heat' }), sampleLeg({ carrier: 'gas' })];
        expect(centrallyScreened({ legs }, screened('central'))).to.deep.equal(['electricity']);
        expect(centrallyScreened({ legs }, screened('distributed'))).to.deep.equal([]);
        const limited = (['central', 'distributed', 'none'] as const).map((each) =>
            limitsConnections(screened(each), 'electricity'),
        );
        expect(limited).to.deep.equal([true, true, false]);
        expect(limitsConnections(screened('none'), 'gas'), 'a carrier without rules').to.equal(true);
    });

    it('is final', () => {
        followsScreening(null, screening().statement);
        for (const decision of ['admitted', 'refused'] as const) {
            expectRefusal(
                () => followsScreening(screening({ decision }), screening().statement),
                'SCREENING_CONFLICT',
                { agreementId, version: 1, carrier: 'electricity', decision },
            );
        }
    });

    it('admits these very terms', () => {
        demandAdmission(AGREEMENT, 'electricity', screening());
        const missing = (found: Screening | null, decision: string): void =>
            expectRefusal(() => demandAdmission(AGREEMENT, 'electricity', found), 'ADMISSION_MISSING', {
                agreementId,
                version: 1,
                carrier: 'electricity',
                decision,
            });
        missing(null, 'none');
        missing(screening({ decision: 'refused' }), 'refused');
        missing(screening({ termsHash: 'ce'.repeat(32) }), 'admitted');
    });
});
