import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { kindOfSuccession, type SourceStatement } from '@commonwatt/chaincode/domain/source';
import type { DeliveryStatement } from '@commonwatt/chaincode/domain/statement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { settleCodec } from '@commonwatt/chaincode/wire/settlement';
import { sourceCodec, sourceHashOf } from '@commonwatt/chaincode/wire/source';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import {
    registerSource,
    reviewFact,
    signSource,
    stateDelivery,
    submitStatements,
} from '../support/metering-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

const WITH_COAL: Rules = { ...RULES, carriers: { ...RULES.carriers, coal: ELECTRICITY_RULES } };
const [R1] = RULES.reconciliationAfterSlots;
const MINE = { ...commands.pointOf('retail', 'coal'), pointId: 'mine' };
const YARD = { ...commands.pointOf('plant', 'coal'), pointId: 'yard' };

/** A lot of 1 000 kWh in one slot, delivered as the weighbridge says. */
function lot(changes: Partial<Terms> = {}): Terms {
    return sampleTerms({
        proposerId: 'retail',
        parties: ['retail', 'plant'].map((participantId) => ({ participantId, lane: 0 })),
        legs: [
            sampleLeg({
                carrier: 'coal',
                sellerId: 'retail',
                sellerPoint: 'mine',
                buyerId: 'plant',
                buyerPoint: 'yard',
                energyWh: [energyWh(1_000_000n)],
                priceMicroPerKwh: [priceMicroPerKwh(12_000n)],
            }),
        ],
        slotCount: 1,
        takeOrPay: false,
        toleranceBp: 0,
        verification: { sourceId: 'weighbridge' },
        ...changes,
    });
}

