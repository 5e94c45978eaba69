import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { heldBy, prefunding } from '@commonwatt/chaincode/domain/escrow';
import { amountNano, energyWh } from '@commonwatt/chaincode/domain/units';
import { creditCodec, laneCodec } from '@commonwatt/chaincode/wire/account';
import {
    agreementIdOf,
    type AgreementView,
    agreementViewCodec,
    concludeCodec,
    consentDocument,
    termsHashOf,
} from '@commonwatt/chaincode/wire/agreement';
import { documentHashOf } from '@commonwatt/chaincode/wire/signature';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { executionCodec } from '@commonwatt/chaincode/wire/escrow';
import { liftCodec } from '@commonwatt/chaincode/wire/halt';
import { decodePage } from '@commonwatt/chaincode/wire/query';
import { decodePolicy } from '@commonwatt/chaincode/store/policies';
import { expect } from 'chai';
import { requestPayout } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const ref = (terms: Terms): string => canonicalJson({ agreementId: agreementIdOf(terms) });
const TERMS = sampleTerms();
const ID = agreementIdOf(TERMS);
const FOLDS = { solar: ['deposit.pay-solar'], anna: ['deposit.pay-anna'] };

let market: StubMarket;
const open = async (): Promise<void> => {
    market = await StubMarket.ready();
};

const concludeSample = async (terms: Terms = TERMS): Promise<void> => {
    await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
};
const fundSample = async (terms: Terms = TERMS): Promise<void> => {
    await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));
};
/** Slots begin up to this one. */
const begin = async (slot: number): Promise<void> => {
    for (let from = FIRST_SLOT; from <= slot; from += 96) {
        await market.advance(from, Math.min(slot, from + 95));
    }
};
const shown = async (terms: Terms = TERMS): Promise<AgreementView> => {
    const { payload } = await market.endorse('stranger', 'exchange', 'agreement:show', ref(terms));
    return agreementViewCodec.decode(payload);
};
/** Free money of a participant, by lane and by source. */
const free = async (
    participantId: string,
): Promise<Readonly<{ lanes: Record<number, bigint>; credits: Record<string, bigint> }>> => {
    const query = canonicalJson({ bookmark: '', pageSize: 50, participantId });
    const [lanes, credits] = await Promise.all(
        (['account:lanes', 'account:credits'] as const).map((verb) =>
            market.endorse('stranger', 'exchange', verb, query),
        ),
    );
    return {
        lanes: Object.fromEntries(
            decodePage(lanes?.payload ?? '', laneCodec).items.map(({ lane, balanceNano }) => [lane, balanceNano]),
        ),
        credits: Object.fromEntries(
            decodePage(credits?.payload ?? '', creditCodec).items.map(({ sourceId, amountNano }) => [
                sourceId,
                amountNano,
            ]),
        ),
    };
};
const stateOf = async (terms: Terms = TERMS): Promise<unknown> => {
    const { payload } = await market.endorse('stranger', 'exchange', 'agreement:show', ref(terms));
    return agreementViewCodec.decode(payload).execution.state;
};

