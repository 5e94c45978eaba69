import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import { energyWh, smaller } from '@commonwatt/chaincode/domain/units';
import type { ChargePoint, PlannedBuilding } from './community.js';
import { RETAIL_MARGIN_MICRO } from './electricity.js';
import type { Outlook } from './outlook.js';
import { CHARGING, type Contract, FLEETS, SELLERS, slackOf, stationOf, vehicleOf } from './plan.js';
import { contractOf, delivers, SUPPLY } from './terms.js';

const MOBILITY_MICRO = 380_000n;
/** Vehicles book a little more than they will take (assumption: who parks knows for how long), as far as a charge point gives it. */
const BOOKED_PERCENT = 110n;
const SLOTS_PER_HOUR = 4n;
/** All that goes into a charge point comes out of it. */
const CHARGING_RATIO_BP = 10_000;

/** Electricity becomes mobility at the charge points: one agreement for each fleet, all its legs or none. */
export function charging(outlook: Outlook): Contract[] {
    return (['home', 'work'] as const).flatMap((place) => {
        const points = outlook.buildings.flatMap((building) =>
            building.chargePoints.filter((point) => point.place === place).map((point) => ({ building, point })),
        );
        const pairs = points.map((each) => legsOf(outlook, each)).filter(([power]) => delivers(power));
        const conversions = pairs.map((_, position) => ({
            inputLeg: 2 * position,
            outputLeg: 2 * position + 1,
            ratioBp: CHARGING_RATIO_BP,
        }));
        const name = `${CHARGING} charges the vehicles of ${FLEETS[place]}`;
        return pairs.length === 0 ? [] : [contractOf(name, outlook.slots, pairs.flat(), { ...SUPPLY, conversions })];
    });
}

function legsOf(
    outlook: Outlook,
    { point }: Readonly<{ building: PlannedBuilding; point: ChargePoint }>,
): readonly [Leg, Leg] {
    const [seller] = SELLERS;
    const mostWh = energyWh(point.peakW / SLOTS_PER_HOUR);
    const booked = outlook.booked(point).map((energy) => smaller(energyWh((energy * BOOKED_PERCENT) / 100n), mostWh));
    const power: Leg = {
        carrier: 'electricity',
        sellerId: seller,
        sellerPoint: slackOf(seller),
        buyerId: CHARGING,
        buyerPoint: point.id,
        energyWh: booked,
        priceMicroPerKwh: outlook.prices(RETAIL_MARGIN_MICRO),
    };
    const mobility: Leg = {
        carrier: 'mobility',
        sellerId: CHARGING,
        sellerPoint: stationOf(point.id),
        buyerId: FLEETS[point.place],
        buyerPoint: vehicleOf(point.id),
        energyWh: booked,
        priceMicroPerKwh: outlook.fixedPrice(MOBILITY_MICRO),
    };
    return [power, mobility];
}
