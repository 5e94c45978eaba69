import type { Lane } from '@commonwatt/chaincode/domain/account';
import { MarketError } from '@commonwatt/chaincode/domain/errors';
import { freeAccount, type Posting, transfer } from '@commonwatt/chaincode/domain/posting';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { creditCodec, laneCodec } from '@commonwatt/chaincode/wire/account';
import { CREDIT, LANE, ledgerKey, TICK } from '@commonwatt/chaincode/store/keys';
import { Ledger, SCAN_RECORDS_MAX, type Step } from '@commonwatt/chaincode/store/ledger';
import { expect } from 'chai';
import { ChaincodeStub } from 'fabric-shim';
import { createStubInstance, type SinonStubbedInstance } from 'sinon';

const EVENT: Step['event'] = { name: 'ClockAdvanced/1', payload: { fromSlot: 1, toSlot: 1 } };

/** A stub whose state is what is given here. */
function stubWith(state: Readonly<Record<string, string>> = {}): SinonStubbedInstance<ChaincodeStub> {
    const stub = createStubInstance(ChaincodeStub);
    stub.getState.callsFake((key: string) => Promise.resolve(Buffer.from(state[key] ?? '', 'utf8')));
    return stub;
}

async function refusedBy(step: () => Promise<unknown>): Promise<MarketError> {
    try {
        await step();
    } catch (error) {
        expect(error).to.be.instanceOf(MarketError);
        return error as MarketError;
    }
    throw new Error('there was no refusal');
}

const lane = (participantId: string, nano: bigint): Lane => ({
    participantId,
    lane: 0,
    balanceNano: amountNano(nano),
});
const move = (from: string, to: string, nano: bigint): Posting[] =>
    transfer(freeAccount(from), freeAccount(to), amountNano(nano), { kind: 'cover', agreementId: null, slot: null });

