import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { scenarioCopy, shippedScenario } from './scenario-folder.js';
import { dayOf, loadScenario, registersOf } from './scenario-module.js';

type Columns = Readonly<{ buildingId: string; consumers: readonly string[]; generators: readonly string[] }>;

const farm: Columns = { buildingId: 'bld-38', consumers: ['load-38', 'hp-57'], generators: ['pv-4'] };
const home: Columns = { buildingId: 'bld-01', consumers: ['load-01'], generators: ['pv-2'] };
const garage: Columns = { buildingId: 'bld-06', consumers: ['load-06', 'ev-44', 'ev-53'], generators: [] };

describe('registers of a building', () => {
    for (const { week, columns } of [
        { week: 'summer', columns: home },
        { week: 'spring_dst', columns: garage },
    ]) {
        it(`of ${columns.buildingId} in ${week} hold the exact energy since the week's beginning, rounded down`, async () => {
            await expectExactRegisters(shippedScenario, week, columns);
        });
    }

    it('lose nothing to rounding: the last less the first is the sum of what lies between', async () => {
        const scenario = await loadScenario(shippedScenario, 'spring_dst');
        const registers = registersOf(scenario, { buildingId: garage.buildingId });
        const net = netImportQuarterWh(shippedScenario, 'spring_dst', garage);
        const [first, last] = [registers[0]?.importWh ?? 0n, registers.at(-1)?.importWh ?? 0n];
        expect(last - first).to.equal(floorOfSum(net) - floorOfSum(net.slice(0, 1)));
        const roundedPerSlot = net.slice(1).reduce((sum, quarterWh) => sum + quarterWh / 4n, 0n);
        expect(roundedPerSlot < last - first).to.equal(true);
    });

    it('leave the batteries idle unless their schedule is asked for', async () => {
        const scenario = await loadScenario(shippedScenario, 'winter');
        const idle = registersOf(scenario, { buildingId: 'bld-07' });
        expect(registersOf(scenario, { buildingId: 'bld-07', batterySchedule: 'idle' })).to.deep.equal(idle);
        const scheduled = registersOf(scenario, { buildingId: 'bld-07', batterySchedule: 'simbench' });
        expect(scheduled).not.to.deep.equal(idle);
    });
});

describe('a PV profile with 0.4 kW more', () => {
    const pvFile = 'profiles/summer/pv_kw.csv';
    const copy = scenarioCopy();
    afterEach(() => {
        copy.restore();
    });

    it('in hours of export adds exactly 100 Wh to every slot of them, and nothing to any other', async () => {
        const midday = /^2016-07-20T(09|10|11|12)/;
        copy.edit(pvFile, (line) => (midday.test(line) ? raised(line, farm) : line));
        const before = await netExportsOfDay(shippedScenario);
        const after = await netExportsOfDay(copy.directory);
        const added = after.map((net, offset) => net - (before[offset] ?? 0n));
        // 09:00Z is eleven in the morning there.
        expect(added).to.deep.equal(added.map((_, offset) => (offset >= 44 && offset < 60 ? 100n : 0n)));
    });

    it('over a day adds 9,600 Wh, whether it saves import or adds export', async () => {
        const wallDay = /^2016-07-(19T2[23]|20T([01][0-9]|2[01]))/;
        copy.edit(pvFile, (line) => (wallDay.test(line) ? raised(line, farm) : line));
        await expectExactRegisters(copy.directory, 'summer', farm);
        const before = netImportQuarterWh(shippedScenario, 'summer', farm);
        const after = netImportQuarterWh(copy.directory, 'summer', farm);
        expect(before.reduce((sum, net, row) => sum + net - (after[row] ?? 0n), 0n)).to.equal(9_600n * 4n);
        const sumOf = (nets: readonly bigint[]): bigint => nets.reduce((sum, net) => sum + net, 0n);
        const shown = sumOf(await netExportsOfDay(copy.directory)) - sumOf(await netExportsOfDay(shippedScenario));
        // Both registers are rounded down from their exact sums, so together they may show 1 Wh more or less.
        expect(Number(shown)).to.be.closeTo(9_600, 1);
    });

    it('keeps decimals that a binary fraction would lose', async () => {
        copy.edit(pvFile, (line, number) =>
            number === 2 ? '2016-07-17T22:00Z,0,0.00000000000000000000000004,0,0,0,0' : line,
        );
        const scenario = await loadScenario(copy.directory, 'summer');
        const [first] = scenario.pv.columns.get('pv-2') ?? [];
        expect(first).to.deep.equal({ coefficient: 4n, fractionDigits: 26 });
    });

    /** A row of the PV file with 0.4 kW more in the building's column. */
    function raised(line: string, { generators }: Columns): string {
        const position = headerOf(shippedScenario, 'summer', 'pv_kw.csv').indexOf(generators[0] ?? '');
        const moreThousandths = (cell: string): string => {
            const digits = String(thousandths(cell) + 400n).padStart(4, '0');
            return `${digits.slice(0, -3)}.${digits.slice(-3)}`;
        };
        return line
            .split(',')
            .map((cell, index) => (index === position ? moreThousandths(cell) : cell))
            .join(',');
    }

    /** Net export of each slot of 2016-07-20 by the registers. */
    async function netExportsOfDay(directory: string): Promise<bigint[]> {
        const scenario = await loadScenario(directory, 'summer');
        const registers = registersOf(scenario, { buildingId: farm.buildingId });
        const netAt = (slot: number): bigint => {
            const state = registers[slot - scenario.firstSlot];
            return (state?.exportWh ?? 0n) - (state?.importWh ?? 0n);
        };
        return dayOf(scenario, '2016-07-20').slots.map(({ slot }) => netAt(slot) - netAt(slot - 1));
    }
});