describe('exchange: agreement conclude', () => {
    beforeEach(open);
    it('binds the parties, whoever brings their signatures', async () => {
        const answer = await market.do(
            'stranger',
            'exchange',
            'agreement:conclude',
            commands.conclude(TERMS, market.people),
        );
        expect(executionCodec.decode(answer.payload)).to.include({ agreementId: ID, state: 'concluded' });
        expect(answer.event).to.deep.equal({
            name: 'AgreementConcluded/1',
            payload: canonicalJson({
                agreementId: ID,
                partyIds: ['solar', 'anna'],
                termsHash: termsHashOf(TERMS),
                version: 1,
            }),
        });
        const policies = answer.writes.filter((write) => write.policy !== null);
        expect(policies.map((write) => write.key)).to.deep.equal([`agreement/${ID}`]);
    });

    it('sets a key policy of the regulator, the parties’ organisations and enough others', async () => {
        const policyOf = (terms: Terms): unknown =>
            decodePolicy(market.ledger.policyOf('exchange', `agreement/${agreementIdOf(terms)}`) ?? Buffer.from(''));
        await concludeSample();
        expect(policyOf(TERMS)).to.deep.equal({
            required: ['CommunityMSP', 'RegulatorMSP'],
            outOf: 1,
            others: ['OperatorMSP', 'SupplierMSP'],
        });
        const withRetail = sampleTerms({
            proposerId: 'retail',
            parties: [
                { participantId: 'retail', lane: 0 },
                { participantId: 'anna', lane: 0 },
            ],
            legs: [sampleLeg({ sellerId: 'retail', sellerPoint: 'retail-point' })],
        });
        await concludeSample(withRetail);
        expect(policyOf(withRetail)).to.deep.equal({
            required: ['CommunityMSP', 'RegulatorMSP', 'SupplierMSP'],
            outOf: 0,
            others: [],
        });
    });

    const refusedTerms: readonly (readonly [Parameters<StubMarket['refused']>[0], Partial<Terms>])[] = [
        ['TERMS_INVALID', { rulesVersion: 2 }],
        ['TERMS_LIMIT', { legs: Array.from({ length: 17 }, () => sampleLeg()) }],
        ['METER_MISSING', { legs: [sampleLeg({ buyerPoint: 'no-such-point' })] }],
        ['METER_OF_OTHER', { legs: [sampleLeg({ buyerPoint: 'bert-point' })] }],
        ['SLOT_BEGUN', { concludeBeforeSlot: FIRST_SLOT - 1 }],
    ];
    for (const [code, changes] of refusedTerms) {
        it(`refuses ${code}: ${Object.keys(changes).join()}`, async () => {
            const command = commands.conclude(sampleTerms(changes), market.people);
            await market.refused(code, 'stranger', 'exchange', 'agreement:conclude', command);
        });
    }

    it('refuses parties that do not exist', async () => {
        const terms = sampleTerms({
            parties: [
                { participantId: 'solar', lane: 0 },
                { participantId: 'nobody', lane: 0 },
            ],
            legs: [sampleLeg({ buyerId: 'nobody' })],
        });
        const command = commands.conclude(terms, { ...market.people, nobody: market.who('stranger') });
        await market.refused('PARTICIPANT_MISSING', 'stranger', 'exchange', 'agreement:conclude', command);
    });

    it('refuses missing, foreign, surplus and altered signatures', async () => {
        const conclude = 'agreement:conclude' as const;
        const consents = ['solar', 'anna'].map((id) => commands.consentOf(TERMS, id, market.who(id)));
        const [solar, anna] = consents;
        if (solar === undefined || anna === undefined) {
            throw new Error('two consents');
        }
        const send = (given: readonly (typeof solar)[]): string =>
            concludeCodec.encode({ terms: TERMS, consents: given, folds: [] });
        await market.refused('SIGNATURE_MISSING', 'solar', 'exchange', conclude, send([solar]));
        await market.refused('SIGNATURE_MISSING', 'solar', 'exchange', conclude, send([solar, solar]));
        await market.refused('SIGNATURE_MISSING', 'solar', 'exchange', conclude, send([solar, anna, anna]));
        const byBert = commands.consentOf(TERMS, 'anna', market.who('bert'));
        await market.refused('SIGNATURE_MISSING', 'solar', 'exchange', conclude, send([solar, byBert]));
        const borrowed = { ...anna, signature: solar.signature };
        await market.refused('SIGNATURE_INVALID', 'solar', 'exchange', conclude, send([solar, borrowed]));
        const other = sampleTerms({ salt: '01'.repeat(32) });
        const ofOther = commands.consentOf(other, 'anna', market.who('anna'));
        await market.refused('SIGNATURE_INVALID', 'solar', 'exchange', conclude, send([solar, ofOther]));
    });

    it('refuses one changed digit of what was signed', async () => {
        const command = commands.conclude(TERMS, market.people).replace('"300"', '"301"');
        await market.refused('SIGNATURE_INVALID', 'stranger', 'exchange', 'agreement:conclude', command);
    });

    it('refuses a signature that was taken back', async () => {
        const withdrawal = commands.withdraw(TERMS, 'anna', market.who('anna'));
        await market.do('anna', 'exchange', 'consent:withdraw', withdrawal);
        const command = commands.conclude(TERMS, market.people);
        const { operands } = await market.refused(
            'SIGNATURE_WITHDRAWN',
            'stranger',
            'exchange',
            'agreement:conclude',
            command,
        );
        const documentHash = documentHashOf(consentDocument(TERMS));
        expect(operands).to.deep.equal({ participantId: 'anna', documentHash });
    });

    it('refuses a party that is not qualified for its side', async () => {
        const reviewer = market.who('reviewer');
        const onlyBuys = { sequence: 2, permits: [{ carrier: 'electricity', buy: true, sell: false }] as const };
        const command = commands.qualify(reviewer, 'solar', onlyBuys);
        await market.do('reviewer', 'supervision', 'qualification:grant', command);
        const { operands } = await market.refused(
            'QUALIFICATION_MISSING',
            'stranger',
            'exchange',
            'agreement:conclude',
            commands.conclude(TERMS, market.people),
        );
        expect(operands).to.deep.equal({
            participantId: 'solar',
            carrier: 'electricity',
            side: 'sell',
            status: 'granted',
        });
    });

    for (const [side, officer] of [
        ['supervision', 'reviewer'],
        ['exchange', 'dispatcher'],
    ] as const) {
        const lift = (nextSlot: number): string => liftCodec.encode({ carrier: 'electricity', nextSlot });

        it(`refuses what delivers in the slots of the halt of ${side}`, async () => {
            const [running, next] = [FIRST_SLOT + 3, FIRST_SLOT + 4].map((firstSlot) =>
                commands.conclude(sampleTerms({ firstSlot, concludeBeforeSlot: firstSlot }), market.people),
            );
            await market.do(officer, side, 'halt:set', commands.halt(market.who(officer), side));
            await market.refused('MARKET_HALTED', 'stranger', 'exchange', 'agreement:conclude', running ?? '');
            await market.do('stranger', 'exchange', 'agreement:conclude', next ?? '');
        });

        it(`refuses until the slot in which a lift ends the halt of ${side}`, async () => {
            const [halted, lifted] = [FIRST_SLOT + 1, FIRST_SLOT + 2].map((firstSlot) =>
                commands.conclude(sampleTerms({ firstSlot, concludeBeforeSlot: firstSlot }), market.people),
            );
            await market.do(officer, side, 'halt:set', commands.halt(market.who(officer), side));
            await market.advance(FIRST_SLOT);
            await market.do(officer, side, 'halt:lift', lift(FIRST_SLOT + 2));
            await market.refused('MARKET_HALTED', 'stranger', 'exchange', 'agreement:conclude', halted ?? '');
            await market.do('stranger', 'exchange', 'agreement:conclude', lifted ?? '');
        });

        it(`opens at once when the halt of ${side} is lifted before it has begun`, async () => {
            const command = commands.conclude(TERMS, market.people);
            await market.do(officer, side, 'halt:set', commands.halt(market.who(officer), side));
            await market.do(officer, side, 'halt:lift', lift(FIRST_SLOT));
            await market.do('stranger', 'exchange', 'agreement:conclude', command);
        });
    }

    it('answers what stands when the terms are concluded again, with whatever signatures', async () => {
        await concludeSample();
        await market.advance(FIRST_SLOT);
        const { writes } = await market.do(
            'anna',
            'exchange',
            'agreement:conclude',
            commands.conclude(TERMS, market.people),
        );
        expect(writes).to.deep.equal([]);
    });

    it('does not slip in behind the slot when it is held back', async () => {
        const late = await market.endorse(
            'stranger',
            'exchange',
            'agreement:conclude',
            commands.conclude(TERMS, market.people),
        );
        expect(late.status).to.equal(200);
        await market.advance(FIRST_SLOT);
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
    });

    it('does not slip in behind a halt, a withdrawal or a suspension when it is held back', async () => {
        const [dispatcher, anna, reviewer] = [market.who('dispatcher'), market.who('anna'), market.who('reviewer')];
        const steps = [
            () => market.do('anna', 'exchange', 'consent:withdraw', commands.withdraw(TERMS, 'anna', anna)),
            () => market.do('dispatcher', 'exchange', 'halt:set', commands.halt(dispatcher, 'exchange')),
            () =>
                market.do(
                    'reviewer',
                    'supervision',
                    'qualification:suspend',
                    commands.qualify(reviewer, 'anna', { status: 'suspended', sequence: 2 }),
                ),
        ];
        for (const step of steps) {
            market = await StubMarket.ready();
            const command = commands.conclude(TERMS, market.people);
            const late = await market.endorse('stranger', 'exchange', 'agreement:conclude', command);
            await step();
            expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
        }
    });
});

