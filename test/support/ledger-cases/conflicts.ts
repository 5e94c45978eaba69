import { expect } from 'chai';
import type { Operation } from './scripted-chaincode.js';
import type { LedgerCase, ScriptedLedger } from './scripted-ledger.js';

/** What voids a transaction that was endorsed. */
export const CONFLICTS: readonly LedgerCase[] = [
    {
        title: 'of two that read and change a key the later is void',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', '1');
            const change = (to: string): readonly Operation[] => [
                ['get', ledger.key('a')],
                ['put', ledger.key('a'), to],
            ];
            const [first, second] = [await ledger.hold(change('2')), await ledger.hold(change('3'))];
            expect([await first.commit(), await second.commit()]).to.deep.equal(['VALID', 'MVCC_READ_CONFLICT']);
            expect(await ledger.get('a')).to.equal('2');
        },
    },
    {
        title: 'a key that was missing, or is again, is a read, too',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const read = (name: string): readonly Operation[] => [
                ['get', ledger.key(name)],
                ['put', ledger.key(`${name}-read`), '.'],
            ];
            await ledger.put('b', 'gone soon');
            const [created, deleted] = [await ledger.hold(read('a')), await ledger.hold(read('b'))];
            await ledger.put('a', '.');
            await ledger.submit([['delete', ledger.key('b')]]);
            expect(await created.commit()).to.equal('MVCC_READ_CONFLICT');
            expect(await deleted.commit()).to.equal('MVCC_READ_CONFLICT');
        },
    },
    {
        title: 'the same value written again voids who read it before',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', 'same');
            const reader = await ledger.hold([
                ['get', ledger.key('a')],
                ['put', ledger.key('b'), '.'],
            ]);
            await ledger.put('a', 'same');
            expect(await reader.commit()).to.equal('MVCC_READ_CONFLICT');
        },
    },
    {
        title: 'who writes without reading conflicts with nobody',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const [first, second] = [
                await ledger.hold([['put', ledger.key('a'), '1']]),
                await ledger.hold([['put', ledger.key('a'), '2']]),
            ];
            expect([await first.commit(), await second.commit()]).to.deep.equal(['VALID', 'VALID']);
            expect(await ledger.get('a')).to.equal('2');
        },
    },
    {
        title: 'history, though read, voids nothing',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', '1');
            const reader = await ledger.hold([
                ['history', ledger.key('a')],
                ['put', ledger.key('b'), '.'],
            ]);
            await ledger.put('a', '2');
            expect(await reader.commit()).to.equal('VALID');
        },
    },
    ...(['inserted', 'changed', 'deleted'] as const).map((what) => ({
        title: `a key ${what} in a range that was read is a phantom`,
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.submit(['a', 'c'].map((name) => ['put', ledger.key(name), '.']));
            const reader = await ledger.hold([ledger.range(), ['put', ledger.key('z'), '.']]);
            const changes: Record<typeof what, Operation> = {
                inserted: ['put', ledger.key('b'), '.'],
                changed: ['put', ledger.key('a'), 'other'],
                deleted: ['delete', ledger.key('c')],
            };
            await ledger.submit([changes[what]]);
            expect(await reader.commit()).to.equal('PHANTOM_READ_CONFLICT');
        },
    })),
    {
        title: 'a key outside the range is none',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('b', '.');
            const reader = await ledger.hold([ledger.range('b', 'd'), ['put', ledger.key('z'), '.']]);
            await ledger.put('a', '.');
            await ledger.put('d', '.');
            expect(await reader.commit()).to.equal('VALID');
        },
    },
    {
        title: 'who stops after the first of few results has read them all: peers send a hundred at a time',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.submit(['a', 'b'].map((name) => ['put', ledger.key(name), '.']));
            const reader = await ledger.hold([ledger.range('', 'y', 1), ['put', ledger.key('z'), '.']]);
            await ledger.put('c', '.');
            expect(await reader.commit()).to.equal('PHANTOM_READ_CONFLICT');
        },
    },
    ...(
        [
            ['within the hundred and one results that the peer has looked at', 'n0100', 1, 'PHANTOM_READ_CONFLICT'],
            ['beyond them', 'n01005', 1, 'VALID'],
            ['beyond them, by who took a hundred', 'n01005', 100, 'VALID'],
            ['beyond them, by who asked for one more', 'n01005', 101, 'PHANTOM_READ_CONFLICT'],
        ] as const
    ).map(([where, name, count, code]) => ({
        title: `of many results ${count} are read, one changes ${where}: ${code}`,
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const names = Array.from({ length: 150 }, (_, index) => `n${String(index).padStart(4, '0')}`);
            await ledger.submit(names.map((each) => ['put', ledger.key(each), '.']));
            const reader = await ledger.hold([ledger.range('', 'y', count), ['put', ledger.key('z'), '.']]);
            await ledger.put(name, 'other');
            expect(await reader.commit()).to.equal(code);
        },
    })),
    ...(
        [
            ['on the page', 'b', 'PHANTOM_READ_CONFLICT'],
            ['after it', 'e', 'VALID'],
        ] as const
    ).map(([where, name, code]) => ({
        title: `of a full page that was read, a key changes ${where}: ${code}`,
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.submit(['a', 'c', 'd', 'f'].map((each) => ['put', ledger.key(each), '.']));
            const reader = await ledger.hold([['page', ledger.key(''), ledger.key('~'), 3, '']]);
            await ledger.put(name, '.');
            expect(await reader.commit()).to.equal(code);
        },
    })),
    {
        title: 'a page that ends before it is full has read to the end',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', '.');
            const reader = await ledger.hold([['page', ledger.key(''), ledger.key('~'), 2, '']]);
            await ledger.put('b', '.');
            expect(await reader.commit()).to.equal('PHANTOM_READ_CONFLICT');
        },
    },
];
