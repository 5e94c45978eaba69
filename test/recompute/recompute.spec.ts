import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Difference, recompute } from './recompute.js';
import type { Agreement, Statement } from './statement.js';

const script = fileURLToPath(new URL('recompute.js', import.meta.url));
// The worked example of chaincode/docs/settlement.md, written by hand; seen from test/dist/recompute.
const example = fileURLToPath(new URL('../../recompute/worked-example', import.meta.url));
const demoFile = join(example, 'demo.json');
const scenarioDir = join(example, 'scenario');
const slot = 1_627_536;

const statement = (): Statement => JSON.parse(readFileSync(demoFile, 'utf8')) as Statement;

/** Differences of the example after a change to what the demo states. */
function differencesAfter(change: (stated: Statement) => void, directory = scenarioDir): Difference[] {
    const changed = statement();
    change(changed);
    return recompute(changed, directory);
}

/** Every text that differs from the given one in a single digit. */
function* oneDigitOff(text: string): Generator<string> {
    for (const { 0: digit, index } of text.matchAll(/\d/g)) {
        yield text.slice(0, index) + String((Number(digit) + 1) % 10) + text.slice(index + 1);
    }
}

describe('the independent settlement', () => {
    it('agrees with the worked example', () => {
        expect(recompute(statement(), scenarioDir)).to.deep.equal([]);
    });

    it('does not mind the order of the postings', () => {
        expect(differencesAfter((stated) => stated.postings.reverse())).to.deep.equal([]);
    });

    it('finds one changed digit in any amount', () => {
        for (const [index, { amountNano }] of statement().postings.entries()) {
            for (const changed of oneDigitOff(amountNano)) {
                const differences = differencesAfter((stated) => {
                    Object.assign(stated.postings[index] ?? {}, { amountNano: changed });
                });
                expect(differences, `posting ${String(index)}: ${changed}`).not.to.deep.equal([]);
            }
        }
    });

    it('finds a posting of another kind, account, agreement or slot', () => {
        const others = { kind: 'cover', account: 'free/nobody', agreementId: 'leg-4', slot: slot + 1 };
        for (const index of statement().postings.keys()) {
            for (const [field, value] of Object.entries(others)) {
                const differences = differencesAfter((stated) => {
                    Object.assign(stated.postings[index] ?? {}, { [field]: value });
                });
                expect(differences, `posting ${String(index)}: ${field}`).not.to.deep.equal([]);
            }
        }
    });

    it('finds a missing posting', () => {
        for (const [index, { amountNano }] of statement().postings.entries()) {
            const [difference, ...others] = differencesAfter((stated) => stated.postings.splice(index, 1));
            expect(difference).to.include({ problem: 'missing posting', recomputed: amountNano, stated: null });
            expect(others).to.deep.equal([]);
        }
    });

    it('finds a posting that is there twice', () => {
        for (const [index, posting] of statement().postings.entries()) {
            const [difference, ...others] = differencesAfter((stated) => stated.postings.splice(index, 0, posting));
            expect(difference).to.include({
                problem: 'unexpected posting',
                recomputed: null,
                stated: posting.amountNano,
            });
            expect(others).to.deep.equal([]);
        }
    });

    it('finds a changed sum', () => {
        const subjects = [...Object.keys(statement().sums.byKind), 'all postings'];
        for (const subject of subjects) {
            const differences = differencesAfter(({ sums }) => {
                if (subject === 'all postings') {
                    sums.total = '1';
                } else {
                    sums.byKind[subject] = '1';
                }
            });
            expect(differences).to.deep.equal([
                { problem: 'other sum', subject: `sum of ${subject}`, recomputed: '0', stated: '1' },
            ]);
        }
        const missing = differencesAfter(({ sums }) => delete sums.byKind['debt']);
        expect(missing).to.have.length(1);
    });

    it('refuses an amount that is not written as a whole number', () => {
        expect(() => differencesAfter((stated) => (stated.sums.total = '0.0'))).to.throw('not a whole number');
        expect(() => differencesAfter((stated) => (stated.scenario.slots = [slot, slot + 2]))).to.throw('in order');
    });
});

