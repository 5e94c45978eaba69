import { expect } from 'chai';
import { peer } from '@hyperledger/fabric-protos';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';

import { concludeCodec, fundCodec } from '@commonwatt/chaincode/wire/agreement';
import { type Draft, draftTerms } from '@commonwatt/client';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { CARRIER, DEPOSIT_NANO, RETAILER } from '../support/market.js';
import { RawGateway, submitLate } from '../support/raw-gateway.js';
import { expectRefusal } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';
import { BUYER, NEIGHBOUR, OPERATORS_ROOF, PROSUMER, STANDING_ID } from './cast.js';
import { withStory } from './with-story.js';

const FUNDED = ['trade', 'supply', 'operatorsTrade', 'abusive'] as const;

/**
 * The retailer sells at the slack node, everybody else is at one bus: what stays behind it loads no connection, but binds the
 * device that sells.
 */
const loadedPoints = ({ legs }: Terms): Set<string> =>
    new Set(
        legs.flatMap(({ sellerId, sellerPoint, buyerPoint }) =>
            sellerId === RETAILER.id ? [sellerPoint, buyerPoint] : [sellerPoint],
        ),
    );

describe('05 fund', function () {
    this.timeout(20_000);
    const story = withStory((each) => each.funded());
    const fund = (agreementId: string, standingId: string | null) =>
        story().as(RETAILER.id).agreements.fund(agreementId, standingId);

    /** A small sale, concluded where that is said, and neither reviewed nor in force. */
    const drafted = (wh: bigint, price: bigint): Draft => {
        const [sellerId, buyerId, firstSlot] = [RETAILER.id, BUYER.id, story().firstSlot];
        return saleDraft({ sellerId, buyerId, firstSlot, energyWh: [wh], priceMicroPerKwh: price });
    };
    const concludeSale = async (wh: bigint, price: bigint) => {
        const concluded = await story().market.conclude(drafted(wh, price));
        return { ...concluded, agreementId: concluded.value.agreementId };
    };

    describe('money set aside', () => {
        for (const name of FUNDED) {
            it(`${name}: what was reserved when it was concluded is in force, and no lane is touched`, async () => {
                const { value, terms } = (await story().concluded())[name];
                const { agreementId } = value;
                const funded = (await story().funded())[name];
                const standingId = name === 'abusive' ? null : STANDING_ID;
                const slotKey = String(terms.firstSlot).padStart(10, '0');
                await expectInBlock(story().as(RETAILER.id), funded, {
                    chaincode: 'exchange',
                    verb: 'agreement:fund',
                    keys: [
                        `execution/${agreementId}`,
                        `commitment/${CARRIER}/${slotKey}/${agreementId}`,
                        ...[...loadedPoints(terms)].map(
                            (pointId) => `agreement-at-point/${CARRIER}/${pointId}/${slotKey}/${agreementId}`,
                        ),
                    ],
                    event: { name: 'AgreementFunded/1', payload: { agreementId, version: 1, standingId } },
                });
                const { execution } = await story().as(BUYER.id).agreements.show(agreementId);
                expect(execution.state).to.equal('inForce');
                expect(execution.holdings).to.deep.equal(expectedHoldings(terms));
            });
        }

        it('is missing in the accounts it came from', async () => {
            const concluded = await story().concluded();
            for (const { id } of [PROSUMER, BUYER, RETAILER, NEIGHBOUR, OPERATORS_ROOF]) {
                const held = [...FUNDED, 'rejected' as const]
                    .flatMap((name) => expectedHoldings(concluded[name].terms))
                    .filter((holding) => holding.participantId === id)
                    .reduce((sum, { energyNano, defaultNano }) => sum + energyNano + defaultNano, 0n);
                expect(held > 0n, `${id} has money in escrow`).to.equal(true);
                const { freeNano } = await story().as(id).accounts.show(id);
                expect(freeNano, id).to.equal(DEPOSIT_NANO - held);
            }
        });

        it('is taken once', async () => {
            const { trade } = await story().concluded();
            await expectNothingWritten(story().as(RETAILER.id), await fund(trade.value.agreementId, STANDING_ID));
        });
    });

    describe('what is not approved', () => {
        it('without a verdict, or with a refusing one, under a standing verdict or not', async () => {
            const { agreementId } = await concludeSale(10n, 100_000n);
            await expectRefusal(fund(agreementId, null), 'forbidden VERDICT_MISSING', { decision: 'none' });
            const { rejected } = await story().concluded();
            for (const standingId of [null, STANDING_ID]) {
                const attempt = fund(rejected.value.agreementId, standingId);
                await expectRefusal(attempt, 'forbidden VERDICT_MISSING', { decision: 'rejected' });
            }
        });

        it('outside the bounds of the standing verdict: price, energy, kinds, slots, status', async () => {
            const exceeded = (standingId: string, bound: string, agreementId: string) =>
                expectRefusal(fund(agreementId, standingId), 'forbidden STANDING_VERDICT_EXCEEDED', {
                    standingId,
                    bound,
                });
            const dear = await concludeSale(10n, 400_001n);
            const large = await concludeSale(20_001n, 100_000n);
            const ordinary = await concludeSale(10n, 100_000n);
            await exceeded(STANDING_ID, 'price', dear.agreementId);
            await exceeded(STANDING_ID, 'agreementEnergyMaxWh', large.agreementId);
            const { verdicts } = story().as('reviewer');
            const { sequence: _sequence, ...bounds } = (await story().reviewed()).standing.value.statement;
            const { firstSlot } = story();
            await Promise.all([
                verdicts.standing({ ...bounds, standingId: 'households-only', participantKinds: ['consumer'] }),
                verdicts.standing({ ...bounds, standingId: 'has-expired', firstSlot: 0, endSlot: firstSlot }),
                verdicts.standing({ ...bounds, standingId: 'from-tomorrow', firstSlot: firstSlot + 1 }),
            ]);
            await exceeded('households-only', 'participantKinds', ordinary.agreementId);
            await exceeded('has-expired', 'slots', ordinary.agreementId);
            await exceeded('from-tomorrow', 'slots', ordinary.agreementId);
            await exceeded('never-given', 'status', ordinary.agreementId);
        });

        it('under a standing verdict that is revoked, even when it was endorsed before', async () => {
            const { verdicts } = story().as('reviewer');
            const { sequence: _sequence, ...bounds } = (await story().reviewed()).standing.value.statement;
            const standingId = 'soon-revoked';
            await verdicts.standing({ ...bounds, standingId });
            const { agreementId } = await concludeSale(10n, 100_000n);
            const code = await heldBack(agreementId, standingId, async () => {
                await verdicts.standing({ ...bounds, standingId, status: 'revoked' });
            });
            expect(code).to.equal(peer.TxValidationCode.MVCC_READ_CONFLICT);
            await expectRefusal(fund(agreementId, standingId), 'forbidden STANDING_VERDICT_EXCEEDED', {
                bound: 'status',
            });
        });

        it('is closed by anybody, for good', async () => {
            const { rejected } = await story().concluded();
            const { terms, value } = rejected;
            const { agreementId } = value;
            const lapsed = await story().as(NEIGHBOUR.id).agreements.lapse(agreementId);
            await expectInBlock(story().as(NEIGHBOUR.id), lapsed, {
                chaincode: 'exchange',
                verb: 'agreement:lapse',
                keys: [
                    `execution/${agreementId}`,
                    ...terms.parties.map(({ participantId }) => `credit/${participantId}/lapse.${agreementId}`),
                ],
                event: { name: 'AgreementLapsed/1', payload: { agreementId, version: 1 } },
            });
            const { trade } = await story().concluded();
            const inForce = story().as(NEIGHBOUR.id).agreements.lapse(trade.value.agreementId);
            await expectRefusal(inForce, 'conflict AGREEMENT_STATE', { state: 'inForce' });
        });
    });

    describe('what is not paid for', () => {
        it('a party has too little money', async () => {
            const tooMuch = concludeSale(1_000_000n, 400_000n); // 400 of the 100 that the buyer has
            await expectRefusal(tooMuch, 'conflict ACCOUNT_UNDERFUNDED', {
                participantId: BUYER.id,
                neededNano: String(1_000_000n * 400_000n),
            });
        });

        it('a credit is named that is not there, is spent, or is not needed', async () => {
            const terms = draftTerms(drafted(10n, 100_000n));
            const consents = await story().market.consents(terms);
            const { ledger } = story().as(BUYER.id);
            const folding = (participantId: string, sourceId: string) =>
                ledger.submit(
                    'exchange',
                    'agreement:conclude',
                    () => concludeCodec.encode({ terms, consents, folds: [{ participantId, sourceIds: [sourceId] }] }),
                    (answer) => answer,
                );
            const spent = `deposit.transfer-${BUYER.id}`;
            await expectRefusal(folding(BUYER.id, spent), 'notFound CREDIT_MISSING', { sourceId: spent });
            const extra = { paymentId: 'extra', participantId: BUYER.id, amountNano: DEPOSIT_NANO };
            await story().as('settlement').accounts.deposit(extra);
            await expectRefusal(folding(BUYER.id, 'deposit.extra'), 'invalid CREDIT_NOT_NEEDED');
            const { credits } = await story().as(BUYER.id).accounts.show(BUYER.id);
            const deposits = credits.filter(({ sourceId }) => sourceId.startsWith('deposit.')); // others lapsed
            expect(deposits.map(({ sourceId }) => sourceId)).to.deep.equal(['deposit.extra']);
        });
    });

    describe('the end of it', () => {
        it('comes when delivery begins, even for what was endorsed before', async () => {
            const { agreementId } = await concludeSale(10n, 100_000n);
            await story().tickUntil(story().firstSlot - 1);
            const code = await heldBack(agreementId, STANDING_ID, () => story().tickUntil(story().firstSlot));
            expect(code).to.equal(peer.TxValidationCode.MVCC_READ_CONFLICT);
            await expectRefusal(fund(agreementId, STANDING_ID), 'conflict SLOT_BEGUN', { slot: story().firstSlot });
            const lapsed = await story().as(NEIGHBOUR.id).agreements.lapse(agreementId);
            expect(lapsed.value.state).to.equal('lapsed');
        });
    });

    /** Has all four endorse the funding, lets something happen, and only then sends the transaction to be ordered. */
    async function heldBack(agreementId: string, standingId: string, meanwhile: () => Promise<void>): Promise<number> {
        const gateway = await RawGateway.open(story().market.network, story().market.actors.get(BUYER.id));
        try {
            const command = fundCodec.encode({ agreementId, standingId });
            const endorsed = await gateway.endorse({ chaincode: 'exchange', verb: 'agreement:fund', args: [command] });
            await meanwhile();
            return await submitLate(endorsed);
        } finally {
            gateway.close();
        }
    }
});

type Holding = Readonly<{ participantId: string; energyNano: bigint; defaultNano: bigint }>;

/** The escrow as `docs/settlement.md` §4 has it: energy for the buyer (prices are positive here), default for the liable. */
function expectedHoldings(terms: Terms): Holding[] {
    const [leg] = terms.legs;
    const wh = (leg?.energyWh ?? []).reduce<bigint>((sum, each) => sum + each, 0n);
    const price: bigint = leg?.priceMicroPerKwh[0] ?? 0n;
    const most = wh * terms.defaultRateMicroPerKwh;
    const defaultNano = most < terms.defaultCapNano ? most : terms.defaultCapNano;
    return [
        { participantId: leg?.sellerId ?? '', energyNano: 0n, defaultNano },
        { participantId: leg?.buyerId ?? '', energyNano: wh * price, defaultNano: terms.takeOrPay ? 0n : defaultNano },
    ];
}
