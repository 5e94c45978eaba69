import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import type { Market } from '@commonwatt/client';
import { carrierBill } from '@commonwatt/client/bill-carrier';
import { billLines } from '@commonwatt/client/cli/account/bill-lines';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT, RULES, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';

const [R1] = RULES.reconciliationAfterSlots;
const SLOTS = 3;

/** 100 Wh a slot under a cap that the first slot nearly draws. */
const TERMS: Terms = sampleTerms({
    toleranceBp: 0,
    slotCount: SLOTS,
    defaultCapNano: amountNano(6_000_000n),
    legs: [
        sampleLeg({
            energyWh: Array.from({ length: SLOTS }, () => energyWh(100n)),
            priceMicroPerKwh: Array.from({ length: SLOTS }, () => priceMicroPerKwh(200_000n)),
        }),
    ],
});

describe('the bill of a participant whose slots were corrected', () => {
    let stub: StubMarket;
    let market: Market;

    async function report(n: number, registers: Readonly<Record<string, bigint>>): Promise<void> {
        const readings = Object.entries(registers).map(([name, wh]) =>
            stub.reading(`${name}-point`, FIRST_SLOT + n, name === 'solar' ? 0n : wh, name === 'solar' ? wh : 0n),
        );
        await stub.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
    }

    /** The worked example of `docs/settlement.md` §9: solar's second reading comes after everything is settled. */
    before(async () => {
        stub = await StubMarket.ready();
        market = clientOf(stub, 'stranger').market;
        await stub.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, stub.people));
        await stub.do('stranger', 'exchange', 'agreement:fund', commands.fund(TERMS, 'ordinary'));
        await stub.advance(FIRST_SLOT, FIRST_SLOT + SLOTS + R1);
        await report(0, { solar: 60n, anna: 100n, bert: 0n });
        await report(1, { anna: 200n, bert: 0n });
        await report(2, { anna: 300n, bert: 0n });
        await stub.settle(FIRST_SLOT);
        await stub.settle(FIRST_SLOT + 1);
        await report(2, { solar: 250n });
        await stub.settle(FIRST_SLOT + 2);
        await report(1, { solar: 150n });
        for (const n of [1, 2]) {
            await stub.reconcile(FIRST_SLOT + n, 1);
        }
    });

    it('has one line for each run and kind, with the energy that the money is for', async () => {
        const linesOf = async (participantId: string): Promise<unknown> =>
            (await market.bills.show(participantId)).carriers.find(({ carrier }) => carrier === 'electricity')
                ?.corrections;
        expect(await linesOf('solar')).to.deep.equal([
            { run: 1, kind: 'default', energyWh: 0n, amountNano: 1_000_000n },
            { run: 1, kind: 'energy', energyWh: 90n, amountNano: 18_000_000n },
            { run: 1, kind: 'imbalance', energyWh: -90n, amountNano: -4_500_000n },
        ]);
        expect(await linesOf('anna')).to.deep.equal([
            { run: 1, kind: 'default', energyWh: 0n, amountNano: -1_000_000n },
            { run: 1, kind: 'energy', energyWh: -90n, amountNano: -18_000_000n },
            { run: 1, kind: 'imbalance', energyWh: 90n, amountNano: 13_500_000n },
        ]);
        expect(await linesOf('bert')).to.deep.equal([]);
    });

    it('comes to what the ledger holds', async () => {
        for (const participantId of ['solar', 'anna', 'bert', 'retail']) {
            const { freeNano, covers } = await market.accounts.show(participantId);
            const heldNano = covers.reduce<bigint>((sum, cover) => sum + cover.balanceNano, freeNano);
            const { balance } = await market.bills.show(participantId);
            expect(balance.beforeNano).to.equal(DEPOSIT_NANO);
            expect(balance.afterNano).to.equal(heldNano);
        }
    });

    it('reads as a household would want it', async () => {
        const lines = billLines(await market.bills.show('anna'), { grid: { slotMinutes: 15 }, timeZone: 'UTC' });
        const text = lines.join('\n');
        for (const line of [
            /^ {2}correction 1: default amounts +-0\.0010$/m,
            /^ {2}correction 1: energy +-0\.090 +-0\.0180$/m,
            /^ {2}correction 1: energy without an agreement +0\.090 +0\.0135$/m,
        ]) {
            expect(text).to.match(line);
        }
    });

    it('is refused where its lines are not what the ledger posted', async () => {
        const settlements = await Promise.all(
            [0, 1, 2].map((n) => market.settlements.list('electricity', FIRST_SLOT + n)),
        );
        const facts = {
            participantId: 'anna',
            carrier: 'electricity',
            settlements: settlements.flat(),
            openSlots: [],
            terms: new Map([[agreementIdOf(TERMS), TERMS]]),
        } as const;
        expect(carrierBill(facts).corrections).to.have.length(3);
        const [first, ...others] = facts.settlements;
        const forged = first && {
            ...first,
            postings: first.postings.map((posting) =>
                posting.account.endsWith('/anna')
                    ? { ...posting, amountNano: amountNano(posting.amountNano + 1n) }
                    : posting,
            ),
        };
        expect(() => carrierBill({ ...facts, settlements: forged ? [forged, ...others] : [] })).to.throw(
            'BILL_DISAGREES',
        );
    });
});
