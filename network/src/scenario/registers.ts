import type { Building } from './community.js';
import { type Decimal, plus, times, wholePart, ZERO } from './decimal.js';
import type { Profile } from './profile.js';
import { consumersOf, type Scenario } from './scenario.js';
import { ScenarioError } from './scenario-error.js';

/** A building's connection to the grid; its batteries are idle unless SimBench's schedule is asked for. */
export type BuildingPoint = Readonly<{ buildingId: string; batterySchedule?: 'idle' | 'simbench' }>;

/** State of both registers at the end of a slot: ⌊exact cumulative Wh⌋ since the beginning of the week's file. */
export type SlotRegisters = Readonly<{ slot: number; importWh: bigint; exportWh: bigint }>;

/** 1 kW over a quarter hour. */
const WH_PER_KW_SLOT = 250n;

/**
 * What a meter at the point shows, slot by slot over the whole week. Within a slot the point's consumption and
 * generation are netted, so a slot moves one register only; each register is rounded down from its exact sum, so that
 * rounding never adds up.
 * @throws ScenarioError buildingUnknown
 */
export function registersOf(scenario: Scenario, point: BuildingPoint): readonly SlotRegisters[] {
    const columns = columnsBehind(scenario, point);
    const registers: SlotRegisters[] = [];
    let imported = ZERO;
    let exported = ZERO;
    for (let index = 0; index < scenario.slotCount; index += 1) {
        const drawn = columns.reduce((sum, { values, sign }) => plus(sum, times(values[index] ?? ZERO, sign)), ZERO);
        const energy = times(drawn, WH_PER_KW_SLOT);
        if (energy.coefficient > 0n) {
            imported = plus(imported, energy);
        } else {
            exported = plus(exported, times(energy, -1n));
        }
        registers.push({
            slot: scenario.firstSlot + index,
            importWh: wholePart(imported),
            exportWh: wholePart(exported),
        });
    }
    return registers;
}

type SignedColumn = Readonly<{ values: readonly Decimal[]; sign: 1n | -1n }>;

/** Columns behind the point; positive draws from the grid. */
function columnsBehind(scenario: Scenario, point: BuildingPoint): readonly SignedColumn[] {
    const building = buildingOf(scenario, point.buildingId);
    const batteries = point.batterySchedule === 'simbench' ? building.batteries : [];
    return [
        ...columnsOf(scenario.loads, consumersOf(building), 1n),
        ...columnsOf(scenario.pv, building.pvPlants, -1n),
        ...columnsOf(scenario.batteries, batteries, 1n),
    ];
}

const columnsOf = (profile: Profile, names: readonly string[], sign: 1n | -1n): readonly SignedColumn[] =>
    names.map((name) => ({ values: profile.columns.get(name) ?? [], sign }));

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