describe('exchange: consent withdraw', () => {
    beforeEach(open);
    it('needs the participant’s certificate, key and signature', async () => {
        const command = commands.withdraw(TERMS, 'anna', market.who('anna'));
        await market.refused('CALLER_NOT_PARTICIPANT', 'bert', 'exchange', 'consent:withdraw', command);
        const byBert = commands.withdraw(TERMS, 'anna', market.who('bert'));
        await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', 'consent:withdraw', byBert);
        const consent = commands.consentOf(TERMS, 'anna', market.who('anna'));
        const replayed = canonicalJson({
            mandateId: null,
            signature: consent.signature,
            withdrawal: {
                documentHash: documentHashOf(consentDocument(TERMS)),
                keyId: consent.keyId,
                participantId: 'anna',
            },
        });
        await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', 'consent:withdraw', replayed);
        const { event } = await market.do('anna', 'exchange', 'consent:withdraw', command);
        expect(event?.name).to.equal('ConsentWithdrawn/1');
        const nobody = commands.withdraw(TERMS, 'nobody', market.who('anna'));
        await market.refused('PARTICIPANT_MISSING', 'anna', 'exchange', 'consent:withdraw', nobody);
    });
});

describe('exchange: agreement fund', () => {
    beforeEach(open);
    it('puts into force what is reserved, and touches no lane', async () => {
        await concludeSample();
        const { writes, event } = await market.do(
            'stranger',
            'exchange',
            'agreement:fund',
            commands.fund(TERMS, 'ordinary'),
        );
        expect(writes.map((write) => [write.key, write.value === null])).to.deep.equal([
            [`agreement-at-point/electricity/solar-point/000000${FIRST_SLOT}/${ID}`, false],
            [`commitment/electricity/000000${FIRST_SLOT}/${ID}`, false],
            [`execution/${ID}`, false],
        ]);
        expect(event?.payload).to.equal(canonicalJson({ agreementId: ID, standingId: 'ordinary', version: 1 }));
        expect(await stateOf()).to.equal('inForce');
    });

    it('needs an approval, its own or a standing one that fits', async () => {
        await market.refused('AGREEMENT_MISSING', 'anna', 'exchange', 'agreement:fund', commands.fund(TERMS));
        await concludeSample();
        const own = commands.fund(TERMS, null);
        await market.refused('VERDICT_MISSING', 'anna', 'exchange', 'agreement:fund', own);
        const unknown = commands.fund(TERMS, 'no-such-verdict');
        await market.refused('STANDING_VERDICT_EXCEEDED', 'anna', 'exchange', 'agreement:fund', unknown);
        const reviewer = market.who('reviewer');
        const approval = commands.decide(reviewer, TERMS, 'approved');
        await market.do('reviewer', 'supervision', 'verdict:approve', approval);
        await market.do('anna', 'exchange', 'agreement:fund', own);
    });

    it('is refused by a rejection, even where a standing verdict would approve', async () => {
        await concludeSample();
        const rejection = commands.decide(market.who('reviewer'), TERMS, 'rejected');
        await market.do('reviewer', 'supervision', 'verdict:reject', rejection);
        for (const standingId of ['ordinary', null]) {
            const command = commands.fund(TERMS, standingId);
            const { operands } = await market.refused('VERDICT_MISSING', 'anna', 'exchange', 'agreement:fund', command);
            expect(operands).to.deep.equal({ agreementId: ID, decision: 'rejected' });
        }
    });

    it('is refused where a bound of the standing verdict is left', async () => {
        const legs = [sampleLeg({ energyWh: [energyWh(10_000n), energyWh(1n)] })];
        const large = sampleTerms({ legs, defaultCapNano: amountNano(1n) });
        await concludeSample(large);
        const { operands } = await market.refused(
            'STANDING_VERDICT_EXCEEDED',
            'anna',
            'exchange',
            'agreement:fund',
            commands.fund(large, 'ordinary'),
        );
        expect(operands).to.deep.equal({ standingId: 'ordinary', bound: 'agreementEnergyMaxWh' });
    });

    it('is refused when delivery has begun, and the agreement then lapses', async () => {
        await concludeSample();
        await market.refused('AGREEMENT_STATE', 'anna', 'exchange', 'agreement:lapse', ref(TERMS));
        await market.advance(FIRST_SLOT);
        const command = commands.fund(TERMS, 'ordinary');
        await market.refused('SLOT_BEGUN', 'anna', 'exchange', 'agreement:fund', command);
        const { event } = await market.do('stranger', 'exchange', 'agreement:lapse', ref(TERMS));
        expect(event?.name).to.equal('AgreementLapsed/1');
        expect(await stateOf()).to.equal('lapsed');
        await market.refused('AGREEMENT_STATE', 'anna', 'exchange', 'agreement:fund', command);
    });

    it('is refused when the review has had its week, and the agreement then lapses, long before delivery', async () => {
        const early = sampleTerms({ firstSlot: FIRST_SLOT + 1_000, concludeBeforeSlot: FIRST_SLOT + 2 });
        const deadline = FIRST_SLOT + 2 + 7 * 96;
        await concludeSample(early);
        await begin(deadline - 1);
        await market.refused('AGREEMENT_STATE', 'anna', 'exchange', 'agreement:lapse', ref(early));
        await market.endorse('anna', 'exchange', 'agreement:fund', commands.fund(early));
        await market.advance(deadline);
        const late = await market.refused('SLOT_BEGUN', 'anna', 'exchange', 'agreement:fund', commands.fund(early));
        expect(late.operands).to.deep.equal({ slot: deadline });
        await market.do('stranger', 'exchange', 'agreement:lapse', ref(early));
        expect(await stateOf(early)).to.equal('lapsed');
    });

    it('is refused while a halt runs and while a party is suspended', async () => {
        await concludeSample();
        const reviewer = market.who('reviewer');
        const suspended = commands.qualify(reviewer, 'anna', { status: 'suspended', sequence: 2 });
        await market.do('reviewer', 'supervision', 'qualification:suspend', suspended);
        const command = commands.fund(TERMS, 'ordinary');
        await market.refused('QUALIFICATION_MISSING', 'anna', 'exchange', 'agreement:fund', command);
        const granted = commands.qualify(reviewer, 'anna', { sequence: 3 });
        await market.do('reviewer', 'supervision', 'qualification:grant', granted);
        await market.do('reviewer', 'supervision', 'halt:set', commands.halt(reviewer, 'supervision'));
        await market.refused('MARKET_HALTED', 'anna', 'exchange', 'agreement:fund', command);
    });

    it('does not slip in behind a verdict or the first slot when it is held back', async () => {
        await concludeSample();
        const command = commands.fund(TERMS, 'ordinary');
        const late = await market.endorse('anna', 'exchange', 'agreement:fund', command);
        const rejection = commands.decide(market.who('reviewer'), TERMS, 'rejected');
        await market.do('reviewer', 'supervision', 'verdict:reject', rejection);
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
    });

    it('and a lapse cannot both happen', async () => {
        await concludeSample();
        const fund = await market.endorse('anna', 'exchange', 'agreement:fund', commands.fund(TERMS, 'ordinary'));
        await market.advance(FIRST_SLOT);
        await market.do('anna', 'exchange', 'agreement:lapse', ref(TERMS));
        expect(market.ledger.commit(fund)).to.equal('MVCC_READ_CONFLICT');
    });
});

