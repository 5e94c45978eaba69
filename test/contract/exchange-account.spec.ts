import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { depositCodec } from '@commonwatt/chaincode/wire/account';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import { fillLanes, raiseCover } from '../support/instructions.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

type Page = Readonly<{ items: readonly Readonly<Record<string, unknown>>[]; bookmark: string }>;

let market: StubMarket;
const open = async (): Promise<void> => {
    market = await StubMarket.ready();
};

const deposit = (paymentId: string, participantId: string, nano: bigint): string =>
    depositCodec.encode({ paymentId, participantId, amountNano: amountNano(nano) });
const cover = (
    transferId: string,
    nano: bigint,
    others: Partial<{ participantId: string; carrier: Carrier; lane: number; sourceIds: readonly string[] }> = {},
): string => {
    const { participantId = 'anna', carrier = 'electricity', lane = 0, sourceIds = [] } = others;
    const transfer = { transferId, participantId, carrier, lane, amountNano: amountNano(nano) };
    return raiseCover(market.who(participantId === 'nobody' ? 'anna' : participantId), transfer, sourceIds);
};
const listed = async (verb: 'account:lanes' | 'account:credits', participantId = 'anna'): Promise<Page> =>
    (await market.ask('exchange', verb, canonicalJson({ bookmark: '', pageSize: 50, participantId }))) as Page;

describe('exchange: account deposit', () => {
    beforeEach(open);
    it('becomes a credit, once per payment', async () => {
        const { event } = await market.do('settlement', 'exchange', 'account:deposit', deposit('pay-x', 'anna', 5n));
        expect(event?.payload).to.equal('{"amountNano":"5","participantId":"anna","paymentId":"pay-x"}');
        const { items } = await listed('account:credits');
        expect(items.map((credit) => [credit['sourceId'], credit['amountNano']])).to.deep.equal([
            ['deposit.pay-anna', String(DEPOSIT_NANO)],
            ['deposit.pay-x', '5'],
        ]);
        const page = await market.ask('exchange', 'account:deposits', '{"bookmark":"","pageSize":50}');
        expect((page as Page).items).to.have.length(5);
    });

    it('is taken by the settlement agent, for somebody who exists, with one amount', async () => {
        const command = deposit('pay-x', 'anna', 5n);
        await market.refused('CALLER_NOT_SEATED', 'anna', 'exchange', 'account:deposit', command);
        await market.refused('CALLER_NOT_SEATED', 'metering', 'exchange', 'account:deposit', command);
        const nobody = deposit('pay-x', 'nobody', 5n);
        await market.refused('PARTICIPANT_MISSING', 'settlement', 'exchange', 'account:deposit', nobody);
        await market.do('settlement', 'exchange', 'account:deposit', command);
        for (const other of [deposit('pay-x', 'bert', 5n), deposit('pay-x', 'anna', 6n)]) {
            await market.refused('DEPOSIT_CONFLICT', 'settlement', 'exchange', 'account:deposit', other);
        }
        const nothing = command.replace('"5"', '"0"');
        await market.refused('INPUT_INVALID', 'settlement', 'exchange', 'account:deposit', nothing);
    });
});

describe('exchange: account cover', () => {
    beforeEach(open);
    const all = { sourceIds: ['deposit.pay-anna'] };

    it('moves money from a lane, folding credits into it', async () => {
        const { writes, event } = await market.do('anna', 'exchange', 'account:cover', cover('top-1', 7n, all));
        expect(writes.map((write) => write.key)).to.deep.equal([
            'allowance/anna/cover/electricity',
            'cover-transfer/anna/top-1',
            'cover/anna/electricity',
            'credit/anna/deposit.pay-anna',
            'lane/anna/0000000000',
        ]);
        expect(event?.name).to.equal('CoverRaised/1');
        const lanes = await listed('account:lanes');
        expect(lanes.items).to.deep.equal([{ balanceNano: String(DEPOSIT_NANO - 7n), lane: 0, participantId: 'anna' }]);
        expect((await listed('account:credits')).items).to.deep.equal([]);
        expect(await market.ask('exchange', 'account:covers', '{"participantId":"anna"}')).to.deep.equal({
            bookmark: '',
            items: [{ balanceNano: '7', carrier: 'electricity', participantId: 'anna' }],
        });
    });

    it('is raised once per transfer, however often it is sent', async () => {
        const command = cover('top-1', 7n, all);
        await market.do('anna', 'exchange', 'account:cover', command);
        const again = await market.do('anna', 'exchange', 'account:cover', command);
        expect([again.writes, again.event]).to.deep.equal([[], null]);
        expect(again.payload).to.contain('"balanceNano":"7"');
        await market.do('anna', 'exchange', 'account:cover', cover('top-2', 7n));
        expect((await market.do('anna', 'exchange', 'account:cover', command)).payload).to.contain('"14"');
        await market.refused('COVER_CONFLICT', 'anna', 'exchange', 'account:cover', cover('top-1', 8n));
    });

    it('is the owner’s own wish, with its own money', async () => {
        await market.refused('CALLER_NOT_PARTICIPANT', 'bert', 'exchange', 'account:cover', cover('top-1', 7n, all));
        await market.refused('ACCOUNT_UNDERFUNDED', 'anna', 'exchange', 'account:cover', cover('top-1', 7n));
        const tooMuch = cover('top-1', DEPOSIT_NANO + 1n, all);
        await market.refused('ACCOUNT_UNDERFUNDED', 'anna', 'exchange', 'account:cover', tooMuch);
        const others = cover('top-1', 7n, { sourceIds: ['deposit.pay-bert'] });
        await market.refused('CREDIT_MISSING', 'anna', 'exchange', 'account:cover', others);
        const nobody = cover('top-1', 7n, { participantId: 'nobody' });
        await market.refused('PARTICIPANT_MISSING', 'anna', 'exchange', 'account:cover', nobody);
    });

    it('does not fold a credit twice in transactions that race', async () => {
        const one = await market.endorse('anna', 'exchange', 'account:cover', cover('top-1', 7n, all));
        const two = await market.endorse('anna', 'exchange', 'account:cover', cover('top-2', 7n, { ...all, lane: 1 }));
        expect(market.ledger.commit(one)).to.equal('VALID');
        expect(market.ledger.commit(two)).to.equal('MVCC_READ_CONFLICT');
    });

    it('takes from lanes side by side: debits of two lanes race unharmed, of one lane they do not', async () => {
        await market.deposit('anna', 50n, 'pay-y');
        await market.deposit('anna', 50n, 'pay-z');
        const raise = (name: string, lane: number, carrier: Carrier, paymentId: string) => {
            const sourceIds = [`deposit.${paymentId}`];
            const command = cover(name, 7n, { sourceIds, lane, carrier });
            return market.endorse('anna', 'exchange', 'account:cover', command);
        };
        const one = await raise('top-1', 0, 'electricity', 'pay-anna');
        const beside = await raise('top-2', 1, 'heat', 'pay-y');
        const same = await raise('top-3', 0, 'gas', 'pay-z');
        expect([one, beside, same].map((each) => market.ledger.commit(each))).to.deep.equal([
            'VALID',
            'VALID',
            'MVCC_READ_CONFLICT',
        ]);
    });
});

