import { expect } from 'chai';
import { peer } from '@hyperledger/fabric-protos';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { enactCodec } from '@commonwatt/chaincode/wire/amendment';
import { amendedTerms, UnavailableError } from '@commonwatt/client';
import { expectInBlock, transactionInBlock } from '../support/in-block.js';
import { CARRIER, household, RETAILER, withMarket } from '../support/market.js';
import { RawGateway, submitLate } from '../support/raw-gateway.js';
import { expectRefusal } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';
import { WIDE_EXPOSURE } from '../support/wide-bounds.js';

const BUYER = household('bld-06');
const STANDING_ID = 'ordinary-amendments';
const PRICE_MICRO = 200_000n;

/** What somebody gives a call who does not want to wait long. */
const WITHIN_MS = 8_000;

describe('an amendment on the real network', function () {
    this.timeout(60_000);
    const market = withMarket();
    const as = () => market().as(BUYER.id);

    /** Concludes and funds a sale of 100 Wh in each of four slots, the first of which is the next to begin. */
    async function inForce(): Promise<Readonly<{ agreementId: string; firstSlot: SlotIndex }>> {
        const firstSlot = market().nextSlot;
        const draft = saleDraft({
            sellerId: RETAILER.id,
            buyerId: BUYER.id,
            firstSlot,
            energyWh: [100n, 100n, 100n, 100n],
            priceMicroPerKwh: PRICE_MICRO,
        });
        return { agreementId: await market().inForce(draft, STANDING_ID), firstSlot };
    }

    /** The next version, signed by both and proposed: other energy from a slot on. */
    async function propose(agreementId: string, fromSlot: SlotIndex, wh: bigint): Promise<Terms> {
        const { agreement } = await as().agreements.show(agreementId);
        const terms = amendedTerms(agreement, {
            version: await as().amendments.nextVersion(agreementId),
            rulesVersion: 1,
            leg: 0,
            fromSlot,
            energyWh: [energyWh(wh)],
        });
        const consents = await Promise.all(
            [RETAILER.id, BUYER.id].map((id) => market().as(id).amendments.consent(agreementId, terms, id)),
        );
        await as().amendments.propose(agreementId, terms, consents);
        return terms;
    }

    const held = async (agreementId: string): Promise<Readonly<Record<string, readonly bigint[]>>> =>
        Object.fromEntries(
            (await as().agreements.show(agreementId)).execution.holdings.map((holding) => [
                holding.participantId,
                [holding.energyNano, holding.defaultNano],
            ]),
        );

    before(async () => {
        await market().admit(RETAILER, BUYER);
        await market().endSlot();
        const { nextSlot } = market();
        await market()
            .as('reviewer')
            .verdicts.standing({
                standingId: STANDING_ID,
                status: 'granted',
                carriers: [CARRIER],
                participantKinds: ['consumer', 'prosumer', 'energySeller'],
                priceMinMicroPerKwh: priceMicroPerKwh(0n),
                priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
                agreementEnergyMaxWh: energyWh(600n),
                exposure: WIDE_EXPOSURE,
                firstSlot: nextSlot,
                endSlot: nextSlot + 96,
                reasonCode: 'ordinaryTrade',
            });
    });

    describe('in the midst of delivery', () => {
        let agreementId: string;
        let firstSlot: SlotIndex;

        before(async () => {
            ({ agreementId, firstSlot } = await inForce());
            await market().endSlot(); // and the first slot runs
        });

        it('is enacted with the endorsers that the terms’ own key policy demands, and tops the escrow up', async () => {
            await propose(agreementId, firstSlot + 1, 300n);
            await expectRefusal(
                as().within(WITHIN_MS).amendments.enact(agreementId, 2, STANDING_ID),
                'forbidden STANDING_VERDICT_EXCEEDED',
            );
            await expectRefusal(as().amendments.enact(agreementId, 2, null), 'forbidden VERDICT_MISSING');
            const reviewed = await as().amendments.show(agreementId, 2);
            await market().as('reviewer').verdicts.approve(reviewed, 'noObjection');

            const enacted = await as().amendments.enact(agreementId, 2, null);
            await expectInBlock(as(), enacted, {
                chaincode: 'exchange',
                verb: 'amendment:enact',
                keys: [
                    `agreement/${agreementId}`,
                    `execution/${agreementId}`,
                    `lane/${RETAILER.id}/0000000000`,
                    `lane/${BUYER.id}/0000000000`,
                ],
                event: {
                    name: 'AmendmentEnacted/1',
                    payload: { agreementId, version: 2, fromSlot: firstSlot + 1, standingId: null },
                },
            });
            const { endorserMspIds } = await transactionInBlock(as(), enacted);
            expect(endorserMspIds).to.have.members(['CommunityMSP', 'RegulatorMSP', 'SupplierMSP']);
            expect(await held(agreementId)).to.deep.equal({
                [RETAILER.id]: [0n, 100_000_000n],
                [BUYER.id]: [1_000n * PRICE_MICRO, 0n],
            });
        });

        it('endorsed by three organisations without the regulator is invalid in its block and changes nothing', async () => {
            const { version } = await propose(agreementId, firstSlot + 1, 50n);
            const before = await as().agreements.show(agreementId);
            const command = enactCodec.encode({
                agreementId,
                version,
                fromSlot: firstSlot + 1,
                standingId: STANDING_ID,
                folds: [],
            });
            const gateway = await RawGateway.open(market().network, market().actors.get(BUYER.id));
            try {
                const call = { chaincode: 'exchange', verb: 'amendment:enact', args: [command] } as const;
                const endorsed = await gateway.endorse(call, ['operator', 'community', 'supplier']);
                expect(await submitLate(endorsed)).to.equal(peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
            } finally {
                gateway.close();
            }
            expect(await as().agreements.show(agreementId)).to.deep.equal(before);
        });

        it('gives back what the later slots no longer need', async () => {
            const enacted = await as().amendments.enact(agreementId, 3, STANDING_ID);
            const { writes } = await transactionInBlock(as(), enacted);
            expect(writes.flatMap(({ keys }) => keys)).to.include.members([
                `credit/${RETAILER.id}/amend.3.${agreementId}`,
                `credit/${BUYER.id}/amend.3.${agreementId}`,
            ]);
            expect(await held(agreementId)).to.deep.equal({
                [RETAILER.id]: [0n, 25_000_000n],
                [BUYER.id]: [250n * PRICE_MICRO, 0n],
            });
        });

        it('settles each slot under the terms of its time, and leaves no escrow', async () => {
            for (const agreedWh of [100n, 50n, 50n, 50n]) {
                const slot = await market().endSlot();
                await as().settlements.run(CARRIER, slot);
                const { legs } = await as().settlements.show(CARRIER, slot);
                expect(legs.find((leg) => leg.agreementId === agreementId)).to.include({ agreedWh });
            }
            const { execution } = await as().agreements.show(agreementId);
            expect([execution.state, execution.version]).to.deep.equal(['completed', 3]);
            expect(Object.values(await held(agreementId)).flat()).to.deep.equal([0n, 0n, 0n, 0n]);
        });
    });

    describe("while the regulator's peer is away", () => {
        let agreementId: string;
        let firstSlot: SlotIndex;

        before(async () => {
            ({ agreementId, firstSlot } = await inForce());
            await propose(agreementId, firstSlot, 50n);
            process.kill(await market().network.pid('peer-regulator'), 'SIGKILL');
        });
        after(async () => {
            await market().network.up();
        });

        it('waits, and whoever pushes it learns so when its own time is over', async () => {
            const startedMs = performance.now();
            const refusal = await expectRefusal(
                as().within(WITHIN_MS).amendments.enact(agreementId, 2, STANDING_ID),
                'unavailable PEER_UNAVAILABLE',
            );
            expect(performance.now() - startedMs, 'ms until the answer').to.be.within(WITHIN_MS / 2, WITHIN_MS + 5_000);
            expect(refusal).to.be.instanceOf(UnavailableError);
            expect(refusal.operands['organizations']).to.deep.equal(['RegulatorMSP']);
        });

        it('the parties can still end their agreement by common consent', async () => {
            const cancellation = { agreementId, version: 1, fromSlot: firstSlot };
            const consents = await Promise.all(
                [RETAILER.id, BUYER.id].map((id) => market().as(id).agreements.consentToCancel(cancellation, id)),
            );
            const cancelled = await as().agreements.cancel(cancellation, consents);
            await expectInBlock(as(), cancelled, {
                chaincode: 'exchange',
                verb: 'agreement:cancel',
                keys: [
                    `execution/${agreementId}`,
                    `credit/${RETAILER.id}/cancel.${agreementId}`,
                    `credit/${BUYER.id}/cancel.${agreementId}`,
                ],
                event: {
                    name: 'AgreementCancelled/1',
                    payload: { agreementId, version: 1, state: 'terminated', endSlot: firstSlot },
                },
            });
            expect(Object.values(await held(agreementId)).flat()).to.deep.equal([0n, 0n, 0n, 0n]);
        });

        it('a cancelled agreement is not amended any more, when the regulator is back', async () => {
            await market().network.up();
            const refusal = await expectRefusal(
                as().within(WITHIN_MS).amendments.enact(agreementId, 2, STANDING_ID),
                'conflict AGREEMENT_STATE',
            );
            expect(refusal.operands).to.include({ state: 'terminated' });
        });
    });
});
