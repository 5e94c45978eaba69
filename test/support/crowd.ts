import { setTimeout as pause } from 'node:timers/promises';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { amountNano, energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { FILLED_LANES_MAX } from '@commonwatt/chaincode/wire/account';
import { draftTerms, type Market, UnavailableError } from '@commonwatt/client';
import { CARRIER, household, pointOf, RETAILER, type Subject, type TestMarket } from './market.js';
import { saleDraft } from './sale.js';

export const STANDING_ID = 'crowd';
const SLOT_WH = 100n;
const DEPOSIT_NANO = amountNano(1_000_000_000n);
/** What a seller may owe for one of these agreements, and as much again. */
const LANE_NANO = amountNano(40_000_000n);
const SLOTS_APPROVED = 10_000;
const ATTEMPTS_MAX = 30;
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 8_000;
/** Admissions under way at once: what a busy office does, not the crowd that trades afterwards. */
const ADMITTED_AT_ONCE = 32;

/** Households with certificates, connections and meters of their own, who buy from one seller. */
export class Crowd {
    readonly market: TestMarket;
    readonly members: readonly Subject[];
    #turnedAway = 0;

    private constructor(market: TestMarket, members: readonly Subject[]) {
        this.market = market;
        this.members = members;
    }

    /** Admits a crowd to an established market whose officers are seated; their meters count from the next slot. */
    static async gather(market: TestMarket, size: number): Promise<Crowd> {
        const members = Array.from({ length: size }, (_, index) => household(`crowd-${String(index)}`));
        await market.admit(RETAILER);
        await fillSellersLanes(market, size);
        const waiting = [...members];
        const office = async (): Promise<void> => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
                await admit(market, next);
            }
        };
        await Promise.all(Array.from({ length: ADMITTED_AT_ONCE }, office));
        return new Crowd(market, members);
    }

    /**
     * All of them do it at once, each over its own connection. Peers that have more to do than they answer in time turn
     * calls away before anything is ordered; whoever is turned away comes again.
     */
    async all<Value>(act: (own: Market, member: Subject, index: number) => Promise<Value>): Promise<Value[]> {
        return await Promise.all(
            this.members.map((member, index) => this.patiently(() => act(this.market.as(member.id), member, index))),
        );
    }

    /** Takes a step in the midst of the crowd. */
    async patiently<Value>(act: () => Promise<Value>): Promise<Value> {
        for (let attempt = 1; ; attempt += 1) {
            try {
                return await act();
            } catch (error) {
                if (!(error instanceof UnavailableError) || attempt === ATTEMPTS_MAX) {
                    throw error;
                }
                this.#turnedAway += 1;
                await pause(Math.min(attempt * PAUSE_MS, PAUSE_MS_MAX) * (0.5 + Math.random()));
            }
        }
    }

    /** How often a busy peer turned somebody away. */
    get turnedAway(): number {
        return this.#turnedAway;
    }

    /** What each buys of the one seller in two slots, from a lane of the seller's for each. */
    terms(firstSlot: SlotIndex): Terms[] {
        return this.members.map(({ id }, index) =>
            draftTerms(
                saleDraft(
                    {
                        sellerId: RETAILER.id,
                        buyerId: id,
                        firstSlot,
                        energyWh: [SLOT_WH, SLOT_WH],
                        priceMicroPerKwh: 200_000n,
                    },
                    {
                        parties: [
                            { participantId: RETAILER.id, lane: index + 1 },
                            { participantId: id, lane: 0 },
                        ],
                    },
                ),
            ),
        );
    }
}

/** One lane for each buyer: otherwise all of them would wait for one balance of the seller. */
async function fillSellersLanes(market: TestMarket, size: number): Promise<void> {
    const { accounts } = market.as(RETAILER.id);
    for (let first = 1; first <= size; first += FILLED_LANES_MAX) {
        const lanes = Array.from({ length: Math.min(FILLED_LANES_MAX, size - first + 1) }, (_, index) => ({
            lane: first + index,
            amountNano: LANE_NANO,
        }));
        await accounts.fillLanes({ participantId: RETAILER.id, fromLane: 0, lanes });
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
        participantKinds: ['consumer', 'energySeller'],
        priceMinMicroPerKwh: priceMicroPerKwh(0n),
        priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
        agreementEnergyMaxWh: energyWh(10_000n),
        firstSlot: market.firstSlot,
        endSlot: market.firstSlot + SLOTS_APPROVED,
        reasonCode,
    });
}
