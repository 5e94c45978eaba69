import { type Decimal, parseDecimal } from './decimal.js';
import { type Place, ScenarioError, type ScenarioErrorCode } from './scenario-error.js';
import { SLOT_MINUTES, slotBeginningAt } from './slot.js';

/** Values of one file, slot by slot from `firstSlot` on, in the unit that the file's name says. */
export type Profile = Readonly<{
    file: string;
    firstSlot: number;
    columns: ReadonlyMap<string, readonly Decimal[]>;
}>;

export type ExpectedProfile = Readonly<{ columnNames: readonly string[]; slotCount: number }>;

type Row = Readonly<{ place: Place; time: string; cells: readonly string[] }>;

const timeColumn = 't_utc';

/** Reads a profile strictly: what is not exactly as expected is refused with its place. */
export function parseProfile(file: string, text: string, expected: ExpectedProfile): Profile {
    const [header = '', ...lines] = linesOf(text);
    const names = parseHeader(file, header, expected.columnNames);
    const rows = lines.map((line, index) => parseRow({ file, line: index + 2 }, line, names.length));
    const firstSlot = parseTimes(rows);
    checkRowCount(file, rows.length, expected.slotCount);
    const columns = names.map((name, position): [string, Decimal[]] => [
        name,
        rows.map((row) => parseValue({ ...row.place, column: name }, row.cells[position] ?? '')),
    ]);
    return { file, firstSlot, columns: new Map(columns) };
}

function linesOf(text: string): string[] {
    const lines = text.split(/\r?\n/);
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function parseHeader(file: string, header: string, expectedNames: readonly string[]): readonly string[] {
    const [time, ...names] = header.split(',');
    if (time !== timeColumn) {
        throw fault('columnMissing', { file, line: 1, column: timeColumn }, 'the first column has another name');
    }
    for (const [index, name] of names.entries()) {
        if (names.indexOf(name) !== index) {
            throw fault('columnRepeated', { file, line: 1, column: name }, 'there are two columns of that name');
        }
    }
    for (const name of expectedNames) {
        if (!names.includes(name)) {
            throw fault('columnMissing', { file, line: 1, column: name }, 'there is no such column');
        }
    }
    return names;
}

function parseRow(place: Place, line: string, columnCount: number): Row {
    const [time = '', ...cells] = line.split(',');
    if (cells.length !== columnCount) {
        const counts = `${String(cells.length + 1)} cells instead of ${String(columnCount + 1)}`;
        throw fault('cellCount', place, `the row has ${counts}`);
    }
    return { place: { ...place, column: timeColumn }, time, cells };
}

/** The first row's slot, once every row is known to be the slot after the one before. */
function parseTimes(rows: readonly Row[]): number {
    const slots = rows.map(({ place, time }) => parseSlot(place, time));
    const [firstSlot = 0] = slots;
    for (const [index, { place, time }] of rows.entries()) {
        if (slots[index] !== firstSlot + index) {
            const gap = `is not ${String(SLOT_MINUTES)} minutes after the row before`;
            throw fault('slotSpacing', place, `"${time}" ${gap}`);
        }
    }
    return firstSlot;
}

function checkRowCount(file: string, rowCount: number, slotCount: number): void {
    if (rowCount !== slotCount) {
        const line = Math.min(rowCount, slotCount) + 2; // the first row that is missing or too many
        const counts = `${String(rowCount)} rows of values instead of ${String(slotCount)}`;
        throw fault('rowCount', { file, line }, `the week has ${counts}`);
    }
}

function parseSlot(place: Place, text: string): number {
    const slot = slotBeginningAt(text);
    if (slot === undefined) {
        const expected = `does not begin a slot of ${String(SLOT_MINUTES)} minutes (YYYY-MM-DDTHH:MMZ)`;
        throw fault('slotInvalid', place, `"${text}" ${expected}`);
    }
    return slot;
}

function parseValue(place: Place, text: string): Decimal {
    const value = parseDecimal(text);
    if (value === undefined) {
        throw fault('valueInvalid', place, `"${text}" is not a plain decimal number`);
    }
    return value;
}

const fault = (code: ScenarioErrorCode, place: Place, what: string): ScenarioError =>
    new ScenarioError(
        code,
        place,
        what,
        'Correct the file; its format is described in test-network-config/scenario/README.md.',
    );
