import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Digits after the point that a CSV value may have; sums are kept in units of 10^-24. */
const DIGITS = 24;
const UNIT = 10n ** BigInt(DIGITS);

type Wiring = { id: string; load: string; hp: string[]; ev: string[]; pv: string[] };
type Table = { slots: number[]; column: Map<string, bigint[]> };
export type State = { exportWh: bigint; importWh: bigint };

/** The meters of a scenario's buildings, read from its CSV files. */
export class Meters {
    readonly #loads: Table;
    readonly #pv: Table;
    readonly #wirings: Wiring[];
    readonly #states = new Map<string, State[]>();

    constructor(scenarioDir: string, week: string) {
        const community: unknown = JSON.parse(readFileSync(join(scenarioDir, 'community.json'), 'utf8'));
        this.#wirings = (community as { buildings: Wiring[] }).buildings;
        this.#loads = readTable(join(scenarioDir, 'profiles', week, 'el_load_kw.csv'));
        this.#pv = readTable(join(scenarioDir, 'profiles', week, 'pv_kw.csv'));
        if (this.#loads.slots.join() !== this.#pv.slots.join()) {
            throw new Error(`the profiles of ${week} are not of the same slots`);
        }
    }

    /** What a building's registers showed at the end of a slot; they begin with the week. */
    state(buildingId: string, slot: number): State {
        const row = slot - (this.#loads.slots[0] ?? 0);
        const state = row === -1 ? { exportWh: 0n, importWh: 0n } : this.#statesOf(buildingId)[row];
        if (state === undefined) {
            throw new Error(`slot ${String(slot)} is not in the week`);
        }
        return state;
    }

    #statesOf(buildingId: string): State[] {
        const known = this.#states.get(buildingId);
        if (known !== undefined) {
            return known;
        }
        const wiring = this.#wirings.find((candidate) => candidate.id === buildingId);
        if (wiring === undefined) {
            throw new Error(`there is no building ${buildingId}`);
        }
        let [fed, taken] = [0n, 0n];
        const states = this.#loads.slots.map((_, row) => {
            let net = 0n;
            for (const plant of wiring.pv) {
                net += cell(this.#pv, plant, row);
            }
            for (const consumer of [wiring.load, ...wiring.hp, ...wiring.ev]) {
                net -= cell(this.#loads, consumer, row);
            }
            // A mean kW over a quarter hour is 250 Wh.
            if (net > 0n) {
                fed += 250n * net;
            } else {
                taken -= 250n * net;
            }
            return { exportWh: fed / UNIT, importWh: taken / UNIT };
        });
        this.#states.set(buildingId, states);
        return states;
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
