import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { ExposureBounds } from '@commonwatt/chaincode/domain/worst-case';
import {
    type Decision,
    demandApproval,
    demandNoRefusal,
    demandWithinStanding,
    followsStanding,
    followsVerdict,
    type StandingStatement,
    type StandingVerdict,
    type Verdict,
} from '@commonwatt/chaincode/domain/verdict';
import { STANDING } from '../../support/market-commands.js';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../../support/sample-market.js';

const MARK = { officerSubjectHash: 'aa'.repeat(32), keyId: 'bb'.repeat(32), signature: 'cc'.repeat(64) };
const ID = '11'.repeat(32);
const HASH = '22'.repeat(32);

const statement = (decision: Decision, changes: Partial<Verdict['statement']> = {}): Verdict['statement'] => ({
    agreementId: ID,
    version: 1,
    termsHash: HASH,
    decision,
    reasonCode: 'reviewed',
    ...changes,
});
const verdict = (decision: Decision, changes: Partial<Verdict['statement']> = {}): Verdict => ({
    statement: statement(decision, changes),
    ...MARK,
});

describe('a verdict', () => {
    const decisions: readonly Decision[] = ['approved', 'rejected', 'terminated'];

    it('may be any first; afterwards only a termination follows, once', () => {
        for (const next of decisions) {
            followsVerdict({ ofVersion: null, termination: null }, statement(next));
            for (const last of decisions) {
                const termination = last === 'terminated' ? verdict(last) : null;
                const follow = (): void => {
                    followsVerdict({ ofVersion: verdict(last), termination }, statement(next));
                };
                if (last !== 'terminated' && next === 'terminated') {
                    follow();
                } else {
                    expectRefusal(follow, 'VERDICT_CONFLICT', { agreementId: ID, decision: last });
                }
            }
        }
    });

    it('that ends an agreement is not shut out by a word on other terms of the same version', () => {
        for (const last of ['approved', 'rejected'] as const) {
            const before = { ofVersion: verdict(last), termination: null };
            followsVerdict(before, statement('terminated', { termsHash: '33'.repeat(32) }));
        }
    });

    it('follows no termination, of whichever version', () => {
        const termination = verdict('terminated', { version: 2 });
        for (const next of decisions) {
            expectRefusal(
                () => {
                    followsVerdict({ ofVersion: null, termination }, statement(next));
                },
                'VERDICT_CONFLICT',
                { agreementId: ID, version: 1, decision: 'terminated' },
            );
        }
    });

    it('approves one id, version and hash', () => {
        const agreement: Agreement = { agreementId: ID, termsHash: HASH, terms: sampleTerms(), consents: [] };
        demandApproval(agreement, verdict('approved'));
        const others: readonly (Verdict | null)[] = [
            null,
            verdict('rejected'),
            verdict('terminated'),
            verdict('approved', { agreementId: HASH }),
            verdict('approved', { version: 2 }),
            verdict('approved', { termsHash: ID }),
        ];
        for (const other of others) {
            expectRefusal(
                () => {
                    demandApproval(agreement, other);
                },
                'VERDICT_MISSING',
                { agreementId: ID, decision: other?.statement.decision ?? 'none' },
            );
        }
    });

    it('of its own goes before a standing one', () => {
        demandNoRefusal(ID, null);
        demandNoRefusal(ID, verdict('approved'));
        for (const decision of ['rejected', 'terminated'] as const) {
            expectRefusal(
                () => {
                    demandNoRefusal(ID, verdict(decision));
                },
                'VERDICT_MISSING',
                { decision },
            );
        }
    });
});

const standing = (changes: Partial<StandingStatement> = {}): StandingVerdict => ({
    statement: { ...STANDING, ...changes },
    ...MARK,
});