describe('the independent settlement, from other meters', () => {
    const copies: string[] = [];
    after(() => {
        for (const copy of copies) {
            rmSync(copy, { recursive: true, force: true });
        }
    });

    /** A copy of the scenario with 0.004 kW, one Wh, more in one cell of the settled slot. */
    function scenarioWithOneWhMore(file: string, position: number): string {
        const directory = mkdtempSync(join(tmpdir(), 'commonwatt-recompute-'));
        copies.push(directory);
        cpSync(scenarioDir, directory, { recursive: true });
        const path = join(directory, 'profiles', 'june', file);
        const [header = '', before = '', row = ''] = readFileSync(path, 'utf8').trimEnd().split('\n');
        const cells = row.split(',').map((cell, index) => (index === position ? oneWhMore(cell) : cell));
        writeFileSync(path, `${[header, before, cells.join(',')].join('\n')}\n`);
        return directory;
    }

    for (const [file, names] of [
        ['el_load_kw.csv', ['load-p', 'load-a', 'load-b', 'hp-a', 'ev-a']],
        ['pv_kw.csv', ['pv-p1', 'pv-p2']],
    ] as const) {
        for (const [index, name] of names.entries()) {
            it(`finds one Wh more of ${name}`, () => {
                const directory = scenarioWithOneWhMore(file, index + 1);
                expect(recompute(statement(), directory)).not.to.deep.equal([]);
            });
        }
    }

    it('says by how much: of a tie the earlier leg bears the odd Wh, so a Wh more of PV reaches leg 2', () => {
        const differences = recompute(statement(), scenarioWithOneWhMore('pv_kw.csv', 1));
        const energy = differences.filter(({ subject }) => subject.startsWith('energy on free/'));
        expect(energy).to.deep.equal([
            {
                problem: 'other amount',
                subject: `energy on free/prosumer under leg-2 in slot ${String(slot)}`,
                recomputed: '15120000',
                stated: '14940000',
            },
        ]);
    });
});

