import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import {
    type EnergyWh,
    energyWh,
    minus,
    NO_ENERGY,
    plus,
    type PriceMicroPerKwh,
    priceMicroPerKwh,
    smaller,
    splitByLargestRemainder,
    sumEnergy,
} from '@commonwatt/chaincode/domain/units';
import type { Draft } from '@commonwatt/client';
import type { PlannedBuilding } from './community.js';
import { readyFor, RETAIL_MARGIN_MICRO } from './electricity.js';
import { type Outlook, type Series, sumSeries } from './outlook.js';
import { type Contract, GAS_SUPPLIER, NETWORKS, PLANT, pointOf, SELLERS, slackOf } from './plan.js';
import {
    chillerColdWh,
    chillerPowerWh,
    chillerRatioBp,
    chpRatioBp,
    HEAT_LOSS_WH,
    type Plants,
    type PlantSlot,
    runPlants,
} from './plant.js';
import { contractOf, delivers, SUPPLY } from './terms.js';

/** Prices of the demo, µ/kWh (assumptions). */
const GAS_MICRO = 52_000n;
const PLANT_GAS_MICRO = 45_000n;
const HEAT_MICRO = 95_000n;
const CHP_HEAT_MICRO = 88_000n;
const COLD_MICRO = 110_000n;
const CHP_MARGIN_MICRO = 90_000n;
const SUN_TO_COLD_MARGIN_MICRO = 70_000n;
/** Parties besides supplier and converter that an agreement has room for. */
const CUSTOMERS_MAX = 6;
const POWER_CUSTOMERS = 2;
/** Share of a large roof's surplus that goes into cold. */
const SUN_TO_COLD_PERCENT = 15n;

const CHILLER_POWER = 'chiller-1-electricity';
const CHILLER_COLD = 'chiller-1-cooling';
export const CHILLER_POINTS = { power: CHILLER_POWER, cold: CHILLER_COLD } as const;

/** Several carriers in one agreement: whoever misses a leg answers for it, within a tenth. */
const JOINT: Partial<Draft> = {
    takeOrPay: false,
    toleranceBp: 1_000,
    defaultRateMicroPerKwh: priceMicroPerKwh(40_000n),
};

/** Contracts of heat, cold and gas, from the expected needs of one day. */
export class ThermalPlan {
    readonly #outlook: Outlook;
    readonly #plants: Plants;
    readonly #runs: readonly PlantSlot[];

    constructor(outlook: Outlook, plants: Plants) {
        this.#outlook = outlook;
        this.#plants = plants;
        const needs = sumSeries(this.#heated.map((building) => outlook.need(building, 'heat')));
        this.#runs = needs.map((need) => runPlants(plants, plus(need, HEAT_LOSS_WH), false));
    }

    /** Gas becomes power and heat in the CHP: supplier, converter and customers hold all legs or none. */
    cogeneration(): Contract[] {
        const outlook = this.#outlook;
        const customers = this.#heated.filter((building) => building.sector === 'commercial').slice(0, CUSTOMERS_MAX);
        const gas = this.#leg(
            'gas',
            GAS_SUPPLIER,
            PLANT,
            this.#runs.map((run) => run.chpGasWh),
            PLANT_GAS_MICRO,
        );
        const heat = this.#sharedOut(
            'heat',
            customers,
            this.#runs.map((run) => run.chpHeatWh),
        );
        const heatLegs = heat.map(({ building, energies }) =>
            this.#leg('heat', PLANT, building.id, energies, CHP_HEAT_MICRO),
        );
        const largest = [...customers].sort((left, right) => Number(right.annualWh - left.annualWh));
        let left: Series = this.#runs.map((run) => run.powerWh);
        const powerLegs = largest.slice(0, POWER_CUSTOMERS).map((building) => {
            const sold = outlook.cover(building, 'electricity', left, 90n);
            left = left.map((power, index) => minus(power, sold[index] ?? NO_ENERGY));
            return this.#leg('electricity', PLANT, building.id, sold, outlook.prices(CHP_MARGIN_MICRO));
        });
        const legs = [gas, ...powerLegs, ...heatLegs].filter(delivers);
        const conversions = legs.slice(1).map(({ carrier }, position) => ({
            inputLeg: 0,
            outputLeg: position + 1,
            ratioBp: chpRatioBp(this.#plants, carrier),
        }));
        const complete = delivers(gas) && legs.length > 1;
        const name = `gas becomes power and heat for ${customers.length} customers`;
        return complete ? [contractOf(name, outlook.slots, legs, { ...JOINT, conversions })] : [];
    }

