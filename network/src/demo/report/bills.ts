import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { ownerOf, type Posting } from '@commonwatt/chaincode/domain/posting';
import { groupBy } from '@commonwatt/client/grouped';
import { type Facts, sum } from './facts.js';

/** A participant's day in money: negative is what it paid. */
export type DayBill = Readonly<{
    participantId: string;
    /** What it took from and gave to all networks. */
    takenWh: bigint;
    givenWh: bigint;
    /** What the ledger posted. */
    actualNano: bigint;
    /** The same energy all bought at the sellers' tariff, and what was given sold at the imbalance price. */
    tariffNano: bigint;
}>;

/** Movements between a participant's own accounts: they make nobody richer or poorer. */
const OWN_MOVEMENTS: readonly Posting['kind'][] = ['deposit', 'payout', 'fund', 'release', 'cover', 'debt'];

/** Bills of everybody in the community who consumes on some network, as the ledger has them. */
export function billsOf(facts: Facts): DayBill[] {
    const tariffs = tariffsOf(facts);
    const posted = groupBy(
        facts.findings.postings.filter(({ kind }) => !OWN_MOVEMENTS.includes(kind)),
        ({ account }) => ownerOf(account),
    );
    return facts.findings.participants
        .filter(({ kind }) => ['consumer', 'prosumer', 'prosumerWithStorage'].includes(kind))
        .map(({ participantId }) => ({
            participantId,
            actualNano: sum((posted.get(participantId) ?? []).map(({ amountNano }) => amountNano)),
            ...alternative(facts, tariffs, participantId),
        }));
}

function alternative(
    facts: Facts,
    tariffs: ReadonlyMap<string, bigint>,
    participantId: string,
): Pick<DayBill, 'takenWh' | 'givenWh' | 'tariffNano'> {
    let [takenWh, givenWh, tariffNano] = [0n, 0n, 0n];
    for (const { carrier, slot, points } of facts.findings.settlements) {
        const own = points.filter((point) => point.participantId === participantId);
        const net = sum(own.map(({ meteredWh }) => meteredWh));
        const fees = sum(own.map(({ feeNano }) => feeNano));
        const long = facts.findings.rules.carriers[carrier]?.imbalanceLongMicroPerKwh ?? 0n;
        const tariff = tariffs.get(`${carrier}/${slot}`) ?? 0n;
        tariffNano += net * (net < 0n ? tariff : long) - fees;
        takenWh += net < 0n ? -net : 0n;
        givenWh += net > 0n ? net : 0n;
    }
    return { takenWh, givenWh, tariffNano };
}

/**
 * The sellers' tariff of each carrier and slot: the price in the middle of what all agreements of professional sellers
 * with consumers ask for it.
 */
export function tariffsOf(facts: Facts): Map<string, bigint> {
    const sellerKinds: Readonly<Record<Carrier, string>> = {
        electricity: 'energySeller',
        gas: 'energySeller',
        heat: 'plant',
        cooling: 'plant',
        mobility: 'chargingOperator',
        coal: 'energySeller',
        oil: 'energySeller',
    };
    const supplied = facts.deliveries.filter(({ carrier, leg }) => {
        const seller = facts.participants.get(leg.sellerId)?.kind;
        const buyer = facts.participants.get(leg.buyerId)?.kind ?? '';
        return seller === sellerKinds[carrier] && ['consumer', 'prosumer', 'evFleet'].includes(buyer);
    });
    return new Map(
        [...groupBy(supplied, ({ carrier, slot }) => `${carrier}/${slot}`)].map(([key, group]) => {
            const prices = group.map(({ priceMicro }) => priceMicro).sort((left, right) => Number(left - right));
            return [key, prices[Math.floor(prices.length / 2)] ?? 0n];
        }),
    );
}
