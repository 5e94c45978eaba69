import { expect } from 'chai';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { UnavailableError } from '@commonwatt/client';
import { transactionInBlock } from '../support/in-block.js';
import { equalChains } from '../support/listings.js';
import { CARRIER, household, prosumer, RETAILER, withMarket } from '../support/market.js';
import { RawGateway } from '../support/raw-gateway.js';
import { expectRefusal } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';
import { WIDE_EXPOSURE } from '../support/wide-bounds.js';

const SELLER = prosumer('bld-05');
const BUYER = household('bld-04');
const STANDING_ID = 'ordinary-while-away';
/** Above the band of the standing verdict. */
const UNUSUAL_PRICE_MICRO = 300_000n;

/** What somebody gives a call who does not want to wait long. */
const WITHIN_MS = 8_000;

describe("the regulator's peer is killed", function () {
    this.timeout(60_000);
    const market = withMarket();
    const draft = (price: bigint, wh: readonly bigint[] = [100n]): ReturnType<typeof saleDraft> =>
        saleDraft({
            sellerId: SELLER.id,
            buyerId: BUYER.id,
            firstSlot: market().nextSlot,
            energyWh: wh,
            priceMicroPerKwh: price,
        });
    let unusual: string;

    before(async () => {
        await market().admit(SELLER, BUYER, RETAILER);
        await market().endSlot();
        const { nextSlot } = market();
        await market()
            .as('reviewer')
            .verdicts.standing({
                standingId: STANDING_ID,
                status: 'granted',
                carriers: [CARRIER],
                participantKinds: ['consumer', 'prosumer'],
                priceMinMicroPerKwh: priceMicroPerKwh(0n),
                priceMaxMicroPerKwh: priceMicroPerKwh(200_000n),
                agreementEnergyMaxWh: energyWh(10_000n),
                exposure: WIDE_EXPOSURE,
                firstSlot: nextSlot,
                endSlot: nextSlot + 96,
                reasonCode: 'ordinaryTrade',
            });
        unusual = (
            await market().conclude({
                ...draft(UNUSUAL_PRICE_MICRO),
                firstSlot: nextSlot + 8,
                concludeBeforeSlot: nextSlot + 8,
            })
        ).value.agreementId;
        process.kill(await market().network.pid('peer-regulator'), 'SIGKILL');
    });
    after(async () => {
        await market().network.up();
    });

    it('an agreement within a standing verdict is concluded, funded, metered and settled all the same', async () => {
        const concluded = await market().conclude(draft(150_000n));
        const { agreementId } = concluded.value;
        const funded = await market().as(RETAILER.id).agreements.fund(agreementId, STANDING_ID);
        expect(funded.value.state).to.equal('inForce');
        await market().endSlot(); // the slot before delivery
        const slot = await market().endSlot();
        const settled = await market().as(BUYER.id).settlements.run(CARRIER, slot);
        const settlement = await market().as(SELLER.id).settlements.show(CARRIER, slot);
        const leg = settlement.legs.find((each) => each.agreementId === agreementId);
        expect(leg).to.deep.include({ deliveredWh: 100n, paymentNano: 100n * 150_000n });
        expect((await market().as(SELLER.id).agreements.show(agreementId)).execution.state).to.equal('completed');
        for (const step of [concluded, funded, settled]) {
            const { endorserMspIds } = await transactionInBlock(market().as(BUYER.id), step);
            expect(endorserMspIds).to.have.members(['OperatorMSP', 'CommunityMSP', 'SupplierMSP']);
        }
    });

    it('what needs a verdict of its own waits: nobody else can give one, and the reviewer learns so when its own time is over', async () => {
        const { agreement } = await market().as(BUYER.id).agreements.show(unusual);
        await expectRefusal(market().as(BUYER.id).agreements.fund(unusual, null), 'forbidden VERDICT_MISSING');
        const startedMs = performance.now();
        const refusal = await expectRefusal(
            market().as('reviewer').within(WITHIN_MS).verdicts.approve(agreement, 'noObjection'),
            'unavailable PEER_UNAVAILABLE',
        );
        expect(performance.now() - startedMs, 'ms until the answer').to.be.within(WITHIN_MS / 2, WITHIN_MS + 5_000);
        expect(refusal).to.be.instanceOf(UnavailableError);
        expect(refusal.operands['organizations']).to.deep.equal(['RegulatorMSP']);
    });

    it('when it is back, it catches up and the review goes on', async () => {
        await market().network.up();
        const gateway = await RawGateway.open(market().network, market().actors.get(BUYER.id));
        try {
            const chains = await equalChains(gateway, market().as(BUYER.id).profile.channel);
            expect(chains.get('regulator')).to.deep.equal(chains.get('community'));
        } finally {
            gateway.close();
        }
        const { agreement } = await market().as(BUYER.id).agreements.show(unusual);
        const approved = await market().as('reviewer').verdicts.approve(agreement, 'noObjection');
        expect(approved.value.statement.decision).to.equal('approved');
        const funded = await market().as(BUYER.id).agreements.fund(unusual, null);
        expect(funded.value.state).to.equal('inForce');
    });
});
