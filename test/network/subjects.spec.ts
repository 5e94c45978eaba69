import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, energyWh, powerW, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { amendedTerms, documentSignerOf, draftTerms, Keeper, type Market } from '@commonwatt/client';
import { newSigningKey } from '@commonwatt/client/signing-key';
import { expectInBlock } from '../support/in-block.js';
import { CARRIER, DEPOSIT_NANO, household, prosumer, RETAILER, type Subject, TestMarket } from '../support/market.js';
import { withOwnNetwork } from '../support/network.js';
import { expectRefusal } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';
import { WIDE_EXPOSURE, WIDE_RIGHTS } from '../support/wide-bounds.js';

const ROOF = prosumer('bld-05');
const HOME = household('bld-04');
const VISITOR = household('bld-06');
const STANDING_ID = 'ordinary';
const STANDARD_ID = 'inverter-1';
const PRICE_MICRO = 200_000n;
/** The visitor's first certificate. */
const SHORT_LIVED_MS = 25_000;
const COVER_NANO = amountNano(1_000_000_000n);

/** Inverters are certified, and a slot is final three slots after its end. */
const strict = (rules: Rules): Rules => {
    const { electricity } = rules.carriers;
    const carriers =
        electricity === undefined
            ? rules.carriers
            : { ...rules.carriers, electricity: { ...electricity, conformityStandards: [STANDARD_ID] } };
    return { ...rules, carriers, readingDeadlineSlots: 1, reconciliationAfterSlots: [1, 2, 3] };
};

