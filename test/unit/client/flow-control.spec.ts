import { setTimeout as pause } from 'node:timers/promises';
import { FlowControl, UnavailableError } from '@commonwatt/client';
import type { Passage } from '@commonwatt/client/flow-control';
import { expect } from 'chai';
import { rejectionOf } from './rejection.js';

const PEER = 'OperatorMSP';
const passage = (caller: object, more: Partial<Passage> = {}): Passage => ({
    caller,
    mspIds: [PEER],
    begunMs: Date.now(),
    deadlineMs: Date.now() + 60_000,
    ...more,
});

/** A control that lets one call through at a time, and the first caller's call that keeps it busy. */
async function busyControl(): Promise<{ flow: FlowControl; free: () => void }> {
    const flow = new FlowControl();
    for (let nowMs = 1; flow.limitOf(PEER).limit > 1; nowMs += 1) {
        flow.limitOf(PEER).silent(nowMs, nowMs);
    }
    const first = passage({});
    await flow.enter(first);
    return {
        flow,
        free: () => {
            flow.leave(first, 10);
        },
    };
}

/** The order in which calls get through, each of which leaves at once. */
async function orderOf(
    flow: FlowControl,
    calls: readonly Readonly<{ name: string; passage: Passage }>[],
): Promise<string[]> {
    const order: string[] = [];
    await Promise.all(
        calls.map(async (call) => {
            await flow.enter(call.passage);
            order.push(call.name);
            flow.leave(call.passage, 10);
        }),
    );
    return order;
}

describe('calls that wait for a busy peer', () => {
    it('get through in the order in which they began, those tried again before those that came later', async () => {
        const { flow, free } = await busyControl();
        const caller = {};
        const begunMs = Date.now();
        const order = orderOf(flow, [
            { name: 'second', passage: passage(caller, { begunMs: begunMs + 1 }) },
            { name: 'third', passage: passage(caller, { begunMs: begunMs + 2 }) },
            { name: 'first, again', passage: passage(caller, { begunMs }) },
        ]);
        free();
        expect(await order).to.deep.equal(['first, again', 'second', 'third']);
    });

    it('of one client that sends ten thousand do not keep another waiting', async () => {
        const { flow, free } = await busyControl();
        const greedy = {};
        const order = orderOf(flow, [
            ...Array.from({ length: 10_000 }, (_, index) => ({ name: `greedy ${index}`, passage: passage(greedy) })),
            { name: 'modest', passage: passage({}) },
        ]);
        free();
        expect((await order).indexOf('modest')).to.be.lessThan(2);
    });

    it('do not keep those waiting that ask other peers, and are not passed by those that need theirs, too', async () => {
        const { flow, free } = await busyControl();
        const caller = {};
        const both = passage(caller, { mspIds: [PEER, 'RegulatorMSP'] });
        const other = passage(caller, { mspIds: ['SupplierMSP'] });
        const later = passage(caller, { mspIds: ['RegulatorMSP'] });
        const order = orderOf(flow, [
            { name: 'both', passage: both },
            { name: 'later', passage: later },
            { name: 'other', passage: other },
        ]);
        await pause(10);
        free();
        expect(await order).to.deep.equal(['other', 'both', 'later']);
    });

    it('end at their own deadline, and say for whom they waited', async () => {
        const { flow, free } = await busyControl();
        const begunMs = Date.now();
        const error = await rejectionOf(flow.enter(passage({}, { begunMs, deadlineMs: begunMs + 30 })));
        expect(error).to.be.instanceOf(UnavailableError);
        expect(error.code).to.equal('PEER_BUSY');
        expect(error.operands['organizations']).to.deep.equal([PEER]);
        expect(Date.now() - begunMs).to.be.at.least(29);
        free();
        await flow.enter(passage({})); // it has taken nobody's place
    });

    it('are not sent any more when their answer would come too late; what came later is, instead', async () => {
        const { flow, free } = await busyControl();
        const caller = {};
        for (let served = 0; served < 50; served += 1) {
            const slow = passage({}, { mspIds: ['SlowMSP'] });
            await flow.enter(slow);
            flow.leave(slow, 200); // what peers take now
        }
        const begunMs = Date.now() - 1_000;
        const late = rejectionOf(flow.enter(passage(caller, { begunMs, deadlineMs: Date.now() + 100 })));
        const inTime = flow.enter(passage(caller));
        free();
        await inTime;
        expect((await late).code).to.equal('PEER_BUSY');
    });
});
