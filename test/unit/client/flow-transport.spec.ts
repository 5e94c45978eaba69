import { setTimeout as pause } from 'node:timers/promises';
import {
    callWithin,
    ConflictError,
    FlowControl,
    FlowTransport,
    type Receipt,
    type Transport,
    UnavailableError,
} from '@commonwatt/client';
import { PROMPT_MS } from '@commonwatt/client/flow-limit';
import { expect } from 'chai';
import { type SinonFakeTimers, stub, useFakeTimers } from 'sinon';
import { rejectionOf } from './rejection.js';

const OWN = 'CommunityMSP';
const ENDORSERS = [OWN, 'OperatorMSP', 'SupplierMSP'];
const CALL = { chaincode: 'exchange', verb: 'account:deposit', command: '{}' };
const RECEIPT: Receipt = {
    payload: '7',
    transactionId: 'tx-1',
    blockNumber: 12,
    endorsementMs: 3,
    validationCode: 'VALID',
};
const silentOperator = (): UnavailableError =>
    new UnavailableError({ code: 'PEER_UNAVAILABLE', operands: { organizations: ['OperatorMSP'] } });

/** Peers that answer calls as they are told to, over one control. */
function client(peers: Partial<Record<'submit' | 'evaluate', unknown>>, flow = new FlowControl()): FlowTransport {
    return new FlowTransport(peers as unknown as Transport, flow, OWN);
}

describe('a peer that misses the time for an endorsement', () => {
    let clock: SinonFakeTimers;
    beforeEach(() => {
        clock = useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
    });
    afterEach(() => {
        clock.restore();
    });

    /** Misses it; others are answered after a part of it. */
    async function missed(answeredAfter: number | null): Promise<Error & { code: string; operands: object }> {
        const submit = stub();
        const flow = new FlowControl();
        submit.onCall(0).callsFake(async () => {
            if (answeredAfter !== null) {
                clock.tick(3_000 * answeredAfter);
                await client({ submit: () => Promise.resolve(RECEIPT) }, flow).submit(callWithin(CALL), ENDORSERS);
            }
            clock.tick(3_000 * (1 - (answeredAfter ?? 0)));
            throw silentOperator();
        });
        return await rejectionOf(client({ submit }, flow).submit(callWithin(CALL), ENDORSERS));
    }

    it('is busy where it answered others meanwhile, and is not passed over', async () => {
        const error = await missed(0.75);
        expect([error.code, error.operands]).to.deep.equal([
            'PEER_BUSY',
            { organizations: ['OperatorMSP'], waitedMs: 3_000 },
        ]);
    });

    it('is away where it answered nobody, or only before it hung', async () => {
        expect((await missed(null)).code).to.equal('PEER_UNAVAILABLE');
        expect((await missed(0.1)).code).to.equal('PEER_UNAVAILABLE');
    });

    it('is away where nobody had to wait for it: it accepts no connection', async () => {
        const flow = new FlowControl();
        await client({ submit: () => Promise.resolve(RECEIPT) }, flow).submit(callWithin(CALL), ENDORSERS);
        const refused = client({ submit: () => Promise.reject(silentOperator()) }, flow);
        expect((await rejectionOf(refused.submit(callWithin(CALL), ENDORSERS))).code).to.equal('PEER_UNAVAILABLE');
        expect(flow.limitOf('OperatorMSP').limit, 'an absence says nothing of a load').to.equal(16);
    });

    it('gets fewer calls at a time, the others as many as before', async () => {
        const flow = new FlowControl();
        const submit = (): Promise<Receipt> => {
            clock.tick(PROMPT_MS + 1);
            return Promise.reject(silentOperator());
        };
        await rejectionOf(client({ submit }, flow).submit(callWithin(CALL), ENDORSERS));
        expect(flow.limitOf('OperatorMSP').limit).to.equal(8);
        expect(flow.limitOf(OWN).limit).to.equal(16);
    });
});

describe('calls through one control', () => {
    it('are no more at a time than the peers have answered promptly, however many are begun', async () => {
        const flow = new FlowControl();
        let inFlight = 0;
        let most = 0;
        const submit = async (): Promise<Receipt> => {
            inFlight += 1;
            most = Math.max(most, inFlight);
            await pause(1);
            inFlight -= 1;
            return { ...RECEIPT, endorsementMs: PROMPT_MS + 1 };
        };
        const clients = Array.from({ length: 200 }, () => client({ submit }, flow));
        await Promise.all(clients.map((each) => each.submit(callWithin(CALL), ENDORSERS)));
        expect(most).to.equal(16);
    });

    it('are asked again as queries until their time is over, and refused at once by an answer', async () => {
        const evaluate = stub().rejects(silentOperator());
        evaluate.onCall(3).resolves('7');
        expect(await client({ evaluate }).evaluate(callWithin(CALL))).to.equal('7');
        expect(evaluate.callCount).to.equal(4);

        const never = stub().rejects(silentOperator());
        const begunMs = Date.now();
        const error = await rejectionOf(client({ evaluate: never }).evaluate(callWithin(CALL, 200)));
        expect(error.code).to.equal('PEER_UNAVAILABLE');
        expect(Date.now() - begunMs).to.be.within(200, 400);
        expect(never.callCount).to.be.at.least(2);

        const refused = stub().rejects(new ConflictError({ code: 'SLOT_BEGUN' }));
        expect((await rejectionOf(client({ evaluate: refused }).evaluate(callWithin(CALL)))).code).to.equal(
            'SLOT_BEGUN',
        );
        expect(refused.callCount).to.equal(1);
    });
});
