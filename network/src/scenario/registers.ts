import type { Building } from './community.js';
import { type Decimal, plus, times, wholePart, ZERO } from './decimal.js';
import { consumersOf, type ProfileName, type Scenario } from './scenario.js';
import { ScenarioError } from './scenario-error.js';

/** A building's connection to the grid; its batteries are idle unless SimBench's schedule is asked for. */
export type BuildingPoint = Readonly<{ buildingId: string; batterySchedule?: 'idle' | 'simbench' }>;

/** A column of a profile behind a meter; `draws` is positive where the values are taken from the network. */
export type MeteredColumn = Readonly<{ profile: ProfileName; column: string; draws: 1 | -1 }>;

/** What a meter measures. */
export type MeterSource = Readonly<{
    columns: readonly MeteredColumn[];
    /** What the columns' energy is multiplied by: a boiler of 90 % takes 10/9 of the heat that it gives. */
    factor?: Readonly<{ numerator: bigint; denominator: bigint }>;
    /** Net import in Wh, by slot, of devices that no profile tells of. */
    simulatedWh?: ReadonlyMap<number, bigint>;
}>;

/** State of both registers at the end of a slot: ⌊exact cumulative Wh⌋ since the beginning of the week's file. */
export type SlotRegisters = Readonly<{ slot: number; importWh: bigint; exportWh: bigint }>;

/** 1 kW over a quarter hour. */
const WH_PER_KW_SLOT = 250n;

/** @throws ScenarioError buildingUnknown */
export function registersOf(scenario: Scenario, point: BuildingPoint): readonly SlotRegisters[] {
    return registersOfMeter(scenario, { columns: columnsBehind(scenario, point) });
}

/**
 * What a meter shows, slot by slot over the whole week. Within a slot consumption and generation behind it are netted,
 * so a slot moves one register only; each register is rounded down from its exact sum, so that rounding never adds up.
 */
export function registersOfMeter(scenario: Scenario, source: MeterSource): readonly SlotRegisters[] {
    const { numerator, denominator } = source.factor ?? { numerator: 1n, denominator: 1n };
    const shown = (exact: Decimal): bigint => wholePart(times(exact, numerator)) / denominator;
    const registers: SlotRegisters[] = [];
    let imported = ZERO;
    let exported = ZERO;
    for (let index = 0; index < scenario.slotCount; index += 1) {
        const slot = scenario.firstSlot + index;
        const energy = netImportOf(scenario, source, slot);
        if (energy.coefficient > 0n) {
            imported = plus(imported, energy);
        } else {
            exported = plus(exported, times(energy, -1n));
        }
        registers.push({ slot, importWh: shown(imported), exportWh: shown(exported) });
    }
    return registers;
}

/** Exact Wh that a meter's source takes in a slot of the week, before its factor. */
export function netImportOf(scenario: Scenario, source: MeterSource, slot: number): Decimal {
    const index = slot - scenario.firstSlot;
    const drawn = source.columns.reduce((sum, { profile, column, draws }) => {
        const value = scenario[profile]?.columns.get(column)?.[index] ?? ZERO;
        return plus(sum, times(value, BigInt(draws)));
    }, ZERO);
    const simulated = { coefficient: source.simulatedWh?.get(slot) ?? 0n, fractionDigits: 0 };
    return plus(times(drawn, WH_PER_KW_SLOT), simulated);
}

/** Columns behind a building's connection to the grid. @throws ScenarioError buildingUnknown */
export function columnsBehind(scenario: Scenario, point: BuildingPoint): readonly MeteredColumn[] {
    const building = buildingOf(scenario, point.buildingId);
    const batteries = point.batterySchedule === 'simbench' ? building.batteries : [];
    const of = (profile: ProfileName, names: readonly string[], draws: 1 | -1): MeteredColumn[] =>
        names.map((column) => ({ profile, column, draws }));
    return [
        ...of('loads', consumersOf(building), 1),
        ...of('pv', building.pvPlants, -1),
        ...of('batteries', batteries, 1),
    ];
}

function buildingOf(scenario: Scenario, buildingId: string): Building {
    const building = scenario.buildings.get(buildingId);
    if (building === undefined) {
        const [first, ...others] = scenario.buildings.keys();
        throw new ScenarioError(
            'buildingUnknown',
            { file: scenario.directory },
            `there is no building "${buildingId}"`,
            `Name one of ${String(first)} to ${String(others.at(-1) ?? first)}.`,
        );
    }
    return building;
}
