import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { ALLOWANCES } from '@commonwatt/chaincode/domain/allowance';
import { PLACES_MAX } from '@commonwatt/chaincode/domain/offer';
import { BLOCK_SLOTS } from '@commonwatt/chaincode/domain/trades-between';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { allowanceCodec } from '@commonwatt/chaincode/wire/allowance';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { expect } from 'chai';
import { following } from '../support/amended.js';
import { fillLanes, requestPayout } from '../support/instructions.js';
import { leftBy } from '../support/left-behind.js';
import * as commands from '../support/market-commands.js';
import { negotiableTerms, OfferMoves } from '../support/offer-commands.js';
import { CHARTER, FIRST_SLOT, RULES, sampleLeg } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const KIB = 1024;
/** What a purpose leaves in all its parts. */
const ofDay = (...purposes: readonly (keyof typeof ALLOWANCES)[]): number =>
    purposes.reduce((sum, purpose) => sum + ALLOWANCES[purpose].parts * ALLOWANCES[purpose].perDayBytes, 0);

let market: StubMarket;
beforeEach(async () => {
    const carriers = Object.fromEntries(
        Object.entries(RULES.carriers).map(([carrier, rules]) => [
            carrier,
            { ...rules, slotEnergyMaxWh: energyWh(10n ** 15n) },
        ]),
    );
    market = await StubMarket.ready(CHARTER, { ...RULES, carriers });
});

/** Sends everything and sums what it leaves; all that is refused is refused because the day is used up. */
async function flood(
    name: string,
    verb: ExchangeVerb,
    every: Iterable<string>,
): Promise<[bytes: number, times: number]> {
    let [bytes, times] = [0, 0];
    for (const command of every) {
        const answer = await market.endorse(name, 'exchange', verb, command);
        if (answer.status === 200) {
            expect(market.ledger.commit(answer)).to.equal('VALID');
            bytes += leftBy(answer.writes);
            times += 1;
        } else {
            expect(decodeError(answer.message)?.code, answer.message).to.equal('ALLOWANCE_USED_UP');
        }
    }
    return [bytes, times];
}

/** Terms of about 50 KiB that cost nobody anything. */
function longTerms(salt: number, changes: Partial<Terms> = {}): Terms {
    const slots = Array.from({ length: 192 }, () => 0);
    const leg = sampleLeg({
        energyWh: slots.map(() => energyWh(10n ** 14n)),
        priceMicroPerKwh: slots.map(() => priceMicroPerKwh(0n)),
    });
    return negotiableTerms({
        slotCount: slots.length,
        legs: Array.from({ length: 11 }, () => leg),
        defaultRateMicroPerKwh: priceMicroPerKwh(0n),
        defaultCapNano: amountNano(0n),
        salt: salt.toString(16).padStart(64, '0'),
        ...changes,
    });
}

describe('a day of one participant, who', function () {
    this.timeout(120_000);

    it('fills its places with the longest offers all day, leaves half a megabyte', async () => {
        const moves = new OfferMoves(market);
        const places = Array.from({ length: 16 }, (_, place) => place * 7);
        const [bytes, times] = await flood(
            'solar',
            'offer:make',
            places.map((place) => moves.makeCommand({ answersId: null, terms: longTerms(place + 1) }, place)),
        );
        expect(bytes).to.be.within(300 * KIB, ofDay('large-offer'));
        expect(times).to.be.above(3);
    });

    it('makes, ends and makes short offers without a pause, leaves what each part of the day allows', async () => {
        const moves = new OfferMoves(market);
        const { parts, perDayBytes } = ALLOWANCES.offer;
        const some = 4;
        let bytes = 0;
        for (const place of Array.from({ length: some }, (_, part) => [part, part + parts]).flat()) {
            expect(place, 'two places share a part').to.be.below(PLACES_MAX);
            for (let again = 0; again < 10; again += 1) {
                const made = moves.makeCommand({ answersId: null, terms: negotiableTerms() }, place);
                const [left] = await flood('solar', 'offer:make', [made]);
                bytes += left;
                await market.overwrite(`offer-place/solar/${String(place).padStart(10, '0')}`, ''); // it has ended
            }
        }
        expect(bytes).to.be.within(some * (perDayBytes - 4 * KIB), some * perDayBytes);
    });

    it('fills lanes from every lane, leaves no more than its parts', async () => {
        const targets = Array.from({ length: 256 }, (_, lane) => ({ lane: 700 + lane, amountNano: amountNano(1n) }));
        const filling = (fromLane: number, lanes: typeof targets, id: string, sourceIds: string[] = []): string =>
            fillLanes(market.who('anna'), { fillingId: id, participantId: 'anna', fromLane, lanes }, sourceIds);
        const rich = Array.from({ length: 16 }, (_, lane) => ({ lane: lane + 1, amountNano: amountNano(10_000n) }));
        await market.do('anna', 'exchange', 'account:fill-lanes', filling(0, rich, 'rich', ['deposit.pay-anna']));
        const all = rich.flatMap(({ lane }) => [1, 2].map((time) => filling(lane, targets, `f-${lane}-${time}`)));
        const [bytes] = await flood('anna', 'account:fill-lanes', all);
        expect(bytes).to.be.within(300 * KIB, ofDay('filling'));
    });

    it('asks for a billionth from every lane again and again, leaves no more than its parts', async () => {
        const { parts, perDayBytes } = ALLOWANCES.payout;
        const payouts = Array.from({ length: 240 }, (_, sequence) =>
            requestPayout(market.who('anna'), {
                payoutId: `out-${sequence}`,
                participantId: 'anna',
                lane: 1 + (sequence % 2) + parts * (sequence % 7), // of two parts
                amountNano: amountNano(1n),
            }),
        );
        const lanes = Array.from({ length: 63 }, (_, lane) => ({ lane: lane + 1, amountNano: amountNano(100n) }));
        const filled = { fillingId: 'all', participantId: 'anna', fromLane: 0, lanes };
        const command = fillLanes(market.who('anna'), filled, ['deposit.pay-anna']);
        await market.do('anna', 'exchange', 'account:fill-lanes', command);
        const [bytes] = await flood('anna', 'account:request-payout', payouts);
        expect(bytes).to.be.within(2 * perDayBytes - 2 * KIB, 2 * perDayBytes);
    });
});

