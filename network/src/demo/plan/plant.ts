import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import {
    type EnergyWh,
    energyWh,
    minus,
    negate,
    NO_ENERGY,
    plus,
    type SlotIndex,
    smaller,
    sumEnergy,
} from '@commonwatt/chaincode/domain/units';
import type { Community, PlannedPlant } from './community.js';

/** Ratings of the plants that serve the whole community. */
export type Plants = Readonly<{ chp: PlannedPlant; boiler: PlannedPlant; chiller: PlannedPlant }>;

/** What the plants take and give in a slot. */
export type PlantSlot = Readonly<{
    chpGasWh: EnergyWh;
    chpHeatWh: EnergyWh;
    powerWh: EnergyWh;
    boilerGasWh: EnergyWh;
    boilerHeatWh: EnergyWh;
}>;

/** Standing loss of the heat network in a quarter of an hour: 1.2 km at 12 W/m, as `pipes/heat.json` has it. */
export const HEAT_LOSS_WH = energyWh(3_614n);
const QUARTERS = 4n;

export function plantsOf({ plants }: Community): Plants {
    const named = (name: string): PlannedPlant => {
        const plant = plants.find(({ id }) => id.startsWith(name));
        if (plant === undefined) {
            throw new Error(`the demo needs a plant whose id begins with "${name}"`);
        }
        return plant;
    };
    return { chp: named('chp'), boiler: named('boiler'), chiller: named('chiller') };
}

/**
 * How the plants serve a demand for heat (assumptions of the demo): the CHP follows it up to its power, the boiler gives
 * the rest, nothing is stored. A CHP that has tripped leaves everything to the boiler.
 */
export function runPlants({ chp, boiler }: Plants, heatWh: EnergyWh, tripped: boolean): PlantSlot {
    const chpHeatWh = tripped ? NO_ENERGY : smaller(heatWh, energyWh(chp.heatW / QUARTERS));
    const boilerHeatWh = minus(heatWh, chpHeatWh);
    return {
        chpHeatWh,
        boilerHeatWh,
        chpGasWh: ceilingOf(chpHeatWh * chp.gasW, chp.heatW),
        boilerGasWh: ceilingOf(boilerHeatWh * boiler.gasW, boiler.heatW),
        powerWh: energyWh((chpHeatWh * chp.powerW) / chp.heatW),
    };
}

/** Electricity that the chiller needs for cold. */
export const chillerPowerWh = ({ chiller }: Plants, coldWh: EnergyWh): EnergyWh =>
    ceilingOf(coldWh * chiller.powerW, chiller.coldW);

/** Cold that the chiller makes of electricity. */
export const chillerColdWh = ({ chiller }: Plants, powerWh: EnergyWh): EnergyWh =>
    energyWh((powerWh * chiller.coldW) / chiller.powerW);

/** What the CHP makes of 10 000 parts of gas. */
export const chpRatioBp = ({ chp }: Plants, carrier: Carrier): number =>
    Number(((carrier === 'heat' ? chp.heatW : chp.powerW) * RATIO_WHOLE) / chp.gasW);

/** What the chiller makes of 10 000 parts of electricity. */
export const chillerRatioBp = ({ chiller }: Plants): number => Number((chiller.coldW * RATIO_WHOLE) / chiller.powerW);

const RATIO_WHOLE = 10_000n;
const ceilingOf = (product: bigint, divisor: bigint): EnergyWh => energyWh((product + divisor - 1n) / divisor);

/** The half hour in the last quarter of a longer run in which the CHP stands still, as the demo's story wants it. */
export function trippedSlots(slots: readonly SlotIndex[]): readonly SlotIndex[] {
    const from = Math.floor((slots.length * 3) / 4);
    return slots.length < 8 ? [] : slots.slice(from, from + 2);
}

/** What the plants' meters measure, from what the buildings' meters measured. */
export type Demand = Readonly<{
    slots: readonly SlotIndex[];
    heatWh: readonly EnergyWh[];
    coldWh: readonly EnergyWh[];
}>;
export type PlantMeters = Readonly<
    Record<'gas' | 'power' | 'heat' | 'chillerPower' | 'chillerCold', ReadonlyMap<number, bigint>>
>;

/** Net imports of the plants' meters by slot. */
export function plantMeters(plants: Plants, { slots, heatWh, coldWh }: Demand): PlantMeters {
    const tripped = new Set(trippedSlots(slots));
    const runs = slots.map((slot, index) => ({
        slot,
        supplyWh: plus(heatWh[index] ?? NO_ENERGY, HEAT_LOSS_WH),
        coldWh: coldWh[index] ?? NO_ENERGY,
        run: runPlants(plants, plus(heatWh[index] ?? NO_ENERGY, HEAT_LOSS_WH), tripped.has(slot)),
    }));
    const meter = (importOf: (slot: (typeof runs)[number]) => bigint): Map<number, bigint> =>
        new Map(runs.map((each) => [each.slot, importOf(each)]));
    return {
        gas: meter(({ run }) => sumEnergy([run.chpGasWh, run.boilerGasWh])),
        power: meter(({ run }) => negate(run.powerWh)),
        heat: meter(({ supplyWh }) => negate(supplyWh)),
        chillerPower: meter((each) => chillerPowerWh(plants, each.coldWh)),
        chillerCold: meter((each) => negate(each.coldWh)),
    };
}