describe('exchange: what an agreement reserves', () => {
    beforeEach(open);
    const CONCLUDE = 'agreement:conclude' as const;
    const [SOLARS, ANNAS] = prefunding(TERMS).map(heldBy);

    it('is taken from the lanes of its terms when it is concluded, whoever pushes', async () => {
        const later = sampleTerms({
            parties: [
                { participantId: 'solar', lane: 3 },
                { participantId: 'anna', lane: 7 },
            ],
        });
        await concludeSample(later);
        expect(await free('solar')).to.deep.equal({ lanes: { 3: DEPOSIT_NANO - (SOLARS ?? 0n) }, credits: {} });
        expect(await free('anna')).to.deep.equal({ lanes: { 7: DEPOSIT_NANO - (ANNAS ?? 0n) }, credits: {} });
        const { execution } = await shown(later);
        expect(execution.state).to.equal('concluded');
        expect(execution.holdings.map(heldBy)).to.deep.equal([SOLARS, ANNAS]);
    });

    it('is no free option: a party that empties its lane during the review is bound all the same', async () => {
        await concludeSample();
        const left = DEPOSIT_NANO - (ANNAS ?? 0n);
        const payout = (id: string, nano: bigint): string =>
            requestPayout(market.who('anna'), {
                payoutId: id,
                participantId: 'anna',
                lane: 0,
                amountNano: amountNano(nano),
            });
        await market.refused(
            'ACCOUNT_UNDERFUNDED',
            'anna',
            'exchange',
            'account:request-payout',
            payout('all', left + 1n),
        );
        await market.do('anna', 'exchange', 'account:request-payout', payout('rest', left));
        await fundSample();
        expect(await stateOf()).to.equal('inForce');
    });

    it('is refused without the money, with credits that are not there or not needed', async () => {
        const refuse = async (
            code: Parameters<StubMarket['refused']>[0],
            folds: Readonly<Record<string, readonly string[]>>,
        ): Promise<void> => {
            await market.refused(code, 'anna', 'exchange', CONCLUDE, commands.conclude(TERMS, market.people, folds));
        };
        await refuse('ACCOUNT_UNDERFUNDED', { solar: FOLDS.solar });
        await refuse('CREDIT_MISSING', { ...FOLDS, anna: ['deposit.pay-nothing'] });
        await refuse('CREDIT_MISSING', { ...FOLDS, anna: ['deposit.pay-solar'] });
        await market.deposit('anna', 5n, 'pay-more');
        await refuse('CREDIT_NOT_NEEDED', { ...FOLDS, anna: ['deposit.pay-anna', 'deposit.pay-more'] });
        const many = Array.from({ length: 129 }, (_, index) => `deposit.x-${index}`);
        const sound = commands.conclude(TERMS, market.people, { anna: [] });
        const command = sound.replace('"sourceIds":[]', `"sourceIds":${canonicalJson(many)}`);
        await market.refused('INPUT_INVALID', 'anna', 'exchange', CONCLUDE, command);
    });

    it('is locked for nobody by what it did not sign, however often an accomplice concludes', async () => {
        await concludeSample();
        const again = sampleTerms({ salt: '01'.repeat(32) });
        const forged = { ...market.people, anna: market.who('stranger') };
        await market.refused('SIGNATURE_MISSING', 'solar', 'exchange', CONCLUDE, commands.conclude(again, forged));
        const { writes } = await market.do('solar', 'exchange', CONCLUDE, commands.conclude(TERMS, market.people));
        expect(writes).to.deep.equal([]);
        expect((await free('anna')).lanes).to.deep.equal({ 0: DEPOSIT_NANO - (ANNAS ?? 0n) });
    });

    for (const [how, end] of [
        ['the first slot', () => market.advance(FIRST_SLOT)],
        [
            'a rejection',
            () => {
                const rejection = commands.decide(market.who('reviewer'), TERMS, 'rejected');
                return market.do('reviewer', 'supervision', 'verdict:reject', rejection);
            },
        ],
    ] as const) {
        it(`comes back by a lapse after ${how}, once, though the market is halted and a party suspended`, async () => {
            await concludeSample();
            const reviewer = market.who('reviewer');
            const suspended = commands.qualify(reviewer, 'anna', { status: 'suspended', sequence: 2 });
            await market.do('reviewer', 'supervision', 'qualification:suspend', suspended);
            await market.do('reviewer', 'supervision', 'halt:set', commands.halt(reviewer, 'supervision'));
            await end();
            await market.do('stranger', 'exchange', 'agreement:lapse', ref(TERMS));
            expect((await free('solar')).credits).to.deep.equal({ [`lapse.${ID}`]: SOLARS });
            expect((await free('anna')).credits).to.deep.equal({ [`lapse.${ID}`]: ANNAS });
            const { writes } = await market.do('stranger', 'exchange', 'agreement:lapse', ref(TERMS));
            expect(writes).to.deep.equal([]);
            const again = await market.do('solar', 'exchange', CONCLUDE, commands.conclude(TERMS, market.people));
            expect(again.writes, 'a lapsed agreement is not concluded again').to.deep.equal([]);
        });
    }

    it('comes back when all parties cancel', async () => {
        await concludeSample();
        await market.do('stranger', 'exchange', 'agreement:cancel', commands.cancel(TERMS, FIRST_SLOT, market.people));
        expect((await free('anna')).credits).to.deep.equal({ [`cancel.${ID}`]: ANNAS });
        expect(await stateOf()).to.equal('lapsed');
    });

    it('makes two conclusions on one lane wait for each other, and none on two lanes, nor two fundings', async () => {
        const [first, second, third] = ['a1', 'a2', 'a3'].map((salt, index) =>
            sampleTerms({
                salt: salt.repeat(32),
                firstSlot: FIRST_SLOT + 96 * index,
                concludeBeforeSlot: FIRST_SLOT,
                parties: [
                    { participantId: 'solar', lane: index === 2 ? 1 : 0 },
                    { participantId: 'anna', lane: index === 2 ? 1 : 0 },
                ],
            }),
        );
        if (first === undefined || second === undefined || third === undefined) {
            throw new Error('three agreements');
        }
        await market.deposit('solar', DEPOSIT_NANO, 'pay-solar-b');
        await market.deposit('anna', DEPOSIT_NANO, 'pay-anna-b');
        const other = { solar: ['deposit.pay-solar-b'], anna: ['deposit.pay-anna-b'] };
        const endorsed = [
            await market.endorse('solar', 'exchange', CONCLUDE, commands.conclude(first, market.people, FOLDS)),
            await market.endorse('solar', 'exchange', CONCLUDE, commands.conclude(second, market.people, FOLDS)),
            await market.endorse('solar', 'exchange', CONCLUDE, commands.conclude(third, market.people, other)),
        ];
        expect(endorsed.map((each) => market.ledger.commit(each))).to.deep.equal([
            'VALID',
            'MVCC_READ_CONFLICT',
            'VALID',
        ]);
        await concludeSample(second);
        const funded = await Promise.all(
            [first, second].map((terms) =>
                market.endorse('stranger', 'exchange', 'agreement:fund', commands.fund(terms)),
            ),
        );
        expect(funded.map((each) => market.ledger.commit(each))).to.deep.equal(['VALID', 'VALID']);
    });
});

