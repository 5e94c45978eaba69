import { amountNano, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Draft } from '@commonwatt/client';
import { household, prosumer, RETAILER, type Subject } from '../support/market.js';
import { saleDraft } from '../support/sale.js';

export const PROSUMER = prosumer('bld-05');
/** A roof that the network operator profits from. */
export const OPERATORS_ROOF = prosumer('bld-10', { beneficialOwnerMspId: 'OperatorMSP' });
export const BUYER = household('bld-04');
export const NEIGHBOUR = household('bld-06');
/** Applies and is metered, but not qualified. */
export const NEWCOMER = household('bld-08');
export const QUALIFIED: readonly Subject[] = [PROSUMER, OPERATORS_ROOF, BUYER, NEIGHBOUR, RETAILER];
export const SUBJECTS: readonly Subject[] = [...QUALIFIED, NEWCOMER];

/** The standing verdict under which ordinary trade is approved in advance. */
export const STANDING_ID = 'ordinary-electricity';
export const DELIVERY_SLOTS = 10;
/** From this slot of delivery on both roofs have promised more than the sun gives. */
const OVERCONFIDENT_FROM = 5;
const TOO_MUCH_WH = 900n;
const CAREFUL_WH = 100n;
/** What the prosumer promises in the first slot, in which it will feed in 311 Wh. */
export const FIRST_PROMISE_WH = 700n;
export const SUPPLY_WH = 150n;
export const ORDINARY_PRICE_MICRO = 180_000n;
/** Below the cap of the rules, above the band of the standing verdict. */
export const ABUSIVE_PRICE_MICRO = 800_000n;
/** Less than the prosumer will owe for what it could not deliver. */
export const TRADE_CAP_NANO = 50_000_000n;

export type AgreementName = 'trade' | 'supply' | 'operatorsTrade' | 'abusive' | 'rejected';

const everySlot = (wh: bigint): bigint[] => Array.from({ length: DELIVERY_SLOTS }, () => wh);

const promised = (firstWh: bigint): bigint[] =>
    everySlot(CAREFUL_WH).map((wh, offset) => {
        if (offset === 0) {
            return firstWh;
        }
        return offset < OVERCONFIDENT_FROM ? wh : TOO_MUCH_WH;
    });

/** Every agreement of the story, by the first slot of delivery. */
export const DRAFTS: Readonly<Record<AgreementName, (firstSlot: SlotIndex) => Draft>> = {
    trade: (firstSlot) =>
        saleDraft(
            {
                sellerId: PROSUMER.id,
                buyerId: BUYER.id,
                firstSlot,
                energyWh: promised(FIRST_PROMISE_WH),
                priceMicroPerKwh: ORDINARY_PRICE_MICRO,
            },
            { defaultCapNano: amountNano(TRADE_CAP_NANO) },
        ),
    // Delivers whatever happens: nothing waives its default amounts.
    supply: (firstSlot) =>
        saleDraft(
            {
                sellerId: RETAILER.id,
                buyerId: BUYER.id,
                firstSlot,
                energyWh: everySlot(SUPPLY_WH),
                priceMicroPerKwh: ORDINARY_PRICE_MICRO,
            },
            { takeOrPay: false, exemptions: [] },
        ),
    operatorsTrade: (firstSlot) =>
        saleDraft({
            sellerId: OPERATORS_ROOF.id,
            buyerId: NEIGHBOUR.id,
            firstSlot,
            energyWh: promised(CAREFUL_WH),
            priceMicroPerKwh: ORDINARY_PRICE_MICRO,
        }),
    abusive: (firstSlot) =>
        saleDraft({
            sellerId: RETAILER.id,
            buyerId: NEIGHBOUR.id,
            firstSlot,
            energyWh: everySlot(CAREFUL_WH),
            priceMicroPerKwh: ABUSIVE_PRICE_MICRO,
        }),
    rejected: (firstSlot) =>
        saleDraft({
            sellerId: RETAILER.id,
            buyerId: BUYER.id,
            firstSlot,
            energyWh: everySlot(CAREFUL_WH),
            priceMicroPerKwh: ABUSIVE_PRICE_MICRO,
        }),
};
