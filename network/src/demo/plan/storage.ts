import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import { type EnergyWh, energyWh, NO_ENERGY, shareFloor, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Battery, PlannedBuilding } from './community.js';
import { sellerOf } from './electricity.js';
import type { Outlook, Series } from './outlook.js';
import { type Contract, pointOf, slackOf } from './plan.js';
import { contractOf, delivers } from './terms.js';

/** Hours in which batteries charge and discharge, and the share of their capacity that goes through (assumptions). */
const CHARGING_HOURS = [12, 13, 14];
const DISCHARGING_HOURS = [18, 19, 20];
const CYCLE_PERCENT = 20n;
const SLOTS_PER_WINDOW = 12n;
/** Margins on the wholesale price at which a battery buys and sells. */
const CHARGE_MARGIN_MICRO = 30_000n;
const DISCHARGE_MARGIN_MICRO = 110_000n;

/** A battery of the demo with what it buys and sells; it does just that, so this is what its meter measures. */
export type PlannedStorage = Readonly<{
    owner: PlannedBuilding;
    battery: Battery;
    contracts: readonly Contract[];
    /** Net import in Wh by slot. */
    netImportWh: ReadonlyMap<SlotIndex, bigint>;
}>;

/** Every battery buys what its owner's seller has at noon, and sells it to a neighbour in the evening. */
export function storages(outlook: Outlook): PlannedStorage[] {
    const taken = new Set<string>();
    return outlook.buildings.flatMap((owner) =>
        owner.batteries.map((battery) => {
            const buyer = outlook.buildings.find(
                (building) =>
                    building.feeder === owner.feeder &&
                    building.pv.length + building.batteries.length === 0 &&
                    !taken.has(building.id) &&
                    evening(outlook, outlook.open(building, 'electricity')) > 0n,
            );
            if (buyer !== undefined) {
                taken.add(buyer.id);
            }
            return storageOf(outlook, owner, battery, buyer ?? null);
        }),
    );
}

function storageOf(
    outlook: Outlook,
    owner: PlannedBuilding,
    battery: Battery,
    buyer: PlannedBuilding | null,
): PlannedStorage {
    const chargeWh = energyWh((battery.capacityWh * CYCLE_PERCENT) / (100n * SLOTS_PER_WINDOW));
    const offered = windowed(outlook, DISCHARGING_HOURS, shareFloor(chargeWh, battery.efficiencyBp));
    const sold = buyer === null ? outlook.constant(0n) : outlook.cover(buyer, 'electricity', offered);
    // No more goes in than is sold, so that a battery without buyers stands still.
    const soldWh = sold.reduce((sum, energy) => sum + energy, 0n);
    const neededWh = (soldWh * 10_000n) / BigInt(battery.efficiencyBp) / SLOTS_PER_WINDOW;
    const bought = windowed(outlook, CHARGING_HOURS, energyWh(neededWh < chargeWh ? neededWh : chargeWh));
    const seller = sellerOf(owner);
    const charging: Leg = {
        carrier: 'electricity',
        sellerId: seller,
        sellerPoint: slackOf(seller),
        buyerId: owner.id,
        buyerPoint: battery.id,
        energyWh: bought,
        priceMicroPerKwh: outlook.prices(CHARGE_MARGIN_MICRO),
    };
    const discharging: Leg = {
        carrier: 'electricity',
        sellerId: owner.id,
        sellerPoint: battery.id,
        buyerId: buyer?.id ?? '',
        buyerPoint: pointOf(buyer?.id ?? '', 'electricity'),
        energyWh: sold,
        priceMicroPerKwh: outlook.prices(DISCHARGE_MARGIN_MICRO),
    };
    return {
        owner,
        battery,
        contracts: [
            contractOf(`${battery.id} of ${owner.id} charges at noon`, outlook.slots, [charging]),
            // The buyer need not watch for such occasions: its seller signs for it.
            {
                ...contractOf(`${battery.id} of ${owner.id} discharges for ${buyer?.id ?? ''}`, outlook.slots, [
                    discharging,
                ]),
                agentId: buyer === null ? null : sellerOf(buyer),
            },
        ].filter(({ draft }) => draft.legs.every(delivers)),
        netImportWh: new Map(outlook.slots.map((slot, index) => [slot, (bought[index] ?? 0n) - (sold[index] ?? 0n)])),
    };
}

const evening = (outlook: Outlook, series: Series): bigint =>
    series
        .filter((_, index) => DISCHARGING_HOURS.includes(outlook.hours[index] ?? -1))
        .reduce((sum, energy) => sum + energy, 0n);

const windowed = (outlook: Outlook, hours: readonly number[], energy: EnergyWh): Series =>
    outlook.hours.map((hour) => (hours.includes(hour) ? energy : NO_ENERGY));
