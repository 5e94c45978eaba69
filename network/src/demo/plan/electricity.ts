import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import { type EnergyWh, energyWh } from '@commonwatt/chaincode/domain/units';
import type { PlannedBuilding } from './community.js';
import { type Outlook, type Series, sumSeries } from './outlook.js';
import { type Bid, type Contract, NETWORKS, pointOf, SELLERS, slackOf } from './plan.js';
import { contractOf, delivers, negotiated, SUPPLY } from './terms.js';

/** A retailer's margin on the wholesale price; neighbours ask and bid below it. */
export const RETAIL_MARGIN_MICRO = 140_000n;
/** What the abusive agreement charges: below the rules' cap, far above the standing verdict's band. */
const ABUSIVE_PRICE_MICRO = 800_000n;
/** Margins that sellers and buyers put on the table in turn, until they agree or not. */
const HAGGLES: readonly (readonly bigint[])[] = [
    [95_000n, 70_000n, 80_000n],
    [80_000n],
    [100_000n, 60_000n, 90_000n, 75_000n],
    [90_000n, 78_000n],
];
/** Share of its expected surplus that a careful seller promises, and of its need that a careful buyer buys. */
const CAREFUL_PERCENT = 70n;
/** The overconfident one promises this much of its peak power in the last slot. */
const OVERCONFIDENT_PERMILLE = 450n;
const NEIGHBOURS_MAX = 5;
const TOLERANCE_BP = 500;
/** A seller keeps ready more than is expected: what is not taken is not paid for. */
const READY_PERCENT = 130n;
/** Network losses that the operator buys in, of what is expected to be consumed (assumption). */
const LOSS_PERCENT = 2n;
/** 100 kW in a quarter of an hour. */
const OVERSIZED_WH = 25_000n;
/** Wh per W of peak power in a quarter of an hour, in thousandths. */
const QUARTER_PERMILLE = 4_000n;

/** Which seller supplies a building: feeders are the sales districts (assumption). */
export const sellerOf = (building: PlannedBuilding): string => (building.feeder === 'F2' ? SELLERS[1] : SELLERS[0]);

/** The household whose PV is largest among those without a battery. */
export function overconfidentOf(buildings: readonly PlannedBuilding[]): PlannedBuilding {
    const [largest] = buildings
        .filter((building) => building.sector === 'residential' && building.pv.length > 0 && isPlain(building))
        .sort((left, right) => Number(peakOf(right) - peakOf(left)));
    if (largest === undefined) {
        throw new Error('the demo needs a household with PV and without a battery');
    }
    return largest;
}

/** Who has PV sells to neighbours on its feeder what it will not need itself; each buyer has one such neighbour. */
export function neighbourSales(outlook: Outlook): Contract[] {
    const overconfident = overconfidentOf(outlook.buildings);
    const sellers = outlook.buildings.filter((building) => building.pv.length > 0);
    const contracts: Contract[] = [];
    const taken = new Set<string>();
    for (let round = 0; round < NEIGHBOURS_MAX; round += 1) {
        for (const seller of sellers) {
            const buyer = outlook.buildings.find(
                (building) => building.feeder === seller.feeder && building.pv.length === 0 && !taken.has(building.id),
            );
            const isFirst = round === 0 && seller.id === overconfident.id;
            if (buyer === undefined) {
                continue;
            }
            taken.add(buyer.id);
            const contract = neighbourSale(outlook, seller, buyer, isFirst);
            if (contract !== null) {
                contracts.push(haggled(outlook, contract, contracts.length));
            }
        }
    }
    return contracts;
}

function neighbourSale(
    outlook: Outlook,
    seller: PlannedBuilding,
    buyer: PlannedBuilding,
    overconfident: boolean,
): Contract | null {
    const offered = outlook
        .surplus(seller)
        .map((surplus) => energyWh((surplus * CAREFUL_PERCENT) / (100n * BigInt(NEIGHBOURS_MAX))));
    const sold = outlook.cover(buyer, 'electricity', offered, CAREFUL_PERCENT);
    const energyOf = overconfident ? [...sold.slice(0, -1), overconfidentBid(seller)] : sold;
    const leg = saleOf(seller, buyer, energyOf, outlook);
    const what = overconfident ? ', too much in the last slot' : '';
    return delivers(leg)
        ? contractOf(`${seller.id} sells to ${buyer.id}${what}`, outlook.slots, [leg], { toleranceBp: TOLERANCE_BP })
        : null;
}

const saleOf = (seller: PlannedBuilding, buyer: PlannedBuilding, energies: Series, outlook: Outlook): Leg => ({
    carrier: 'electricity',
    sellerId: seller.id,
    sellerPoint: pointOf(seller.id, 'electricity'),
    buyerId: buyer.id,
    buyerPoint: pointOf(buyer.id, 'electricity'),
    energyWh: energies,
    priceMicroPerKwh: outlook.prices(0n),
});

/** Seller and buyer bid in turn; every pattern is used in turn, too. */
function haggled(outlook: Outlook, contract: Contract, position: number): Contract {
    const [leg] = contract.draft.legs;
    const margins = HAGGLES[position % HAGGLES.length] ?? [];
    const bids = margins.map((margin, round): Bid => ({
        by: (round % 2 === 0 ? leg?.sellerId : leg?.buyerId) ?? '',
        prices: outlook.prices(margin),
    }));
    return negotiated(contract, bids);
}