describe('exchange: a lot of coal', () => {
    const source = new SigningKey();
    let market: StubMarket;
    const people = (): StubMarket['people'] => ({ ...market.people, plant: market.who('bert') });

    beforeEach(async () => {
        const supplier = { ...CHARTER.participants, community: ['plant', 'consumer'] } as const;
        market = await StubMarket.established({ ...CHARTER, participants: supplier }, WITH_COAL);
        for (const [member, name, kind] of [
            ['retail', 'retail', 'energySeller'],
            ['bert', 'plant', 'plant'],
        ] as const) {
            await market.do(member, 'exchange', 'participant:apply', commands.apply(market.who(member), name, kind));
            const permits = ['coal', 'electricity'].map((carrier) => ({
                carrier: carrier as 'coal',
                buy: true,
                sell: true,
            }));
            const qualification = commands.qualify(market.who('reviewer'), name, { permits });
            await market.do('reviewer', 'supervision', 'qualification:grant', qualification);
            await market.deposit(name, 2n * DEPOSIT_NANO);
        }
        for (const point of [MINE, YARD]) {
            await market.do(
                'metering',
                'exchange',
                'meter:register',
                commands.registerMeter(point, null, owner(point)),
            );
        }
        await register();
    });

    const owner = ({ participantId }: Readonly<{ participantId: string }>): commands.Owners => ({
        [participantId]: people()[participantId]?.key ?? new SigningKey(),
    });
    const register = (clients: SourceStatement['clients'] = 'anyone'): Promise<unknown> =>
        market.do('metering', 'exchange', 'source:register', registerSource('weighbridge', source, clients));
    /** The weighbridge's next version, by the keys that sign it. */
    const renewal = (
        version: number,
        keys: Parameters<typeof signSource>[1],
        publicKey = keys.own?.publicKey,
    ): string =>
        signSource({ sourceId: 'weighbridge', version, publicKey: publicKey ?? null, clients: 'anyone' }, keys);
    const renew = (command: string): Promise<unknown> => market.do('stranger', 'exchange', 'source:renew', command);
    const notRenewed = (code: ErrorCode, command: string): Promise<unknown> =>
        market.refused(code, 'stranger', 'exchange', 'source:renew', command);
    /** What the regulator says of a version that the key in force has not signed. */
    const confirmVersion = (command: string, fromSlot: number | null): Promise<unknown> => {
        const { statement } = sourceCodec.decode(command);
        const kind = kindOfSuccession(statement);
        const fact = { kind, subjectId: statement.sourceId, factHash: sourceHashOf(statement), fromSlot };
        const review = reviewFact(market.who('reviewer'), { ...fact, finding: 'confirmed' });
        return market.do('reviewer', 'supervision', 'fact:confirm', review);
    };
    const refused = (
        code: ErrorCode,
        verb: 'agreement:conclude' | 'statement:submit' | 'settlement:run',
        command: string,
    ): Promise<unknown> => market.refused(code, 'stranger', 'exchange', verb, command);
    const conclude = async (terms: Terms): Promise<void> => {
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, people()));
        await market.do(
            'reviewer',
            'supervision',
            'verdict:approve',
            commands.decide(market.who('reviewer'), terms, 'approved'),
        );
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, null));
    };
    const receipt = (deliveredWh: bigint, changes: Partial<DeliveryStatement> = {}, key = source): string =>
        submitStatements(
            stateDelivery(key, {
                sourceId: 'weighbridge',
                agreementId: agreementIdOf(lot()),
                leg: 0,
                slot: FIRST_SLOT,
                deliveredWh: energyWh(deliveredWh),
                ...changes,
            }),
        );
    const submit = (command: string): Promise<unknown> =>
        market.do('stranger', 'exchange', 'statement:submit', command);
    const RUN = settleCodec.encode({ carrier: 'coal', slot: FIRST_SLOT });
    const settled = async (carrier: Carrier = 'coal'): Promise<Settlement> => {
        await market.do('stranger', 'exchange', 'settlement:run', settleCodec.encode({ carrier, slot: FIRST_SLOT }));
        return market.settlement(FIRST_SLOT, carrier, 0);
    };

    it('is delivered by what the weighbridge states: paid, the rest owed for, no imbalance', async () => {
        await conclude(lot());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await refused('STATEMENT_MISSING', 'settlement:run', RUN);
        await submit(receipt(930_000n));
        const { legs, points, postings } = await settled();
        expect(legs[0]).to.deep.include({
            agreedWh: 1_000_000n,
            shortWh: 70_000n,
            untakenWh: 0n,
            deliveredWh: 930_000n,
            paymentNano: 11_160_000_000n,
        });
        expect(points.map((point) => [point.pointId, point.meteredWh, point.imbalanceWh])).to.deep.equal([
            ['mine', 930_000n, 0n],
            ['yard', -930_000n, 0n],
        ]);
        const owed = postings.filter(({ kind, account }) => kind === 'default' && account === 'free/plant');
        expect(owed.map(({ amountNano: nano }) => nano)).to.deep.equal([1_000_000_000n]);
        const [statement] = (
            (await market.ask(
                'exchange',
                'statement:list',
                canonicalJson({ agreementId: agreementIdOf(lot()), bookmark: '', pageSize: 5 }),
            )) as { items: unknown[] }
        ).items;
        expect(statement).to.have.nested.property('statement.deliveredWh', '930000');
    });

    it('is paid for no more than was agreed', async () => {
        await conclude(lot());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await submit(receipt(1_200_000n));
        expect((await settled()).legs[0]).to.deep.include({
            shortWh: 0n,
            deliveredWh: 1_000_000n,
            paymentNano: 12_000_000_000n,
        });
    });

    it('counts as not delivered without a receipt at the deadline, until a correction knows one', async () => {
        const late = lot({ defaultCapNano: amountNano(2_000_000_000n) });
        await conclude(late);
        await market.advance(FIRST_SLOT, FIRST_SLOT + 3);
        expect((await settled()).legs[0]).to.deep.include({ shortWh: 1_000_000n, deliveredWh: 0n });
        await submit(receipt(990_000n, { agreementId: agreementIdOf(late) }));
        await market.advance(FIRST_SLOT + 4, FIRST_SLOT + 1 + R1);
        const corrected = await market.reconcile(FIRST_SLOT, 1, 'coal');
        expect(corrected.legs[0]).to.deep.include({ shortWh: 10_000n, deliveredWh: 990_000n });
        // 990 kWh are paid for, and of the default amount, cut off at the cap, all but 10 kWh's comes back.
        expect(corrected.postings.map(({ kind, account, amountNano: nano }) => [kind, account, nano])).to.deep.equal([
            ['energy', 'cover/plant/coal', -11_880_000_000n],
            ['energy', 'cover/retail/coal', 11_880_000_000n],
            ['default', 'cover/plant/coal', -1_000_000_000n],
            ['default', 'cover/retail/coal', 1_000_000_000n],
        ]);
    });

    it('comes to the same in every correction while nothing else is stated', async () => {
        await conclude(lot());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await submit(receipt(930_000n));
        const { legs, points } = await settled();
        await market.advance(FIRST_SLOT + 2, FIRST_SLOT + 1 + R1);
        const corrected = await market.reconcile(FIRST_SLOT, 1, 'coal');
        expect(corrected.postings).to.deep.equal([]);
        expect([corrected.legs, corrected.points]).to.deep.equal([legs, points]);
    });

    it('is stated once by the source that the parties named, after the slot, about what they agreed', async () => {
        await conclude(lot());
        await refused('SLOT_NOT_OVER', 'statement:submit', receipt(5n));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 2);
        await refused('SIGNATURE_INVALID', 'statement:submit', receipt(5n, {}, new SigningKey()));
        await refused('SOURCE_MISSING', 'statement:submit', receipt(5n, { sourceId: 'oracle' }));
        await refused('AGREEMENT_MISSING', 'statement:submit', receipt(5n, { agreementId: 'ab'.repeat(32) }));
        await refused('STATEMENT_INVALID', 'statement:submit', receipt(5n, { leg: 1 }));
        await refused('STATEMENT_INVALID', 'statement:submit', receipt(5n, { slot: FIRST_SLOT + 1 }));
        const oracle = new SigningKey();
        await market.do('metering', 'exchange', 'source:register', registerSource('oracle', oracle));
        await refused('STATEMENT_INVALID', 'statement:submit', receipt(5n, { sourceId: 'oracle' }, oracle));
        await submit(receipt(5n));
        const again = await market.endorse('stranger', 'exchange', 'statement:submit', receipt(5n));
        expect([again.message, again.writes]).to.deep.equal(['', []]);
        await refused('STATEMENT_CONFLICT', 'statement:submit', receipt(6n));
        await refused('STATEMENT_CONFLICT', 'statement:submit', receipt(6n, { version: 3 }));
    });

    it('is put right by the next version of its statement, in the next correction', async () => {
        await conclude(lot());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await submit(receipt(930_000n));
        expect((await settled()).legs[0]).to.include({ deliveredWh: 930_000n });
        await submit(receipt(990_000n, { version: 2 }));
        const earlier = await market.endorse('stranger', 'exchange', 'statement:submit', receipt(930_000n));
        expect([earlier.message, earlier.writes], 'the first version comes back to nothing').to.deep.equal(['', []]);
        await refused('SIGNATURE_INVALID', 'statement:submit', receipt(1n, { version: 3 }, new SigningKey()));
        await market.advance(FIRST_SLOT + 2, FIRST_SLOT + 1 + R1);
        const corrected = await market.reconcile(FIRST_SLOT, 1, 'coal');
        expect(corrected.legs[0]).to.deep.include({ shortWh: 10_000n, deliveredWh: 990_000n });
    });

    it('attack: strangers name a source as their witness', async () => {
        const alone = new SigningKey();
        const named = lot({ verification: { sourceId: 'laboratory' } });
        for (const [version, clients] of [
            [1, []],
            [2, ['retail', 'solar']],
        ] as const) {
            const statement = { sourceId: 'laboratory', version, publicKey: alone.publicKey, clients };
            const command = signSource(statement, { own: alone, old: version === 1 ? null : alone });
            const verb = version === 1 ? 'source:register' : 'source:renew';
            await market.do('metering', 'exchange', verb, command);
            await refused('SOURCE_OF_OTHERS', 'agreement:conclude', commands.conclude(named, people()));
        }
        const both = { sourceId: 'laboratory', version: 3, publicKey: alone.publicKey, clients: ['retail', 'plant'] };
        await renew(signSource(both, { own: alone, old: alone }));
        await conclude(named);
        await renew(signSource({ ...both, version: 4, publicKey: null }, { old: alone }));
        const another = commands.conclude({ ...named, salt: '02'.repeat(32) }, people());
        await refused('SOURCE_REVOKED', 'agreement:conclude', another);
    });

    it('attack: an officer registers a key in the name of a source that has not signed', async () => {
        const own = market.who('metering').key;
        const statement = { sourceId: 'oracle', version: 1, publicKey: source.publicKey, clients: 'anyone' } as const;
        const refusedAs = (code: ErrorCode, command: string): Promise<unknown> =>
            market.refused(code, 'metering', 'exchange', 'source:register', command);
        await refusedAs('SIGNATURE_INVALID', signSource(statement, { own }));
        await refusedAs('SOURCE_INVALID', signSource(statement, {}));
        await refusedAs('SOURCE_INVALID', signSource({ ...statement, version: 2 }, { own: source }));
        await refusedAs('SOURCE_INVALID', signSource(statement, { own: source, old: own }));
        await refusedAs('SOURCE_INVALID', signSource({ ...statement, publicKey: null }, {}));
        // Nor does it put another key, or other clients, in the place of the registered ones.
        await notRenewed('SIGNATURE_INVALID', renewal(2, { own, old: own }));
        await notRenewed('FACT_NOT_CONFIRMED', renewal(2, { own }));
        await notRenewed('FACT_NOT_CONFIRMED', renewal(2, {}));
        const taken = registerSource('weighbridge', own);
        await refusedAs('SOURCE_CONFLICT', taken);
    });

    it('hands its key on, and the one before is heard no more', async () => {
        const next = new SigningKey();
        await conclude(lot());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        const command = renewal(2, { old: source, own: next });
        await notRenewed('SIGNATURE_INVALID', renewal(2, { old: source, own: source }, next.publicKey));
        await notRenewed('SOURCE_INVALID', renewal(2, { old: source }, next.publicKey));
        await notRenewed('SOURCE_CONFLICT', renewal(3, { old: source, own: next }));
        await renew(command);
        const again = await market.endorse('stranger', 'exchange', 'source:renew', command);
        expect([again.message, again.writes]).to.deep.equal(['', []]);
        await refused('SIGNATURE_INVALID', 'statement:submit', receipt(5n));
        await notRenewed('SIGNATURE_INVALID', renewal(3, { old: source, own: source }));
        await submit(receipt(930_000n, {}, next));
        expect((await settled()).legs[0]).to.include({ deliveredWh: 930_000n });
    });

    it('attack: the source’s key is stolen: its owner, or the regulator, ends it, and what it said is put right', async () => {
        await conclude(lot());
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await submit(receipt(1n));
        const byRegulator = market.copy();
        // The thief was quicker than the owner with a key of its own.
        const thief = new SigningKey();
        await byRegulator.do('stranger', 'exchange', 'source:renew', renewal(2, { old: source, own: thief }));
        for (const [at, version, ended] of [
            [market, 2, renewal(2, { old: source })],
            [byRegulator, 3, renewal(3, {})],
        ] as const) {
            market = at;
            if (version === 3) {
                await confirmVersion(ended, null);
            }
            await renew(ended);
            await refused('SOURCE_REVOKED', 'statement:submit', receipt(2n, { version: 2 }));
            await refused('SOURCE_REVOKED', 'statement:submit', receipt(2n, { version: 2 }, thief));
            // A new key of the owner counts once the regulator has given a day's notice of it.
            const fresh = new SigningKey();
            const succession = renewal(version + 1, { own: fresh });
            await notRenewed('SOURCE_REVOKED', renewal(version + 1, { own: fresh, old: thief }));
            await notRenewed('FACT_NOT_CONFIRMED', succession);
            const from = FIRST_SLOT + 2 + 96;
            await confirmVersion(succession, from);
            await notRenewed('SLOT_NOT_OVER', succession);
            await market.advance(FIRST_SLOT + 2, from - 1);
            await market.advance(from);
            await renew(succession);
            await submit(receipt(930_000n, { version: 2 }, fresh));
            await market.do('stranger', 'exchange', 'settlement:run', RUN);
            expect((await market.settlement(FIRST_SLOT, 'coal', 0)).legs[0]).to.include({ deliveredWh: 930_000n });
        }
    });

    it('has a registered source, and no meter', async () => {
        const conclusion = (changes: Partial<Terms>): string => commands.conclude(lot(changes), people());
        await refused('SOURCE_MISSING', 'agreement:conclude', conclusion({ verification: { sourceId: 'oracle' } }));
        await refused('TERMS_INVALID', 'agreement:conclude', conclusion({ verification: 'meters' }));
        const metered = commands.registerMeter({ ...YARD, pointId: 'yard-2' }, new SigningKey(), owner(YARD));
        await market.refused('INPUT_INVALID', 'metering', 'exchange', 'meter:register', metered);
        const other = registerSource('weighbridge', new SigningKey());
        await market.refused('SOURCE_CONFLICT', 'metering', 'exchange', 'source:register', other);
        const second = registerSource('second', source);
        await market.refused('CALLER_NOT_SEATED', 'bert', 'exchange', 'source:register', second);
        const shown = await market.ask('exchange', 'source:show', canonicalJson({ sourceId: 'weighbridge' }));
        expect(shown).to.have.deep.property('statement', {
            sourceId: 'weighbridge',
            version: 1,
            publicKey: source.publicKey,
            clients: 'anyone',
        });
    });

    it('leaves to the meter of a point what no source states', async () => {
        const meters = { retail: new SigningKey(), plant: new SigningKey() };
        for (const [name, key] of Object.entries(meters)) {
            market.meters.set(`${name}-point`, key);
            await market.do(
                'metering',
                'exchange',
                'meter:register',
                commands.registerMeter(commands.pointOf(name), key, owner({ participantId: name })),
            );
        }
        const leg = (energy: bigint): Terms['legs'][number] =>
            sampleLeg({
                sellerId: 'retail',
                sellerPoint: 'retail-point',
                buyerId: 'plant',
                buyerPoint: 'plant-point',
                energyWh: [energyWh(energy)],
                priceMicroPerKwh: [priceMicroPerKwh(200_000n)],
            });
        const stated = lot({ legs: [leg(300n)] });
        const byMeters = lot({ legs: [leg(200n)], verification: 'meters' });
        await conclude(stated);
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(byMeters, people()));
        await market.do(
            'reviewer',
            'supervision',
            'verdict:approve',
            commands.decide(market.who('reviewer'), byMeters, 'approved'),
        );
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(byMeters, null));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
        await submit(receipt(250n, { agreementId: agreementIdOf(stated) }));
        const readings = commands.submitReadings(
            market.reading('retail-point', FIRST_SLOT, 0n, 400n),
            market.reading('plant-point', FIRST_SLOT, 440n, 0n),
        );
        await market.do('stranger', 'exchange', 'reading:submit', readings);
        const { legs, points } = await settled('electricity');
        const delivered = Object.fromEntries(legs.map((each) => [each.agreementId, each.deliveredWh]));
        // Of 400 given 250 are stated: 150 are left for the 200 that the meter verifies; of 440 taken 190 are left.
        expect(delivered).to.deep.equal({ [agreementIdOf(stated)]: 250n, [agreementIdOf(byMeters)]: 150n });
        expect(points.map((point) => point.imbalanceWh)).to.deep.equal([-40n, 0n]);
    });
});
