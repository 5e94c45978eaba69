import { expect } from 'chai';
import { establish } from '../support/crashes/establish.js';
import { examine } from '../support/crashes/evidence.js';
import { type Kill, Kills } from '../support/crashes/kills.js';
import { type Played, play } from '../support/crashes/play.js';
import { withOwnNetwork } from '../support/network.js';
import { SEED } from '../support/property.js';

/** One of each kind, each in another part of the trade; `npm run test:soak` kills every one in every act. */
const PLAN: readonly Kill[] = [
    { act: 'qualify seller', victim: 'trader' },
    { act: 'deposit buyer', victim: 'peer-community' },
    { act: 'conclude', victim: 'chaincode-operator' },
    { act: 'fund', victim: 'keeper' },
    // Before it has taken the transaction: what it takes and loses is waited for longer.
    { act: 'read 0', victim: 'orderer-1', withinMs: 50 },
    { act: 'reconcile 0', victim: 'trader' },
];

describe('processes killed in the middle of a trade', function () {
    this.timeout(120_000);
    const network = withOwnNetwork();
    const kills = new Kills(network, PLAN, SEED);
    let played: Played;
    before(async () => {
        await network.up();
        await establish(network);
    });

    it('are started again, and the trade comes to its end', async () => {
        played = await play(network, kills);
        expect(kills.inTheMiddle).to.be.at.least(PLAN.length / 2);
    });

    it('leave every step on the ledger once, money in balance and all peers alike', async () => {
        const { wrong, acknowledgements } = await examine(network, played);
        expect(wrong).to.deep.equal([]);
        expect(acknowledgements).to.be.greaterThan(20);
    });
});