/** Everybody's seller delivers what is still missing; one of these agreements is abusive. */
export function retailSupply(outlook: Outlook): Contract[] {
    const abused = plainConsumers(outlook)[0];
    return outlook.buildings.flatMap((building) => {
        const isAbusive = building.id === abused?.id;
        const seller = sellerOf(building);
        const leg = supplyOf(outlook, seller, building);
        const priceMicroPerKwh = isAbusive ? outlook.fixedPrice(ABUSIVE_PRICE_MICRO) : leg.priceMicroPerKwh;
        const name = `${seller} supplies ${building.id}${isAbusive ? ' at an abusive price' : ''}`;
        const contract = contractOf(name, outlook.slots, [{ ...leg, priceMicroPerKwh }], SUPPLY);
        return delivers(leg) ? [{ ...contract, abusive: isAbusive }] : [];
    });
}

/** From a slot of the day on, the other seller supplies whom the abusive agreement has bound. */
export function rescueSupply(outlook: Outlook, abusive: Contract | undefined, fromIndex: number): Contract | null {
    const [leg] = abusive?.draft.legs ?? [];
    const building = outlook.buildings.find(({ id }) => id === leg?.buyerId);
    const seller = SELLERS.find((each) => each !== leg?.sellerId);
    const slots = outlook.slots.slice(fromIndex);
    if (building === undefined || seller === undefined || slots.length === 0) {
        return null;
    }
    const whole = supplyOf(outlook, seller, building);
    const rest: Leg = {
        ...whole,
        energyWh: whole.energyWh.slice(fromIndex),
        priceMicroPerKwh: whole.priceMicroPerKwh.slice(fromIndex),
    };
    const name = `${seller} supplies ${building.id} for the rest of the day`;
    return delivers(rest) ? contractOf(name, slots, [rest], SUPPLY) : null;
}

/** A household buys what no house connection carries: 100 kW in every slot. */
export function oversizedSupply(outlook: Outlook): Contract {
    const building = plainConsumers(outlook).at(-1);
    if (building === undefined) {
        throw new Error('the demo needs a household without PV and battery');
    }
    const seller = sellerOf(building);
    const leg = { ...supplyOf(outlook, seller, building), energyWh: outlook.constant(OVERSIZED_WH) };
    return contractOf(`${seller} promises ${building.id} 100 kW`, outlook.slots, [leg], SUPPLY);
}

/** Households that neither generate nor store. */
export const plainConsumers = (outlook: Outlook): PlannedBuilding[] =>
    outlook.buildings.filter(
        ({ batteries, pv, sector }) => batteries.length + pv.length === 0 && sector === 'residential',
    );

const supplyOf = (outlook: Outlook, seller: string, building: PlannedBuilding): Leg => ({
    carrier: 'electricity',
    sellerId: seller,
    sellerPoint: slackOf(seller),
    buyerId: building.id,
    buyerPoint: pointOf(building.id, 'electricity'),
    energyWh: readyFor(outlook.open(building, 'electricity')),
    priceMicroPerKwh: outlook.prices(RETAIL_MARGIN_MICRO),
});

/** The network operator buys in what its lines lose. */
export function networkLosses(outlook: Outlook): Contract[] {
    const [seller] = SELLERS;
    const needs = sumSeries(outlook.buildings.map((building) => outlook.need(building, 'electricity')));
    const losses = needs.map((need) => energyWh((need * LOSS_PERCENT) / 100n));
    const leg: Leg = {
        carrier: 'electricity',
        sellerId: seller,
        sellerPoint: slackOf(seller),
        buyerId: NETWORKS.electricity,
        buyerPoint: pointOf(NETWORKS.electricity, 'electricity'),
        energyWh: losses,
        priceMicroPerKwh: outlook.prices(RETAIL_MARGIN_MICRO / 4n),
    };
    return delivers(leg)
        ? [contractOf(`${seller} covers the losses of ${NETWORKS.electricity}`, outlook.slots, [leg], SUPPLY)]
        : [];
}

/** Offers that come to nothing: too dear, and never answered. */
export function failedOffers(outlook: Outlook): Contract[] {
    const seller = overconfidentOf(outlook.buildings);
    const buyers = outlook.buildings.filter((building) => building.feeder !== seller.feeder && isPlain(building));
    return buyers.slice(0, 4).map((buyer, position) => {
        const leg = saleOf(seller, buyer, outlook.constant(50n), outlook);
        const contract = contractOf(`${seller.id} offers to ${buyer.id}`, outlook.slots, [leg]);
        const asked = { by: seller.id, prices: outlook.prices(RETAIL_MARGIN_MICRO + 40_000n) };
        const bid = { by: buyer.id, prices: outlook.prices(10_000n) };
        return position % 2 === 0
            ? negotiated(contract, [asked, bid], 'withdrawn')
            : negotiated(contract, [asked], 'expired');
    });
}

/** What a seller without a meter keeps ready for an expected need. */
export const readyFor = (expected: Series): EnergyWh[] =>
    expected.map((energy) => energyWh((energy * READY_PERCENT) / 100n));

const isPlain = (building: PlannedBuilding): boolean => building.batteries.length === 0;

const peakOf = (building: PlannedBuilding): bigint => building.pv.reduce((sum, { peakW }) => sum + peakW, 0n);

const overconfidentBid = (seller: PlannedBuilding): EnergyWh =>
    energyWh((peakOf(seller) * OVERCONFIDENT_PERMILLE) / QUARTER_PERMILLE);