describe('a day of two accomplices', function () {
    this.timeout(120_000);
    const pair = 'allowance/electricity/solar-point/anna-point/agreement';
    const blockOf = (block: number): Partial<Terms> => {
        const firstSlot = FIRST_SLOT + block * BLOCK_SLOTS;
        return { firstSlot, concludeBeforeSlot: firstSlot };
    };

    it('who conclude the longest terms for every day of the year, and amend them, leave what each part of the day allows', async () => {
        const { parts, perDayBytes } = ALLOWANCES.agreement;
        // Blocks of two parts; seven more parts would take as long again.
        const concluded = Array.from({ length: 12 }, (_, sequence) =>
            longTerms(sequence + 1, blockOf(1 + parts * (sequence >> 1) + (sequence % 2))),
        );
        const [bytes, times] = await flood(
            'stranger',
            'agreement:conclude',
            concluded.map((terms) => commands.conclude(terms, market.people)),
        );
        expect(times).to.be.within(6, 11);
        const [first] = concluded;
        const amended = [2, 3, 4, 5, 6, 7].map((version) => {
            const next = following(first ?? longTerms(1), first ?? longTerms(1), { version });
            return commands.proposeAmendment(agreementIdOf(first ?? next), next, market.people);
        });
        const [more] = await flood('stranger', 'amendment:propose', amended);
        const used = market.ledger
            .range('exchange', `${pair}/`, `${pair}0`)
            .map(([, { value }]) => allowanceCodec.decode(value.toString('utf8')).usedBytes);
        expect(used.reduce((sum, each) => sum + each, 0)).to.equal(bytes + more);
        expect(Math.max(...used)).to.be.within(perDayBytes - 64 * KIB, perDayBytes);
    });

    it('who trade every quarter of an hour, is not used up', async () => {
        const every = Array.from({ length: BLOCK_SLOTS }, (_, sequence) =>
            commands.conclude(
                longTerms(sequence + 1, { ...blockOf(1), legs: [sampleLeg()], slotCount: 2 }),
                market.people,
            ),
        );
        const [, times] = await flood('stranger', 'agreement:conclude', every);
        expect(times).to.equal(BLOCK_SLOTS);
    });

    it('does not keep agreements apart: eight days at once, and other pairs, are concluded side by side', async () => {
        await market.do(
            'anna',
            'exchange',
            'account:fill-lanes',
            fillLanes(
                market.who('anna'),
                {
                    fillingId: 'days',
                    participantId: 'anna',
                    fromLane: 0,
                    lanes: Array.from({ length: 9 }, (_, lane) => ({
                        lane: lane + 1,
                        amountNano: amountNano(1_000_000_000n),
                    })),
                },
                ['deposit.pay-anna'],
            ),
        );
        const days = Array.from({ length: 8 }, (_, day) =>
            longTerms(day + 1, {
                ...blockOf(day + 1),
                legs: [sampleLeg()],
                slotCount: 2,
                parties: [
                    { participantId: 'solar', lane: day },
                    { participantId: 'anna', lane: day + 1 },
                ],
            }),
        );
        const toBert = longTerms(99, {
            ...blockOf(1),
            legs: [
                sampleLeg({
                    buyerId: 'bert',
                    buyerPoint: 'bert-point',
                    priceMicroPerKwh: [0n, 0n].map(priceMicroPerKwh),
                }),
            ],
            slotCount: 2,
            parties: [
                { participantId: 'solar', lane: 9 },
                { participantId: 'bert', lane: 0 },
            ],
        });
        const endorsed = [];
        for (const terms of [...days, toBert]) {
            const command = commands.conclude(terms, market.people);
            const answer = await market.endorse('stranger', 'exchange', 'agreement:conclude', command);
            expect(answer.message).to.equal('');
            endorsed.push(answer);
        }
        expect(endorsed.map((each) => market.ledger.commit(each))).to.deep.equal(endorsed.map(() => 'VALID'));
        expect(market.ledger.range('exchange', `${pair}/`, `${pair}0`)).to.have.length(8);
    });
});
