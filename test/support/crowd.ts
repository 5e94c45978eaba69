import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { amountNano, energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { FILLED_LANES_MAX } from '@commonwatt/chaincode/wire/account';
import { draftTerms, type Market } from '@commonwatt/client';
import { CARRIER, household, pointOf, RETAILER, type Subject, type TestMarket } from './market.js';
import { saleDraft } from './sale.js';
import { WIDE_EXPOSURE } from './wide-bounds.js';

export const STANDING_ID = 'crowd';
export const SLOT_WH = 100n;
const DEPOSIT_NANO = amountNano(1_000_000_000n);
/** What a seller may owe for one of these agreements, and as much again. */
const LANE_NANO = amountNano(40_000_000n);
const SLOTS_APPROVED = 10_000;
/** What a member of a crowd gives each of its calls: two hundred take their time on two cores. */
const WITHIN_MS = 120_000;
/** Admissions under way at once: what a busy office does, not the crowd that trades afterwards. */
const ADMITTED_AT_ONCE = 32;

/** Households with certificates, connections and meters of their own, who buy from one seller. */
export class Crowd {
    readonly market: TestMarket;
    readonly members: readonly Subject[];

    private constructor(market: TestMarket, members: readonly Subject[]) {
        this.market = market;
        this.members = members;
    }

    /** Admits a crowd to an established market whose officers are seated; their meters count from the next slot. */
    static async gather(market: TestMarket, size: number): Promise<Crowd> {
        const members = Array.from({ length: size }, (_, index) => household(`crowd-${String(index)}`));
        await market.admit(RETAILER);
        await fillSellersLanes(market, RETAILER.id, size);
        const waiting = [...members];
        const office = async (): Promise<void> => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
                await admit(market, next);
            }
        };
        await Promise.all(Array.from({ length: ADMITTED_AT_ONCE }, office));
        return new Crowd(market, members);
    }

    /** All of them do it at once, each over its own connection and once: what peers cannot do yet waits in line. */
    async all<Value>(act: (own: Market, member: Subject, index: number) => Promise<Value>): Promise<Value[]> {
        return await Promise.all(this.members.map((member, index) => act(this.as(member.id), member, index)));
    }

    /** The market as somebody in the midst of the crowd sees it. */
    as(name: string): Market {
        return this.market.as(name).within(WITHIN_MS);
    }

    /** What each buys of one seller in two slots, from a lane of the seller's for each. */
    terms(firstSlot: SlotIndex, sellerId = RETAILER.id): Terms[] {
        return this.members.map(({ id }, index) =>
            draftTerms(
                saleDraft(
                    {
                        sellerId,
                        buyerId: id,
                        firstSlot,
                        energyWh: [SLOT_WH, SLOT_WH],
                        priceMicroPerKwh: 200_000n,
                    },
                    {
                        parties: [
                            { participantId: sellerId, lane: index + 1 },
                            { participantId: id, lane: 0 },
                        ],
                    },
                ),
            ),
        );
    }
}

/** One lane for each buyer: otherwise all of them would wait for one balance of the seller. */
export async function fillSellersLanes(market: TestMarket, sellerId: string, size: number): Promise<void> {
    const { accounts } = market.as(sellerId);
    for (let first = 1; first <= size; first += FILLED_LANES_MAX) {
        const lanes = Array.from({ length: Math.min(FILLED_LANES_MAX, size - first + 1) }, (_, index) => ({
            lane: first + index,
            amountNano: LANE_NANO,
        }));
        await accounts.fillLanes({ participantId: sellerId, fromLane: 0, lanes });
    }
}

/** Applies, is qualified, gets a meter that counts the same in each slot from the next on, and brings money. */
export async function admit(market: TestMarket, member: Subject): Promise<void> {
    const { id } = member;
    await market.apply(member);
    const point = { pointId: pointOf(id), participantId: id, carrier: CARRIER, connectionPoint: 'bus-01' } as const;
    const fromSlot = market.nextSlot;
    await Promise.all([
        market.qualify(member),
        market.registerMeter({ ...point, fromSlot, ...PLAIN_POINT }, (slot) => ({
            importWh: energyWh(BigInt(Math.max(0, slot - fromSlot + 1)) * SLOT_WH),
            exportWh: energyWh(0n),
        })),
        market
            .as('settlement')
            .accounts.deposit({ paymentId: `pay-${id}`, participantId: id, amountNano: DEPOSIT_NANO }),
    ]);
}

/** Approves in advance what a crowd buys. */
export async function approveInAdvance(market: TestMarket, reasonCode = 'ordinaryTrade'): Promise<void> {
    await market.as('reviewer').verdicts.standing({
        standingId: STANDING_ID,
        status: 'granted',
        carriers: [CARRIER],
        participantKinds: ['consumer', 'prosumer', 'energySeller'],
        priceMinMicroPerKwh: priceMicroPerKwh(0n),
        priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
        agreementEnergyMaxWh: energyWh(10_000n),
        exposure: WIDE_EXPOSURE,
        firstSlot: market.firstSlot,
        endSlot: market.firstSlot + SLOTS_APPROVED,
        reasonCode,
    });
}
