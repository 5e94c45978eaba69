import { amountNano } from '@commonwatt/chaincode/domain/units';
import { type Allowance, ALLOWANCES, type AllowancePurpose } from '@commonwatt/chaincode/domain/allowance';
import { HORIZON_DAYS, slotsOfDays } from '@commonwatt/chaincode/domain/clock';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { VERSIONS_MAX } from '@commonwatt/chaincode/domain/amendment';
import { AGREEMENTS_MAX, BLOCK_SLOTS } from '@commonwatt/chaincode/domain/trades-between';
import { allowanceCodec, tradesBetweenCodec } from '@commonwatt/chaincode/wire/allowance';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { following } from '../support/amended.js';
import { drawCover, fillLanes, raiseCover, requestPayout } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { raiseDispute } from '../support/dispute-commands.js';
import { negotiableTerms, OfferMoves } from '../support/offer-commands.js';
import { CHARTER, FIRST_SLOT, sampleTerms } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { leftBy } from '../support/left-behind.js';
import { StubMarket } from '../support/stub-market.js';

let market: StubMarket;
beforeEach(async () => {
    market = await StubMarket.ready();
});

describe('exchange: what a participant does by itself', () => {
    /** Each purpose, with a step that counts for it: the part it counts in, and a command that nobody has sent yet. */
    type ByItself = Exclude<AllowancePurpose, 'agreement' | 'large-offer'>;
    type Counted = Readonly<{ part: string; verb: ExchangeVerb; command: (sequence: number) => string }>;
    const numbered = (what: string, sequence: number): string => `${what}-${sequence}`;
    const steps: Readonly<Record<ByItself, () => Counted>> = {
        offer: () => ({
            part: '7',
            verb: 'offer:make',
            command: () => {
                const terms = negotiableTerms({ proposerId: 'anna' });
                return new OfferMoves(market).makeCommand({ answersId: null, terms }, 7);
            },
        }),
        withdrawal: () => {
            const terms = sampleTerms();
            const command = commands.withdraw(terms, 'anna', market.who('anna'));
            const { withdrawal } = JSON.parse(command) as { withdrawal: { documentHash: string } };
            const part = String(Number.parseInt(withdrawal.documentHash.slice(0, 1), 16));
            return { part, verb: 'consent:withdraw', command: () => command };
        },
        mandate: () => ({
            part: '0',
            verb: 'mandate:grant',
            command: (sequence) => {
                const salt = sequence.toString(16).padStart(64, '0');
                const statement = commands.mandateOf(market.who('anna'), market.who('retail'), { salt });
                return commands.grantMandate(market.who('anna'), statement);
            },
        }),
        dispute: () => ({
            part: String(FIRST_SLOT % ALLOWANCES.dispute.parts),
            verb: 'dispute:raise',
            command: (sequence) => {
                const slot = FIRST_SLOT + (sequence - 1) * ALLOWANCES.dispute.parts;
                const objection = { pointId: 'anna-point', slot, raisedBy: 'anna', agreementId: null };
                return raiseDispute(market.who('anna'), { ...objection, evidenceHash: 'ee'.repeat(32) });
            },
        }),
        key: () => ({
            part: '0',
            verb: 'participant:rotate-key',
            command: () => commands.rotateKey('anna', market.who('anna').key, new SigningKey()),
        }),
        cover: () => ({
            part: 'electricity',
            verb: 'account:cover',
            command: (sequence) =>
                raiseCover(
                    market.who('anna'),
                    {
                        transferId: numbered('top', sequence),
                        participantId: 'anna',
                        carrier: 'electricity',
                        lane: 0,
                        amountNano: amountNano(1n),
                    },
                    sequence === 1 ? ['deposit.pay-anna'] : [],
                ),
        }),
        'cover-draw': () => ({
            part: 'electricity',
            verb: 'account:draw-cover',
            command: (sequence) =>
                drawCover(market.who('anna'), {
                    drawId: numbered('draw', sequence),
                    participantId: 'anna',
                    carrier: 'electricity',
                    amountNano: amountNano(1n),
                }),
        }),
        filling: () => ({
            part: '0',
            verb: 'account:fill-lanes',
            command: (sequence) =>
                fillLanes(
                    market.who('anna'),
                    {
                        fillingId: numbered('fill', sequence),
                        participantId: 'anna',
                        fromLane: 0,
                        lanes: [{ lane: 1, amountNano: amountNano(1n) }],
                    },
                    ['deposit.pay-anna'],
                ),
        }),
        payout: () => ({
            part: '0',
            verb: 'account:request-payout',
            command: (sequence) =>
                requestPayout(
                    market.who('anna'),
                    {
                        payoutId: numbered('out', sequence),
                        participantId: 'anna',
                        lane: 0,
                        amountNano: amountNano(1n),
                    },
                    ['deposit.pay-anna'],
                ),
        }),
    };
    const today = Math.floor(Date.now() / 86_400_000);
    const using = async (purpose: ByItself, part: string, use: Partial<Allowance>): Promise<void> => {
        const usedBytes = ALLOWANCES[purpose].perDayBytes;
        const allowance: Allowance = { holder: ['anna'], purpose, part, day: today, usedBytes, ...use };
        await market.overwrite(`allowance/anna/${purpose}/${part}`, allowanceCodec.encode(allowance));
    };

    for (const purpose of Object.keys(steps) as ByItself[]) {
        it(`${purpose}: has a limit for the day, and the next day counts anew`, async () => {
            if (purpose === 'dispute') {
                await market.advance(FIRST_SLOT, FIRST_SLOT + 1);
            }
            if (purpose === 'cover-draw') {
                await market.do('anna', 'exchange', 'account:cover', steps.cover().command(1));
            }
            const { part, verb, command } = steps[purpose]();
            await using(purpose, part, {});
            const { operands } = await market.refused('ALLOWANCE_USED_UP', 'anna', 'exchange', verb, command(1));
            const { perDayBytes } = ALLOWANCES[purpose];
            const { bytes } = operands as Readonly<{ bytes: number }>;
            const whose = { holder: ['anna'], purpose, part };
            expect(operands).to.deep.equal({ ...whose, bytes, usedBytes: perDayBytes, perDayBytes });
            await using(purpose, part, { usedBytes: perDayBytes - bytes + 1 });
            await market.refused('ALLOWANCE_USED_UP', 'anna', 'exchange', verb, command(1));
            await using(purpose, part, { usedBytes: perDayBytes - bytes });
            expect((await market.endorse('anna', 'exchange', verb, command(1))).status).to.equal(200);
            await using(purpose, part, { day: today - 1 });
            const { writes } = await market.do('anna', 'exchange', verb, command(1));
            const counted = allowanceCodec.decode(market.stored(`allowance/anna/${purpose}/${part}`));
            expect([counted.usedBytes, today <= counted.day]).to.deep.equal([leftBy(writes), true]);
        });
    }

    it('is not counted when it is sent again, and counts nobody else', async () => {
        const { verb, command, part } = steps.offer();
        const made = command(1);
        const { writes } = await market.do('anna', 'exchange', verb, made);
        await market.do('anna', 'exchange', verb, made);
        const { usedBytes } = allowanceCodec.decode(market.stored(`allowance/anna/offer/${part}`));
        expect(usedBytes).to.equal(leftBy(writes));
        await using('offer', part, {});
        const solars = new OfferMoves(market).makeCommand({ answersId: null, terms: negotiableTerms() }, 7);
        await market.do('solar', 'exchange', 'offer:make', solars);
    });
});

