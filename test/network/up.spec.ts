import { expect } from 'chai';
import type { Network, ProcessStatus } from '@commonwatt/network';
import { withNetwork } from '../support/network.js';

describe('network up', function () {
    this.timeout(60_000);
    const network = withNetwork();

    it('runs an orderer, four peers and four chaincode processes', async () => {
        const status = await network().status();
        expect(status.state).to.equal('running');
        expect(status.processes.map((each) => each.name)).to.deep.equal([
            'orderer-1',
            ...['peer', 'chaincode'].flatMap((kind) =>
                ['operator', 'community', 'supplier', 'regulator'].map((org) => `${kind}-${org}`),
            ),
        ]);
    });

    it('does nothing the second time', async () => {
        const before = await network().status();
        const again = await network().up();
        expect(again).to.deep.equal(before);
    });

    it('gives every peer the same height', async () => {
        const { processes, height } = await network().status();
        const heights = processes.filter((each) => each.kind === 'peer').map((each) => each.height);
        expect(heights).to.deep.equal([height, height, height, height]);
    });

    it('refuses options that contradict what is there', async () => {
        await expectRejection(network().up({ orderers: 3 }), /has orderers 1, not 3/);
        await expectRejection(network().up({ channel: 'other' }), /has channel commonwatt, not other/);
    });

    it('lets one command at a time work on it', async () => {
        const [first, second] = await Promise.allSettled([network().up(), network().up()]);
        const refused = [first, second].filter((each) => each.status === 'rejected');
        expect(refused).to.have.length(1);
        expect(String(refused[0]?.reason)).to.match(/Another command works on this network: process \d+/);
    });

    it('starts again from the ledger', async () => {
        const before = await network().status();
        await network().down();
        expect((await network().status()).state).to.equal('stopped');
        const after = await network().up();
        expect(after.height).to.equal(before.height);
    });
});

describe('a process killed', function () {
    this.timeout(60_000);
    const network = withNetwork();

    const names = ['orderer-1', 'peer-operator', 'peer-community', 'peer-supplier', 'peer-regulator'].concat(
        ['operator', 'community', 'supplier', 'regulator'].map((org) => `chaincode-${org}`),
    );
    for (const name of names) {
        it(`${name}: up starts just that one, and the height stays`, async () => {
            const before = await network().status();
            await kill(network(), name);
            const degraded = await network().status();
            expect(degraded.state).to.equal('degraded');
            expect(degraded.processes.filter((each) => !each.running).map((each) => each.name)).to.deep.equal([name]);
            const after = await network().up();
            expect(after.height).to.equal(before.height);
            expect(pidsExcept(after.processes, name)).to.deep.equal(pidsExcept(before.processes, name));
        });
    }
});

async function kill(network: Network, name: string): Promise<void> {
    process.kill(await network.pid(name), 'SIGKILL');
    while ((await network.status()).processes.some((each) => each.name === name && each.running)) {
        // the kernel takes a moment
    }
}

function pidsExcept(processes: readonly ProcessStatus[], name: string): (number | null)[] {
    return processes.filter((each) => each.name !== name).map((each) => each.pid);
}

async function expectRejection(action: Promise<unknown>, message: RegExp): Promise<void> {
    const outcome = await action.then(
        () => 'no error',
        (error: unknown) => String(error),
    );
    expect(outcome).to.match(message);
}