describe('the ledger', () => {
    const state = {
        'lane/anna/0000000000': laneCodec.encode(lane('anna', 7n)),
        'lane/bert/0000000000': laneCodec.encode(lane('bert', 0n)),
    };

    it('keeps slots and lanes in the order of their numbers', () => {
        const keys = [9, 10, 99, 2_000_000_000].map((slot) => ledgerKey('tick', [slot]));
        expect([...keys].sort()).to.deep.equal(keys);
        expect(ledgerKey('lane', ['anna', 3])).to.equal('lane/anna/0000000003');
        expect(ledgerKey('charter', [])).to.equal('charter');
    });

    it('writes everything at the end, once, then tells one event', async () => {
        const stub = stubWith(state);
        const ledger = new Ledger(stub);
        await ledger.get(LANE, 'anna', 0);
        await ledger.get(LANE, 'bert', 0);
        ledger.put(LANE, lane('anna', 2n));
        ledger.put(LANE, lane('bert', 5n));
        expect(stub.putState.callCount).to.equal(0);
        await ledger.commit({ postings: move('anna', 'bert', 5n), event: EVENT });
        expect(stub.putState.args.map(([key, value]) => [key, Buffer.from(value).toString()])).to.deep.equal([
            ['lane/anna/0000000000', laneCodec.encode(lane('anna', 2n))],
            ['lane/bert/0000000000', laneCodec.encode(lane('bert', 5n))],
        ]);
        expect(stub.setEvent.callCount).to.equal(1);
        expect(stub.setStateValidationParameter.callCount).to.equal(0);
    });

    it('writes nothing unless the invariants hold', async () => {
        const stub = stubWith(state);
        const ledger = new Ledger(stub);
        await ledger.get(LANE, 'anna', 0);
        ledger.put(LANE, lane('anna', 6n));
        for (const postings of [[], move('anna', 'bert', 1n), move('anna', 'anna', 1n), move('anna', 'bert', 2n)]) {
            const error = await refusedBy(() => ledger.commit({ postings, event: EVENT }));
            expect(error).to.deep.include({
                code: 'INVARIANT_BROKEN',
                operands: { invariant: 'records change by what is posted' },
            });
        }
        expect([stub.putState.callCount, stub.deleteState.callCount, stub.setEvent.callCount]).to.deep.equal([0, 0, 0]);
    });

    it('writes no negative balance, even when it is posted', async () => {
        const ledger = new Ledger(stubWith(state));
        await ledger.get(LANE, 'bert', 0);
        const error = await refusedBy(() => {
            ledger.put(LANE, { ...lane('bert', 0n), balanceNano: amountNano(-1n) });
            return Promise.resolve();
        });
        expect(error.code, 'the format has no sign for it').to.equal('INPUT_INVALID');
    });

    it('counts what is removed', async () => {
        const credit = { participantId: 'anna', sourceId: 'deposit.pay-1', amountNano: amountNano(3n) };
        const key = 'credit/anna/deposit.pay-1';
        const stub = stubWith({ ...state, [key]: creditCodec.encode(credit) });
        const ledger = new Ledger(stub);
        await ledger.get(LANE, 'anna', 0);
        await ledger.get(CREDIT, 'anna', 'deposit.pay-1');
        ledger.remove(CREDIT, credit);
        expect((await refusedBy(() => ledger.commit({ event: EVENT }))).code).to.equal('INVARIANT_BROKEN');
        ledger.put(LANE, lane('anna', 10n));
        await ledger.commit({ event: EVENT });
        expect(stub.deleteState.args).to.deep.equal([[key]]);
    });

    it('writes a key once and no money unread', async () => {
        const ledger = new Ledger(stubWith(state));
        ledger.put(TICK, { slot: 1 });
        expect(() => {
            ledger.put(TICK, { slot: 1 });
        }).to.throw('INVARIANT_BROKEN');
        expect(() => {
            ledger.put(LANE, lane('anna', 7n));
        }).to.throw('INVARIANT_BROKEN');
        const unread = new Ledger(stubWith(state));
        expect(() => {
            unread.remove(TICK, { slot: 1 });
        }).to.throw('INVARIANT_BROKEN');
        expect(await unread.get(TICK, 1)).to.equal(null);
    });

    it('sets a policy on the key it is given with', async () => {
        const stub = stubWith();
        const ledger = new Ledger(stub);
        ledger.put(TICK, { slot: 1 }, Buffer.from('policy'));
        ledger.put(TICK, { slot: 2 });
        await ledger.commit({ event: EVENT });
        expect(stub.setStateValidationParameter.args).to.deep.equal([['tick/0000000001', Buffer.from('policy')]]);
    });

    it('reads no record that stands under another key or in another spelling', async () => {
        const moved = new Ledger(stubWith({ 'tick/0000000002': '{"slot":1}' }));
        expect((await refusedBy(() => moved.get(TICK, 2))).code).to.equal('INVARIANT_BROKEN');
        const misspelt = new Ledger(stubWith({ 'tick/0000000002': '{ "slot":2}' }));
        expect((await refusedBy(() => misspelt.get(TICK, 2))).code).to.equal('INPUT_NOT_CANONICAL');
    });

    it('closes every iterator, also when a record cannot be read', async () => {
        for (const text of ['{"slot":1}', 'nonsense']) {
            const stub = stubWith();
            let closed = 0;
            const items = [{ value: Buffer.from(text) }];
            const iterator = {
                next: () => {
                    const value = items.shift();
                    return Promise.resolve(value === undefined ? { done: true } : { done: false, value });
                },
                close: () => {
                    closed += 1;
                    return Promise.resolve();
                },
            };
            stub.getStateByRange.resolves(iterator as never);
            await new Ledger(stub).scan(TICK, [0], [9]).catch(() => null);
            expect(closed).to.equal(1);
            expect(stub.getStateByRange.args).to.deep.equal([['tick/0000000000', 'tick/0000000009']]);
        }
    });

    it('writes no record that is too large to be read again', () => {
        const short = { ...TICK, codec: { ...TICK.codec, bytesMax: '{"slot":99}'.length } };
        const ledger = new Ledger(stubWith());
        ledger.put(short, { slot: 99 });
        expect(() => {
            ledger.put(short, { slot: 100 });
        }).to.throw(MarketError, 'RECORD_TOO_LARGE');
    });

    it('reads no more of a range or of a history than there may be', async () => {
        const text = Buffer.from('{"slot":1}');
        const timestamp = { seconds: 1, nanos: 0 };
        const changesOf = (count: number, value = text): Readonly<{ iterator: never; read: () => number }> => {
            let handedOut = 0;
            const next = (): Promise<unknown> => {
                handedOut += 1;
                return Promise.resolve(
                    handedOut > count
                        ? { done: true }
                        : { done: false, value: { value, txId: 'ab', timestamp, isDelete: false } },
                );
            };
            return { iterator: { next, close: () => Promise.resolve() } as never, read: () => handedOut };
        };
        const stub = stubWith();
        const ledger = new Ledger(stub);
        const limit = { record: 'tick', recordsMax: SCAN_RECORDS_MAX };
        const most = changesOf(SCAN_RECORDS_MAX);
        stub.getStateByRange.resolves(most.iterator);
        expect(await ledger.scan(TICK, [0], [9])).to.have.length(SCAN_RECORDS_MAX);
        for (const [count, value] of [
            [SCAN_RECORDS_MAX + 5, text],
            [20, Buffer.from(`{"slot":1}${' '.repeat(2 ** 20)}`)],
        ] as const) {
            const endless = changesOf(count, value);
            stub.getHistoryForKey.resolves(endless.iterator);
            const { decode } = TICK.codec;
            const lenient = { ...TICK, codec: { ...TICK.codec, decode: (each: string) => decode(each.trim()) } };
            const error = await refusedBy(() => ledger.history(lenient, 1));
            expect(error).to.deep.include({ code: 'RECORDS_LIMIT', operands: limit });
            expect(endless.read()).to.equal(Math.min(count, SCAN_RECORDS_MAX + 1) - (count === 20 ? 4 : 0));
        }
        const endless = changesOf(SCAN_RECORDS_MAX + 5);
        stub.getStateByRange.resolves(endless.iterator);
        const error = await refusedBy(() => ledger.scan(TICK, [0], [9]));
        expect(error).to.deep.include({ code: 'RECORDS_LIMIT', operands: limit });
        expect(endless.read()).to.equal(SCAN_RECORDS_MAX + 1);
    });

    it('passes on what the other chaincode refuses with, and tells which call failed without a code', async () => {
        const stub = stubWith();
        const call = (): Promise<unknown> => new Ledger(stub).call('supervision', 'halt:show', '{}');
        stub.invokeChaincode.resolves({ status: 500, message: 'SLOT_BEGUN {"slot":7}', payload: Buffer.alloc(0) });
        expect(await refusedBy(call)).to.deep.include({ code: 'SLOT_BEGUN', operands: { slot: 7 } });
        stub.invokeChaincode.resolves({ status: 500, message: 'chaincode is not there', payload: Buffer.alloc(0) });
        expect(await refusedBy(call)).to.deep.include({
            code: 'LEDGER_CALL_FAILED',
            operands: { chaincode: 'supervision', verb: 'halt:show', status: 500 },
        });
    });
});
