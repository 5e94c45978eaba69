import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import type { LedgerCase, ScriptedLedger } from './scripted-ledger.js';

/** What a transaction sees. */
export const READS: readonly LedgerCase[] = [
    {
        title: 'a transaction reads what was committed, not what it wrote',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', 'old');
            const { answers } = await ledger.hold([
                ['put', ledger.key('a'), 'new'],
                ['get', ledger.key('a')],
                ['put', ledger.key('b'), 'new'],
                ledger.range(),
                ['delete', ledger.key('a')],
                ['get', ledger.key('a')],
            ]);
            expect([answers[1], ledger.unprefixed(answers[3]), answers[5]]).to.deep.equal(['old', ['a=old'], 'old']);
        },
    },
    {
        title: 'the last write of a key counts',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('c', 'old');
            const [a, b, c] = [ledger.key('a'), ledger.key('b'), ledger.key('c')];
            const code = await ledger.submit([
                ['put', a, 'one'],
                ['put', a, 'two'],
                ['put', b, 'one'],
                ['delete', b],
                ['delete', c],
                ['put', c, 'back'],
            ]);
            expect([code, await ledger.names()]).to.deep.equal(['VALID', ['a=two', 'c=back']]);
        },
    },
    {
        title: 'an empty value is no value, and a missing key can be deleted',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', 'old');
            expect(await ledger.submit([['put', ledger.key('a'), '']])).to.equal('VALID');
            expect([await ledger.get('a'), await ledger.names()]).to.deep.equal(['', []]);
            expect(await ledger.submit([['delete', ledger.key('b')]])).to.equal('VALID');
            expect(await ledger.answer(['history', ledger.key('a')])).to.deep.equal(['deleted', 'old']);
        },
    },
    {
        title: 'keys come in the order of their UTF-8 bytes, from the first inclusive to the last exclusive',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const names = ['~', 'z', 'Z', 'ä', '\uffff', '\u{10000}', 'a/b', 'a', 'a0'];
            await ledger.submit(names.map((name) => ['put', ledger.key(name), '.']));
            const all = await ledger.answer(['range', ledger.key(''), ledger.key('\u{10ffff}'), 100]);
            const inOrder = ['Z', 'a', 'a/b', 'a0', 'z', '~', 'ä', '\uffff', '\u{10000}'];
            expect(ledger.unprefixed(all)).to.deep.equal(inOrder.map((name) => `${name}=.`));
            const some = await ledger.answer(ledger.range('a', 'z'));
            expect(ledger.unprefixed(some)).to.deep.equal(['a=.', 'a/b=.', 'a0=.']);
        },
    },
    {
        title: 'pages follow each other by their bookmarks',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.submit(['a', 'b', 'c', 'd'].map((name) => ['put', ledger.key(name), '.']));
            const page = async (bookmark: string, size = 3): Promise<readonly Json[]> =>
                (await ledger.answer(['page', ledger.key(''), ledger.key('~'), size, bookmark])) as readonly Json[];
            const [first, firstCount, next = ''] = await page('');
            expect([ledger.unprefixed(first), firstCount]).to.deep.equal([['a=.', 'b=.', 'c=.'], 3]);
            const [second, secondCount, end] = await page(next as string);
            expect([ledger.unprefixed(second), secondCount, end]).to.deep.equal([['d=.'], 1, '']);
            expect((await page('', 4))[2], 'a full last page').to.equal('');
        },
    },
    {
        title: 'who pages may not write, who wrote may not page',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', '.');
            const page = ['page', ledger.key(''), ledger.key('~'), 1, ''] as const;
            expect(await ledger.refusal([page, ['put', ledger.key('b'), '.']])).to.match(/paginat|paged/i);
            expect(await ledger.refusal([['put', ledger.key('b'), '.'], page])).to.match(/paginat|paged/i);
        },
    },
    {
        title: 'history is told newest first',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', 'one');
            await ledger.submit([['delete', ledger.key('a')]]);
            await ledger.put('a', 'two');
            expect(await ledger.answer(['history', ledger.key('a')])).to.deep.equal(['two', 'deleted', 'one']);
            expect(await ledger.answer(['history', ledger.key('b')])).to.deep.equal([]);
        },
    },
];