    /** The sun on a large roof becomes cold: what the chiller makes of it is shared by its customers. */
    sunToCold(): Contract[] {
        const outlook = this.#outlook;
        const [roof] = outlook.buildings.filter(
            (building) => building.pv.length > 0 && building.sector === 'commercial',
        );
        const customers = this.#cooled.filter((building) => building.id !== roof?.id).slice(0, CUSTOMERS_MAX);
        if (roof === undefined || customers.length === 0) {
            return [];
        }
        const sun = outlook.surplus(roof).map((surplus) => energyWh((surplus * SUN_TO_COLD_PERCENT) / 100n));
        const cold = this.#sharedOut(
            'cooling',
            customers,
            sun.map((power) => chillerColdWh(this.#plants, power)),
        );
        const made = sumSeries(cold.map(({ energies }) => energies));
        const power: Leg = {
            ...this.#leg(
                'electricity',
                roof.id,
                PLANT,
                made.map((each) => chillerPowerWh(this.#plants, each)),
                outlook.prices(SUN_TO_COLD_MARGIN_MICRO),
            ),
            buyerPoint: CHILLER_POWER,
        };
        const coldLegs = cold.map(({ building, energies }) => this.#cold(building, energies));
        const legs = [power, ...coldLegs].filter(delivers);
        const conversions = legs.slice(1).map((_, position) => ({
            inputLeg: 0,
            outputLeg: position + 1,
            ratioBp: chillerRatioBp(this.#plants),
        }));
        const name = `the sun on ${roof.id} becomes cold`;
        return legs.length > 1 ? [contractOf(name, outlook.slots, legs, { ...JOINT, conversions })] : [];
    }

    /** What is still missing: district heat, cold, gas of buildings and of the plants, and the network's own losses. */
    supply(): Contract[] {
        const outlook = this.#outlook;
        const { slots } = outlook;
        const heat = this.#heated.map((building) =>
            this.#supplied(this.#leg('heat', PLANT, building.id, outlook.open(building, 'heat'), HEAT_MICRO)),
        );
        const gas = outlook.buildings
            .filter((building) => building.heatSupply === 'gas')
            .map((building) =>
                this.#supplied(
                    this.#leg('gas', GAS_SUPPLIER, building.id, readyFor(outlook.open(building, 'gas')), GAS_MICRO),
                ),
            );
        const cold = this.#cooled.map((building) =>
            this.#supplied(this.#cold(building, outlook.open(building, 'cooling'))),
        );
        const boilerGas = this.#runs.map((run) => run.boilerGasWh);
        const losses = this.#leg('heat', PLANT, NETWORKS.heat, outlook.constant(HEAT_LOSS_WH), CHP_HEAT_MICRO);
        const own = this.#leg('gas', GAS_SUPPLIER, NETWORKS.gas, outlook.constant(100n), PLANT_GAS_MICRO);
        const plants = [
            this.#supplied(this.#leg('gas', GAS_SUPPLIER, PLANT, boilerGas, PLANT_GAS_MICRO)),
            this.#supplied(losses),
            this.#supplied(own),
            this.#supplied(this.#chillerSupply()),
        ];
        return [...heat, ...gas, ...cold, ...plants]
            .filter((leg) => leg !== null)
            .map((leg) =>
                contractOf(`${leg.sellerId} supplies ${leg.buyerId} with ${leg.carrier}`, slots, [leg], SUPPLY),
            );
    }

    /** Electricity for the cold that the sun does not make. */
    #chillerSupply(): Leg {
        const outlook = this.#outlook;
        const [, seller] = SELLERS;
        const open = sumSeries(this.#cooled.map((building) => outlook.open(building, 'cooling')));
        const energies = readyFor(open.map((cold) => chillerPowerWh(this.#plants, cold)));
        return {
            ...this.#leg('electricity', seller, PLANT, energies, outlook.prices(RETAIL_MARGIN_MICRO)),
            sellerPoint: slackOf(seller),
            buyerPoint: CHILLER_POWER,
        };
    }

    get #heated(): PlannedBuilding[] {
        return this.#outlook.buildings.filter((building) => building.heatSupply === 'dh');
    }

    get #cooled(): PlannedBuilding[] {
        return this.#outlook.buildings.filter((building) => building.coldPeakW > 0n);
    }

    /** Shares what is made among customers in proportion to what they still need, at most that. */
    #sharedOut(
        carrier: Carrier,
        customers: readonly PlannedBuilding[],
        made: Series,
    ): { building: PlannedBuilding; energies: Series }[] {
        const needs = customers.map((building) => [...this.#outlook.open(building, carrier)]);
        const shares = made.map((available, index) => {
            const weights = needs.map((need) => need[index] ?? NO_ENERGY);
            return splitByLargestRemainder(smaller(available, sumEnergy(weights)), weights);
        });
        return customers.map((building, position) => ({
            building,
            energies: this.#outlook.cover(
                building,
                carrier,
                shares.map((share) => share[position] ?? NO_ENERGY),
            ),
        }));
    }

    #supplied(leg: Leg): Leg | null {
        return delivers(leg) ? leg : null;
    }

    #cold(building: PlannedBuilding, energies: Series): Leg {
        return { ...this.#leg('cooling', PLANT, building.id, energies, COLD_MICRO), sellerPoint: CHILLER_COLD };
    }

    #leg(
        carrier: Carrier,
        sellerId: string,
        buyerId: string,
        energies: readonly EnergyWh[],
        price: bigint | readonly PriceMicroPerKwh[],
    ): Leg {
        return {
            carrier,
            sellerId,
            sellerPoint: sellerId === GAS_SUPPLIER ? slackOf(sellerId) : pointOf(sellerId, carrier),
            buyerId,
            buyerPoint: pointOf(buyerId, carrier),
            energyWh: [...energies],
            priceMicroPerKwh: typeof price === 'bigint' ? this.#outlook.fixedPrice(price) : price,
        };
    }
}
