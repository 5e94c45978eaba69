import { PushStream } from '@commonwatt/client/fabric-network/push-stream';
import { expect } from 'chai';

describe('a stream of what a library calls back with', () => {
    it('holds what comes before it is read, in order, and ends when it is closed', async () => {
        let closed = 0;
        const stream = new PushStream<number>(() => {
            closed += 1;
        });
        stream.push(1);
        stream.push(2);
        const read: number[] = [];
        for await (const item of stream) {
            read.push(item);
            if (item === 2) {
                setTimeout(() => {
                    stream.push(3);
                }, 1);
            } else if (item === 3) {
                setTimeout(stream.close, 1);
            }
        }
        expect(read).to.deep.equal([1, 2, 3]);
        expect(closed).to.equal(1);
    });

    it('throws what the library failed with, after what came before', async () => {
        const stream = new PushStream<number>(() => undefined);
        stream.push(1);
        stream.fail(new Error('the peer went away'));
        const items = stream[Symbol.asyncIterator]();
        expect((await items.next()).value).to.equal(1);
        const failure: unknown = await items.next().catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(Error).with.property('message', 'the peer went away');
    });
});
