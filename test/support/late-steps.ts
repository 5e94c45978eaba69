import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { NO_MONEY, powerW, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { amendedTerms, draftTerms, type Market } from '@commonwatt/client';
import { admit, STANDING_ID } from './crowd.js';
import { CARRIER, household, RETAILER, type TestMarket } from './market.js';
import { saleDraft } from './sale.js';

/** A step that could be taken now: by whom, and how. */
export type Ready = Readonly<{ as: string; act: (own: Market) => Promise<unknown> }>;
/** What has to be there before a step can be taken; every preparation has a buyer of its own. */
export type Prepared = Readonly<{ buyerId: string; terms: Terms; ready: Ready }>;
/** Prepares a step that the beginning of a slot ends, or that something of its buyer's does. */
export type Step = (market: TestMarket, buyerId: string, slot: SlotIndex) => Promise<Prepared>;

const SLOTS = 3;
let buyers = 0;

/** Somebody who has never bought. */
export async function newBuyer(market: TestMarket): Promise<string> {
    buyers += 1;
    const buyer = household(`late-${String(buyers)}`);
    await admit(market, buyer);
    return buyer.id;
}

/** The seller sets nothing aside, so that two of these share no balance. */
export const saleTo = (buyerId: string, slot: SlotIndex, more: Partial<Terms> = {}): Terms =>
    draftTerms(
        saleDraft(
            {
                sellerId: RETAILER.id,
                buyerId,
                firstSlot: slot,
                energyWh: Array.from({ length: SLOTS }, () => 100n),
                priceMicroPerKwh: 200_000n,
            },
            { defaultRateMicroPerKwh: priceMicroPerKwh(0n), defaultCapNano: NO_MONEY, ...more },
        ),
    );

async function concluded(market: TestMarket, terms: Terms): Promise<string> {
    const consents = await market.consents(terms);
    return (await market.as(RETAILER.id).agreements.conclude(terms, consents)).value.agreementId;
}

async function inForce(market: TestMarket, terms: Terms): Promise<string> {
    const agreementId = await concluded(market, terms);
    await market.as(RETAILER.id).agreements.fund(agreementId, STANDING_ID);
    return agreementId;
}

export const conclude: Step = async (market, buyerId, slot) => {
    const terms = saleTo(buyerId, slot);
    const consents = await market.consents(terms);
    return { buyerId, terms, ready: { as: RETAILER.id, act: (own) => own.agreements.conclude(terms, consents) } };
};

export const fund: Step = async (market, buyerId, slot) => {
    const terms = saleTo(buyerId, slot);
    const agreementId = await concluded(market, terms);
    return { buyerId, terms, ready: { as: buyerId, act: (own) => own.agreements.fund(agreementId, STANDING_ID) } };
};

/** The next version, signed by both: less energy. */
async function amended(market: TestMarket, agreementId: string, slot: SlotIndex) {
    const { agreement } = await market.as(RETAILER.id).agreements.show(agreementId);
    const changes = { version: 2, rulesVersion: 1, leg: 0, fromSlot: slot, concludeBeforeSlot: slot };
    const energyWh = agreement.terms.legs[0]?.energyWh.map(() => 50n as never) ?? [];
    const terms = amendedTerms(agreement, { ...changes, energyWh });
    const consents = await Promise.all(
        terms.parties.map(({ participantId }) =>
            market.as(participantId).amendments.consent(agreementId, terms, participantId),
        ),
    );
    return { terms, consents };
}

export const propose: Step = async (market, buyerId, slot) => {
    const agreementId = await inForce(market, saleTo(buyerId, slot));
    const { terms, consents } = await amended(market, agreementId, slot);
    const act = (own: Market): Promise<unknown> => own.amendments.propose(agreementId, terms, consents);
    return { buyerId, terms, ready: { as: buyerId, act } };
};

export const enact: Step = async (market, buyerId, slot) => {
    const before = saleTo(buyerId, slot);
    const agreementId = await inForce(market, before);
    const { terms, consents } = await amended(market, agreementId, slot);
    await market.as(buyerId).amendments.propose(agreementId, terms, consents);
    const act = (own: Market): Promise<unknown> => own.amendments.enact(agreementId, 2, STANDING_ID);
    return { buyerId, terms: before, ready: { as: buyerId, act } };
};

export const cancel: Step = async (market, buyerId, slot) => {
    const terms = saleTo(buyerId, slot);
    const agreementId = await inForce(market, terms);
    const cancellation = { agreementId, version: 1, fromSlot: slot };
    const consents = await Promise.all(
        [RETAILER.id, buyerId].map((id) => market.as(id).agreements.consentToCancel(cancellation, id)),
    );
    return { buyerId, terms, ready: { as: buyerId, act: (own) => own.agreements.cancel(cancellation, consents) } };
};

export const release: Step = async (market, buyerId, slot) => {
    const terms = saleTo(buyerId, slot);
    const agreementId = await inForce(market, terms);
    const { agreement } = await market.as(RETAILER.id).agreements.show(agreementId);
    await market.as('reviewer').verdicts.terminate(agreement, 'unlawfulTerms');
    return { buyerId, terms, ready: { as: buyerId, act: (own) => own.agreements.release(agreementId, slot) } };
};

const offered = (buyerId: string, slot: SlotIndex, proposerId: string): Terms =>
    saleTo(buyerId, slot + 1, { proposerId, concludeBeforeSlot: slot });

export const makeOffer: Step = (_market, buyerId, slot) => {
    const terms = offered(buyerId, slot, buyerId);
    return Promise.resolve({ buyerId, terms, ready: { as: buyerId, act: (own) => own.offers.make(terms) } });
};

export const counterOffer: Step = async (market, buyerId, slot) => {
    const { value: offer } = await market.as(buyerId).offers.make(offered(buyerId, slot, buyerId));
    const terms = offered(buyerId, slot, RETAILER.id);
    return { buyerId, terms, ready: { as: RETAILER.id, act: (own) => own.offers.counter(offer, terms) } };
};

export const acceptOffer: Step = async (market, buyerId, slot) => {
    const { value: offer } = await market.as(buyerId).offers.make(offered(buyerId, slot, buyerId));
    const act = (own: Market): Promise<unknown> => own.offers.accept(offer, RETAILER.id);
    return { buyerId, terms: offer.terms, ready: { as: RETAILER.id, act } };
};

export const registerMeter: Step = (_market, buyerId, slot) => {
    const point = { pointId: `${buyerId}-more`, participantId: RETAILER.id, carrier: CARRIER, fromSlot: slot } as const;
    const act = (own: Market): Promise<unknown> =>
        own.meters.register({
            point: { ...point, ...PLAIN_POINT, connectionPoint: 'slack', meter: null },
            baseline: null,
        });
    return Promise.resolve({ buyerId, terms: saleTo(buyerId, slot), ready: { as: 'metering', act } });
};

export const publishStandard: Step = (_market, buyerId, slot) => {
    const standard = { standardId: `standard-${buyerId}`, carrier: CARRIER, textHash: 'ab'.repeat(32), fromSlot: slot };
    const act = (own: Market): Promise<unknown> => own.standards.publish({ ...standard, carrier: CARRIER });
    return Promise.resolve({ buyerId, terms: saleTo(buyerId, slot), ready: { as: 'reviewer', act } });
};

export const limitConnection: Step = (_market, buyerId, slot) => {
    const limits = { importMaxW: powerW(1_000n), exportMaxW: powerW(1_000n), reasonCode: 'ratedCapacity' };
    const act = (own: Market): Promise<unknown> =>
        own.connections.set({ carrier: CARRIER, connectionPoint: `bus-${buyerId}`, ...limits });
    return Promise.resolve({ buyerId, terms: saleTo(buyerId, slot), ready: { as: 'dispatcher', act } });
};

/** Carriers that nobody trades here, each halted once in turn: the halts of one carrier must not overlap. */
const UNTRADED: readonly Carrier[] = ['heat', 'cooling', 'gas', 'mobility', 'coal', 'oil'];
let halts = 0;
const halted = (slot: SlotIndex) => {
    halts += 1;
    const carrier = UNTRADED[halts % UNTRADED.length] ?? 'oil';
    return { carrier, fromSlot: slot, untilSlot: slot + 1, reasonCode: 'gridDisturbance' };
};

const setHalt =
    (as: 'dispatcher' | 'reviewer', role: 'exchange' | 'supervision'): Step =>
    (_market, buyerId, slot) => {
        const statement = halted(slot);
        const act = (own: Market): Promise<unknown> => own.halts.set(role, statement);
        return Promise.resolve({ buyerId, terms: saleTo(buyerId, slot), ready: { as, act } });
    };
export const haltByOperator = setHalt('dispatcher', 'exchange');
export const haltByRegulator = setHalt('reviewer', 'supervision');

export const liftHalt: Step = async (market, buyerId, slot) => {
    const statement = halted(slot);
    await market.as('dispatcher').halts.set('exchange', statement);
    const act = (own: Market): Promise<unknown> => own.halts.lift('exchange', statement.carrier, slot);
    return { buyerId, terms: saleTo(buyerId, slot), ready: { as: 'dispatcher', act } };
};