describe('exchange: agreement release', () => {
    beforeEach(open);
    const terminate = async (): Promise<void> => {
        const termination = commands.decide(market.who('reviewer'), TERMS, 'terminated');
        await market.do('reviewer', 'supervision', 'verdict:terminate', termination);
    };

    it('gives back the escrow of later slots after a termination', async () => {
        await concludeSample();
        await fundSample();
        await market.advance(FIRST_SLOT);
        await terminate();
        const { writes, event } = await market.do(
            'stranger',
            'exchange',
            'agreement:release',
            commands.release(TERMS, FIRST_SLOT + 1),
        );
        expect(writes.map((write) => write.key)).to.deep.equal([`credit/anna/release.${ID}`, `execution/${ID}`]);
        expect(event?.payload).to.equal(
            canonicalJson({ agreementId: ID, endSlot: FIRST_SLOT + 1, state: 'windingDown', version: 1 }),
        );
    });

    it('of an agreement that has not begun ends it at once', async () => {
        await concludeSample();
        await fundSample();
        await terminate();
        await market.do('anna', 'exchange', 'agreement:release', commands.release(TERMS, FIRST_SLOT));
        expect(await stateOf()).to.equal('terminated');
    });

    it('is refused without a termination, for a slot that has begun, that is not the next, or too early', async () => {
        const command = commands.release(TERMS, FIRST_SLOT + 1);
        await market.refused('AGREEMENT_MISSING', 'anna', 'exchange', 'agreement:release', command);
        await concludeSample();
        await terminate();
        const now = commands.release(TERMS, FIRST_SLOT);
        await market.refused('AGREEMENT_STATE', 'anna', 'exchange', 'agreement:release', now);
        market = await StubMarket.ready();
        await concludeSample();
        await fundSample();
        await market.refused('VERDICT_MISSING', 'anna', 'exchange', 'agreement:release', command);
        await terminate();
        await market.refused('SLOT_NOT_OVER', 'anna', 'exchange', 'agreement:release', command);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await market.refused('SLOT_BEGUN', 'anna', 'exchange', 'agreement:release', command);
    });

    it('of what was rejected is a lapse', async () => {
        await concludeSample();
        const rejection = commands.decide(market.who('reviewer'), TERMS, 'rejected');
        await market.do('reviewer', 'supervision', 'verdict:reject', rejection);
        await market.do('stranger', 'exchange', 'agreement:lapse', ref(TERMS));
        expect(await stateOf()).to.equal('lapsed');
        await market.refused(
            'AGREEMENT_MISSING',
            'anna',
            'exchange',
            'agreement:lapse',
            ref(sampleTerms({ salt: '01'.repeat(32) })),
        );
    });
});
