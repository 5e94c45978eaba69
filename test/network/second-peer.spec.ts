import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { callWithin, connect, identityOf } from '@commonwatt/client';
import type { NetworkStatus } from '@commonwatt/network';
import { expect } from 'chai';
import { commonwatt } from '../support/commonwatt.js';
import { endorsingPeers } from '../support/endorsing-peers.js';
import { CARRIER, household, prosumer, withMarket } from '../support/market.js';
import { peer } from '../support/peer-cli.js';
import { saleDraft } from '../support/sale.js';

const SELLER = prosumer('bld-05');
const BUYER = household('bld-04');
const FIRST = 'peer.community.commonwatt.local';
const SECOND = 'peer2.community.commonwatt.local';

describe('a second peer of an organisation', function () {
    this.timeout(90_000);
    const market = withMarket();
    /** A copy that somebody made of the second peer's key and certificate. */
    let stolen: string;
    before(async () => {
        stolen = await mkdtemp(join(tmpdir(), 'commonwatt-stolen-'));
        await market().admit(SELLER, BUYER);
        await market().endSlot();
    });
    after(async () => {
        await market().network.up();
        await rm(stolen, { recursive: true, force: true });
    });

    async function network(verb: string): Promise<NetworkStatus> {
        const args = ['--state', market().network.stateDir, 'network', verb, 'community', '--json'];
        const { exitCode, stdout, stderr } = await commonwatt(args);
        expect(exitCode, stdout + stderr).to.equal(0);
        return JSON.parse(stdout) as NetworkStatus;
    }

    /** What the first peer tells somebody who signs by an MSP folder. */
    const heightAs = (mspFolder: string): Promise<string> =>
        peer(market().network, { as: 'community', mspFolder }, [
            'channel',
            'getinfo',
            '-c',
            market().as('platform').profile.channel,
        ]);
    const conclude = (): ReturnType<ReturnType<typeof market>['conclude']> =>
        market().conclude(
            saleDraft({
                sellerId: SELLER.id,
                buyerId: BUYER.id,
                firstSlot: market().nextSlot + 1,
                energyWh: [100n],
                priceMicroPerKwh: 150_000n,
            }),
        );

    it('joins with certificates of its own and every block', async () => {
        const status = await network('add-peer');
        const [first, second] = status.processes.filter(({ kind, org }) => kind === 'peer' && org === 'community');
        expect(status.state).to.equal('running');
        expect(second).to.deep.include({ name: 'peer-community-2', running: true, height: first?.height });
    });

    it('is found by the gateways of the others, and endorses when the first one is killed', async () => {
        // Clients know both from the profile by which they connect.
        await Promise.all([SELLER, BUYER].map(({ id }) => market().actors.renew(id)));
        process.kill(await market().network.pid('peer-community'), 'SIGKILL');
        const begun = market().nextSlot - 1;
        const command = advanceCodec.encode({ fromSlot: begun, toSlot: begun }); // changes nothing
        const call = callWithin({ chaincode: 'exchange', verb: 'clock:advance', command });
        const endorsers = ['OperatorMSP', 'CommunityMSP', 'SupplierMSP'];
        const done = await market().as('platform').transport.submit(call, endorsers);
        expect(done.validationCode).to.equal('VALID');
        expect(await endorsingPeers(market().as('reviewer'), done))
            .to.include(SECOND)
            .and.not.to.include(FIRST);
    });

    it('serves its organisation: a trade is concluded, approved, funded and settled by way of it', async () => {
        const concluded = await conclude();
        const { agreementId } = concluded.value;
        expect(await endorsingPeers(market().as('reviewer'), concluded)).to.include(SECOND);
        const { agreement } = await market().as(BUYER.id).agreements.show(agreementId);
        await market().as('reviewer').verdicts.approve(agreement, 'noObjection');
        await market().as(BUYER.id).agreements.fund(agreementId, null);
        await market().endSlot();
        await market().endSlot();
        const slot = await market().endSlot();
        // By the own organisation's gateways alone.
        const { profile } = market().as(SELLER.id);
        const gateways = profile.gateways.filter(({ mspId }) => mspId === profile.mspId);
        const identity = identityOf(market().actors.get(SELLER.id).entry);
        const alone = await connect({ profile: { ...profile, gateways }, identity });
        try {
            const settled = await alone.settlements.run(CARRIER, slot);
            expect(await endorsingPeers(market().as('reviewer'), settled)).to.include(SECOND);
        } finally {
            alone.close();
        }
    });

    it('withdraws: it is forgotten with its key, and the first one does all again', async () => {
        await market().network.up();
        const { stateDir } = market().network;
        await cp(join(stateDir, `organizations/community/peers/${SECOND}/msp`), stolen, { recursive: true });
        expect(await heightAs(stolen), 'before').to.match(/"height":\d+/);
        const { state, processes } = await network('remove-peer');
        expect(state).to.equal('running');
        expect(processes.map(({ name }) => name)).not.to.include('peer-community-2');
        expect(existsSync(join(stateDir, 'nodes/peer-community-2'))).to.equal(false);
        expect(existsSync(join(stateDir, `organizations/community/peers/${SECOND}`))).to.equal(false);
        await Promise.all([SELLER, BUYER].map(({ id }) => market().actors.renew(id)));
        expect(await endorsingPeers(market().as('reviewer'), await conclude())).to.include(FIRST);
        expect(await heightAs(stolen), 'by a copy of the key').to.match(/access denied/);
    });
});
