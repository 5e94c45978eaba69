import { readFileSync } from 'node:fs';
import { type AllowancePurpose, ALLOWANCES } from '@commonwatt/chaincode/domain/allowance';
import { AGREEMENTS_MAX } from '@commonwatt/chaincode/domain/trades-between';
import { expect } from 'chai';
import { goldensOf, RECORD_TYPES } from '../../support/golden-records.js';

const chaincode = new URL('../../../../chaincode/', import.meta.url);
const document = readFileSync(new URL('docs/limits.md', chaincode), 'utf8');
const section = (title: string): string => document.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const rowsOf = (text: string): string[][] =>
    text
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .map((line) =>
            line
                .split('|')
                .slice(1, -1)
                .map((cell) => cell.trim()),
        );

/** A whole number as the sources write it: with separators, or as a product. */
const valueOf = (text: string): number =>
    text
        .replaceAll('_', '')
        .split('*')
        .reduce((product, factor) => product * Number(factor), 1);

describe('the document on keys', () => {
    it('has every kind of record', () => {
        const keySpace = readFileSync(new URL('docs/key-space.md', chaincode), 'utf8');
        const missing = [...RECORD_TYPES.keys()].filter((name) => !new RegExp(`\`${name}[/\`]`).test(keySpace));
        expect(missing).to.deep.equal([]);
    });
});

describe('the document on limits', () => {
    it('says the constants of the code', () => {
        const rows = [...document.matchAll(/^\|[^|]+\| +([0-9]+) +\| `([a-z-]+\/[a-z-]+\.ts)` `([A-Z_]+)` +\|$/gm)];
        expect(rows).to.have.length(45);
        for (const [, stated, file = '', name = ''] of rows) {
            const source = readFileSync(new URL(`src/${file}`, chaincode), 'utf8');
            const [, value = ''] = new RegExp(`const ${name} = ([0-9_ *]+);`).exec(source) ?? [];
            expect(valueOf(value), `${name} in ${file}`).to.equal(Number(stated));
        }
        expect(document).to.include(`points ${AGREEMENTS_MAX} agreements may begin`);
    });

    it('has every allowance, and what each of them comes to', () => {
        const rows = rowsOf(section('What a day may leave')).flatMap(([purpose = '', parts, kib, product]) => {
            const [, name] = /^`([a-z-]+)`$/.exec(purpose) ?? [];
            return name === undefined ? [] : [[name, [parts, kib, product].map(Number)] as const];
        });
        const said = Object.entries(ALLOWANCES).map(([name, { parts, perDayBytes }]) => [
            name,
            [parts, perDayBytes / 1024, (parts * perDayBytes) / 1024],
        ]);
        expect(rows).to.deep.equal(said);
    });

    it('says the products: what one participant can leave in a day, and two who trade with each other', () => {
        const kib = ({ parts, perDayBytes }: (typeof ALLOWANCES)[AllowancePurpose]): number =>
            (parts * perDayBytes) / 1024;
        const { agreement, ...byItself } = ALLOWANCES;
        const alone = Object.values(byItself).reduce((sum, each) => sum + kib(each), 0);
        const text = section('What a day may leave').replace(/\s+/g, ' ');
        expect(text).to.include(`**${alone} KiB a day**`);
        expect(text).to.include(`**${2 * alone + 2 * kib(agreement)} KiB a day**`);
        expect(alone, 'a day of one participant').to.be.below(4 * 1024);
        expect(2 * (alone + kib(agreement)), 'a day of two').to.be.below(12 * 1024);
    });

    it('has every kind of record, with its largest size, who creates it and how many there may be', () => {
        const rows = rowsOf(section('Records')).slice(2);
        expect(rows.map(([record = '']) => record.replaceAll('`', ''))).to.have.members([...RECORD_TYPES.keys()]);
        for (const [record = '', largestKiB, sampleBytes, creator, count] of rows) {
            const name = record.replaceAll('`', '');
            const bytesMax = RECORD_TYPES.get(name)?.codec.bytesMax ?? 0;
            const bytes = Math.max(...goldensOf(name).map((text) => Buffer.byteLength(text, 'utf8')));
            expect([Number(largestKiB), Number(sampleBytes)], name).to.deep.equal([bytesMax / 1024, bytes]);
            expect([creator, count], name).not.to.include('');
        }
    });
});
