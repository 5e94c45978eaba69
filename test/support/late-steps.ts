import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { NO_MONEY, powerW, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { amendedTerms, draftTerms, type Market, type Signing } from '@commonwatt/client';
import { admit, STANDING_ID } from './crowd.js';
import { CARRIER, household, RETAILER, type TestMarket } from './market.js';
import { saleDraft } from './sale.js';

/** A step that could be taken now: by whom, and how. */
export type Ready = Readonly<{ as: string; act: (own: Market) => Promise<unknown> }>;
/** Who buys, and who signs for it: itself, or an agent under its mandate. */
export type Buyer = Readonly<{ buyerId: string; signerId: string; mandateId: string | null }>;
/** What has to be there before a step can be taken; every preparation has a buyer of its own. */
export type Prepared = Readonly<{ buyer: Buyer; terms: Terms; ready: Ready }>;
/** Prepares a step that the beginning of a slot ends, or that something of its buyer's does. */
export type Step = (market: TestMarket, buyer: Buyer, slot: SlotIndex) => Promise<Prepared>;

const SLOTS = 3;
export const SLOT_WH = 100n;
let buyers = 0;

/** Somebody who has never bought, and signs for itself. */
export async function newBuyer(market: TestMarket): Promise<Buyer> {
    buyers += 1;
    const buyer = household(`late-${String(buyers)}`);
    await admit(market, buyer);
    return { buyerId: buyer.id, signerId: buyer.id, mandateId: null };
}

/** Consents of the seller and of who signs for the buyer. */
const consentsOf = (
    { buyerId, signerId, mandateId }: Buyer,
    consent: (participantId: string, as: string, signing: Signing) => Promise<Consent>,
): Promise<Consent[]> =>
    Promise.all([consent(RETAILER.id, RETAILER.id, {}), consent(buyerId, signerId, { mandateId })]);

/** The seller sets nothing aside, so that two of these share no balance. */
export const saleTo = (buyerId: string, slot: SlotIndex, more: Partial<Terms> = {}): Terms =>
    draftTerms(
        saleDraft(
            {
                sellerId: RETAILER.id,
                buyerId,
                firstSlot: slot,
                energyWh: Array.from({ length: SLOTS }, () => SLOT_WH),
                priceMicroPerKwh: 200_000n,
            },
            { defaultRateMicroPerKwh: priceMicroPerKwh(0n), defaultCapNano: NO_MONEY, ...more },
        ),
    );

const agreedBy = (market: TestMarket, buyer: Buyer, terms: Terms): Promise<Consent[]> =>
    consentsOf(buyer, (id, as, signing) => market.as(as).agreements.consent(terms, id, signing));

/** Concludes what the buyer, or who signs for it, agrees to. */
export async function concluded(market: TestMarket, buyer: Buyer, terms: Terms): Promise<string> {
    const consents = await agreedBy(market, buyer, terms);
    return (await market.as(RETAILER.id).agreements.conclude(terms, consents)).value.agreementId;
}

async function inForce(market: TestMarket, buyer: Buyer, terms: Terms): Promise<string> {
    const agreementId = await concluded(market, buyer, terms);
    await market.as(RETAILER.id).agreements.fund(agreementId, STANDING_ID);
    return agreementId;
}

export const conclude: Step = async (market, buyer, slot) => {
    const terms = saleTo(buyer.buyerId, slot);
    const consents = await agreedBy(market, buyer, terms);
    return { buyer, terms, ready: { as: RETAILER.id, act: (own) => own.agreements.conclude(terms, consents) } };
};

export const fund: Step = async (market, buyer, slot) => {
    const terms = saleTo(buyer.buyerId, slot);
    const agreementId = await concluded(market, buyer, terms);
    return { buyer, terms, ready: { as: buyer.buyerId, act: (own) => own.agreements.fund(agreementId, STANDING_ID) } };
};

/** The next version, signed by both: less energy. */
async function amended(market: TestMarket, buyer: Buyer, agreementId: string, slot: SlotIndex) {
    const { agreement } = await market.as(RETAILER.id).agreements.show(agreementId);
    const changes = { version: 2, rulesVersion: 1, leg: 0, fromSlot: slot, concludeBeforeSlot: slot };
    const energyWh = agreement.terms.legs[0]?.energyWh.map(() => 50n as never) ?? [];
    const terms = amendedTerms(agreement, { ...changes, energyWh });
    const consents = await consentsOf(buyer, (id, as, signing) =>
        market.as(as).amendments.consent(agreementId, terms, id, signing),
    );
    return { terms, consents };
}

export const propose: Step = async (market, buyer, slot) => {
    const agreementId = await inForce(market, buyer, saleTo(buyer.buyerId, slot));
    const { terms, consents } = await amended(market, buyer, agreementId, slot);
    const act = (own: Market): Promise<unknown> => own.amendments.propose(agreementId, terms, consents);
    return { buyer, terms, ready: { as: buyer.buyerId, act } };
};

export const enact: Step = async (market, buyer, slot) => {
    const before = saleTo(buyer.buyerId, slot);
    const agreementId = await inForce(market, buyer, before);
    const { terms, consents } = await amended(market, buyer, agreementId, slot);
    await market.as(buyer.buyerId).amendments.propose(agreementId, terms, consents);
    const act = (own: Market): Promise<unknown> => own.amendments.enact(agreementId, 2, STANDING_ID);
    return { buyer, terms: before, ready: { as: buyer.buyerId, act } };
};

export const cancel: Step = async (market, buyer, slot) => {
    const terms = saleTo(buyer.buyerId, slot);
    const agreementId = await inForce(market, buyer, terms);
    const cancellation = { agreementId, version: 1, fromSlot: slot };
    const consents = await consentsOf(buyer, (id, as, signing) =>
        market.as(as).agreements.consentToCancel(cancellation, id, signing),
    );
    return { buyer, terms, ready: { as: buyer.buyerId, act: (own) => own.agreements.cancel(cancellation, consents) } };
};

export const release: Step = async (market, buyer, slot) => {
    const terms = saleTo(buyer.buyerId, slot);
    const agreementId = await inForce(market, buyer, terms);
    const { agreement } = await market.as(RETAILER.id).agreements.show(agreementId);
    await market.as('reviewer').verdicts.terminate(agreement, 'unlawfulTerms');
    return { buyer, terms, ready: { as: buyer.buyerId, act: (own) => own.agreements.release(agreementId, slot) } };
};

const offered = (buyerId: string, slot: SlotIndex, proposerId: string): Terms =>
    saleTo(buyerId, slot + 1, { proposerId, concludeBeforeSlot: slot });

export const makeOffer: Step = (_market, buyer, slot) => {
    const { buyerId, signerId, mandateId } = buyer;
    const terms = offered(buyerId, slot, buyerId);
    const act = (own: Market): Promise<unknown> => own.offers.make(terms, null, { mandateId });
    return Promise.resolve({ buyer, terms, ready: { as: signerId, act } });
};

export const counterOffer: Step = async (market, buyer, slot) => {
    const { buyerId } = buyer;
    const { value: offer } = await market.as(buyerId).offers.make(offered(buyerId, slot, buyerId));
    const terms = offered(buyerId, slot, RETAILER.id);
    return { buyer, terms, ready: { as: RETAILER.id, act: (own) => own.offers.counter(offer, terms) } };
};

export const acceptOffer: Step = async (market, buyer, slot) => {
    const { buyerId } = buyer;
    const { value: offer } = await market.as(buyerId).offers.make(offered(buyerId, slot, buyerId));
    const act = (own: Market): Promise<unknown> => own.offers.accept(offer, RETAILER.id);
    return { buyer, terms: offer.terms, ready: { as: RETAILER.id, act } };
};

export const registerMeter: Step = async (market, buyer, slot) => {
    const point: MeteringPoint = {
        pointId: `${buyer.buyerId}-more`,
        participantId: RETAILER.id,
        carrier: CARRIER,
        fromSlot: slot,
        ...PLAIN_POINT,
        connectionPoint: 'slack',
        meter: null,
    };
    const consents = [await market.as(RETAILER.id).meters.consent(point)];
    const act = (own: Market): Promise<unknown> => own.meters.register({ point, baseline: null, consents });
    return { buyer, terms: saleTo(buyer.buyerId, slot), ready: { as: 'metering', act } };
};

export const publishStandard: Step = (_market, buyer, slot) => {
    const standard = {
        standardId: `standard-${buyer.buyerId}`,
        carrier: CARRIER,
        textHash: 'ab'.repeat(32),
        fromSlot: slot,
    };
    const act = (own: Market): Promise<unknown> => own.standards.publish({ ...standard, carrier: CARRIER });
    return Promise.resolve({ buyer, terms: saleTo(buyer.buyerId, slot), ready: { as: 'reviewer', act } });
};

export const giveShare: Step = async (market, buyer, slot) => {
    const connectionPoint = `bus-${buyer.buyerId}`;
    const [fromPointId, toPointId] = [`${buyer.buyerId}-left`, `${buyer.buyerId}-right`];
    for (const pointId of [fromPointId, toPointId]) {
        const place = {
            pointId,
            participantId: RETAILER.id,
            carrier: CARRIER,
            fromSlot: slot,
            connectionPoint,
        } as const;
        await market.registerSigned({ ...PLAIN_POINT, ...place, meter: null }, null);
    }
    const [importW, exportW] = [powerW(1_000n), powerW(0n)];
    await market.as('dispatcher').connections.set({
        carrier: CARRIER,
        connectionPoint,
        importMaxW: importW,
        exportMaxW: exportW,
        grants: [{ pointId: fromPointId, importW, exportW }],
        reasonCode: 'ratedCapacity',
    });
    const gift = { carrier: CARRIER, connectionPoint, fromPointId, toPointId, importW, exportW } as const;
    const act = (own: Market): Promise<unknown> => own.connections.transfer(gift);
    return { buyer, terms: saleTo(buyer.buyerId, slot), ready: { as: RETAILER.id, act } };
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
    (_market, buyer, slot) => {
        const statement = halted(slot);
        const act = (own: Market): Promise<unknown> => own.halts.set(role, statement);
        return Promise.resolve({ buyer, terms: saleTo(buyer.buyerId, slot), ready: { as, act } });
    };
export const haltByOperator = setHalt('dispatcher', 'exchange');
export const haltByRegulator = setHalt('reviewer', 'supervision');

export const liftHalt: Step = async (market, buyer, slot) => {
    const statement = halted(slot);
    await market.as('dispatcher').halts.set('exchange', statement);
    const act = (own: Market): Promise<unknown> => own.halts.lift('exchange', statement.carrier, slot);
    return { buyer, terms: saleTo(buyer.buyerId, slot), ready: { as: 'dispatcher', act } };
};
