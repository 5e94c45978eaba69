import type { Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { counted } from '../support/counted.js';
import * as commands from '../support/market-commands.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { SigningKey, twinOf } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

/** Slots after the first that are over. */
const SLOTS_OVER = 40;
/** Slots at whose ends the meter was read; two between them got lost. */
const READ = [0, 1, 2, 3, 6, 7, 8, 9];
const LAST = 9;
const WH_PER_SLOT = 10n;
type Attempt = Readonly<{ what: string; isGood: boolean; signed: SignedReading }>;

describe('property: readings', () => {
    let market: StubMarket;
    let meter: SigningKey;
    const stranger = new SigningKey();

    before(async () => {
        market = await StubMarket.ready();
        await market.advance(FIRST_SLOT, FIRST_SLOT + SLOTS_OVER);
        meter = market.meters.get('anna-point') ?? stranger;
        await submit(market, ...READ.map((n) => sign(honest(n))));
    });

    const submit = (at: StubMarket, ...readings: readonly SignedReading[]) =>
        at.endorse('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings)).then((answer) => {
            if (answer.writes.length > 0) {
                expect(at.ledger.commit(answer)).to.equal('VALID');
            }
            return answer;
        });
    const sign = (reading: Reading, key = meter): SignedReading => commands.signReading(key, reading);

    /** What the meter shows at the end of the nth slot. */
    const honest = (n: number, changes: Partial<Reading> = {}): Reading => ({
        ...commands.readingOf('anna-point', FIRST_SLOT + n, WH_PER_SLOT * BigInt(n + 1), 0n),
        sequence: n + 1,
        ...changes,
    });
    const known = fc.constantFrom(...READ);
    const lost = fc.constantFrom(4, 5);
    const next = fc.integer({ min: LAST + 1, max: SLOTS_OVER - 1 });
    const some = fc.oneof(known, lost, next);
    const flip = ({ reading, signature }: SignedReading, digit: number, by: number): SignedReading => {
        const flipped = (parseInt(signature[digit] ?? '0', 16) ^ by).toString(16);
        return { reading, signature: signature.slice(0, digit) + flipped + signature.slice(digit + 1) };
    };
    const bad = (what: string, signed: fc.Arbitrary<SignedReading>): fc.Arbitrary<Attempt> =>
        signed.map((each) => ({ what, isGood: false, signed: each }));
    const good = (what: string, signed: fc.Arbitrary<SignedReading>): fc.Arbitrary<Attempt> =>
        signed.map((each) => ({ what, isGood: true, signed: each }));
    const wh = fc.bigInt({ min: 1n, max: 1_000_000n });

    /** What a meter, its owner or a thief could bring. */
    const attempts = (): fc.Arbitrary<Attempt> =>
        fc.oneof(
            good(
                'the next one, some before it lost',
                next.map((n) => sign(honest(n))),
            ),
            good(
                'one that was lost',
                lost.map((n) => sign(honest(n))),
            ),
            bad(
                'replayed under another slot',
                fc.tuple(known, next).map(([n, slot]) => ({ ...sign(honest(n)), reading: honest(slot) })),
            ),
            bad(
                'forged by another key',
                some
                    .map((n) => sign(honest(n), stranger))
                    .filter(({ reading }) => !READ.includes(reading.sequence - 1)),
            ),
            bad(
                'altered after it was signed',
                fc.tuple(next, wh).map(([n, more]) => {
                    const { reading, signature } = sign(honest(n));
                    return { reading: { ...reading, importWh: energyWh(reading.importWh + more) }, signature };
                }),
            ),
            bad(
                'with a flipped digit',
                fc
                    .tuple(next, fc.integer({ min: 0, max: 127 }), fc.integer({ min: 1, max: 15 }))
                    .map(([n, digit, by]) => flip(sign(honest(n)), digit, by)),
            ),
            bad(
                'in the other form of the signature',
                next.map((n) => sign(honest(n))).map((each) => ({ ...each, signature: twinOf(each.signature) })),
            ),
            bad(
                'reordered: a number that was used',
                fc
                    .tuple(next, fc.integer({ min: 0, max: LAST + 1 }))
                    .map(([n, sequence]) => sign(honest(n, { sequence }))),
            ),
            bad(
                'backdated: for a slot that was read',
                fc.tuple(known, next).map(([n, sequence]) => sign(honest(n, { sequence: sequence + 1 }))),
            ),
            bad(
                'late with registers that do not fit',
                fc.tuple(lost, wh).map(([n, more]) => sign(honest(n, { importWh: energyWh(70n + more) }))),
            ),
            bad(
                'rolled over',
                fc
                    .tuple(next, fc.bigInt({ min: 0n, max: WH_PER_SLOT * 10n - 1n }))
                    .map(([n, importWh]) => sign(honest(n, { importWh: energyWh(importWh) }))),
            ),
            bad(
                'of a meter that is not there',
                next.map((n) => sign(honest(n, { meterId: 'meter-of-a-thief' }))),
            ),
            bad(
                'by a cloned key at another point',
                next.map((n) => sign(honest(n, { pointId: 'bert-point', meterId: 'bert-meter' }))),
            ),
            bad(
                'of a slot that is not over',
                fc.integer({ min: SLOTS_OVER, max: 2 * SLOTS_OVER }).map((n) => sign(honest(n))),
            ),
        );

    it('stand if and only if the meter signed them in their order', async () => {
        const taken = new Set<string>();
        const tried = { good: 0, bad: 0 };
        const property = fc.asyncProperty(attempts(), async ({ what, isGood, signed }) => {
            const { status, message, writes } = await submit(market.copy(), signed);
            expect(status === 200, `${what}: ${message}`).to.equal(isGood);
            expect(writes.length > 0, what).to.equal(isGood);
            taken.add(what);
            tried[isGood ? 'good' : 'bad'] += 1;
        });
        await holds(property, { runs: 1_000, seconds: 60 });
        expect(taken.size, 'every kind of attempt was made').to.equal(14);
        counted(tried.bad, 'bad readings, none of them accepted');
        counted(tried.good, 'good readings, none of them refused');
    });

    it('change nothing when they are brought again, whoever does', async () => {
        const property = fc.asyncProperty(known, async (n) => {
            const { status, writes, event } = await submit(market, sign(honest(n)));
            expect([status, writes, event]).to.deep.equal([200, [], null]);
        });
        await holds(property, { runs: 50, seconds: 20 });
    });
});
