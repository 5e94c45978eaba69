import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import type { Operation } from './scripted-chaincode.js';
import type { LedgerCase, ScriptedLedger } from './scripted-ledger.js';

/** Events, and chaincodes that call each other. */
export const CALLS: readonly LedgerCase[] = [
    {
        title: 'the last event of a transaction is its event',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const { event } = await ledger.hold([
                ['event', 'First/1', 'one'],
                ['event', 'Second/1', 'two'],
            ]);
            expect(event).to.deep.equal({ name: 'Second/1', payload: 'two' });
            expect((await ledger.hold([['get', ledger.key('a')]])).event).to.equal(null);
        },
    },
    {
        title: 'the event of a chaincode that was called is lost',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const call: Operation = ['call', 'supervision', [['event', 'Inner/1', 'inner']]];
            expect((await ledger.hold([call])).event).to.equal(null);
            const outer: Operation = ['event', 'Outer/1', 'outer'];
            expect((await ledger.hold([outer, call])).event).to.deep.equal({ name: 'Outer/1', payload: 'outer' });
        },
    },
    {
        title: 'a called chaincode runs in the same transaction, on keys of its own',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', 'of exchange');
            const inner: readonly Operation[] = [['transaction'], ['get', ledger.key('a')]];
            const { answers } = await ledger.hold([['transaction'], ['call', 'supervision', inner]]);
            expect(answers[1]).to.deep.equal([200, JSON.stringify([answers[0], ''])]);
        },
    },
    {
        title: 'what a called chaincode reads joins the read set, what it writes the write set',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const inner: readonly Operation[] = [
                ['get', ledger.key('a')],
                ['put', ledger.key('b'), 'by the called one'],
            ];
            const caller = await ledger.hold([['call', 'supervision', inner]]);
            expect(await ledger.submit([['call', 'supervision', inner]])).to.equal('VALID');
            const written = await ledger.answer(['get', ledger.key('b')], 'supervision');
            expect(written).to.equal('by the called one');
            expect(await caller.commit(), 'what it read is as it was').to.equal('VALID');
            const stale = await ledger.hold([['call', 'supervision', inner]]);
            await ledger.submit([['put', ledger.key('a'), '.']], { chaincode: 'supervision' });
            expect(await stale.commit()).to.equal('MVCC_READ_CONFLICT');
        },
    },
    {
        title: 'a refused call answers 500 and does not throw; the caller may go on',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const call: Operation = ['call', 'supervision', [['fail', 'no']]];
            const { answers } = await ledger.hold([call, ['put', ledger.key('a'), '.']]);
            expect((answers[0] as readonly Json[])[0]).to.equal(500);
        },
    },
    {
        title: 'what a refused call wrote before stays in the transaction of a caller who goes on',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const inner: readonly Operation[] = [
                ['put', ledger.key('a'), 'half done'],
                ['fail', 'no'],
            ];
            expect(await ledger.submit([['call', 'supervision', inner]])).to.equal('VALID');
            expect(await ledger.answer(['get', ledger.key('a')], 'supervision')).to.equal('half done');
        },
    },
    {
        title: 'a chaincode is not called back within one transaction',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const back: Operation = ['call', 'supervision', [['call', 'exchange', [['get', ledger.key('a')]]]]];
            const { answers } = await ledger.hold([back]);
            const [status, text] = answers[0] as readonly [number, string];
            expect(status).to.equal(500);
            expect(text).to.equal('');
        },
    },
    {
        title: 'a refusal of the chaincode itself is no transaction',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const message = await ledger.refusal([
                ['put', ledger.key('a'), '.'],
                ['fail', 'for a reason'],
            ]);
            expect(message).to.contain('for a reason');
            expect(await ledger.get('a')).to.equal('');
        },
    },
];