describe('exchange: account fill-lanes', () => {
    beforeEach(open);
    const fill = (lanes: readonly (readonly [number, bigint])[], others: Record<string, unknown> = {}): string => {
        const { sourceIds = ['deposit.pay-anna'], ...more } = others;
        const filled = lanes.map(([lane, nano]) => ({ lane, amountNano: amountNano(nano) }));
        const filling = { fillingId: 'fill-1', participantId: 'anna', fromLane: 0, lanes: filled, ...more };
        return fillLanes(market.who('anna'), filling, sourceIds as readonly string[]);
    };
    const FILL = 'account:fill-lanes';
    const balances = async (): Promise<unknown[]> =>
        (await listed('account:lanes')).items.map(({ lane, balanceNano }) => [lane, balanceNano]);

    it('moves money from one lane into others, once per id, and none appears', async () => {
        const command = fill([
            [7, 30n],
            [3, 20n],
        ]);
        const { writes, event } = await market.do('anna', 'exchange', FILL, command);
        expect(writes.map((write) => write.key)).to.deep.equal([
            'allowance/anna/filling/0',
            'credit/anna/deposit.pay-anna',
            'lane-filling/anna/fill-1',
            'lane/anna/0000000000',
            'lane/anna/0000000003',
            'lane/anna/0000000007',
        ]);
        expect(event?.payload).to.equal('{"amountNano":"50","fillingId":"fill-1","participantId":"anna"}');
        const after = [
            [0, String(DEPOSIT_NANO - 50n)],
            [3, '20'],
            [7, '30'],
        ];
        expect(await balances()).to.deep.equal(after);
        const again = await market.do('anna', 'exchange', FILL, command);
        expect([again.writes, again.event]).to.deep.equal([[], null]);
        for (const other of [
            fill([[7, 30n]]),
            fill([
                [7, 30n],
                [3, 21n],
            ]),
            fill([
                [3, 20n],
                [7, 30n],
            ]),
        ]) {
            await market.refused('LANE_FILLING_CONFLICT', 'anna', 'exchange', FILL, other);
        }
        const onward = fill([[3, 30n]], { fillingId: 'fill-2', fromLane: 7, sourceIds: [] });
        await market.do('anna', 'exchange', FILL, onward);
        expect(await balances()).to.deep.equal([after[0], [3, '50'], [7, '0']]);
    });

    it('is the owner’s own wish, with its own money, into other lanes', async () => {
        await market.refused('CALLER_NOT_PARTICIPANT', 'bert', 'exchange', FILL, fill([[1, 1n]]));
        await market.refused(
            'ACCOUNT_UNDERFUNDED',
            'anna',
            'exchange',
            FILL,
            fill([
                [1, DEPOSIT_NANO],
                [2, 1n],
            ]),
        );
        await market.refused('ACCOUNT_UNDERFUNDED', 'anna', 'exchange', FILL, fill([[1, 1n]], { sourceIds: [] }));
        await market.refused('CREDIT_MISSING', 'anna', 'exchange', FILL, fill([[1, 1n]], { sourceIds: ['deposit.x'] }));
        const sound = fill([
            [1, 1n],
            [2, 2n],
        ]);
        const wrongs = [
            sound.replace('"lane":1}', '"lane":0}'),
            sound.replace('"lane":1}', '"lane":2}'),
            sound.replace('"lane":1}', '"lane":1024}'),
            sound.replace('"amountNano":"1"', '"amountNano":"0"'),
            sound.replace(/"lanes":\[.*\]/, '"lanes":[]'),
        ];
        expect(new Set(wrongs).size).to.equal(5);
        for (const wrong of wrongs) {
            await market.refused('INPUT_INVALID', 'anna', 'exchange', FILL, wrong);
        }
    });
});
