import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import {
    amountNano,
    type EnergyWh,
    energyWh,
    type PriceMicroPerKwh,
    priceMicroPerKwh,
    type SlotIndex,
} from '@commonwatt/chaincode/domain/units';
import type { Draft } from '@commonwatt/client';

/** What the plan needs to know of a building. */
export type PlannedBuilding = Readonly<{
    id: string;
    sector: 'residential' | 'commercial';
    annualWh: bigint;
    /** Peak power of its own PV in W; 0 without. */
    pvPeakW: bigint;
    hasBattery: boolean;
    feeder: string;
    /** Node of the grid. */
    bus: string;
}>;

export type PlanInput = Readonly<{
    buildings: readonly PlannedBuilding[];
    slots: readonly SlotIndex[];
    /** Wholesale price of each slot. */
    wholesale: readonly PriceMicroPerKwh[];
}>;

/** One agreement of the demo; `abusive` names the one that the regulator ends. */
export type Contract = Readonly<{ name: string; abusive: boolean; draft: Draft }>;

export type Plan = Readonly<{
    retailer: string;
    retailerPoint: string;
    prosumer: PlannedBuilding;
    neighbours: readonly [PlannedBuilding, PlannedBuilding];
    /** Applies and is not qualified. */
    newcomer: PlannedBuilding;
    contracts: readonly Contract[];
}>;

/** The retailer's margin, and the neighbours' share of it. */
const RETAIL_MARGIN_MICRO = 140_000n;
const NEIGHBOUR_MARGIN_MICRO = 80_000n;
/** What the abusive agreement charges: below the rules' cap, far above the standing verdict's band. */
const ABUSIVE_PRICE_MICRO = 800_000n;
/** A careful bid of the prosumer, and an overconfident one in the last slot, in thousandths of the peak power. */
const CAREFUL_PERMILLE = 25n;
const OVERCONFIDENT_PERMILLE = 450n;
const DEFAULT_RATE_MICRO = 100_000n;
const DEFAULT_CAP_NANO = 50_000_000_000n;
const TOLERANCE_BP = 500;
const RETAILER = 'retailer-1';
const RETAILER_POINT = 'retailer-1-slack';
const SLOTS_PER_YEAR = 35_040n;

/**
 * Chooses who trades what with whom, from what is known beforehand (peak powers, yearly consumption, wholesale prices)
 * and never from the profiles, so that the readings decide what was kept.
 * @throws Error when the community has no household with PV, and three without, on one feeder
 */
export function makePlan(input: PlanInput): Plan {
    const [prosumer] = input.buildings
        .filter((building) => isPlainHousehold(building) && building.pvPeakW > 0n)
        .sort((left, right) => Number(right.pvPeakW - left.pvPeakW))
        .filter((building) => neighboursOf(input, building).length >= 3);
    const [first, second, newcomer] = prosumer === undefined ? [] : neighboursOf(input, prosumer);
    if (prosumer === undefined || first === undefined || second === undefined || newcomer === undefined) {
        throw new Error('the demo needs a household with PV and three without on the same feeder, none with a battery');
    }
    return {
        retailer: RETAILER,
        retailerPoint: RETAILER_POINT,
        prosumer,
        neighbours: [first, second],
        newcomer,
        contracts: contractsBetween(input, prosumer, first, second),
    };
}

function contractsBetween(
    input: PlanInput,
    prosumer: PlannedBuilding,
    first: PlannedBuilding,
    second: PlannedBuilding,
): Contract[] {
    const careful = input.slots.map(() => shareOfPeak(prosumer, CAREFUL_PERMILLE));
    const overconfident = [...careful.slice(0, -1), shareOfPeak(prosumer, OVERCONFIDENT_PERMILLE)];
    const neighbourly = input.wholesale.map((price) => priceMicroPerKwh(price + NEIGHBOUR_MARGIN_MICRO));
    const retail = input.wholesale.map((price) => priceMicroPerKwh(price + RETAIL_MARGIN_MICRO));
    const abusive = input.slots.map(() => priceMicroPerKwh(ABUSIVE_PRICE_MICRO));
    const fromProsumer = { sellerId: prosumer.id, sellerPoint: prosumer.id };
    const fromRetailer = { sellerId: RETAILER, sellerPoint: RETAILER_POINT };
    const contract = (name: string, leg: Omit<Leg, 'carrier' | 'buyerPoint'>, more: Partial<Draft>): Contract => ({
        name,
        abusive: false,
        draft: {
            proposerId: leg.sellerId,
            legs: [{ carrier: 'electricity', buyerPoint: leg.buyerId, ...leg }],
            firstSlot: input.slots[0] ?? 0,
            slotCount: input.slots.length,
            defaultRateMicroPerKwh: priceMicroPerKwh(DEFAULT_RATE_MICRO),
            defaultCapNano: amountNano(DEFAULT_CAP_NANO),
            ...more,
        },
    });
    const bought = (buyer: PlannedBuilding, energyWh: EnergyWh[], priceMicroPerKwh: PriceMicroPerKwh[]) => ({
        buyerId: buyer.id,
        energyWh,
        priceMicroPerKwh,
    });
    return [
        contract(
            `${prosumer.id} sells to ${first.id}, too much in the last slot`,
            { ...fromProsumer, ...bought(first, overconfident, neighbourly) },
            { toleranceBp: TOLERANCE_BP },
        ),
        contract(
            `${prosumer.id} sells to ${second.id}`,
            { ...fromProsumer, ...bought(second, careful, neighbourly) },
            { toleranceBp: TOLERANCE_BP },
        ),
        contract(
            `${RETAILER} supplies ${first.id}, which need not take it`,
            { ...fromRetailer, ...bought(first, baseLoad(first, input), retail) },
            { takeOrPay: false },
        ),
        {
            ...contract(
                `${RETAILER} supplies ${second.id} at an abusive price`,
                { ...fromRetailer, ...bought(second, baseLoad(second, input), abusive) },
                {},
            ),
            abusive: true,
        },
    ];
}

function neighboursOf(input: PlanInput, prosumer: PlannedBuilding): PlannedBuilding[] {
    return input.buildings.filter(
        (building) => isPlainHousehold(building) && building.pvPeakW === 0n && building.feeder === prosumer.feeder,
    );
}

const isPlainHousehold = (building: PlannedBuilding): boolean =>
    building.sector === 'residential' && !building.hasBattery;

/** A share of what the building's PV gives at its peak in a quarter of an hour. */
const shareOfPeak = (building: PlannedBuilding, permille: bigint): EnergyWh =>
    energyWh((building.pvPeakW * permille) / 4_000n);

/** A building's average quarter of an hour. */
const baseLoad = (building: PlannedBuilding, input: PlanInput): EnergyWh[] =>
    input.slots.map(() => energyWh(building.annualWh / SLOTS_PER_YEAR));
