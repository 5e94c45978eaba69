import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { proposalIdOf } from '@commonwatt/chaincode/wire/proposal';
import type { Endorsement } from '@commonwatt/chaincode/ledger-double';
import { expect } from 'chai';
import { saleOf } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import { carry, castVote, enactProposal, nextRules, proposalOf, seatVoters } from '../support/proposal-commands.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

let market: StubMarket;

const OF: Readonly<Record<string, string>> = { reviewer: 'regulatorAdmin', platform: 'operatorAdmin' };
const revoke = (kind: 'reviewer' | 'platform'): Promise<Endorsement> =>
    market.do(OF[kind] ?? '', 'supervision', 'seat:revoke', commands.revokeSeat(kind, market.who(kind)));
const ticking = advanceCodec.encode({ fromSlot: FIRST_SLOT, toSlot: FIRST_SLOT });

beforeEach(async () => {
    market = await StubMarket.ready();
});

describe('a seat that is taken back', () => {
    it('is taken by an administrator of its own organisation, once', async () => {
        const command = commands.revokeSeat('platform', market.who('platform'));
        const refused = (code: ErrorCode, name: string): Promise<unknown> =>
            market.refused(code, name, 'supervision', 'seat:revoke', command);
        await refused('CALLER_NOT_ADMIN', 'platform');
        await refused('CALLER_NOT_ADMIN', 'outsideAdmin');
        await refused('ORG_NOT_ADMITTED', 'communityAdmin');
        await refused('ORG_NOT_ADMITTED', 'regulatorAdmin');
        const { event } = await revoke('platform');
        expect(event?.name).to.equal('SeatRevoked/1');
        expect((await revoke('platform')).writes).to.deep.equal([]);
        const nobody = commands.revokeSeat('platform', market.who('metering'));
        await market.refused('SEAT_MISSING', 'operatorAdmin', 'supervision', 'seat:revoke', nobody);
    });

    it('lets its officer do nothing more in either chaincode, not even what was endorsed before', async () => {
        const held = await market.endorse('platform', 'exchange', 'clock:advance', ticking);
        expect(held.message).to.equal('');
        await revoke('platform');
        expect(market.ledger.commit(held)).to.equal('MVCC_READ_CONFLICT');
        await market.refused('SEAT_REVOKED', 'platform', 'exchange', 'clock:advance', ticking);
        const terms = saleOf([3_000n, 3_000n, 3_000n, 3_000n]);
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
        const verdict = commands.decide(market.who('reviewer'), terms, 'approved');
        const late = await market.endorse('reviewer', 'supervision', 'verdict:approve', verdict);
        await revoke('reviewer');
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
        await market.refused('SEAT_REVOKED', 'reviewer', 'supervision', 'verdict:approve', verdict);
    });

    it('leaves in force what its officer has signed: the standing verdict, verdicts, votes', async () => {
        const [small, large] = [saleOf([100n]), saleOf([3_000n, 3_000n, 3_000n, 3_000n])];
        for (const terms of [small, large]) {
            await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
        }
        const verdict = commands.decide(market.who('reviewer'), large, 'approved');
        await market.do('reviewer', 'supervision', 'verdict:approve', verdict);
        await seatVoters(market);
        const change = proposalOf(nextRules());
        await carry(market, change);
        await revoke('reviewer');
        const voter = commands.revokeSeat('voter', market.who('supplier-voter'));
        await market.do('supplierAdmin', 'supervision', 'seat:revoke', voter);
        const again = castVote(market.who('supplier-voter'), proposalIdOf(change), 'yes');
        await market.refused('SEAT_REVOKED', 'supplier-voter', 'exchange', 'proposal:vote', again);
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(small, 'ordinary'));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(large, null));
        await market.advance(FIRST_SLOT, change.voteUntilSlot);
        await market.do('stranger', 'exchange', 'proposal:enact', enactProposal(change));
    });

    it('stays empty, and another officer takes the office while the market runs', async () => {
        await revoke('platform');
        const again = commands.grantSeat('platform', market.who('platform'));
        await market.refused('SEAT_REVOKED', 'operatorAdmin', 'supervision', 'seat:grant', again);
        const next = commands.grantSeat('platform', market.who('settlement'));
        await market.do('operatorAdmin', 'supervision', 'seat:grant', next);
        await market.do('settlement', 'exchange', 'clock:advance', ticking);
    });
});
