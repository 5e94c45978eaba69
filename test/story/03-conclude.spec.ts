import { agreedBetween } from '@commonwatt/chaincode/domain/allowance';
import { blockOf, pointPairsOf } from '@commonwatt/chaincode/domain/trades-between';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { expect } from 'chai';
import { peer } from '@hyperledger/fabric-protos';
import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import {
    agreementIdOf,
    concludeCodec,
    consentBody,
    consentDocument,
    termsHashOf,
} from '@commonwatt/chaincode/wire/agreement';
import type { SignatureDomain, SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { type Draft, documentSignerOf, draftTerms, signDocument } from '@commonwatt/client';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { RETAILER } from '../support/market.js';
import { RawGateway, submitLate } from '../support/raw-gateway.js';
import { expectRefusal } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';
import { twinOf } from '../support/signing-key.js';
import { type AgreementName, BUYER, NEIGHBOUR, NEWCOMER, OPERATORS_ROOF, PROSUMER } from './cast.js';
import { withStory } from './with-story.js';

/** Agreements in their order, and whose deposit each is the first to need. */
const CONCLUDED: readonly (readonly [AgreementName, readonly string[]])[] = [
    ['trade', [PROSUMER.id, BUYER.id]],
    ['supply', [RETAILER.id]],
    ['operatorsTrade', [OPERATORS_ROOF.id, NEIGHBOUR.id]],
    ['abusive', []],
    ['rejected', []],
];

describe('03 conclude', function () {
    this.timeout(20_000);
    const story = withStory((each) => each.concluded());

    /** A small sale that nobody has concluded yet. */
    const sale = (sellerId: string, buyerId: string, more: Partial<Draft> = {}): Draft =>
        saleDraft(
            { sellerId, buyerId, firstSlot: story().firstSlot, energyWh: [10n], priceMicroPerKwh: 100_000n },
            more,
        );
    const ordinary = (more: Partial<Draft> = {}): Terms => draftTerms(sale(PROSUMER.id, NEIGHBOUR.id, more));
    const consents = (terms: Terms): Promise<Consent[]> => story().market.consents(terms);
    const conclude = (terms: Terms, given: readonly Consent[]) =>
        story().as(NEIGHBOUR.id).agreements.conclude(terms, given);
    const refused = (draft: Draft, expected: string, operands = {}) =>
        expectRefusal(story().market.conclude(draft), expected, operands);

    describe('what all parties signed', () => {
        for (const [name, firstDebits] of CONCLUDED) {
            it(`${name}: terms and execution are written, the terms under a policy of their own`, async () => {
                const concluded = (await story().concluded())[name];
                const { terms } = concluded;
                const agreementId = agreementIdOf(terms);
                const termsHash = termsHashOf(terms);
                await expectInBlock(story().as(terms.proposerId), concluded, {
                    chaincode: 'exchange',
                    verb: 'agreement:conclude',
                    keys: [
                        `agreement/${agreementId}`,
                        `execution/${agreementId}`,
                        ...terms.parties.map(({ participantId: id }) => `party-agreement/${id}/${agreementId}`),
                        ...terms.parties.map(({ participantId: id }) => `lane/${id}/0000000000`),
                        ...firstDebits.map((id) => `credit/${id}/deposit.transfer-${id}`),
                        ...pointPairsOf(terms).map(({ carrier, sellerPoint, buyerPoint }) =>
                            ledgerKey('trades-between', [carrier, sellerPoint, buyerPoint, blockOf(terms.firstSlot)]),
                        ),
                        ...pointPairsOf(terms).map((pair) => {
                            const { holder, purpose, part } = agreedBetween(pair, blockOf(terms.firstSlot));
                            return ledgerKey('allowance', [...holder, purpose, part]);
                        }),
                    ],
                    policyKeys: [`agreement/${agreementId}`],
                    event: {
                        name: 'AgreementConcluded/1',
                        payload: {
                            agreementId,
                            version: 1,
                            termsHash,
                            partyIds: terms.parties.map(({ participantId }) => participantId),
                        },
                    },
                });
                const { agreement } = await story().as('reviewer').agreements.show(agreementId);
                expect(agreement.terms).to.deep.equal(terms);
            });
        }

        it('is the same agreement when it is concluded again, whoever sends it', async () => {
            const { trade } = await story().concluded();
            const again = await conclude(trade.terms, await consents(trade.terms));
            expect(again.value.agreementId).to.equal(trade.value.agreementId);
            await expectNothingWritten(story().as(NEIGHBOUR.id), again);
        });
    });

    describe('who may not trade', () => {
        it('a party that the regulator has not qualified', async () => {
            const operands = { participantId: NEWCOMER.id, side: 'buy', status: 'none' };
            await refused(sale(PROSUMER.id, NEWCOMER.id), 'forbidden QUALIFICATION_MISSING', operands);
        });

        it('a consumer that sells', async () => {
            const operands = { participantId: BUYER.id, kind: 'consumer', side: 'sell' };
            await refused(sale(BUYER.id, NEIGHBOUR.id), 'forbidden TRADE_NOT_OF_KIND', operands);
        });

        it('a party that is suspended, also when the transaction was endorsed before', async () => {
            const { qualifications } = story().as('reviewer');
            await story().market.qualify(NEWCOMER);
            const free = { energyWh: [10n], priceMicroPerKwh: 0n }; // it has brought no money
            const { firstSlot } = story();
            const terms = draftTerms(saleDraft({ sellerId: PROSUMER.id, buyerId: NEWCOMER.id, firstSlot, ...free }));
            const command = concludeCodec.encode({ terms, consents: await consents(terms), folds: [] });
            const code = await heldBack(command, async () => {
                await qualifications.suspend({ participantId: NEWCOMER.id, reasonCode: 'underInquiry' });
            });
            expect(code).to.equal(peer.TxValidationCode.MVCC_READ_CONFLICT);
            const operands = { participantId: NEWCOMER.id, status: 'suspended' };
            await refused(sale(PROSUMER.id, NEWCOMER.id), 'forbidden QUALIFICATION_MISSING', operands);
        });

        it('a party that never applied', async () => {
            await story().market.actors.enrol('nobody', 'community');
            await refused(sale(PROSUMER.id, 'nobody'), 'notFound PARTICIPANT_MISSING', { participantId: 'nobody' });
        });
    });

    describe('what is not signed as it should be', () => {
        it('a signature is missing', async () => {
            const terms = ordinary();
            const [first] = await consents(terms);
            await expectRefusal(conclude(terms, first === undefined ? [] : [first]), 'forbidden SIGNATURE_MISSING');
        });

        it('one party signed for the other', async () => {
            const terms = ordinary();
            const given = (await consents(terms)).map((consent, index, [first]) =>
                index === 0 ? consent : { ...consent, keyId: first?.keyId ?? '', signature: first?.signature ?? '' },
            );
            await expectRefusal(conclude(terms, given), 'forbidden SIGNATURE_MISSING');
        });

        it('one bit of a signature is flipped', async () => {
            const terms = ordinary();
            const given = (await consents(terms)).map((consent) => ({
                ...consent,
                signature: consent.signature.replace(/^./, (digit) => (parseInt(digit, 16) ^ 1).toString(16)),
            }));
            await expectRefusal(conclude(terms, given), 'invalid SIGNATURE_INVALID');
        });

        it('the other signature of the same text, with s in the upper half', async () => {
            const terms = ordinary();
            const given = (await consents(terms)).map((each) => ({ ...each, signature: twinOf(each.signature) }));
            await expectRefusal(conclude(terms, given), 'invalid SIGNATURE_INVALID');
        });

        it('terms are changed after the signatures', async () => {
            const terms = ordinary();
            const given = await consents(terms);
            const dearer = terms.legs.map((leg) => ({ ...leg, priceMicroPerKwh: [priceMicroPerKwh(100_001n)] }));
            await expectRefusal(conclude({ ...terms, legs: dearer }, given), 'invalid SIGNATURE_INVALID');
        });

        const exchange = (): SignatureScope => story().as(NEIGHBOUR.id).ledger.scope('exchange');
        const elsewhere: readonly [string, SignatureDomain, () => SignatureScope][] = [
            ['another channel', 'commonwatt/agreement/1', () => ({ ...exchange(), channel: 'elsewhere' })],
            ['another chaincode', 'commonwatt/agreement/1', () => ({ ...exchange(), chaincode: 'supervision' })],
            ['another purpose', 'commonwatt/withdrawal/1', exchange],
        ];
        for (const [what, domain, scope] of elsewhere) {
            it(`it was signed for ${what}`, async () => {
                const terms = ordinary();
                const body = consentBody(agreementIdOf(terms), terms);
                const given = await Promise.all(
                    terms.parties.map(async ({ participantId }) => {
                        const key = story().market.actors.get(participantId).entry.signingKey;
                        const signer = documentSignerOf(key.privateKey);
                        return {
                            participantId,
                            mandateId: null,
                            ...(await signDocument(signer, domain, scope(), body)),
                        };
                    }),
                );
                await expectRefusal(conclude(terms, given), 'invalid SIGNATURE_INVALID');
            });
        }

        it('a party has taken its signature back, even after the others endorsed', async () => {
            const terms = ordinary();
            const given = await consents(terms);
            const neighbour = story().as(NEIGHBOUR.id);
            const code = await heldBack(concludeCodec.encode({ terms, consents: given, folds: [] }), async () => {
                const withdrawn = await neighbour.consents.withdraw(consentDocument(terms), NEIGHBOUR.id);
                const { participantId, documentHash, keyId } = withdrawn.value;
                await expectInBlock(neighbour, withdrawn, {
                    chaincode: 'exchange',
                    verb: 'consent:withdraw',
                    keys: [
                        `withdrawal/${documentHash}/${participantId}/${keyId}`,
                        `allowance/${participantId}/withdrawal/${Number.parseInt(documentHash.slice(0, 1), 16)}`,
                    ],
                    event: { name: 'ConsentWithdrawn/1', payload: { participantId: NEIGHBOUR.id, documentHash } },
                });
            });
            expect(code).to.equal(peer.TxValidationCode.MVCC_READ_CONFLICT);
            await expectRefusal(conclude(terms, given), 'conflict SIGNATURE_WITHDRAWN', {
                participantId: NEIGHBOUR.id,
            });
            const byOther = story().as(PROSUMER.id).consents.withdraw(consentDocument(terms), NEIGHBOUR.id);
            await expectRefusal(byOther, 'forbidden CALLER_NOT_PARTICIPANT');
        });
    });

    describe('what nobody could carry out', () => {
        it('more than the rules allow: price and energy', async () => {
            const priced = (price: bigint) =>
                saleDraft({
                    sellerId: PROSUMER.id,
                    buyerId: NEIGHBOUR.id,
                    firstSlot: story().firstSlot,
                    energyWh: [10n],
                    priceMicroPerKwh: price,
                });
            await refused(priced(1_000_001n), 'invalid TERMS_INVALID', { reason: 'price above the cap' });
            await refused(priced(-500_001n), 'invalid TERMS_INVALID', { reason: 'price below the floor' });
            const huge = sale(PROSUMER.id, NEIGHBOUR.id);
            const legs = huge.legs.map((leg) => ({ ...leg, energyWh: [energyWh(1_000_001n)] }));
            await refused({ ...huge, legs }, 'limit TERMS_LIMIT', { slotEnergyMaxWh: '1000000' });
        });

        it('over a metering point of somebody else, or of nobody', async () => {
            const draft = sale(PROSUMER.id, NEIGHBOUR.id);
            const at = (buyerPoint: string) => ({ ...draft, legs: draft.legs.map((leg) => ({ ...leg, buyerPoint })) });
            await refused(at(BUYER.id), 'forbidden METER_OF_OTHER', { pointId: BUYER.id });
            await refused(at('bld-99'), 'notFound METER_MISSING', { pointId: 'bld-99' });
        });

        it('after the offer has become void, even when it was endorsed before', async () => {
            const slot = story().market.nextSlot;
            const terms = ordinary({ concludeBeforeSlot: slot });
            const given = await consents(terms);
            const code = await heldBack(concludeCodec.encode({ terms, consents: given, folds: [] }), async () => {
                await story().market.tick();
            });
            expect(code).to.equal(peer.TxValidationCode.MVCC_READ_CONFLICT);
            await expectRefusal(conclude(terms, given), 'conflict SLOT_BEGUN', { slot });
            const missing = story().as(RETAILER.id).agreements.show(agreementIdOf(terms));
            await expectRefusal(missing, 'notFound AGREEMENT_MISSING');
        });
    });

    /** Has all four endorse, lets something happen, and only then sends the transaction to be ordered. */
    async function heldBack(command: string, meanwhile: () => Promise<void>): Promise<number> {
        const gateway = await RawGateway.open(story().market.network, story().market.actors.get(BUYER.id));
        try {
            const endorsed = await gateway.endorse({
                chaincode: 'exchange',
                verb: 'agreement:conclude',
                args: [command],
            });
            await meanwhile();
            return await submitLate(endorsed);
        } finally {
            gateway.close();
        }
    }
});
