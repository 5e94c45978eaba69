import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const names = z.array(z.string());
const kilo = z.number().nonnegative();

const communitySchema = z.object({
    buildings: z.array(
        z.object({
            id: z.string(),
            bus: z.string(),
            kind: z.enum(['household', 'commercial']),
            feeder: z.string(),
            load: z.string(),
            el_kwh_per_a: kilo,
            heat_kwh_per_a: kilo,
            heat_supply: z.enum(['dh', 'gas', 'hp']),
            cold_peak_kw: kilo,
            heat_node: z.string().nullable(),
            gas_node: z.string().nullable(),
            pv: names,
            bat: names,
            hp: names,
            ev: names,
        }),
    ),
    assets: z.object({
        pv: z.array(z.object({ id: z.string(), kwp: kilo })),
        bat: z.array(z.object({ id: z.string(), p_max_kw: kilo, e_max_kwh: kilo, eta_roundtrip: kilo })),
        hp: z.array(z.object({ id: z.string(), p_max_kw: kilo })),
        ev: z.array(z.object({ id: z.string(), p_max_kw: kilo, place: z.enum(['home', 'work']) })),
    }),
    plants_scenario_assumption: z.array(
        z.object({
            id: z.string(),
            bus: z.string().optional(),
            gas_node: z.string().optional(),
            heat_node: z.string().optional(),
            gas_kw: kilo.optional(),
            el_kw: kilo.optional(),
            heat_kw: kilo.optional(),
            cold_kw: kilo.optional(),
            e_max_kwh: kilo.optional(),
            p_max_kw: kilo.optional(),
        }),
    ),
});

/** A device with its rated power. */
export type Device = Readonly<{ id: string; peakW: bigint }>;
export type Battery = Device & Readonly<{ capacityWh: bigint; efficiencyBp: number }>;
export type ChargePoint = Device & Readonly<{ place: 'home' | 'work' }>;

/** What is known of a building before anything is metered. Ratings are rounded down to whole watts. */
export type PlannedBuilding = Readonly<{
    id: string;
    sector: 'residential' | 'commercial';
    feeder: string;
    /** Node of the grid. */
    bus: string;
    load: string;
    annualWh: bigint;
    heatSupply: 'dh' | 'gas' | 'hp';
    annualHeatWh: bigint;
    heatNode: string | null;
    gasNode: string | null;
    coldPeakW: bigint;
    pv: readonly Device[];
    batteries: readonly Battery[];
    heatPumps: readonly Device[];
    chargePoints: readonly ChargePoint[];
}>;

/** A plant of the community by its ratings; what it does not have is zero. */
export type PlannedPlant = Readonly<{
    id: string;
    bus: string;
    gasNode: string;
    heatNode: string;
    gasW: bigint;
    powerW: bigint;
    heatW: bigint;
    coldW: bigint;
    capacityWh: bigint;
}>;

export type Community = Readonly<{ buildings: readonly PlannedBuilding[]; plants: readonly PlannedPlant[] }>;

/** @throws Error naming the file when it is not as `test-network-config/scenario/README.md` says */
export async function readCommunity(scenarioDirectory: string): Promise<Community> {
    const file = join(scenarioDirectory, 'community.json');
    const parsed = communitySchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (!parsed.success) {
        throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
    }
    const { buildings, assets, plants_scenario_assumption: plants } = parsed.data;
    return {
        buildings: buildings.map((building) => buildingOf(building, assets)),
        plants: plants.map((plant) => ({
            id: plant.id,
            bus: plant.bus ?? '',
            gasNode: plant.gas_node ?? '',
            heatNode: plant.heat_node ?? '',
            gasW: thousandfold(plant.gas_kw),
            powerW: thousandfold(plant.el_kw),
            heatW: thousandfold(plant.heat_kw),
            coldW: thousandfold(plant.cold_kw),
            capacityWh: thousandfold(plant.e_max_kwh),
        })),
    };
}

type Parsed = z.output<typeof communitySchema>;

function buildingOf(building: Parsed['buildings'][number], assets: Parsed['assets']): PlannedBuilding {
    const own = <Asset extends Readonly<{ id: string }>>(of: readonly Asset[], ids: readonly string[]): Asset[] =>
        of.filter((asset) => ids.includes(asset.id));
    const device = ({ id, p_max_kw }: Readonly<{ id: string; p_max_kw: number }>): Device => ({
        id,
        peakW: thousandfold(p_max_kw),
    });
    return {
        id: building.id,
        sector: building.kind === 'household' ? 'residential' : 'commercial',
        feeder: building.feeder,
        bus: building.bus,
        load: building.load,
        annualWh: thousandfold(building.el_kwh_per_a),
        heatSupply: building.heat_supply,
        annualHeatWh: thousandfold(building.heat_kwh_per_a),
        heatNode: building.heat_node,
        gasNode: building.gas_node,
        coldPeakW: thousandfold(building.cold_peak_kw),
        pv: own(assets.pv, building.pv).map(({ id, kwp }) => ({ id, peakW: thousandfold(kwp) })),
        batteries: own(assets.bat, building.bat).map((battery) => ({
            ...device(battery),
            capacityWh: thousandfold(battery.e_max_kwh),
            efficiencyBp: Math.floor(battery.eta_roundtrip * 10_000),
        })),
        heatPumps: own(assets.hp, building.hp).map(device),
        chargePoints: own(assets.ev, building.ev).map((point) => ({ ...device(point), place: point.place })),
    };
}

/** Kilo to one, rounded down. */
const thousandfold = (kilos: number | undefined): bigint => BigInt(Math.floor((kilos ?? 0) * 1_000));
