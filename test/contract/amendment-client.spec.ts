import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { amountNano, energyWh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { amendedTerms, Keeper, type Market } from '@commonwatt/client';
import { expect } from 'chai';
import { saleOf } from '../support/amended.js';
import { moneyIn } from '../support/ledger-money.js';
import * as commands from '../support/market-commands.js';
import { expectRefusal } from '../support/refusal.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';
import { clientOf, type StubTransport } from '../support/stub-transport.js';

const TERMS = saleOf([100n, 100n, 100n, 100n]);
const ID = agreementIdOf(TERMS);

describe('the client of amendments and cancellations', () => {
    let stub: StubMarket;
    let anna: Market;
    let transport: StubTransport;

    beforeEach(async () => {
        stub = await StubMarket.ready();
        ({ market: anna, transport } = clientOf(stub, 'anna'));
        await stub.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, stub.people));
        await anna.agreements.fund(ID, 'ordinary');
    });

    async function propose(wh: bigint, fromSlot = FIRST_SLOT): Promise<Terms> {
        const { agreement } = await anna.agreements.show(ID);
        const version = await anna.amendments.nextVersion(ID);
        const energies = { energyWh: [energyWh(wh)] };
        const terms = amendedTerms(agreement, { version, rulesVersion: 1, leg: 0, fromSlot, ...energies });
        const consents = await Promise.all(
            ['solar', 'anna'].map((id) => clientOf(stub, id).market.amendments.consent(ID, terms, id)),
        );
        await anna.amendments.propose(ID, terms, consents);
        return terms;
    }
    const energyHeld = async (): Promise<unknown> =>
        (await anna.agreements.show(ID)).execution.holdings.find((held) => held.participantId === 'anna')?.energyNano;

    it('names the organisations that the terms’ key policy demands, for this step alone', async () => {
        await propose(200n);
        await anna.amendments.enact(ID, 2, 'ordinary');
        expect(transport.submitted.map(({ verb, endorsers }) => [verb, endorsers])).to.deep.equal([
            ['agreement:fund', ['CommunityMSP', 'OperatorMSP', 'SupplierMSP']],
            ['amendment:propose', ['CommunityMSP', 'OperatorMSP', 'SupplierMSP']],
            ['amendment:enact', ['RegulatorMSP', 'CommunityMSP', 'OperatorMSP']],
        ]);
    });

    it('folds as many credits as the top-up needs', async () => {
        await anna.accounts.cover({
            participantId: 'anna',
            carrier: 'electricity',
            lane: 0,
            amountNano: amountNano(DEPOSIT_NANO - 80_000_000n),
        });
        await stub.deposit('anna', 3_000_000n, 'small');
        await stub.deposit('anna', 70_000_000n, 'large');
        await stub.deposit('anna', 12_000_000n, 'middle');
        await propose(200n);
        const enacted = await anna.amendments.enact(ID, 2, 'ordinary');
        expect(enacted.value.version).to.equal(2);
        expect(await energyHeld()).to.equal(160_000_000n);
        const { lanes, credits } = await anna.accounts.show('anna');
        expect(lanes.map((lane) => lane.balanceNano)).to.deep.equal([2_000_000n]);
        expect(credits.map((credit) => credit.sourceId)).to.deep.equal(['deposit.small']);
        expect(moneyIn(stub.ledger)).to.equal(4n * DEPOSIT_NANO + 85_000_000n);
    });

    it('tells what the ledger refuses', async () => {
        await expectRefusal(anna.amendments.enact(ID, 2, null), 'notFound AMENDMENT_MISSING');
        await propose(200n, FIRST_SLOT + 1);
        await propose(300n, FIRST_SLOT + 1);
        await expectRefusal(anna.amendments.enact(ID, 2, null), 'forbidden VERDICT_MISSING');
        await anna.amendments.enact(ID, 3, 'ordinary');
        await expectRefusal(anna.amendments.enact(ID, 2, 'ordinary'), 'conflict VERSION_STALE');
        await stub.advance(FIRST_SLOT, FIRST_SLOT + 1);
        expect((await anna.amendments.enact(ID, 3, 'ordinary')).value.version, 'once more').to.equal(3);
    });

    it('begins with a later slot where the one it read has begun meanwhile', async () => {
        await propose(200n, FIRST_SLOT + 2);
        const { clock } = anna;
        const read = clock.firstNotBegun.bind(clock);
        let readings = 0;
        clock.firstNotBegun = async (from, to) => {
            const slot = await read(from, to);
            readings += 1;
            if (readings === 1) {
                await stub.advance(FIRST_SLOT);
            }
            return slot;
        };
        await anna.amendments.enact(ID, 2, 'ordinary');
        expect(readings).to.equal(2);
        expect(stub.ledger.events.at(-1)?.payload).to.contain(`"fromSlot":${FIRST_SLOT + 1}`);
    });

    it('is pushed by a keeper as soon as the version is approved', async () => {
        const keeper = new Keeper(anna);
        const enacted = async (): Promise<string[]> =>
            (await keeper.turn()).filter(({ step }) => step.startsWith('amendment:')).map(({ step }) => step);
        expect(await enacted(), 'nothing is proposed').to.deep.equal([]);
        await propose(3_000n); // beyond the standing verdict
        expect(await enacted(), 'nothing is approved').to.deep.equal([]);
        const amendment = await anna.amendments.show(ID, 2);
        await clientOf(stub, 'reviewer').market.verdicts.approve(amendment, 'noObjection');
        expect(await enacted()).to.deep.equal([`amendment:enact ${ID}`]);
        expect((await anna.agreements.show(ID)).execution.version).to.equal(2);
        expect(await enacted(), 'it is done').to.deep.equal([]);
    });

    it('sends a cancellation that the parties signed apart', async () => {
        await stub.advance(FIRST_SLOT);
        const cancellation = { agreementId: ID, version: 1, fromSlot: FIRST_SLOT + 1 };
        const consents = await Promise.all(
            ['solar', 'anna'].map((id) => clientOf(stub, id).market.agreements.consentToCancel(cancellation, id)),
        );
        await expectRefusal(anna.agreements.cancel(cancellation, consents.slice(1)), 'forbidden SIGNATURE_MISSING');
        const { value } = await anna.agreements.cancel(cancellation, consents);
        expect(value).to.include({ state: 'windingDown', endSlot: FIRST_SLOT + 1 });
    });
});