async function expectExactRegisters(directory: string, week: string, columns: Columns): Promise<void> {
    const scenario = await loadScenario(directory, week);
    const registers = registersOf(scenario, { buildingId: columns.buildingId });
    const net = netImportQuarterWh(directory, week, columns);
    for (const [index, { slot, importWh, exportWh }] of registers.entries()) {
        const elapsed = net.slice(0, index + 1);
        expect(slot).to.equal(scenario.firstSlot + index);
        expect(importWh).to.equal(floorOfSum(elapsed.map(positive)));
        expect(exportWh).to.equal(floorOfSum(elapsed.map((quarterWh) => positive(-quarterWh))));
    }
}

/** Net import in quarters of a Wh (a thousandth of a kW over a slot), computed apart from the product. */
function netImportQuarterWh(directory: string, week: string, { consumers, generators }: Columns): bigint[] {
    const columns = [
        ...consumers.map((name) => ({ sign: 1n, values: columnOf(directory, week, 'el_load_kw.csv', name) })),
        ...generators.map((name) => ({ sign: -1n, values: columnOf(directory, week, 'pv_kw.csv', name) })),
    ];
    const rows = columns[0]?.values ?? [];
    return rows.map((_, row) => columns.reduce((sum, { sign, values }) => sum + sign * (values[row] ?? 0n), 0n));
}

function columnOf(directory: string, week: string, file: string, name: string): bigint[] {
    const position = headerOf(directory, week, file).indexOf(name);
    const [, ...rows] = linesOf(directory, week, file);
    return rows.map((row) => thousandths(row.split(',')[position] ?? ''));
}

/** Profiles have at most three decimals here. */
function thousandths(cell: string): bigint {
    const [whole = '', fraction = ''] = cell.split('.');
    return BigInt(whole + fraction.padEnd(3, '0'));
}

const headerOf = (directory: string, week: string, file: string): string[] =>
    (linesOf(directory, week, file)[0] ?? '').split(',');
const linesOf = (directory: string, week: string, file: string): string[] =>
    readFileSync(join(directory, 'profiles', week, file), 'utf8')
        .trimEnd()
        .split('\n');
const floorOfSum = (quarters: readonly bigint[]): bigint => quarters.reduce((sum, quarter) => sum + quarter, 0n) / 4n;
const positive = (value: bigint): bigint => (value > 0n ? value : 0n);