describe('a standing verdict', () => {
    it('is replaced by the next sequence until it is revoked', () => {
        followsStanding(null, STANDING);
        followsStanding(standing(), { ...STANDING, sequence: 2 });
        followsStanding(standing(), { ...STANDING, sequence: 2, status: 'revoked' });
        for (const sequence of [1, 3]) {
            expectRefusal(
                () => {
                    followsStanding(standing(), { ...STANDING, sequence });
                },
                'VERDICT_CONFLICT',
                { standingId: 'ordinary', sequence: 1 },
            );
        }
        expectRefusal(() => {
            followsStanding(null, { ...STANDING, sequence: 2 });
        }, 'VERDICT_CONFLICT');
        expectRefusal(() => {
            followsStanding(standing({ status: 'revoked' }), { ...STANDING, sequence: 2 });
        }, 'VERDICT_CONFLICT');
    });

    const participant = (participantId: string, kind: Participant['kind']): Participant => ({
        participantId,
        kind,
        sector: null,
        mspId: 'CommunityMSP',
        subjectHash: 'aa'.repeat(32),
        publicKey: '',
        beneficialOwnerMspId: null,
    });
    const parties = [participant('solar', 'prosumer'), participant('anna', 'consumer')];
    /** What the sample terms can cost: 96 for the buyer's energy, 50 for the seller's default, in millions of nano. */
    const EXACT: ExposureBounds = {
        partyCostMaxNano: amountNano(96_000_000n),
        partyDefaultMaxNano: amountNano(50_000_000n),
        defaultRateMaxMicroPerKwh: priceMicroPerKwh(100_000n),
        toleranceMaxBp: 500,
        mayTakeOrPay: true,
        sourceIds: [],
    };
    const check = (
        bounds: Partial<StandingStatement>,
        terms: Terms = sampleTerms(),
        people: readonly Participant[] = parties,
    ): void => {
        demandWithinStanding(terms, people, standing(bounds), 'ordinary');
    };

    it('approves what lies exactly on every bound', () => {
        check({
            carriers: ['electricity'],
            participantKinds: ['prosumer', 'consumer'],
            priceMinMicroPerKwh: priceMicroPerKwh(180_000n),
            priceMaxMicroPerKwh: priceMicroPerKwh(200_000n),
            agreementEnergyMaxWh: energyWh(500n),
            exposure: EXACT,
            firstSlot: FIRST_SLOT,
            endSlot: FIRST_SLOT + 2,
        });
    });

    const beyond: readonly (readonly [string, Partial<StandingStatement>])[] = [
        ['status', { status: 'revoked' }],
        ['carriers', { carriers: ['heat'] }],
        ['carriers', { carriers: [] }],
        ['participantKinds', { participantKinds: ['prosumer'] }],
        ['price', { priceMinMicroPerKwh: priceMicroPerKwh(180_001n) }],
        ['price', { priceMaxMicroPerKwh: priceMicroPerKwh(199_999n) }],
        ['agreementEnergyMaxWh', { agreementEnergyMaxWh: energyWh(499n) }],
        ['partyCost', { exposure: { ...EXACT, partyCostMaxNano: amountNano(95_999_999n) } }],
        ['partyDefault', { exposure: { ...EXACT, partyDefaultMaxNano: amountNano(49_999_999n) } }],
        ['defaultRate', { exposure: { ...EXACT, defaultRateMaxMicroPerKwh: priceMicroPerKwh(99_999n) } }],
        ['tolerance', { exposure: { ...EXACT, toleranceMaxBp: 499 } }],
        ['takeOrPay', { exposure: { ...EXACT, mayTakeOrPay: false } }],
        ['slots', { firstSlot: FIRST_SLOT + 1 }],
        ['slots', { endSlot: FIRST_SLOT + 1 }],
    ];
    for (const [bound, changes] of beyond) {
        it(`approves nothing one step beyond: ${bound} ${Object.keys(changes).join()}`, () => {
            expectRefusal(
                () => {
                    check(changes);
                },
                'STANDING_VERDICT_EXCEEDED',
                { standingId: 'ordinary', bound },
            );
        });
    }

    it('approves in advance no single Wh that moves a deposit, nor what a source states that it does not name', () => {
        const refused = (bound: string, changes: Partial<Terms>): void =>
            expectRefusal(() => check({ exposure: EXACT }, sampleTerms(changes)), 'STANDING_VERDICT_EXCEEDED', {
                bound,
            });
        const cap = { defaultCapNano: amountNano(10n ** 15n) };
        const legs = [sampleLeg({ energyWh: [1n, 0n].map(energyWh) })];
        refused('partyCost', { ...cap, legs, defaultRateMicroPerKwh: priceMicroPerKwh(10n ** 10n) });
        refused('source', { verification: { sourceId: 'oracle' } });
        check({ exposure: { ...EXACT, sourceIds: ['oracle'] } }, sampleTerms({ verification: { sourceId: 'oracle' } }));
    });

    it('counts the energy and carriers of all legs', () => {
        const legs = [sampleLeg(), sampleLeg({ carrier: 'heat' })];
        const twice = { agreementEnergyMaxWh: energyWh(1_000n) };
        check(twice, sampleTerms({ legs }));
        expectRefusal(
            () => {
                check({ agreementEnergyMaxWh: energyWh(999n) }, sampleTerms({ legs }));
            },
            'STANDING_VERDICT_EXCEEDED',
            { bound: 'agreementEnergyMaxWh' },
        );
        expectRefusal(
            () => {
                check({ ...twice, carriers: ['electricity'] }, sampleTerms({ legs }));
            },
            'STANDING_VERDICT_EXCEEDED',
            { bound: 'carriers' },
        );
    });

    it('that does not exist approves nothing', () => {
        expectRefusal(
            () => {
                demandWithinStanding(sampleTerms(), parties, null, 'ordinary');
            },
            'STANDING_VERDICT_EXCEEDED',
            { bound: 'status' },
        );
    });
});