describe('exchange: agreements', () => {
    const concluding = (changes: Parameters<typeof sampleTerms>[0]): string =>
        commands.conclude(sampleTerms(changes), market.people);
    const refused = async (code: ErrorCode, command: string): Promise<unknown> =>
        (await market.refused(code, 'stranger', 'exchange', 'agreement:conclude', command)).operands;

    it('between two points have a limit for each block of first slots', async () => {
        const block = Math.floor(FIRST_SLOT / BLOCK_SLOTS);
        const relation = { carrier: 'electricity', sellerPoint: 'solar-point', buyerPoint: 'anna-point' } as const;
        const key = `trades-between/electricity/solar-point/anna-point/${String(block).padStart(10, '0')}`;
        await market.overwrite(key, tradesBetweenCodec.encode({ ...relation, block, agreements: AGREEMENTS_MAX - 1 }));
        await market.do('stranger', 'exchange', 'agreement:conclude', concluding({}));
        const one = concluding({ salt: '11'.repeat(32) });
        expect(await refused('TRADES_LIMIT', one)).to.deep.equal({
            ...relation,
            firstSlot: FIRST_SLOT,
            agreementsMax: AGREEMENTS_MAX,
        });
        const later = FIRST_SLOT + BLOCK_SLOTS;
        const next = concluding({ firstSlot: later, concludeBeforeSlot: later });
        await market.do('stranger', 'exchange', 'agreement:conclude', next);
    });

    it('begin within a year of what has begun, and so do the terms of offers', async () => {
        const ahead = slotsOfDays(CHARTER, HORIZON_DAYS);
        expect(ahead).to.equal(366 * 96);
        const far = { firstSlot: FIRST_SLOT + ahead, concludeBeforeSlot: FIRST_SLOT };
        const tooFar = { reason: 'more than a year ahead', slot: far.firstSlot };
        expect(await refused('TERMS_LIMIT', concluding(far))).to.deep.equal(tooFar);
        const offered = new OfferMoves(market).makeCommand({ answersId: null, terms: negotiableTerms(far) }, 1);
        await market.refused('TERMS_LIMIT', 'solar', 'exchange', 'offer:make', offered);
        const nearest = { firstSlot: far.firstSlot - 1, concludeBeforeSlot: far.firstSlot - 1 };
        await market.do('stranger', 'exchange', 'agreement:conclude', concluding(nearest));
        await market.advance(FIRST_SLOT);
        const other = { ...far, concludeBeforeSlot: far.firstSlot };
        await market.do('stranger', 'exchange', 'agreement:conclude', concluding(other));
    });

    it('have so many versions and no more', async () => {
        const terms = sampleTerms();
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
        const propose = (version: number): string =>
            commands.proposeAmendment(agreementIdOf(terms), following(terms, terms, { version }), market.people);
        const proposing = ['stranger', 'exchange', 'amendment:propose'] as const;
        const { operands } = await market.refused('TERMS_LIMIT', ...proposing, propose(VERSIONS_MAX + 1));
        expect(operands).to.deep.equal({ reason: 'too many versions', version: VERSIONS_MAX + 1 });
        await market.do(...proposing, propose(VERSIONS_MAX));
    });
});
