import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Point, Source } from './statement.js';

/** Digits after the point that a CSV value may have; sums are kept in units of 10^-24. */
const DIGITS = 24;
const UNIT = 10n ** BigInt(DIGITS);

type Table = { slots: number[]; column: Map<string, bigint[]> };
/** Registers; those of gas in litres, too, where the meter tells them. */
export type State = { exportWh: bigint; importWh: bigint; exportLitres?: bigint; importLitres?: bigint };
export type Metered = Point & { source: Source };
/** Energy that metered points counted, slot by slot. */
export type Energies = { energy(point: Metered, slot: number): State };

type Wiring = { id: string; load: string; hp: string[]; ev: string[]; pv: string[] };

/** What is behind a building's connection to the grid; its batteries are idle. */
export function sourceOfBuilding(scenarioDir: string, buildingId: string): Source {
    const community: unknown = JSON.parse(readFileSync(join(scenarioDir, 'community.json'), 'utf8'));
    const wiring = (community as { buildings: Wiring[] }).buildings.find(({ id }) => id === buildingId);
    if (wiring === undefined) {
        throw new Error(`there is no building ${buildingId}`);
    }
    const consumers = [wiring.load, ...wiring.hp, ...wiring.ev];
    return {
        columns: [
            ...consumers.map((column) => ({ file: 'el_load_kw.csv', column, draws: 1 as const })),
            ...wiring.pv.map((column) => ({ file: 'pv_kw.csv', column, draws: -1 as const })),
        ],
        factor: ['1', '1'],
        simulatedWh: [],
    };
}

/** The meters of a scenario, read from its CSV files. */
export class Meters {
    readonly #folder: string;
    readonly #demoSlots: number[];
    readonly #tables = new Map<string, Table>();
    readonly #states = new Map<string, State[]>();

    constructor(scenarioDir: string, week: string, demoSlots: number[]) {
        this.#folder = join(scenarioDir, 'profiles', week);
        this.#demoSlots = demoSlots;
    }

    /** What a meter showed at the end of a slot; its registers begin with the week. */
    state(point: Metered, slot: number): State {
        const row = slot - (this.#loads.slots[0] ?? 0);
        const state = row === -1 ? { exportWh: 0n, importWh: 0n } : this.#statesOf(point)[row];
        if (state === undefined) {
            throw new Error(`slot ${String(slot)} is not in the week`);
        }
        return state;
    }

    get #loads(): Table {
        return this.#table('el_load_kw.csv');
    }

    #statesOf({ pointId, source }: Metered): State[] {
        const known = this.#states.get(pointId);
        if (known !== undefined) {
            return known;
        }
        const [numerator, denominator] = source.factor.map(BigInt);
        const shown = (exact: bigint): bigint => (exact * (numerator ?? 0n)) / (denominator ?? 1n) / UNIT;
        let [fed, taken] = [0n, 0n];
        const states = this.#loads.slots.map((slot, row) => {
            let net = -UNIT * BigInt(source.simulatedWh[this.#demoSlots.indexOf(slot)] ?? 0);
            for (const { file, column, draws } of source.columns) {
                // A mean kW over a quarter hour is 250 Wh.
                net -= BigInt(draws) * 250n * cell(this.#table(file), column, row);
            }
            if (net > 0n) {
                fed += net;
            } else {
                taken -= net;
            }
            return { exportWh: shown(fed), importWh: shown(taken) };
        });
        this.#states.set(pointId, states);
        return states;
    }

    #table(file: string): Table {
        const known = this.#tables.get(file);
        if (known !== undefined) {
            return known;
        }
        const table = readTable(join(this.#folder, file));
        this.#tables.set(file, table);
        if (table.slots.join() !== this.#loads.slots.join()) {
            throw new Error(`${file} is not of the same slots as the loads`);
        }
        return table;
    }
}

function cell(table: Table, name: string, row: number): bigint {
    const value = table.column.get(name)?.[row];
    if (value === undefined) {
        throw new Error(`there is no value of ${name} in row ${String(row)}`);
    }
    return value;
}

function readTable(file: string): Table {
    const [head = [], ...rows] = readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().split(','));
    const slots = rows.map(([time = '']) => Date.parse(time) / (15 * 60 * 1000));
    if (slots.some((slot, row) => !Number.isInteger(slot) || slot !== (slots[0] ?? 0) + row)) {
        throw new Error(`${file} is not one row per quarter hour`);
    }
    const column = new Map<string, bigint[]>();
    head.forEach((name, position) => {
        if (position > 0) {
            column.set(
                name,
                rows.map((row) => scaled(row[position] ?? '', file)),
            );
        }
    });
    return { slots, column };
}

function scaled(text: string, file: string): bigint {
    const [, sign, integer, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
    if (integer === undefined || fraction.length > DIGITS) {
        throw new Error(`${file}: ${JSON.stringify(text)} is not a decimal number that can be kept exactly`);
    }
    const magnitude = BigInt(integer + fraction.padEnd(DIGITS, '0'));
    return sign === '-' ? -magnitude : magnitude;
}
