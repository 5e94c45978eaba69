import type { MandateStatement } from '@commonwatt/chaincode/domain/mandate';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { ExposureBounds } from '@commonwatt/chaincode/domain/worst-case';

/** More than any terms of the tests can cost at worst: for what is not about these bounds. */
const MUCH_NANO = amountNano(10n ** 26n);

/** What a review lets terms cost, wide enough for any. */
export const WIDE_EXPOSURE: ExposureBounds = {
    partyCostMaxNano: MUCH_NANO,
    partyDefaultMaxNano: MUCH_NANO,
    defaultRateMaxMicroPerKwh: priceMicroPerKwh(10n ** 12n),
    toleranceMaxBp: 10_000,
    mayTakeOrPay: true,
    sourceIds: ['oracle', 'weighbridge'],
};

/** What a mandate lets an agent sign besides energy, prices and time: agreements and their next versions, at any cost. */
export const WIDE_RIGHTS: Pick<
    MandateStatement,
    | 'documents'
    | 'mayChangeOthers'
    | 'slotCostMaxNano'
    | 'dayCostMaxNano'
    | 'totalCostMaxNano'
    | 'totalDefaultMaxNano'
    | 'lanes'
    | 'sourceIds'
> = {
    documents: ['agreement', 'amendment', 'cancellation', 'offer'],
    mayChangeOthers: false,
    slotCostMaxNano: MUCH_NANO,
    dayCostMaxNano: MUCH_NANO,
    totalCostMaxNano: MUCH_NANO,
    totalDefaultMaxNano: MUCH_NANO,
    lanes: [0],
    sourceIds: ['oracle', 'weighbridge'],
};
