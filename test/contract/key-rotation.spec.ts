import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { slotsOfDays } from '@commonwatt/chaincode/domain/clock';
import { KEY_NOTICE_DAYS, type KeySuccession } from '@commonwatt/chaincode/domain/participant';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import type { WireError } from '@commonwatt/chaincode/wire/errors';
import {
    keyPermitCodec,
    keySuccessionCodec,
    permitKeyCodec,
    rotateKeyCodec,
} from '@commonwatt/chaincode/wire/participant';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import { firstRound, negotiableTerms, OfferMoves } from '../support/offer-commands.js';
import { CHARTER, FIRST_SLOT } from '../support/sample-market.js';
import { SCOPE, SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const FOUR = saleOf([100n, 100n, 100n, 100n]);
const ID = agreementIdOf(FOUR);
const RAISED = following(FOUR, saleOf([100n, 150n, 200n, 100n]));
const CONCLUDE = 'agreement:conclude';
const NOTICE_SLOTS = slotsOfDays(CHARTER, KEY_NOTICE_DAYS);

let market: StubMarket;
let next: SigningKey;

const annas = (): SigningKey => market.who('anna').key;
/** Everybody by the key in force, `anna` by the one given. */
const withAnna = (key: SigningKey): commands.Signers => ({ ...market.people, anna: { key } });

async function rotate(old = annas(), to = next, isLost = false): Promise<void> {
    const command = commands.rotateKey('anna', old, to, isLost);
    await market.do('anna', 'exchange', 'participant:rotate-key', command);
}

/** As if the key had been permitted long before the market's first slot: its notice is over. */
const permitted = (participantId: string, { keyId }: SigningKey): Promise<void> =>
    market.overwrite(
        `key-permit/${participantId}`,
        keyPermitCodec.encode({ participantId, keyId, fromSlot: FIRST_SLOT - 1, isRefused: false }),
    );

async function loseKey(to = next): Promise<void> {
    await permitted('anna', to);
    await rotate(annas(), to, true);
}

const refused = (code: ErrorCode, name: string, command: string): Promise<WireError> =>
    market.refused(code, name, 'exchange', 'participant:rotate-key', command);
const concludeRefused = (code: ErrorCode, terms: Terms, signers: commands.Signers): Promise<WireError> =>
    market.refused(code, 'stranger', 'exchange', CONCLUDE, commands.conclude(terms, signers));
const conclude = (terms: Terms, signers: commands.Signers = market.people): Promise<unknown> =>
    market.do('stranger', 'exchange', CONCLUDE, commands.conclude(terms, signers));

beforeEach(async () => {
    market = await StubMarket.ready();
    next = new SigningKey();
});

describe('exchange: participant rotate-key', () => {
    it('takes the certificate, the old key and the new one', async () => {
        const command = commands.rotateKey('anna', annas(), next);
        await refused('CALLER_NOT_PARTICIPANT', 'bert', command);
        const { rotation, oldSignature, newSignature } = rotateKeyCodec.decode(command);
        const swapped = { rotation, oldSignature: newSignature, newSignature: oldSignature ?? '' };
        await refused('SIGNATURE_INVALID', 'anna', rotateKeyCodec.encode(swapped));
        for (const forged of [
            { rotation, oldSignature, newSignature: oldSignature ?? '' },
            { rotation, oldSignature: newSignature, newSignature },
        ]) {
            await refused('SIGNATURE_INVALID', 'anna', rotateKeyCodec.encode(forged));
        }
        await refused(
            'KEY_PERMIT_MISSING',
            'anna',
            rotateKeyCodec.encode({ rotation, oldSignature: null, newSignature }),
        );
        const { event } = await market.do('anna', 'exchange', 'participant:rotate-key', command);
        expect(event?.name).to.equal('KeyRotated/1');
    });

    it('never takes a key up again', async () => {
        const { operands } = await refused('KEY_USED', 'anna', commands.rotateKey('anna', annas(), annas()));
        expect(operands).to.deep.equal({ participantId: 'anna', keyId: annas().keyId });
        await rotate();
        await refused('KEY_USED', 'anna', commands.rotateKey('anna', next, annas()));
        const other = commands.rotateKey('anna', annas(), new SigningKey());
        expect((await refused('KEY_REPLACED', 'anna', other)).operands).to.deep.equal(operands);
    });

    it('of a lost key takes an administrator of the own organisation, who names the new one', async () => {
        const permit = (keyId: string): string =>
            permitKeyCodec.encode({ participantId: 'anna', keyId, fromSlot: FIRST_SLOT + NOTICE_SLOTS });
        for (const name of ['anna', 'operatorAdmin', 'outsideAdmin']) {
            await market.refused('CALLER_NOT_ADMIN', name, 'exchange', 'participant:permit-key', permit(next.keyId));
        }
        const { keyId } = new SigningKey();
        await market.do('communityAdmin', 'exchange', 'participant:permit-key', permit(keyId));
        await refused('KEY_PERMIT_MISSING', 'anna', commands.rotateKey('anna', annas(), next, true));
        await loseKey();
        const stale = await concludeRefused('KEY_REPLACED', FOUR, withAnna(next));
        expect(stale.operands).to.deep.equal({ participantId: 'anna', keyId: annas().keyId });
        const reviewer = market.who('reviewer');
        const person = { ...commands.personOf(market.who('anna')), keyId: next.keyId };
        const anew = commands.qualify(reviewer, 'anna', { sequence: 2, person });
        await market.do('reviewer', 'supervision', 'qualification:grant', anew);
        await concludeRefused('SIGNATURE_MISSING', FOUR, market.people);
        await conclude(FOUR, withAnna(next));
    });
});

describe('exchange: a replaced key', () => {
    it('counts for nothing new', async () => {
        await rotate();
        const { operands } = await concludeRefused('SIGNATURE_MISSING', FOUR, market.people);
        expect(operands).to.deep.equal({ participantId: 'anna', keyId: next.keyId });
        const moves = new OfferMoves(market);
        const terms = negotiableTerms({ proposerId: 'anna' });
        const offer = moves.makeCommand(firstRound(terms), 1);
        await market.refused('SIGNATURE_INVALID', 'anna', 'exchange', 'offer:make', offer);
        const statement = commands.mandateOf(market.who('anna'), market.who('retail'));
        const grant = commands.grantMandate(market.who('anna'), statement);
        await market.refused('MANDATE_INVALID', 'anna', 'exchange', 'mandate:grant', grant);
        await conclude(FOUR, withAnna(next));
    });

    it('counts for nothing that was endorsed before and comes after', async () => {
        await conclude(FOUR);
        const fund = commands.fund(FOUR, 'ordinary');
        await market.do('stranger', 'exchange', 'agreement:fund', fund);
        const propose = commands.proposeAmendment(ID, RAISED, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        const moves = new OfferMoves(market);
        const offered = await moves.make(negotiableTerms());
        const underWay = [
            await market.endorse('stranger', 'exchange', CONCLUDE, commands.conclude(negotiableTerms(), market.people)),
            await market.endorse('anna', 'exchange', 'offer:accept', moves.acceptCommand(offered, 'anna')),
            await market.endorse('stranger', 'exchange', 'amendment:enact', commands.enact(ID, 2, FIRST_SLOT)),
            await market.endorse(
                'stranger',
                'exchange',
                'agreement:cancel',
                commands.cancel(FOUR, FIRST_SLOT, market.people),
            ),
        ];
        await rotate();
        for (const answer of underWay) {
            expect(answer.status, answer.message).to.equal(200);
            expect(market.ledger.commit(answer)).to.equal('MVCC_READ_CONFLICT');
        }
    });

    it('leaves what it signed in force; the next one amends and ends it', async () => {
        await conclude(FOUR);
        const third = new SigningKey();
        await rotate();
        await rotate(next, third);
        const fund = commands.fund(FOUR, 'ordinary');
        await market.do('stranger', 'exchange', 'agreement:fund', fund);
        for (const key of [annas(), next]) {
            const byOld = commands.proposeAmendment(ID, RAISED, withAnna(key));
            await market.refused('SIGNATURE_MISSING', 'stranger', 'exchange', 'amendment:propose', byOld);
        }
        const propose = commands.proposeAmendment(ID, RAISED, withAnna(third));
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        await market.do('stranger', 'exchange', 'amendment:enact', commands.enact(ID, 2, FIRST_SLOT));
        await market.advance(FIRST_SLOT, FIRST_SLOT + 8);
        for (const slot of [0, 1, 2, 3].map((offset) => FIRST_SLOT + offset)) {
            const produced = market.reading('solar-point', slot, 0n, 400n * BigInt(slot - FIRST_SLOT + 1));
            const consumed = market.reading('anna-point', slot, 400n * BigInt(slot - FIRST_SLOT + 1), 0n);
            await market.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(produced, consumed));
            await market.settle(slot);
        }
        expect(await market.ask('exchange', 'agreement:show', JSON.stringify({ agreementId: ID }))).to.nested.include({
            'execution.state': 'completed',
            'agreement.terms.version': 2,
        });
    });

    it('that was lost is followed by none that amends; all can end what it signed', async () => {
        await conclude(FOUR);
        await loseKey();
        const propose = commands.proposeAmendment(ID, RAISED, withAnna(next));
        const { operands } = await market.refused('KEY_REPLACED', 'stranger', 'exchange', 'amendment:propose', propose);
        expect(operands).to.deep.equal({ participantId: 'anna', keyId: annas().keyId });
        const cancel = commands.cancel(FOUR, FIRST_SLOT, withAnna(next));
        await market.do('stranger', 'exchange', 'agreement:cancel', cancel);
    });

    it('leaves the mandates that it signed, and those to its owner, in force; a lost one ends them', async () => {
        const statement = commands.mandateOf(market.who('anna'), market.who('retail'));
        await market.do('anna', 'exchange', 'mandate:grant', commands.grantMandate(market.who('anna'), statement));
        await rotate();
        const retailsNext = new SigningKey();
        const retails = commands.rotateKey('retail', market.who('retail').key, retailsNext);
        await market.do('retail', 'exchange', 'participant:rotate-key', retails);
        const agent = (key: SigningKey): commands.Signers => ({
            solar: market.who('solar'),
            anna: { ...commands.agentOf(market.who('retail'), statement), key },
        });
        await concludeRefused('SIGNATURE_MISSING', FOUR, agent(market.who('retail').key));
        await conclude(FOUR, agent(retailsNext));
        await market.do(
            'stranger',
            'exchange',
            'amendment:propose',
            commands.proposeAmendment(ID, RAISED, withAnna(next)),
        );
        const lost = new SigningKey();
        await permitted('anna', lost);
        await rotate(next, lost, true);
        await concludeRefused('KEY_REPLACED', negotiableTerms(), agent(retailsNext));
        await market.refused(
            'KEY_REPLACED',
            'stranger',
            'exchange',
            'amendment:propose',
            commands.proposeAmendment(ID, { ...RAISED, version: 3 }, withAnna(lost)),
        );
    });
});

describe('exchange: an agent that lost its key', () => {
    it('signs under no mandate that named it', async () => {
        const retail = market.who('retail');
        const statement = commands.mandateOf(market.who('anna'), retail);
        await market.do('anna', 'exchange', 'mandate:grant', commands.grantMandate(market.who('anna'), statement));
        await permitted('retail', next);
        const rotation = commands.rotateKey('retail', retail.key, next, true);
        await market.do('retail', 'exchange', 'participant:rotate-key', rotation);
        const signers = {
            solar: market.who('solar'),
            anna: { ...commands.agentOf(retail, statement), key: next },
        };
        const { operands } = await concludeRefused('KEY_REPLACED', FOUR, signers);
        expect(operands).to.deep.equal({ participantId: 'retail', keyId: retail.key.keyId });
    });
});

describe('exchange: successions that three organisations put into the records', () => {
    it('do not lead from a key that signed to another', async () => {
        await conclude(FOUR);
        const forger = new SigningKey();
        const rotation = { participantId: 'anna', oldKeyId: annas().keyId, newPublicKey: forger.publicKey };
        const stored = market.stored('participant/anna');
        await market.overwrite('participant/anna', stored.replace(annas().publicKey, forger.publicKey));
        const propose = commands.proposeAmendment(ID, RAISED, withAnna(forger));
        const refusedWith = async (code: ErrorCode, succession: KeySuccession): Promise<void> => {
            const key = `key-succession/anna/${rotation.oldKeyId}`;
            await market.overwrite(key, keySuccessionCodec.encode(succession));
            await market.refused(code, 'stranger', 'exchange', 'amendment:propose', propose);
        };
        const body = rotation;
        const newSignature = forger.signDocument('commonwatt/key-rotation/1', SCOPE.exchange, body);
        const genuine = { rotation, oldPublicKey: annas().publicKey, oldSignature: newSignature, newSignature };
        await refusedWith('SIGNATURE_INVALID', genuine);
        await refusedWith('KEY_REPLACED', { ...genuine, oldSignature: null });
        await refusedWith('INVARIANT_BROKEN', { ...genuine, oldPublicKey: forger.publicKey });
    });
});
