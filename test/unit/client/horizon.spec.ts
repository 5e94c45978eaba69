import { type Call, callWithin, Horizon, HorizonTransport, type Transport, UnavailableError } from '@commonwatt/client';
import { expect } from 'chai';
import { type SinonStub, stub } from 'sinon';
import { rejectionOf } from './rejection.js';

const call = (withinMs?: number): Call =>
    callWithin({ chaincode: 'exchange', verb: 'account:show', command: '{}' }, withinMs);

/** A client of a peer that is asked for its height as often as it is told here, and stays at the last one. */
function clientOf(horizon: Horizon, ...heights: readonly number[]): { client: HorizonTransport; asked: SinonStub } {
    const asked = stub();
    for (const [index, height] of heights.entries()) {
        asked.onCall(index).resolves(height);
    }
    asked.resolves(heights.at(-1));
    const peer = {
        height: asked,
        evaluate: () => Promise.resolve(`read after ${asked.callCount} questions`),
        submit: () => Promise.resolve({ payload: '', transactionId: 'tx-1', blockNumber: 7, validationCode: 'VALID' }),
    };
    const client = new HorizonTransport(peer as unknown as Transport, horizon, 'CommunityMSP');
    return { client, asked };
}

describe('clients that share a horizon', () => {
    it('read what another has written: not before their peer has its block', async () => {
        const horizon = new Horizon(() => Promise.resolve());
        await clientOf(horizon, 7).client.submit(call(), []);
        expect(horizon.block).to.equal(7);
        const { client } = clientOf(horizon, 6, 7, 7, 8);
        expect(await client.evaluate(call())).to.equal('read after 4 questions');
    });

    it('count the blocks that another has written', async () => {
        const horizon = new Horizon(() => Promise.resolve());
        horizon.see(7);
        expect(await clientOf(horizon, 6, 7, 8).client.height()).to.equal(8);
    });

    it('have endorsed what stands on what another has written', async () => {
        const horizon = new Horizon(() => Promise.resolve());
        horizon.see(7);
        const { client, asked } = clientOf(horizon, 7, 8);
        await client.submit(call(), []);
        expect(asked.callCount).to.equal(2);
    });

    it('ask for nothing twice, and see only forward', async () => {
        const horizon = new Horizon(() => Promise.resolve());
        const { client, asked } = clientOf(horizon, 9);
        await client.evaluate(call());
        expect(asked.callCount, 'nobody has written anything').to.equal(0);
        horizon.see(7);
        horizon.see(3);
        expect(horizon.block).to.equal(7);
        await client.evaluate(call());
        await client.evaluate(call());
        expect(asked.callCount).to.equal(1);
    });

    it('ask a peer for its height once, however many of them wait for it', async () => {
        const horizon = new Horizon(() => new Promise((resolve) => setImmediate(resolve)));
        horizon.see(7);
        const { client, asked } = clientOf(horizon, 6, 7, 8);
        await Promise.all(Array.from({ length: 100 }, () => client.evaluate(call())));
        expect(asked.callCount).to.equal(3);
    });

    it('are told when their peer reads no blocks', async () => {
        const horizon = new Horizon(() => Promise.resolve());
        horizon.see(7);
        const error = await rejectionOf(clientOf(horizon, 5).client.evaluate(call(20)));
        expect(error).to.be.instanceOf(UnavailableError);
        expect([error.code, error.operands]).to.deep.equal(['PEER_BEHIND', { block: 7, height: 5 }]);
    });
});
