import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { Market } from '@commonwatt/client';
import { billLines } from '@commonwatt/client/cli/account/bill-lines';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

const WITH_FEES: Rules = {
    ...RULES,
    carriers: {
        electricity: { ...ELECTRICITY_RULES, networkFeeMicroPerKwh: priceMicroPerKwh(80_000n) },
        heat: ELECTRICITY_RULES,
    },
};
const TERMS = sampleTerms({ toleranceBp: 0 });
const GRID = { slotMinutes: 15 };

describe('the bill of a participant', () => {
    let stub: StubMarket;
    let market: Market;

    async function report(n: number, gaveWh: bigint, tookWh: bigint): Promise<void> {
        const readings = [
            stub.reading('solar-point', FIRST_SLOT + n, 0n, gaveWh),
            stub.reading('anna-point', FIRST_SLOT + n, tookWh, 0n),
            stub.reading('bert-point', FIRST_SLOT + n, 0n, 0n),
        ];
        await stub.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
    }

    /** solar sold 300 and 200 Wh to anna, gave 260 and 240, anna took 320 and 200; the third slot is not settled. */
    before(async () => {
        stub = await StubMarket.ready(undefined, WITH_FEES);
        market = clientOf(stub, 'stranger').market;
        await stub.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, stub.people));
        await stub.do('stranger', 'exchange', 'agreement:fund', commands.fund(TERMS, 'ordinary'));
        await stub.advance(FIRST_SLOT, FIRST_SLOT + 3);
        await report(0, 260n, 320n);
        await report(1, 500n, 520n);
        await stub.settle(FIRST_SLOT);
        await stub.settle(FIRST_SLOT + 1);
    });

    it('comes to what the ledger holds, from the first slot to the last', async () => {
        for (const participantId of ['solar', 'anna', 'bert', 'retail']) {
            const { freeNano, covers } = await market.accounts.show(participantId);
            const heldNano = covers.reduce<bigint>((sum, cover) => sum + cover.balanceNano, freeNano);
            const { balance, totalNano } = await market.bills.show(participantId);
            expect(balance).to.include({
                paidInNano: DEPOSIT_NANO,
                earlierNano: 0n,
                beforeNano: DEPOSIT_NANO,
                billNano: totalNano,
                laterNano: 0n,
                afterNano: heldNano,
                nowNano: heldNano,
                escrowNano: 0n,
            });
        }
    });

    it('says with whom it traded at which price, and what else it owes', async () => {
        const { carriers, period } = await market.bills.show('anna');
        expect(period).to.deep.equal({ fromSlot: FIRST_SLOT, toSlot: FIRST_SLOT + 3 });
        const [electricity] = carriers;
        const paidNano = 260n * 200_000n + 200n * 180_000n;
        expect(electricity).to.deep.include({
            carrier: 'electricity',
            settledSlots: 2,
            openSlots: [FIRST_SLOT + 2],
            shortage: { energyWh: -60n, amountNano: -60n * 150_000n },
            surplus: { energyWh: 0n, amountNano: 0n },
            networkFee: { energyWh: 520n, amountNano: -520n * 80_000n },
            storageCredit: { energyWh: 0n, amountNano: 0n },
            subsidy: { energyWh: 0n, amountNano: 0n },
            corrections: [],
        });
        expect(electricity?.trades).to.have.length(1);
        expect(electricity?.trades[0]).to.deep.include({
            side: 'bought',
            counterpartyId: 'solar',
            agreedWh: 500n,
            deliveredWh: 460n,
            amountNano: -paidNano,
            meanPriceMicroPerKwh: paidNano / 460n,
        });
        expect(electricity?.defaults.map(({ receivedNano, paidNano: paid }) => [receivedNano, paid])).to.deep.equal([
            [40n * 100_000n, 0n],
        ]);
        expect(electricity?.points).to.deep.equal([
            {
                pointId: 'anna-point',
                importWh: 520n,
                exportWh: 0n,
                meteredWh: -520n,
                givenWh: 0n,
                usedOnSiteWh: 0n,
                isStorage: false,
                slots: { measured: 2, replaced: 0, estimated: 0, missing: 0, scheduled: 0 },
            },
        ]);
    });

    it('of one slot leaves the others before and after it', async () => {
        const whole = await market.bills.show('solar');
        const first = await market.bills.show('solar', { toSlot: FIRST_SLOT + 1 });
        const second = await market.bills.show('solar', { fromSlot: FIRST_SLOT + 1 });
        expect(first.balance.laterNano).to.equal(second.totalNano);
        expect(second.balance.earlierNano).to.equal(first.totalNano);
        expect(first.totalNano + second.totalNano).to.equal(whole.totalNano);
        expect(first.carriers[0]?.openSlots).to.deep.equal([]);
    });

    it('counts what is set aside for agreements as the participant’s own', async () => {
        const later = sampleTerms({
            firstSlot: FIRST_SLOT + 50,
            concludeBeforeSlot: FIRST_SLOT + 50,
            salt: '11'.repeat(32),
        });
        await stub.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(later, stub.people));
        const before = await market.bills.show('anna');
        await stub.do('stranger', 'exchange', 'agreement:fund', commands.fund(later, 'ordinary'));
        const after = await market.bills.show('anna');
        expect(after.escrow.map(({ heldNano }) => heldNano)).to.deep.equal([300n * 200_000n + 200n * 180_000n]);
        expect(after.balance.nowNano).to.equal(before.balance.nowNano);
        expect(after.totalNano).to.equal(before.totalNano);
    });

    it('is begun anew when money moves while it is read', async () => {
        const { accounts } = market;
        const show = accounts.show.bind(accounts);
        let reads = 0;
        accounts.show = async (participantId) => {
            const account = await show(participantId);
            reads += 1;
            if (reads === 1) {
                await stub.deposit('bert', 7n, 'pay-late');
            }
            return account;
        };
        const { balance } = await market.bills.show('bert');
        accounts.show = show;
        expect([reads, balance.nowNano - DEPOSIT_NANO, balance.earlierNano]).to.deep.equal([3, 7n, 0n]);
    });

    it('refuses who does not exist and a period that ends before it begins', async () => {
        const { bills } = market;
        const refused = async (attempt: Promise<unknown>): Promise<string> =>
            attempt.then(String, (error: unknown) => (error as { code: string }).code);
        expect(await refused(bills.show('nobody'))).to.equal('PARTICIPANT_MISSING');
        expect(await refused(bills.show('anna', { fromSlot: 9, toSlot: 8 }))).to.equal('PERIOD_INVALID');
    });

    it('reads as a household would want it', async () => {
        const bill = await market.bills.show('anna', { toSlot: FIRST_SLOT + 3 });
        const lines = billLines(bill, { grid: GRID, timeZone: 'Europe/Berlin' });
        expect(lines.slice(0, 3)).to.deep.equal([
            'Bill of anna',
            'Sun 11 Jan 1970, 11:00 to Sun 11 Jan 1970, 11:45 (Europe/Berlin)',
            'slots 1000 to 1002, amounts in EUR rounded to 0.0001; --json is exact',
        ]);
        const text = lines.join('\n');
        for (const line of [
            /^ {2}bought from solar +0\.460 +0\.1913 +-0\.0880$/m,
            /^ {2}short of what was agreed, or taken without agreement +0\.060 +-0\.0090$/m,
            /^ {2}network fee on what was taken +0\.520 +-0\.0416$/m,
            /^ {2}default amounts from solar +0\.0040$/m,
            /^ {2}electricity in all +-0\.1346$/m,
            /^ {2}meter anna-point: 2 slots measured$/m,
            /^ {2}1 slot not settled yet, the first at Sun 11 Jan 1970, 11:30 \(slot 1002\)$/m,
            /^ {2}before this bill +10\.0000$/m,
            /^ {2}after this bill +9\.8654$/m,
            /^paid in: 10\.0000 \(pay-anna\)$/m,
        ]) {
            expect(text).to.match(line);
        }
    });
});
