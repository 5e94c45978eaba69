import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import { type EnergyWh, smaller } from '@commonwatt/chaincode/domain/units';
import type { Device, PlannedBuilding } from './community.js';
import { RETAIL_MARGIN_MICRO } from './electricity.js';
import type { Outlook } from './outlook.js';
import { type Contract, CONTRACTOR, pointOf, pumpHeatOf, SELLERS, slackOf } from './plan.js';
import { contractedPumps } from './sources.js';
import { contractOf, delivers, SUPPLY } from './terms.js';

const PUMPED_HEAT_MICRO = 99_000n;
/** What a heat pump is taken to make of electricity (assumption, as in the scenario's yearly heat). */
const PUMP_RATIO_BP = 30_000;
const PUMP_FACTOR = 3n;

/**
 * A contractor runs the heat pumps of commercial buildings: it buys electricity for them and sells their heat. What a
 * building needs beyond that comes from the pump's own buffer, under an agreement of its own.
 */
export function heatPumps(outlook: Outlook): Contract[] {
    const pumps = outlook.buildings.flatMap((building) =>
        contractedPumps(building).map((pump) => ({ building, pump })),
    );
    const pairs = pumps
        .map(({ building, pump }) => legsOf(outlook, building, pump))
        .filter((pair) => pair.every(delivers));
    const conversions = pairs.map((_, position) => ({
        inputLeg: 2 * position,
        outputLeg: 2 * position + 1,
        ratioBp: PUMP_RATIO_BP,
    }));
    const name = `${CONTRACTOR} turns electricity into heat in ${pairs.length} heat pumps`;
    const buffers = pumps.map(({ building, pump }) => bufferOf(outlook, building, pump)).filter(delivers);
    return [
        ...(pairs.length === 0 ? [] : [contractOf(name, outlook.slots, pairs.flat(), { ...SUPPLY, conversions })]),
        ...buffers.map((leg) =>
            contractOf(`${CONTRACTOR} supplies ${leg.buyerId} with heat from the buffer`, outlook.slots, [leg], SUPPLY),
        ),
    ];
}

function legsOf(outlook: Outlook, building: PlannedBuilding, pump: Device): [Leg, Leg] {
    const [, seller] = SELLERS;
    const power = outlook.expectedOf(pump);
    const heat = outlook.cover(
        building,
        'heat',
        power.map((energy) => (energy * PUMP_FACTOR) as EnergyWh),
    );
    // No more electricity is bought under the agreement than its heat needs.
    const used = heat.map((energy, index) =>
        smaller(power[index] ?? energy, ((energy + PUMP_FACTOR - 1n) / PUMP_FACTOR) as EnergyWh),
    );
    const input: Leg = {
        carrier: 'electricity',
        sellerId: seller,
        sellerPoint: slackOf(seller),
        buyerId: CONTRACTOR,
        buyerPoint: pump.id,
        energyWh: used,
        priceMicroPerKwh: outlook.prices(RETAIL_MARGIN_MICRO),
    };
    return [input, heatLeg(outlook, building, pump, heat)];
}

const bufferOf = (outlook: Outlook, building: PlannedBuilding, pump: Device): Leg =>
    heatLeg(outlook, building, pump, [...outlook.open(building, 'heat')]);

const heatLeg = (outlook: Outlook, building: PlannedBuilding, pump: Device, energies: readonly EnergyWh[]): Leg => ({
    carrier: 'heat',
    sellerId: CONTRACTOR,
    sellerPoint: pumpHeatOf(pump.id),
    buyerId: building.id,
    buyerPoint: pointOf(building.id, 'heat'),
    energyWh: energies,
    priceMicroPerKwh: outlook.fixedPrice(PUMPED_HEAT_MICRO),
});
