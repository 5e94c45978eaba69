import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { agreementIdOf, cancellationDocument, consentDocument } from '@commonwatt/chaincode/wire/agreement';
import { rotationDocument } from '@commonwatt/chaincode/wire/participant';
import { type DocumentBody, documentHashOf } from '@commonwatt/chaincode/wire/signature';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

let market: StubMarket;
const FOUR = saleOf([100n, 100n, 100n, 100n]);
const ID = agreementIdOf(FOUR);
const RAISED = following(FOUR, saleOf([100n, 150n, 200n, 100n]));

const withdraw = (document: DocumentBody, name = 'anna'): Promise<unknown> =>
    market.do(name, 'exchange', 'consent:withdraw', commands.withdrawDocument(document, name, market.who(name)));

/** Whoever waits with the others' signatures in hand sends them now. */
async function refused(document: DocumentBody, verb: ExchangeVerb, command: string, by = 'stranger'): Promise<void> {
    const { operands } = await market.refused('SIGNATURE_WITHDRAWN', by, 'exchange', verb, command);
    expect(operands).to.deep.equal({ participantId: 'anna', documentHash: documentHashOf(document) });
}

const conclude = (terms: Terms): Promise<unknown> =>
    market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));

/** A last signer that keeps what others signed until it suits it. */
describe('a signature that was taken back gives nobody an option', () => {
    beforeEach(async () => {
        market = await StubMarket.ready();
    });

    it('to conclude', async () => {
        await withdraw(consentDocument(FOUR));
        await refused(consentDocument(FOUR), 'agreement:conclude', commands.conclude(FOUR, market.people));
    });

    it('to end an agreement', async () => {
        await conclude(FOUR);
        const cancellation = { agreementId: ID, version: 1, fromSlot: FOUR.firstSlot };
        await withdraw(cancellationDocument(cancellation));
        const cancel = commands.cancel(FOUR, FOUR.firstSlot, market.people);
        await refused(cancellationDocument(cancellation), 'agreement:cancel', cancel);
        const later = commands.cancel(FOUR, FOUR.firstSlot + 1, market.people);
        await market.refused('SLOT_NOT_OVER', 'stranger', 'exchange', 'agreement:cancel', later);
    });

    it('to change an agreement, before and after the change is on record', async () => {
        await conclude(FOUR);
        const document = consentDocument(RAISED, ID);
        const propose = commands.proposeAmendment(ID, RAISED, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        await withdraw(document);
        await refused(document, 'amendment:enact', commands.enact(ID, 2, FOUR.firstSlot));
        const other = following(FOUR, saleOf([100n, 100n, 100n, 50n]), { version: 3 });
        await withdraw(consentDocument(other, ID));
        const proposed = commands.proposeAmendment(ID, other, market.people);
        await refused(consentDocument(other, ID), 'amendment:propose', proposed);
    });

    it('to hand a participant over to another key', async () => {
        const [anna, next] = [market.who('anna'), new SigningKey()];
        const rotation = { participantId: 'anna', oldKeyId: anna.key.keyId, newPublicKey: next.publicKey };
        await withdraw(rotationDocument(rotation));
        const rotate = commands.rotateKey('anna', anna.key, next);
        await refused(rotationDocument(rotation), 'participant:rotate-key', rotate, 'anna');
        const another = commands.rotateKey('anna', anna.key, new SigningKey());
        await market.do('anna', 'exchange', 'participant:rotate-key', another);
    });

    it('in a transaction that was endorsed before and held back', async () => {
        await conclude(FOUR);
        const cancel = commands.cancel(FOUR, FOUR.firstSlot, market.people);
        const late = await market.endorse('stranger', 'exchange', 'agreement:cancel', cancel);
        expect(late.status, late.message).to.equal(200);
        await withdraw(cancellationDocument({ agreementId: ID, version: 1, fromSlot: FOUR.firstSlot }));
        expect(market.ledger.commit(late)).to.equal('MVCC_READ_CONFLICT');
    });

    it('under a mandate, whether the agent or its principal takes it back', async () => {
        const [anna, retail] = [market.who('anna'), market.who('retail')];
        const statement = commands.mandateOf(anna, retail);
        await market.do('anna', 'exchange', 'mandate:grant', commands.grantMandate(anna, statement));
        const agent = commands.agentOf(retail, statement);
        const signers = { solar: market.who('solar'), anna: agent };
        const byAgent = commands.withdraw(FOUR, 'anna', agent);
        await market.do('retail', 'exchange', 'consent:withdraw', byAgent);
        await refused(consentDocument(FOUR), 'agreement:conclude', commands.conclude(FOUR, signers));
        const other = saleOf([100n], [100_000n]);
        const byPrincipal = commands.withdrawDocument(consentDocument(other), 'anna', anna, retail.key.keyId);
        await market.do('anna', 'exchange', 'consent:withdraw', byPrincipal);
        await refused(consentDocument(other), 'agreement:conclude', commands.conclude(other, signers));
        await conclude(other); // what the principal signs itself stands
    });

    it('is taken back by nobody else: no agent takes back what its principal signed', async () => {
        const [anna, retail] = [market.who('anna'), market.who('retail')];
        const statement = commands.mandateOf(anna, retail);
        await market.do('anna', 'exchange', 'mandate:grant', commands.grantMandate(anna, statement));
        const agent = commands.agentOf(retail, statement);
        const annas = commands.withdrawDocument(consentDocument(FOUR), 'anna', agent, anna.key.keyId);
        await market.refused('SIGNATURE_INVALID', 'retail', 'exchange', 'consent:withdraw', annas);
        await conclude(FOUR);
    });
});
