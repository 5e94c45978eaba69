import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { heldBy } from '@commonwatt/chaincode/domain/escrow';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import {
    EXTERNAL_ACCOUNT,
    ownerOf,
    type Posting,
    subsidyAccount,
    transfer,
} from '@commonwatt/chaincode/domain/posting';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { type Bill, billOf } from '@commonwatt/client/bill';
import { expect } from 'chai';
import fc from 'fast-check';
import { mspOf, type RandomMarket, randomMarket } from '../support/market-arbitrary.js';
import { holds } from '../support/property.js';
import { ELECTRICITY_RULES, FIRST_SLOT } from '../support/sample-market.js';
import { SettlementMarket } from '../support/settlement-market.js';

const SLOTS = 4;
const CARRIER = 'electricity';
const PAID_IN = 10n ** 20n;
const FUND = 20_000_000n;

type Played = Readonly<{ market: SettlementMarket; settlements: readonly Settlement[]; ids: readonly string[] }>;

/** Fees, storage and subsidies beside what the market draws; the fund soon runs dry. */
function openMarket(): SettlementMarket {
    const market = new SettlementMarket(mspOf);
    market.rules = {
        ...ELECTRICITY_RULES,
        networkFeeMicroPerKwh: priceMicroPerKwh(20_000n),
        subsidyMicroPerKwh: priceMicroPerKwh(30_000n),
    };
    const point = { ...PLAIN_POINT, fromSlot: FIRST_SLOT };
    market.traits = {
        'ann.1': { ...point, isRenewable: true },
        'bob.2': { ...point, isRenewable: true },
        'cid.1': { ...point, isRenewable: true, storageEfficiencyBp: 9_000 },
    };
    const reason = { kind: 'deposit', agreementId: null, slot: null } as const;
    market.postings.push(...transfer(EXTERNAL_ACCOUNT, subsidyAccount(CARRIER), amountNano(FUND), reason));
    return market;
}

function play({ agreements, slots }: RandomMarket): Played {
    const market = openMarket();
    agreements.forEach(({ agreementId, terms }) => {
        market.agree(agreementId, terms);
    });
    const settlements = slots.map(({ slot, metered, halts }) => market.settle(slot, metered, { halts }));
    const ids = new Set([...market.participants.keys(), ...settlements.flatMap(ownersIn)]);
    return { market, settlements, ids: [...ids] };
}

const ownersIn = ({ points }: Settlement): string[] => points.map((point) => point.participantId);

/** The bill of a participant that paid in once, over some slots. */
function billed({ market, settlements }: Played, participantId: string, fromSlot: number, toSlot: number): Bill {
    const executions = [...market.executions.values()].filter(({ holdings }) =>
        holdings.some((holding) => holding.participantId === participantId),
    );
    const terms = new Map<string, Terms>(executions.map(({ agreementId }) => [agreementId, market.terms(agreementId)]));
    const freeNano = amountNano(PAID_IN + market.balance(`free/${participantId}`));
    const balanceNano = market.coversOf(CARRIER).get(participantId);
    return billOf({
        participantId,
        currency: 'EUR',
        period: { fromSlot, toSlot },
        settlements: [
            { carrier: CARRIER, settlements: settlements.filter(({ slot }) => slot >= fromSlot), openSlots: [] },
        ],
        terms,
        account: {
            participantId,
            lanes: [],
            credits: [],
            covers: balanceNano === undefined ? [] : [{ participantId, carrier: CARRIER, balanceNano }],
            freeNano,
        },
        escrow: executions.flatMap(({ agreementId, holdings }) =>
            holdings
                .filter((holding) => holding.participantId === participantId)
                .map((holding) => ({ agreementId, heldNano: heldBy(holding) })),
        ),
        deposits: [{ participantId, paymentId: 'pay', amountNano: amountNano(PAID_IN) }],
        payouts: [],
    });
}

const sum = (postings: readonly Posting[]): bigint =>
    postings.reduce((total, posting) => total + posting.amountNano, 0n);

/** A market, and the slots of a bill in it. */
const period = fc.tuple(
    randomMarket,
    fc
        .tuple(fc.nat({ max: SLOTS }), fc.nat({ max: SLOTS }))
        .map(([left, right]) => [FIRST_SLOT + Math.min(left, right), FIRST_SLOT + Math.max(left, right)]),
);

describe('the bill of random markets', function () {
    this.timeout(20_000);

    it('comes to what the ledger moved of the participant’s money in its slots, and before and after them', async () => {
        await holds(
            fc.property(period, ([random, [fromSlot = 0, toSlot = 0]]) => {
                const played = play(random);
                for (const participantId of played.ids) {
                    const moved = (holds: (slot: number) => boolean): bigint =>
                        sum(
                            played.settlements
                                .filter(({ slot }) => holds(slot))
                                .flatMap(({ postings }) => postings)
                                .filter(({ account }) => ownerOf(account) === participantId),
                        );
                    const { balance, totalNano } = billed(played, participantId, fromSlot, toSlot);
                    expect(totalNano).to.equal(moved((slot) => slot >= fromSlot && slot < toSlot));
                    expect(balance.earlierNano).to.equal(moved((slot) => slot < fromSlot));
                    expect(balance.laterNano).to.equal(moved((slot) => slot >= toSlot));
                    expect(balance.nowNano).to.equal(PAID_IN + moved(() => true));
                }
            }),
            { runs: 300, seconds: 3 },
        );
    });

    it('of all participants comes to what the market’s own accounts and the fund lost', async () => {
        await holds(
            fc.property(randomMarket, (random) => {
                const played = play(random);
                const bills = played.ids.map((id) => billed(played, id, FIRST_SLOT, FIRST_SLOT + SLOTS));
                const system = played.settlements
                    .flatMap(({ postings }) => postings)
                    .filter(({ account }) => /^(system|subsidy)\//.test(account));
                expect(bills.reduce((total, bill) => total + bill.totalNano, 0n)).to.equal(-sum(system));
                const energy = bills.flatMap(({ carriers }) => carriers.flatMap(({ trades }) => trades));
                const bySide = (side: 'bought' | 'sold'): bigint =>
                    energy.filter((line) => line.side === side).reduce((total, line) => total + line.deliveredWh, 0n);
                expect(bySide('bought'), 'what is bought is sold').to.equal(bySide('sold'));
            }),
            { runs: 200, seconds: 1 },
        );
    });
});
