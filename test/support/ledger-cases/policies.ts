import { encodePolicy, type TermsPolicy } from '@commonwatt/chaincode/store/policies';
import { mspIdOf, type OrgName, orgNames } from '@commonwatt/network';
import { expect } from 'chai';
import type { Operation } from './scripted-chaincode.js';
import type { LedgerCase, ScriptedLedger } from './scripted-ledger.js';

const policyHex = (policy: TermsPolicy): string => Buffer.from(encodePolicy(policy)).toString('hex');
/** Both must endorse; weaker than the chaincode's policy, which asks for three. */
const both = (left: OrgName, right: OrgName): string =>
    policyHex({ required: [left, right].map(mspIdOf).sort(), outOf: 0, others: [] });
const without = (absent: OrgName): OrgName[] => orgNames.filter((org) => org !== absent);

/** Who must endorse what. */
export const POLICIES: readonly LedgerCase[] = [
    {
        title: "a chaincode's policy asks for enough organisations, whether anything is written or not",
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const write: Operation = ['put', ledger.key('a'), '.'];
            const three = without('regulator');
            expect(await ledger.submit([write], { endorsers: three.slice(1) })).to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await ledger.submit([write], { endorsers: three })).to.equal('VALID');
            const none = await ledger.submit([['get', ledger.key('a')]], { endorsers: three.slice(1) });
            expect(none).to.equal('ENDORSEMENT_POLICY_FAILURE');
            const where = { chaincode: 'supervision', endorsers: three } as const;
            expect(await ledger.submit([write], where)).to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await ledger.submit([write], { ...where, endorsers: without('supplier') })).to.equal('VALID');
        },
    },
    {
        title: 'the policy of a called chaincode counts where it writes, not where it is read',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const call = (inner: Operation): readonly Operation[] => [
                ['call', 'supervision', [inner]],
                ['put', ledger.key('a'), '.'],
            ];
            const endorsers = without('regulator');
            expect(await ledger.submit(call(['get', ledger.key('b')]), { endorsers })).to.equal('VALID');
            const code = await ledger.submit(call(['put', ledger.key('b'), '.']), { endorsers });
            expect(code).to.equal('ENDORSEMENT_POLICY_FAILURE');
        },
    },
    {
        title: 'the first write of a key is judged by the chaincode, every later one by the key',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const endorsers: readonly OrgName[] = ['operator', 'regulator'];
            const create: readonly Operation[] = [
                ['put', ledger.key('a'), 'one'],
                ['policy', ledger.key('a'), both('operator', 'regulator')],
            ];
            expect(await ledger.submit(create, { endorsers })).to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await ledger.submit(create, { endorsers: without('regulator') })).to.equal('VALID');
            const update: Operation = ['put', ledger.key('a'), 'two'];
            const others = { endorsers: without('regulator') };
            expect(await ledger.submit([update], others)).to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await ledger.submit([update], { endorsers })).to.equal('VALID');
            expect(await ledger.submit([update], others), 'the policy stays').to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await ledger.answer(['policyOf', ledger.key('a')])).to.equal(both('operator', 'regulator'));
        },
    },
    {
        title: "beside a key with a policy of its own, another key needs the chaincode's",
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.submit([
                ['put', ledger.key('a'), 'one'],
                ['policy', ledger.key('a'), both('operator', 'regulator')],
            ]);
            const two: readonly Operation[] = [
                ['put', ledger.key('a'), 'two'],
                ['put', ledger.key('b'), 'two'],
            ];
            const code = await ledger.submit(two, { endorsers: ['operator', 'regulator'] });
            expect(code).to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await ledger.submit(two, { endorsers: without('community') })).to.equal('VALID');
        },
    },
    {
        title: 'a policy is replaced by who satisfies the one before, with a value or without',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.submit([
                ['put', ledger.key('a'), 'one'],
                ['policy', ledger.key('a'), both('operator', 'regulator')],
            ]);
            const replace: Operation = ['policy', ledger.key('a'), both('community', 'supplier')];
            const later = ['community', 'supplier'] as const;
            expect(await ledger.submit([replace], { endorsers: later })).to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await ledger.submit([replace], { endorsers: ['operator', 'regulator'] })).to.equal('VALID');
            expect(await ledger.get('a')).to.equal('one');
            expect(await ledger.submit([['put', ledger.key('a'), 'two']], { endorsers: later })).to.equal('VALID');
        },
    },
    {
        title: 'a policy set alone changes its key for who has read it, and leaves the history as it is',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', 'one');
            const reader = await ledger.hold([
                ['get', ledger.key('a')],
                ['put', ledger.key('b'), '.'],
            ]);
            await ledger.submit([['policy', ledger.key('a'), both('operator', 'regulator')]]);
            expect(await reader.commit()).to.equal('MVCC_READ_CONFLICT');
            expect(await ledger.answer(['history', ledger.key('a')])).to.deep.equal(['one']);
        },
    },
    {
        title: 'a policy of a key that is not there is forgotten',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            expect(await ledger.submit([['policy', ledger.key('a'), both('operator', 'regulator')]])).to.equal('VALID');
            const write: Operation = ['put', ledger.key('a'), '.'];
            expect(await ledger.submit([write], { endorsers: without('operator') })).to.equal('VALID');
        },
    },
    {
        title: 'a deleted key has no policy when it comes back',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.submit([
                ['put', ledger.key('a'), 'one'],
                ['policy', ledger.key('a'), both('operator', 'regulator')],
            ]);
            const endorsers = without('operator');
            const remove: Operation = ['delete', ledger.key('a')];
            expect(await ledger.submit([remove], { endorsers })).to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await ledger.submit([remove], { endorsers: ['operator', 'regulator'] })).to.equal('VALID');
            expect(await ledger.submit([['put', ledger.key('a'), 'two']], { endorsers })).to.equal('VALID');
        },
    },
    {
        title: 'who loses the race to create a key with a policy fails by that policy, or by what it read',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            const create: readonly Operation[] = [
                ['get', ledger.key('a')],
                ['put', ledger.key('a'), 'one'],
                ['policy', ledger.key('a'), both('operator', 'regulator')],
            ];
            const winner = await ledger.hold(create, { endorsers: without('operator') });
            const losers = [
                await ledger.hold(create, { endorsers: without('operator') }),
                await ledger.hold(create, { endorsers: without('community') }),
            ];
            expect(await winner.commit()).to.equal('VALID');
            expect(await losers[0]?.commit()).to.equal('ENDORSEMENT_POLICY_FAILURE');
            expect(await losers[1]?.commit()).to.equal('MVCC_READ_CONFLICT');
        },
    },
    {
        title: 'a policy that was read is a read of its key',
        play: async (ledger: ScriptedLedger): Promise<void> => {
            await ledger.put('a', 'one');
            const reader = await ledger.hold([
                ['policyOf', ledger.key('a')],
                ['put', ledger.key('b'), '.'],
            ]);
            expect(reader.answers[0]).to.equal('');
            await ledger.put('a', 'two');
            expect(await reader.commit()).to.equal('MVCC_READ_CONFLICT');
        },
    },
];