describe('subjects on the real network', function () {
    this.timeout(90_000);
    const network = withOwnNetwork();
    let market: TestMarket;
    let firstSlot: SlotIndex;
    /** What home buys of the retailer in each of three slots. */
    let supplyId: string;
    let visitorUntilMs: number;
    const as = (name: string): Market => market.as(name);

    const sale = (seller: Subject, energies: readonly bigint[], from = market.nextSlot): Terms =>
        draftTerms(
            saleDraft({
                sellerId: seller.id,
                buyerId: HOME.id,
                firstSlot: from,
                energyWh: energies,
                priceMicroPerKwh: PRICE_MICRO,
            }),
        );
    /** Signed by home itself, and by the retailer for the roof under its mandate. */
    async function concludeByAgent(terms: Terms, mandateId: string): Promise<string> {
        const consents = [
            await as(RETAILER.id).agreements.consent(terms, ROOF.id, { mandateId }),
            await as(HOME.id).agreements.consent(terms, HOME.id),
        ];
        return (await as(RETAILER.id).agreements.conclude(terms, consents)).value.agreementId;
    }
    const conclude = async (terms: Terms): Promise<string> =>
        (await as(terms.proposerId).agreements.conclude(terms, await market.consents(terms))).value.agreementId;

    /** A meter that counts so many Wh in each slot of delivery, given by the roof, taken by the others. */
    async function admit(subject: Subject, wh: readonly bigint[]): Promise<void> {
        await market.apply(subject);
        await market.qualify(subject);
        await market.deposit(subject);
        const point = { pointId: subject.id, participantId: subject.id, carrier: CARRIER, ...PLAIN_POINT } as const;
        await market.registerMeter({ ...point, connectionPoint: 'bus-01', fromSlot: firstSlot }, (slot) => {
            const counted = energyWh(
                wh.slice(0, Math.max(0, slot + 1 - firstSlot)).reduce((sum, each) => sum + each, 0n),
            );
            return subject.sells
                ? { importWh: energyWh(0n), exportWh: counted }
                : { importWh: counted, exportWh: energyWh(0n) };
        });
    }

    before(async function () {
        this.timeout(120_000);
        await network.up();
        market = await TestMarket.establish(network, strict);
        await market.seatOfficers();
        await market.admit(RETAILER);
        firstSlot = market.nextSlot;
        visitorUntilMs = Date.now() + SHORT_LIVED_MS;
        const { market: visitor } = await market.actors.enrol(VISITOR.id, VISITOR.org, new Date(visitorUntilMs));
        const { id: participantId, kind, sector, beneficialOwnerMspId } = VISITOR;
        await visitor.participants.apply({ participantId, kind, sector, beneficialOwnerMspId });
        await admit(ROOF, [100n]);
        await admit(HOME, [200n, 100n, 60n]);
        await as(HOME.id).accounts.cover({ participantId: HOME.id, carrier: CARRIER, lane: 0, amountNano: COVER_NANO });
        const reviewer = as('reviewer');
        await reviewer.standards.publish({
            standardId: STANDARD_ID,
            carrier: CARRIER,
            textHash: 'ab'.repeat(32),
            fromSlot: firstSlot,
        });
        await reviewer.conformities.certify({
            pointId: ROOF.id,
            standardId: STANDARD_ID,
            ratedW: powerW(5_000n),
            untilSlot: firstSlot + 1,
            reasonCode: 'typeTested',
        });
        await reviewer.verdicts.standing({
            standingId: STANDING_ID,
            status: 'granted',
            carriers: [CARRIER],
            participantKinds: ['consumer', 'prosumer', 'energySeller'],
            priceMinMicroPerKwh: priceMicroPerKwh(0n),
            priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
            agreementEnergyMaxWh: energyWh(1_000n),
            exposure: WIDE_EXPOSURE,
            firstSlot,
            endSlot: firstSlot + 96,
            reasonCode: 'ordinaryTrade',
        });
        supplyId = await conclude(sale(RETAILER, [100n, 100n, 100n]));
        await as(HOME.id).agreements.fund(supplyId, STANDING_ID);
    });
    after(async () => {
        await market.actors.close();
    });

    it('an energy seller sells for a small user by its mandate, and no more once that is taken back', async () => {
        const granted = await as(ROOF.id).mandates.grant({
            principalId: ROOF.id,
            agentId: RETAILER.id,
            ...WIDE_RIGHTS,
            carriers: [CARRIER],
            sides: ['sell'],
            priceMinMicroPerKwh: priceMicroPerKwh(PRICE_MICRO),
            priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
            slotEnergyMaxWh: energyWh(1_000n),
            untilSlot: firstSlot + 96,
            mayDealWithAgent: false,
        });
        const { mandateId } = granted.value;
        const agreementId = await concludeByAgent(sale(ROOF, [100n]), mandateId);
        await as(RETAILER.id).admissions.run([{ agreementId, version: 1 }]); // the device is rated
        await as(RETAILER.id).agreements.fund(agreementId, STANDING_ID);
        const { agreement } = await as(HOME.id).agreements.show(agreementId);
        expect(agreement.consents.map((consent) => [consent.participantId, consent.mandateId])).to.deep.equal([
            [ROOF.id, mandateId],
            [HOME.id, null],
        ]);

        await as(ROOF.id).mandates.revoke(ROOF.id, mandateId);
        const operands = { mandateId };
        await expectRefusal(concludeByAgent(sale(ROOF, [1n]), mandateId), 'conflict MANDATE_REVOKED', operands);
    });

    it('a device sells nothing beyond its certificate of conformity', async () => {
        const operands = { deviceId: ROOF.id, standardId: STANDARD_ID, status: 'expired' };
        await expectRefusal(conclude(sale(ROOF, [1n, 1n])), 'forbidden CONFORMITY_MISSING', operands);
        await market.tick();
        await market.endSlot();
        await as(HOME.id).settlements.run(CARRIER, firstSlot);
        await expectRefusal(conclude(sale(ROOF, [1n])), 'forbidden CONFORMITY_MISSING', operands);
    });

    it('a participant replaces its signing key in the midst of delivery, and amends with the new one', async () => {
        const next = newSigningKey();
        const before = as(HOME.id);
        await before.participants.rotateKey(HOME.id, documentSignerOf(next.privateKey));
        await expectRefusal(conclude(sale(RETAILER, [1n])), 'forbidden SIGNATURE_MISSING', { participantId: HOME.id });
        await market.actors.takeUp(HOME.id, next);

        const { agreement } = await as(HOME.id).agreements.show(supplyId);
        const terms = amendedTerms(agreement, {
            version: await as(HOME.id).amendments.nextVersion(supplyId),
            rulesVersion: 1,
            leg: 0,
            fromSlot: market.nextSlot,
            energyWh: [energyWh(60n)],
        });
        const consents = await Promise.all(
            terms.parties.map(({ participantId }) =>
                as(participantId).amendments.consent(supplyId, terms, participantId),
            ),
        );
        await as(RETAILER.id).amendments.propose(supplyId, terms, consents);
        const { value } = await as(RETAILER.id).amendments.enact(supplyId, terms.version, STANDING_ID);
        expect(value.version).to.equal(2);
    });

    it('a participant leaves: what is open is delivered, settled and reconciled, then its money is paid out', async () => {
        const left = await as(HOME.id).participants.leave(HOME.id);
        await expectInBlock(as(HOME.id), left, {
            chaincode: 'exchange',
            verb: 'participant:leave',
            keys: [`departure/${HOME.id}`],
            event: { name: 'DepartureAnnounced/1', payload: { participantId: HOME.id } },
        });
        const participantId = HOME.id;
        await expectRefusal(conclude(sale(RETAILER, [1n])), 'forbidden PARTICIPANT_LEAVING', { participantId });
        const some = { participantId, lane: 0, amountNano: amountNano(1n) };
        await expectRefusal(as(HOME.id).accounts.requestPayout(some), 'conflict NOT_WOUND_UP', { participantId });
        for (const slot of [firstSlot + 1, firstSlot + 2]) {
            await market.endSlot();
            await as(RETAILER.id).settlements.run(CARRIER, slot);
        }
        expect((await as(HOME.id).agreements.show(supplyId)).execution.state).to.equal('completed');
        const early = as(RETAILER.id).participants.windUp(HOME.id);
        await expectRefusal(early, 'conflict AGREEMENTS_OPEN', { participantId });
        for (let slots = 0; slots < 3; slots += 1) {
            await market.tick();
        }
        for (const slot of [firstSlot, firstSlot + 1, firstSlot + 2]) {
            for (const run of [1, 2, 3]) {
                await as(RETAILER.id).settlements.reconcile(CARRIER, slot, run);
            }
        }
        const reports = await new Keeper(as(RETAILER.id)).turn();
        const [windingUp] = reports.filter(({ step }) => step === `participant:wind-up ${HOME.id}`);
        expect(windingUp).to.deep.include({ refusal: null });

        const { covers } = await as(HOME.id).accounts.show(HOME.id);
        const balanceNano = covers.find(({ carrier }) => carrier === CARRIER)?.balanceNano ?? amountNano(0n);
        // 360 Wh taken as agreed: the network asks its fee of them, and nobody owes anything else.
        expect(balanceNano).to.equal(COVER_NANO - 360n * 80_000n);
        await as(HOME.id).accounts.drawCover({ participantId, carrier: CARRIER, amountNano: balanceNano });
        const { freeNano } = await as(HOME.id).accounts.show(HOME.id);
        expect(freeNano).to.equal(DEPOSIT_NANO - 360n * (PRICE_MICRO + 80_000n));
        const asked = await as(HOME.id).accounts.requestPayout({ participantId, lane: 0, amountNano: freeNano });
        const { payoutId } = asked.value;
        await as('settlement').accounts.confirmPayout({ participantId, payoutId, paymentId: 'transfer-back' });
        expect((await as(HOME.id).accounts.show(HOME.id)).freeNano).to.equal(0n);
    });

    it('an expired certificate is refused by that name, and its holder goes on with the next one', async () => {
        await pause(Math.max(0, visitorUntilMs + 1_000 - Date.now()));
        const leave = () => as(VISITOR.id).participants.leave(VISITOR.id);
        await expectRefusal(leave(), 'forbidden CERTIFICATE_EXPIRED');
        await market.actors.renew(VISITOR.id);
        const { value } = await leave();
        expect(value).to.deep.equal({ participantId: VISITOR.id, woundUpThrough: null, isWoundUp: false });
    });
});
