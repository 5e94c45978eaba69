import { endSlot, type Terms } from '@commonwatt/chaincode/domain/agreement';
import { FINAL_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import { escrowAccount, netByAccount } from '@commonwatt/chaincode/domain/posting';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { heldBy } from '@commonwatt/chaincode/domain/escrow';
import { absolute, valueOf } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { amendedFrom, type Change, randomChange } from '../support/amendment-arbitrary.js';
import { mspOf, randomMarket } from '../support/market-arbitrary.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { SettlementMarket } from '../support/settlement-market.js';

const LAST_SLOT = FIRST_SLOT + 3;

/** What becomes of one of the agreements while a slot runs; the next one is the first that has not begun. */
type Move = Readonly<{ slot: number; agreement: number; change: Change | 'cancel' }>;

const move: fc.Arbitrary<Move> = fc.record({
    slot: fc.integer({ min: FIRST_SLOT - 1, max: LAST_SLOT }),
    agreement: fc.nat({ max: 4 }),
    change: fc.oneof({ weight: 9, arbitrary: randomChange }, { weight: 1, arbitrary: fc.constant('cancel' as const) }),
});

/** Versions of each agreement's terms with the slot from which each counts. */
class Versions {
    readonly #versions = new Map<string, { fromSlot: number; terms: Terms }[]>();

    add(agreementId: string, fromSlot: number, terms: Terms): void {
        this.#versions.set(agreementId, [...(this.#versions.get(agreementId) ?? []), { fromSlot, terms }]);
    }

    in(agreementId: string, slot: number): Terms {
        const counting = (this.#versions.get(agreementId) ?? []).filter(({ fromSlot }) => fromSlot <= slot);
        const last = counting.at(-1);
        if (last === undefined) {
            throw new Error('every agreement has terms from its first slot on');
        }
        return last.terms;
    }
}

const counted = { amended: 0, cancelled: 0, settled: 0 };

/** Takes the moves of a running slot, where the lifecycle has such a step. */
function take(market: SettlementMarket, versions: Versions, agreementId: string, { slot, change }: Move): void {
    const { state } = market.execution(agreementId);
    const before = market.terms(agreementId);
    const fromSlot = Math.max(slot + 1, before.firstSlot);
    if (state !== 'inForce' || fromSlot > endSlot(before)) {
        return;
    }
    if (change === 'cancel') {
        market.cancel(agreementId, fromSlot);
        counted.cancelled += 1;
        return;
    }
    const next = amendedFrom(before, change, { fromSlot, lastSlot: LAST_SLOT });
    if (next !== null) {
        market.amend(agreementId, next, fromSlot);
        versions.add(agreementId, fromSlot, market.terms(agreementId));
        counted.amended += 1;
    }
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

function expectBooksToClose(market: SettlementMarket): void {
    expect(sum(market.postings.map((posting) => posting.amountNano)), 'postings sum to zero').to.equal(0n);
    const posted = netByAccount(market.postings);
    for (const { agreementId, holdings } of market.executions.values()) {
        for (const holding of holdings) {
            expect(holding.energyNano >= 0n && holding.defaultNano >= 0n, 'escrow is never negative').to.equal(true);
            const account = escrowAccount(agreementId, holding.participantId);
            expect(posted.get(account) ?? 0n, 'escrow is what was posted').to.equal(heldBy(holding));
        }
    }
}

function expectTermsOfTheirTime(settlement: Settlement, versions: Versions): void {
    for (const leg of settlement.legs) {
        const terms = versions.in(leg.agreementId, settlement.slot);
        const offset = settlement.slot - terms.firstSlot;
        const agreed = terms.legs[leg.leg];
        const price = agreed?.priceMicroPerKwh[offset];
        expect(leg.agreedWh).to.equal(agreed?.energyWh[offset]);
        expect(absolute(leg.paymentNano)).to.equal(
            price === undefined ? undefined : valueOf(leg.deliveredWh, absolute(price)),
        );
        counted.settled += 1;
    }
}

describe('any amendments and cancellations', function () {
    this.timeout(20_000);

    it('conserve money, keep escrow in hand and leave none, and settle each slot under the terms of its time', async () => {
        await holds(
            fc.property(randomMarket, fc.array(move, { maxLength: 8 }), (random, moves) => {
                const market = new SettlementMarket(mspOf);
                const versions = new Versions();
                for (const { agreementId, terms } of random.agreements) {
                    market.agree(agreementId, terms);
                    versions.add(agreementId, terms.firstSlot, terms);
                }
                const moveIn = (slot: number): void => {
                    for (const each of moves.filter((one) => one.slot === slot)) {
                        const agreementId = random.agreements[each.agreement]?.agreementId;
                        if (agreementId !== undefined) {
                            take(market, versions, agreementId, each);
                        }
                    }
                    expectBooksToClose(market);
                };
                moveIn(FIRST_SLOT - 1);
                for (const { slot, metered, halts } of random.slots) {
                    moveIn(slot); // while it runs, so before it is settled
                    expectTermsOfTheirTime(market.settle(slot, metered, { halts }), versions);
                    expectBooksToClose(market);
                }
                for (const { agreementId, state } of market.executions.values()) {
                    expect(FINAL_STATES).to.include(state);
                    expectCapsToHold(market, agreementId);
                }
                expect(market.heldNano, 'no escrow is left').to.equal(0n);
            }),
            { runs: 1_000, seconds: 3 },
        );
        process.stdout.write(
            `      ${Object.entries(counted)
                .map(([what, count]) => `${count} ${what}`)
                .join(', ')}\n`,
        );
        expect(Math.min(...Object.values(counted)), 'amendments, cancellations and deliveries are drawn').to.be.above(
            0,
        );
    });
});

/** The liability is final once delivery begins, so one cap counts for all of it. */
function expectCapsToHold(market: SettlementMarket, agreementId: string): void {
    const { parties, defaultCapNano } = market.terms(agreementId);
    for (const { participantId } of parties) {
        const account = escrowAccount(agreementId, participantId);
        const drawn = market.postings.filter((posting) => posting.account === account && posting.kind === 'default');
        expect(-sum(drawn.map((posting) => posting.amountNano)) <= defaultCapNano, 'the cap holds').to.equal(true);
    }
}
