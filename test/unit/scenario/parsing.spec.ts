import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { scenarioCopy } from './scenario-folder.js';
import { loadScenario, type Place, ScenarioError, type ScenarioErrorCode } from './scenario-module.js';

const pvFile = 'profiles/winter/pv_kw.csv';
const loadFile = 'profiles/winter/el_load_kw.csv';

describe('reading a scenario folder', () => {
    const copy = scenarioCopy();
    afterEach(() => {
        copy.restore();
    });

    async function expectFault(code: ScenarioErrorCode, place: Place, week = 'winter'): Promise<void> {
        const failure: unknown = await loadScenario(copy.directory, week).then(
            () => undefined,
            (error: unknown) => error,
        );
        expect(failure).to.be.instanceOf(ScenarioError);
        const fault = failure as InstanceType<typeof ScenarioError>;
        expect(fault.code).to.equal(code);
        expect(fault.place).to.deep.equal({ ...place, file: copy.path(place.file) });
        expect(fault.message).to.include(fault.subject);
        expect(fault.remedy).not.to.equal('');
    }

    const onLine = (number: number, change: (line: string) => string | undefined) => {
        return (line: string, current: number): string | undefined => (current === number ? change(line) : line);
    };

    it('names a missing file', async () => {
        rmSync(copy.path(pvFile));
        await expectFault('fileMissing', { file: pvFile });
    });

    it('names a missing column', async () => {
        copy.edit(pvFile, (line) => line.split(',').slice(0, -1).join(','));
        await expectFault('columnMissing', { file: pvFile, line: 1, column: 'pv-6' });
    });

    it('names a missing time column', async () => {
        copy.edit(
            pvFile,
            onLine(1, (line) => line.replace('t_utc', 'time')),
        );
        await expectFault('columnMissing', { file: pvFile, line: 1, column: 't_utc' });
    });

    it('names a column that is there twice', async () => {
        copy.edit(
            pvFile,
            onLine(1, (line) => line.replace('pv-2', 'pv-1')),
        );
        await expectFault('columnRepeated', { file: pvFile, line: 1, column: 'pv-1' });
    });

    it('names the first missing row', async () => {
        copy.edit(loadFile, (line, number) => (number <= 671 ? line : undefined));
        await expectFault('rowCount', { file: loadFile, line: 672 });
    });

    it('names the first row too many', async () => {
        copy.edit(
            pvFile,
            onLine(673, (line) => `${line}\n2016-01-10T23:00Z,0,0,0,0,0,0`),
        );
        await expectFault('rowCount', { file: pvFile, line: 674 });
    });

    it('names a row with a cell too few', async () => {
        copy.edit(
            pvFile,
            onLine(9, (line) => line.slice(0, line.lastIndexOf(','))),
        );
        await expectFault('cellCount', { file: pvFile, line: 9 });
    });

    it('names a row in which a comma was taken for a decimal point', async () => {
        copy.edit(
            pvFile,
            onLine(9, (line) => `${line},5`),
        );
        await expectFault('cellCount', { file: pvFile, line: 9 });
    });

    for (const cell of ['', 'n/a', '1e-3', '.5', '5.', '+1', '0x10', 'NaN', ' 1']) {
        it(`names the place of "${cell}" where a decimal number should be`, async () => {
            copy.edit(
                pvFile,
                onLine(50, (line) => [...line.split(',').slice(0, -1), cell].join(',')),
            );
            await expectFault('valueInvalid', { file: pvFile, line: 50, column: 'pv-6' });
        });
    }

    it('names a row that is not 15 minutes after the one before', async () => {
        copy.edit(
            pvFile,
            onLine(100, () => undefined),
        );
        await expectFault('slotSpacing', { file: pvFile, line: 100, column: 't_utc' });
    });

    for (const time of ['2016-01-03T23:07Z', '2016-01-03 23:00', '2016-02-30T00:00Z', 'soon']) {
        it(`names the place of "${time}" where a slot should begin`, async () => {
            copy.edit(
                pvFile,
                onLine(2, (line) => [time, ...line.split(',').slice(1)].join(',')),
            );
            await expectFault('slotInvalid', { file: pvFile, line: 2, column: 't_utc' });
        });
    }

    it('names a profile that begins in another slot', async () => {
        const rows = Array.from({ length: 672 }, (_, index) => {
            const begin = new Date(Date.UTC(2016, 0, 4, 0, 15 * index)).toISOString().slice(0, 16);
            return `${begin}Z,0,0,0,0,0,0`;
        });
        copy.edit(pvFile, (line, number) => (number === 1 ? line : rows[number - 2]));
        await expectFault('slotMisaligned', { file: pvFile, line: 2, column: 't_utc' });
    });

    for (const week of ['autumn', '../winter', '__proto__', 'toString']) {
        it(`has no week "${week}", and says which it has`, async () => {
            await expectFault('weekUnknown', { file: 'community.json' }, week);
            const remedy = await loadScenario(copy.directory, week).catch((error: unknown) => error);
            expect(remedy).to.have.property('remedy', 'Name one of winter, spring_dst, summer.');
        });
    }

    for (const [text, field] of [
        ['{', 'the file'],
        ['[]', 'the file'],
        ['{"stats":{"winter":{"slots":671.5}},"buildings":[]}', 'stats.winter.slots'],
        ['{"stats":{},"buildings":{}}', 'buildings'],
        ['{"stats":{},"buildings":[{"id":"bld-01","load":7}]}', 'buildings[0].load'],
        ['{"stats":{},"buildings":[{"id":"bld-01","load":"load-01","hp":[3]}]}', 'buildings[0].hp'],
    ] as const) {
        it(`names ${field} in a community of ${text}`, async () => {
            writeFileSync(copy.path('community.json'), text);
            await expectFault('communityInvalid', { file: 'community.json', column: field });
        });
    }
});
