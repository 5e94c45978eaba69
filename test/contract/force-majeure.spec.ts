import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { DECLARATIONS_MAX } from '@commonwatt/chaincode/domain/force-majeure';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { participantCodec } from '@commonwatt/chaincode/wire/participant';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { declareForceMajeure, reviewFact, reviewForceMajeure, stormOf } from '../support/metering-commands.js';
import { forceMajeureHashOf } from '@commonwatt/chaincode/wire/force-majeure';
import { FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const [R1] = RULES.reconciliationAfterSlots;

/** Solar sells 100 Wh to Anna in two slots, and owes for what it does not deliver. */
const agreed = (changes: Partial<Terms> = {}): Terms =>
    sampleTerms({
        legs: [
            sampleLeg({
                energyWh: [100n, 100n].map(energyWh),
                priceMicroPerKwh: [200_000n, 200_000n].map(priceMicroPerKwh),
            }),
        ],
        toleranceBp: 0,
        exemptions: ['forceMajeure'],
        ...changes,
    });

describe('exchange: force majeure', () => {
    let market: StubMarket;
    beforeEach(async () => {
        market = await StubMarket.ready();
    });

    const fund = async (terms: Terms): Promise<void> => {
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));
    };
    const declare = (changes: Parameters<typeof declareForceMajeure>[1] = {}): Promise<unknown> =>
        market.do(
            'dispatcher',
            'exchange',
            'force-majeure:declare',
            declareForceMajeure(market.who('dispatcher'), changes),
        );
    const review = (
        changes: Parameters<typeof reviewForceMajeure>[1] = {},
        finding: 'confirmed' | 'rejected' = 'confirmed',
    ): Promise<unknown> =>
        market.do(
            'reviewer',
            'supervision',
            finding === 'confirmed' ? 'fact:confirm' : 'fact:reject',
            reviewForceMajeure(market.who('reviewer'), changes, finding),
        );
    const strike = async (changes: Parameters<typeof declareForceMajeure>[1] = {}): Promise<void> => {
        await declare(changes);
        await review(changes);
    };
    /** Default money in a slot in which solar delivers this and Anna takes that. */
    const defaultsIn = async (n: number, given: bigint, taken: bigint): Promise<unknown> => {
        const slot = FIRST_SLOT + n;
        const readings = commands.submitReadings(
            market.reading('solar-point', slot, 0n, given),
            market.reading('anna-point', slot, taken, 0n),
            market.reading('bert-point', slot, 0n, 0n),
        );
        await market.do('stranger', 'exchange', 'reading:submit', readings);
        await market.settle(slot);
        const { legs } = await market.settlement(slot, 'electricity', 0);
        return legs[0]?.defaults.map(({ liableId, drawnNano }) => [liableId, drawnNano]);
    };

    it('exempts who was struck at its own point, in those slots', async () => {
        await fund(agreed());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await strike();
        expect(await defaultsIn(0, 40n, 40n)).to.deep.equal([]);
        expect(await defaultsIn(1, 80n, 80n)).to.deep.equal([['solar', 6_000_000n]]);
    });

    it('attack: a dispatcher strikes the point of a friend, who then owes nothing', async () => {
        await fund(agreed());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        const both = { untilSlot: FIRST_SLOT + 2 };
        await declare(both);
        expect(await defaultsIn(0, 40n, 40n), 'nobody has confirmed it').to.deep.equal([['solar', 6_000_000n]]);
        // A confirmation of the same hash in the name of something else, and a rejection, are no better.
        const other = market.copy();
        const fact = { kind: 'forceMajeure', factHash: forceMajeureHashOf(stormOf(both)), fromSlot: null } as const;
        const astray = reviewFact(other.who('reviewer'), { ...fact, subjectId: 'storm-8', finding: 'confirmed' });
        await other.do('reviewer', 'supervision', 'fact:confirm', astray);
        await review(both, 'rejected');
        await market.refused(
            'FACT_REVIEWED',
            'reviewer',
            'supervision',
            'fact:confirm',
            reviewForceMajeure(market.who('reviewer'), both),
        );
        const rejected = market;
        for (market of [other, rejected]) {
            expect(await defaultsIn(1, 80n, 80n)).to.deep.equal([['solar', 6_000_000n]]);
            await market.advance(FIRST_SLOT + 3, FIRST_SLOT + 1 + R1);
            expect((await market.reconcile(FIRST_SLOT, 1)).postings).to.deep.equal([]);
        }
    });

    it('attack: a dispatcher confirms its own declaration, or gives it another content afterwards', async () => {
        const own = reviewForceMajeure(market.who('dispatcher'));
        await market.refused('CALLER_NOT_SEATED', 'dispatcher', 'supervision', 'fact:confirm', own);
        await market.refused('SIGNATURE_INVALID', 'reviewer', 'supervision', 'fact:confirm', own);
        await fund(agreed());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        // The regulator has confirmed a storm of a slot; what is declared under its name is a storm of two.
        await review();
        await declare({ untilSlot: FIRST_SLOT + 2 });
        expect(await defaultsIn(0, 40n, 40n)).to.deep.equal([['solar', 6_000_000n]]);
    });

    it('attack: a slot is buried under declarations, so that no run of it could ask about all', async () => {
        const dispatcher = market.who('dispatcher');
        for (let count = 0; count < DECLARATIONS_MAX; count += 1) {
            await declare({ declarationId: `storm-${String(count)}`, pointIds: ['bert-point'] });
        }
        const more = declareForceMajeure(dispatcher, { declarationId: 'one-more' });
        await market.refused('FORCE_MAJEURE_INVALID', 'dispatcher', 'exchange', 'force-majeure:declare', more);
        await fund(agreed());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        expect(await defaultsIn(0, 40n, 40n)).to.deep.equal([['solar', 6_000_000n]]);
    });

    it('exempts the same in a correction, and from then on what is declared after the slot is settled', async () => {
        await fund(agreed());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await strike();
        await defaultsIn(0, 40n, 40n);
        expect(await defaultsIn(1, 80n, 80n)).to.deep.equal([['solar', 6_000_000n]]);
        await market.advance(FIRST_SLOT + 3, FIRST_SLOT + 2 + R1);
        const before = await market.settlement(FIRST_SLOT, 'electricity', 0);
        const same = await market.reconcile(FIRST_SLOT, 1);
        expect([same.postings, same.legs, same.points]).to.deep.equal([[], before.legs, before.points]);
        await strike({ declarationId: 'storm-8', fromSlot: FIRST_SLOT + 1, untilSlot: FIRST_SLOT + 2 });
        const spared = await market.reconcile(FIRST_SLOT + 1, 1);
        expect(spared.postings.map(({ kind, account, amountNano }) => [kind, account, amountNano])).to.deep.equal([
            ['default', 'cover/anna/electricity', -6_000_000n],
            ['default', 'cover/solar/electricity', 6_000_000n],
        ]);
        expect(spared.legs[0]?.defaults).to.deep.equal([]);
    });

    it('does not exempt the other party, nor who did not agree on it', async () => {
        await fund(agreed({ takeOrPay: false }));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await strike({ untilSlot: FIRST_SLOT + 2 });
        expect(await defaultsIn(0, 100n, 70n)).to.deep.equal([['anna', 3_000_000n]]);
        market = await StubMarket.ready();
        await fund(agreed({ exemptions: ['halt'] }));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await strike();
        expect(await defaultsIn(0, 40n, 40n)).to.deep.equal([['solar', 6_000_000n]]);
    });

    it('does not exempt who belongs to the declaring side, or works for its profit', async () => {
        for (const own of [{ mspId: 'OperatorMSP' }, { beneficialOwnerMspId: 'OperatorMSP' }]) {
            market = await StubMarket.ready();
            const solar = participantCodec.decode(market.stored('participant/solar'));
            const changed = { ...solar, ...own };
            await market.overwrite('participant/solar', participantCodec.encode(changed));
            const person = { ...commands.personOf(market.who('solar')), mspId: changed.mspId };
            const again = commands.qualify(market.who('reviewer'), 'solar', { sequence: 2, person });
            await market.do('reviewer', 'supervision', 'qualification:grant', again);
            await fund(agreed());
            await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
            await strike();
            expect(await defaultsIn(0, 40n, 40n), Object.keys(own)[0]).to.deep.equal([['solar', 6_000_000n]]);
        }
    });

    it('may be declared of slots to come, several times, and is shown with its evidence', async () => {
        await fund(agreed());
        await strike({ pointIds: ['bert-point'], untilSlot: FIRST_SLOT + 2 });
        await strike({
            declarationId: 'storm-8',
            pointIds: ['anna-point', 'solar-point'],
            fromSlot: FIRST_SLOT + 1,
            untilSlot: FIRST_SLOT + 2,
        });
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        expect(await defaultsIn(0, 40n, 40n)).to.deep.equal([['solar', 6_000_000n]]);
        expect(await defaultsIn(1, 80n, 80n)).to.deep.equal([]);
        const shown = await market.ask('exchange', 'force-majeure:show', canonicalJson({ declarationId: 'storm-8' }));
        expect(shown).to.have.nested.property('statement.evidenceHash', 'ee'.repeat(32));
        const page = await market.ask('exchange', 'force-majeure:list', canonicalJson({ bookmark: '', pageSize: 9 }));
        expect(page).to.have.nested.property('items.length', 2);
    });

    it('is declared by the dispatcher, once under its id, of points of the carrier', async () => {
        const dispatcher = market.who('dispatcher');
        const command = declareForceMajeure(dispatcher);
        await market.refused('CALLER_NOT_SEATED', 'metering', 'exchange', 'force-majeure:declare', command);
        const forged = declareForceMajeure(market.who('solar'));
        await market.refused('SIGNATURE_INVALID', 'dispatcher', 'exchange', 'force-majeure:declare', forged);
        for (const [code, changes] of [
            ['METER_MISSING', { pointIds: ['nowhere'] }],
            ['FORCE_MAJEURE_INVALID', { carrier: 'heat' }],
            ['FORCE_MAJEURE_INVALID', { untilSlot: FIRST_SLOT }],
            ['FORCE_MAJEURE_INVALID', { untilSlot: FIRST_SLOT + 97 }],
        ] as const) {
            const wrong = declareForceMajeure(dispatcher, changes);
            await market.refused(code, 'dispatcher', 'exchange', 'force-majeure:declare', wrong);
        }
        await declare();
        const again = await market.endorse(
            'dispatcher',
            'exchange',
            'force-majeure:declare',
            declareForceMajeure(dispatcher),
        );
        expect([again.message, again.writes]).to.deep.equal(['', []]);
        const other = declareForceMajeure(dispatcher, { reasonCode: 'flood' });
        await market.refused('FORCE_MAJEURE_CONFLICT', 'dispatcher', 'exchange', 'force-majeure:declare', other);
        const unknown = canonicalJson({ declarationId: 'storm-9' });
        await market.refused('FORCE_MAJEURE_MISSING', 'anna', 'exchange', 'force-majeure:show', unknown);
    });
});
