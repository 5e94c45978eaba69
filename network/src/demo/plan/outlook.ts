import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import {
    type EnergyWh,
    energyWh,
    minus,
    type PriceMicroPerKwh,
    priceMicroPerKwh,
    type SlotIndex,
    smaller,
    sumEnergy,
} from '@commonwatt/chaincode/domain/units';
import { wholePart } from '../../scenario/decimal.js';
import { type MeterSource, netImportOf } from '../../scenario/registers.js';
import type { Scenario } from '../../scenario/scenario.js';
import { DAY_SLOTS, wallTimeOf } from '../../scenario/slot.js';
import type { ChargePoint, Community, Device, PlannedBuilding } from './community.js';
import { coldOf, deviceOf, gasOf, heatOf, ownPowerOf } from './sources.js';

/** Energy slot by slot, over the slots of the demo. */
export type Series = readonly EnergyWh[];

const SLOTS_PER_YEAR = 35_040n;

export type OutlookInput = Readonly<{
    scenario: Scenario;
    community: Community;
    slots: readonly SlotIndex[];
    wholesale: readonly PriceMicroPerKwh[];
}>;

/**
 * What is known of a day before it comes. Participants expect what their meters showed in the same slot of the day
 * before; of the first day of a week, before which nothing is known, an even share of the year. But for vehicles, which
 * book, nobody looks at the day itself, so that the readings decide what was kept.
 */
export class Outlook {
    readonly slots: readonly SlotIndex[];
    readonly community: Community;
    readonly #scenario: Scenario;
    readonly #wholesale: readonly PriceMicroPerKwh[];
    /** What each building needs and nobody has sold to it yet. */
    readonly #open = new Map<string, EnergyWh[]>();

    constructor({ scenario, community, slots, wholesale }: OutlookInput) {
        this.slots = slots;
        this.community = community;
        this.#scenario = scenario;
        this.#wholesale = wholesale;
    }

    get buildings(): readonly PlannedBuilding[] {
        return this.community.buildings;
    }

    /** Wholesale price of each slot and a margin. */
    prices(marginMicro: bigint): readonly PriceMicroPerKwh[] {
        return this.#wholesale.map((price) => priceMicroPerKwh(price + marginMicro));
    }

    fixedPrice(micro: bigint): readonly PriceMicroPerKwh[] {
        return this.slots.map(() => priceMicroPerKwh(micro));
    }

    constant(wattHours: bigint): Series {
        return this.slots.map(() => energyWh(wattHours));
    }

    /** Hour of the day by the wall clock in which each slot begins. */
    get hours(): readonly number[] {
        return this.slots.map((slot) => Number(wallTimeOf(slot).slice(-5, -3)));
    }

    /** What a building is expected to take from the carrier's network. */
    need(building: PlannedBuilding, carrier: Carrier): Series {
        switch (carrier) {
            case 'electricity':
                return this.#expected(ownPowerOf(this.#scenario, building), building.annualWh, 1n);
            case 'heat':
                return this.#expected(heatOf(building.id), building.annualHeatWh, 1n);
            case 'gas':
                return this.#expected(gasOf(building.id), building.annualHeatWh, 1n);
            case 'cooling':
                return this.#expected(coldOf(building.id), 0n, 1n);
            case 'mobility':
            case 'coal':
            case 'oil':
                return this.constant(0n);
        }
    }

    /** What a building is expected to feed into the grid. */
    surplus(building: PlannedBuilding): Series {
        return this.#expected(ownPowerOf(this.#scenario, building), 0n, -1n);
    }

    /** What a device is expected to consume. */
    expectedOf(device: Device): Series {
        return this.#expected(deviceOf(device.id), 0n, 1n);
    }

    /** What vehicles will take at a charge point, which is the one thing that is known beforehand: they book it. */
    booked(point: ChargePoint): Series {
        return this.#inSlots(deviceOf(point.id), this.slots, 1n);
    }

    /** What nobody has sold to a building yet of what it needs. */
    open(building: PlannedBuilding, carrier: Carrier): Series {
        return this.#openOf(building, carrier);
    }

    /** Sells a building as much of an offered series as it still needs, at most a share of that, and says how much. */
    cover(building: PlannedBuilding, carrier: Carrier, offered: Series, sharePercent = 100n): Series {
        const open = this.#openOf(building, carrier);
        return open.map((needed, index) => {
            const most = energyWh((needed * sharePercent) / 100n);
            const sold = smaller(most, offered[index] ?? energyWh(0n));
            open[index] = minus(needed, sold);
            return sold;
        });
    }

    #openOf(building: PlannedBuilding, carrier: Carrier): EnergyWh[] {
        const key = `${building.id}/${carrier}`;
        const open = this.#open.get(key) ?? [...this.need(building, carrier)];
        this.#open.set(key, open);
        return open;
    }

    #expected(source: MeterSource, annualWh: bigint, sign: 1n | -1n): Series {
        const daysBefore = this.slots.map((slot) => slot - DAY_SLOTS);
        return this.#inSlots(source, daysBefore, sign).map((energy, index) =>
            (daysBefore[index] ?? 0) < this.#scenario.firstSlot ? energyWh(annualWh / SLOTS_PER_YEAR) : energy,
        );
    }

    /** What a source takes (sign 1) or gives in slots of the week. */
    #inSlots(source: MeterSource, slots: readonly SlotIndex[], sign: 1n | -1n): Series {
        const { numerator, denominator } = source.factor ?? { numerator: 1n, denominator: 1n };
        return slots.map((slot) => {
            const { coefficient, fractionDigits } = netImportOf(this.#scenario, source, slot);
            const drawn = coefficient * sign;
            const exact = { coefficient: (drawn > 0n ? drawn : 0n) * numerator, fractionDigits };
            return energyWh(wholePart(exact) / denominator);
        });
    }
}

/** What several series come to in each slot. */
export const sumSeries = (all: readonly Series[]): Series =>
    (all[0] ?? []).map((_, index) => sumEnergy(all.map((series) => series[index] ?? energyWh(0n))));