function oneWhMore(cell: string): string {
    const [whole = '', fraction = ''] = cell.split('.');
    const digits = String(BigInt(whole + fraction.padEnd(3, '0')) + 4n).padStart(4, '0');
    return `${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

describe('the independent settlement, from other terms', () => {
    const inSlot = `in slot ${String(slot)}`;
    const change = (id: string, terms: Partial<Agreement>): Difference[] =>
        differencesAfter((stated) => {
            Object.assign(stated.agreements.find((agreement) => agreement.id === id) ?? {}, terms);
        });

    it('draws default amounts from a cap', () => {
        expect(change('leg-1', { defaultCapNano: '1000000' })).to.deep.include({
            problem: 'other amount',
            subject: `default on escrow/leg-1/prosumer under leg-1 ${inSlot}`,
            recomputed: '-1000000',
            stated: '-3500000',
        });
    });

    it('has the seller pay and set aside where the price is negative', () => {
        const differences = differencesAfter((stated) => {
            Object.assign(stated.agreements[2]?.legs[0] ?? {}, { priceMicroPerKwh: ['-300000'] });
        });
        expect(differences).to.deep.include.members([
            {
                problem: 'other amount',
                subject: 'fund on free/retailer under leg-3',
                recomputed: '-52500000',
                stated: '-7500000',
            },
            {
                problem: 'missing posting',
                subject: `energy on free/household-a under leg-3 ${inSlot}`,
                recomputed: '42000000',
                stated: null,
            },
        ]);
    });

    it('gives everything back at once after a termination before the first slot', () => {
        expect(change('leg-3', { endSlot: slot })).to.deep.include({
            problem: 'missing posting',
            subject: 'release on free/household-a under leg-3',
            recomputed: '52500000',
            stated: null,
        });
    });

    it('does not settle what was never funded', () => {
        const unexpected = change('leg-2', { funded: false }).filter(({ subject }) => subject.includes('under leg-2'));
        expect(unexpected.map(({ problem }) => problem)).to.deep.equal(Array(12).fill('unexpected posting'));
    });

    for (const [who, mspId, endSlot, exempt] of [
        ['the regulator', 'RegulatorMSP', slot + 1, true],
        ['the regulator, four slots before', 'RegulatorMSP', slot - 3, true],
        ['the regulator, five slots before', 'RegulatorMSP', slot - 4, false],
        ["the seller's own side", 'CommunityMSP', slot + 1, false],
    ] as const) {
        it(`${exempt ? 'waives' : 'does not waive'} a default amount for a halt by ${who}`, () => {
            const differences = differencesAfter((stated) => {
                Object.assign(stated.agreements[0] ?? {}, { exemptions: ['halt'] });
                stated.halts.push({ carrier: 'electricity', mspId, fromSlot: slot - 10, endSlot });
            });
            const subject = `default on free/household-a under leg-1 ${inSlot}`;
            const waived = differences.some((difference) => difference.subject === subject);
            expect(waived).to.equal(exempt);
            expect(differences.length > 0).to.equal(exempt);
        });
    }
});

describe('the independent settlement, from readings that did not come', () => {
    it('takes a silent meter without a past to stand still', () => {
        const differences = differencesAfter((stated) => {
            stated.gaps.push({ pointId: 'point-b', slot, lastSlot: slot - 1, nextSlot: null });
        });
        expect(differences).to.deep.include({
            problem: 'other amount',
            subject: `imbalance on cover/household-b/electricity in slot ${String(slot)}`,
            recomputed: '4150000',
            stated: '-7050000',
        });
    });
});

describe('recompute.js', () => {
    it('ends with 0 when everything agrees', () => {
        const output = execFileSync(process.execPath, [script, demoFile, '--scenario', scenarioDir], {
            encoding: 'utf8',
        });
        expect(output).to.equal('60 postings of 3 agreements recomputed from the CSV files: 0 differences\n');
    });

    it('ends with 1 and names the difference', () => {
        const directory = mkdtempSync(join(tmpdir(), 'commonwatt-recompute-'));
        const file = join(directory, 'demo.json');
        writeFileSync(file, readFileSync(demoFile, 'utf8').replace('"14940000"', '"14940001"'));
        const { status, stdout } = spawnSync(process.execPath, [script, file, '--scenario', scenarioDir], {
            encoding: 'utf8',
        });
        rmSync(directory, { recursive: true });
        expect(status).to.equal(1);
        expect(stdout.split('\n')).to.deep.equal([
            `other amount: energy on free/prosumer under leg-2 in slot ${String(slot)}: recomputed 14940000, stated 14940001`,
            '60 postings of 3 agreements recomputed from the CSV files: 1 differences',
            '',
        ]);
    });

    it('ends with 1 when it cannot read what it is given', () => {
        for (const args of [[], ['nowhere.json'], [demoFile, '--scenario', 'nowhere']]) {
            const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
            expect(status).to.equal(1);
            expect(stderr).to.match(/^recompute: /);
        }
    });

    it('imports nothing but Node and its own folder', () => {
        const own = readdirSync(join(example, '..'))
            .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
            .map((name) => name.slice(0, -'.ts'.length));
        expect(own).to.include('market');
        for (const name of own) {
            const text = readFileSync(join(example, '..', `${name}.ts`), 'utf8');
            for (const [, source = ''] of text.matchAll(/from '([^']+)'/g)) {
                expect(source).to.match(new RegExp(`^(node:[a-z]+|\\./(${own.join('|')})\\.js)$`));
            }
        }
    });
});
