import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import type { MandateStatement } from '@commonwatt/chaincode/domain/mandate';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, concludeCodec, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import type { WireError } from '@commonwatt/chaincode/wire/errors';
import { mandateCodec, mandateIdOf, mandateRefCodec, mandateStatementCodec } from '@commonwatt/chaincode/wire/mandate';
import { expect } from 'chai';
import { following } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import { DEADLINE, negotiableTerms, OfferMoves } from '../support/offer-commands.js';
import { FIRST_SLOT, sampleLeg } from '../support/sample-market.js';
import { SCOPE, SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const CONCLUDE = 'agreement:conclude';
let market: StubMarket;

/** `anna` lets `retail` buy for her. */
const statementOf = (changes: Partial<MandateStatement> = {}): MandateStatement =>
    commands.mandateOf(market.who('anna'), market.who('retail'), changes);

async function grant(changes: Partial<MandateStatement> = {}): Promise<MandateStatement> {
    const statement = statementOf(changes);
    await market.do('anna', 'exchange', 'mandate:grant', commands.grantMandate(market.who('anna'), statement));
    return statement;
}

async function revoke(statement: MandateStatement): Promise<void> {
    const command = mandateRefCodec.encode({ principalId: 'anna', mandateId: mandateIdOf(statement) });
    await market.do('anna', 'exchange', 'mandate:revoke', command);
}

/** `solar` signs for itself, `retail` for `anna`. */
const signersOf = (statement: MandateStatement): commands.Signers => ({
    solar: market.who('solar'),
    anna: commands.agentOf(market.who('retail'), statement),
});

const concluding = (terms: Terms, statement: MandateStatement): string =>
    commands.conclude(terms, signersOf(statement));

const refused = (code: ErrorCode, terms: Terms, statement: MandateStatement): Promise<WireError> =>
    market.refused(code, 'stranger', 'exchange', CONCLUDE, concluding(terms, statement));

const buying = (energies: readonly bigint[], changes: Partial<Terms> = {}): Terms =>
    negotiableTerms({
        slotCount: energies.length,
        legs: [
            sampleLeg({
                energyWh: energies.map(energyWh),
                priceMicroPerKwh: energies.map(() => priceMicroPerKwh(200_000n)),
            }),
        ],
        ...changes,
    });

beforeEach(async () => {
    market = await StubMarket.ready();
});

describe('exchange: mandate', () => {
    it('is granted by its principal alone, to an energy seller, with the keys in force', async () => {
        const anna = market.who('anna');
        const refusedGrant = (code: ErrorCode, name: string, command: string): Promise<WireError> =>
            market.refused(code, name, 'exchange', 'mandate:grant', command);
        await refusedGrant('CALLER_NOT_PARTICIPANT', 'retail', commands.grantMandate(anna, statementOf()));
        const byBert = commands.grantMandate(market.who('bert'), statementOf());
        await refusedGrant('SIGNATURE_INVALID', 'anna', byBert);
        const invalid: readonly (readonly [Partial<MandateStatement>, string])[] = [
            [{ agentId: 'bert', agentKeyId: market.who('bert').key.keyId }, 'an agent is an energy seller'],
            [{ agentKeyId: new SigningKey().keyId }, 'both keys are those in force'],
            [{ principalKeyId: new SigningKey().keyId }, 'both keys are those in force'],
            [{ carriers: [] }, 'some trade is allowed'],
            [{ sides: [] }, 'some trade is allowed'],
            [{ priceMinMicroPerKwh: priceMicroPerKwh(250_001n) }, 'the lowest price is not above the highest'],
            [{ slotEnergyMaxWh: energyWh(0n) }, 'some energy is allowed'],
        ];
        for (const [changes, reason] of invalid) {
            const command = commands.grantMandate(anna, statementOf(changes));
            expect((await refusedGrant('MANDATE_INVALID', 'anna', command)).operands).to.deep.equal({ reason });
        }
        await refusedGrant('PARTICIPANT_MISSING', 'anna', commands.grantMandate(anna, statementOf({ agentId: 'who' })));
        const { event } = await market.do(
            'anna',
            'exchange',
            'mandate:grant',
            commands.grantMandate(anna, statementOf()),
        );
        expect(event?.name).to.equal('MandateGranted/1');
    });

    it('is taken back by its principal alone, once and for good', async () => {
        const statement = await grant();
        const command = mandateRefCodec.encode({ principalId: 'anna', mandateId: mandateIdOf(statement) });
        await market.refused('CALLER_NOT_PARTICIPANT', 'retail', 'exchange', 'mandate:revoke', command);
        const unknown = mandateRefCodec.encode({ principalId: 'anna', mandateId: '00'.repeat(32) });
        await market.refused('MANDATE_MISSING', 'anna', 'exchange', 'mandate:revoke', unknown);
        await revoke(statement);
        const again = commands.grantMandate(market.who('anna'), statement);
        expect((await market.do('anna', 'exchange', 'mandate:grant', again)).writes).to.deep.equal([]);
        expect(await market.ask('exchange', 'mandate:show', command)).to.include({ isRevoked: true });
    });

    it('is listed, all or those of one principal', async () => {
        const statement = await grant();
        const list = async (principalId: string | null): Promise<unknown[]> => {
            const query = JSON.stringify({ bookmark: '', pageSize: 10, principalId });
            return ((await market.ask('exchange', 'mandate:list', query)) as { items: unknown[] }).items;
        };
        expect(await list('bert')).to.have.length(0);
        for (const principalId of ['anna', null]) {
            const [found] = (await list(principalId)) as { mandateId: string }[];
            expect(found?.mandateId).to.equal(mandateIdOf(statement));
        }
    });
});

describe('exchange: an agent concludes', () => {
    it('in the name of its principal, who is bound as if it had signed', async () => {
        const statement = await grant();
        const terms = buying([300n, 200n]);
        const { event } = await market.do('stranger', 'exchange', CONCLUDE, concluding(terms, statement));
        expect(event?.name).to.equal('AgreementConcluded/1');
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));
    });

    it('nothing outside the bounds', async () => {
        const statement = await grant();
        const cases: readonly (readonly [string, Terms])[] = [
            [
                'price',
                buying([100n], {
                    legs: [sampleLeg({ energyWh: [energyWh(100n)], priceMicroPerKwh: [priceMicroPerKwh(250_001n)] })],
                }),
            ],
            [
                'price',
                buying([100n], {
                    legs: [sampleLeg({ energyWh: [energyWh(100n)], priceMicroPerKwh: [priceMicroPerKwh(-1n)] })],
                }),
            ],
            ['untilSlot', buying([100n, 100n], { firstSlot: FIRST_SLOT + 23 })],
            ['slotEnergyMaxWh', buying([100n, 401n])],
            ['slotEnergyMaxWh', buying([201n], { legs: [...buying([201n]).legs, ...buying([200n]).legs] })],
            [
                'sides',
                buying([100n], {
                    legs: [
                        {
                            ...sampleLeg(),
                            sellerId: 'anna',
                            sellerPoint: 'anna-point',
                            buyerId: 'solar',
                            buyerPoint: 'solar-point',
                            energyWh: [energyWh(1n)],
                            priceMicroPerKwh: [priceMicroPerKwh(1n)],
                        },
                    ],
                }),
            ],
        ];
        for (const [bound, terms] of cases) {
            const { operands } = await refused('MANDATE_EXCEEDED', terms, statement);
            expect(operands).to.deep.equal({ mandateId: mandateIdOf(statement), bound });
        }
        const heat = await grant({ carriers: ['heat'] });
        expect((await refused('MANDATE_EXCEEDED', buying([100n]), heat)).operands['bound']).to.equal('carriers');
    });

    it('no more in a slot than the mandate allows, over all that it signs', async () => {
        const statement = await grant();
        await market.do('stranger', 'exchange', CONCLUDE, concluding(buying([300n, 100n]), statement));
        await market.do('stranger', 'exchange', CONCLUDE, concluding(buying([100n, 100n]), statement));
        const { operands } = await refused('MANDATE_EXCEEDED', buying([1n]), statement);
        expect(operands).to.deep.equal({ mandateId: mandateIdOf(statement), bound: 'slotEnergyMaxWh' });
        await market.do('stranger', 'exchange', CONCLUDE, concluding(buying([0n, 200n]), statement));
        await refused('MANDATE_EXCEEDED', buying([0n, 1n]), statement);
    });

    it('nothing under a mandate that is revoked, missing, or of somebody else', async () => {
        const statement = await grant();
        const terms = buying([100n]);
        await refused('MANDATE_MISSING', terms, statementOf({ salt: '11'.repeat(32) }));
        const byBert = { ...signersOf(statement), anna: commands.agentOf(market.who('bert'), statement) };
        await market.refused('SIGNATURE_MISSING', 'stranger', 'exchange', CONCLUDE, commands.conclude(terms, byBert));
        const agent = commands.agentOf(market.who('retail'), statement);
        const consents = [
            commands.consentOf(terms, 'solar', agent),
            commands.consentOf(terms, 'anna', market.who('anna')),
        ];
        const command = concludeCodec.encode({ terms, consents, folds: [] });
        await market.refused('MANDATE_MISSING', 'stranger', 'exchange', CONCLUDE, command);
        await revoke(statement);
        const { operands } = await refused('MANDATE_REVOKED', terms, statement);
        expect(operands).to.deep.equal({ mandateId: mandateIdOf(statement) });
    });

    it('nothing any more once the mandate is revoked, even what was endorsed before', async () => {
        const statement = await grant();
        const answer = await market.endorse('stranger', 'exchange', CONCLUDE, concluding(buying([100n]), statement));
        expect(answer.status, answer.message).to.equal(200);
        await revoke(statement);
        expect(market.ledger.commit(answer)).to.equal('MVCC_READ_CONFLICT');
    });

    it('nothing while the regulator has not qualified it, or no more', async () => {
        const statement = await grant();
        const suspension = commands.qualify(market.who('reviewer'), 'retail', { status: 'suspended', sequence: 2 });
        await market.do('reviewer', 'supervision', 'qualification:suspend', suspension);
        const { operands } = await refused('QUALIFICATION_MISSING', buying([100n]), statement);
        expect(operands).to.deep.equal({ participantId: 'retail', status: 'suspended' });
    });

    it('with itself only where the mandate says so', async () => {
        const selling = buying([100n], {
            proposerId: 'retail',
            parties: ['retail', 'anna'].map((participantId) => ({ participantId, lane: 0 })),
            legs: [
                sampleLeg({
                    sellerId: 'retail',
                    sellerPoint: 'retail-point',
                    energyWh: [energyWh(100n)],
                    priceMicroPerKwh: [priceMicroPerKwh(200_000n)],
                }),
            ],
        });
        const strict = await grant();
        const signers = (statement: MandateStatement): commands.Signers => ({
            retail: market.who('retail'),
            anna: commands.agentOf(market.who('retail'), statement),
        });
        const { operands } = await market.refused(
            'MANDATE_EXCEEDED',
            'retail',
            'exchange',
            CONCLUDE,
            commands.conclude(selling, signers(strict)),
        );
        expect(operands).to.include({ bound: 'mayDealWithAgent' });
        const generous = await grant({ mayDealWithAgent: true });
        // What the agent signs for itself does not count for its principal.
        const own = commands.consentOf(selling, 'retail', market.who('retail'));
        const reused = { ...own, participantId: 'anna', mandateId: mandateIdOf(generous) };
        const command = concludeCodec.encode({ terms: selling, consents: [own, reused], folds: [] });
        await market.refused('SIGNATURE_INVALID', 'retail', 'exchange', CONCLUDE, command);
        await market.do('retail', 'exchange', CONCLUDE, commands.conclude(selling, signers(generous)));
    });

    it('with another of its principals only where both mandates say so', async () => {
        const forBert = (mayDealWithAgent: boolean): MandateStatement =>
            commands.mandateOf(market.who('bert'), market.who('retail'), {
                principalId: 'bert',
                sides: ['sell'],
                mayDealWithAgent,
            });
        const terms = buying([100n], {
            proposerId: 'bert',
            parties: ['bert', 'anna'].map((participantId) => ({ participantId, lane: 0 })),
            legs: buying([100n]).legs.map((leg) => ({ ...leg, sellerId: 'bert', sellerPoint: 'bert-point' })),
        });
        const bert = market.who('bert');
        for (const [annas, berts] of [
            [true, false],
            [false, true],
            [true, true],
        ] as const) {
            const annaSays = await grant({ mayDealWithAgent: annas });
            const bertSays = forBert(berts);
            await market.do('bert', 'exchange', 'mandate:grant', commands.grantMandate(bert, bertSays));
            const command = commands.conclude(terms, {
                bert: commands.agentOf(market.who('retail'), bertSays),
                anna: commands.agentOf(market.who('retail'), annaSays),
            });
            if (annas && berts) {
                await market.do('stranger', 'exchange', CONCLUDE, command);
            } else {
                await market.refused('MANDATE_EXCEEDED', 'stranger', 'exchange', CONCLUDE, command);
            }
        }
    });
});

describe('exchange: an agent negotiates, amends and cancels', () => {
    it('moves on offers in the name of its principal', async () => {
        const statement = await grant();
        const agent = commands.agentOf(market.who('retail'), statement);
        const moves = new OfferMoves(market);
        const offered = await moves.make(buying([300n]));
        const accept = moves.acceptCommand(offered, 'anna', agent);
        await market.refused('CALLER_NOT_PARTICIPANT', 'anna', 'exchange', 'offer:accept', accept);
        const lower = { ...buying([200n]), proposerId: 'anna' };
        const counter = moves.counterCommand(offered.offerId, 2, lower, agent);
        await market.do('retail', 'exchange', 'offer:counter', counter);
        const accepted = await moves.accept(await moves.show(offered.offerId), 'solar');
        expect(accepted.consents.map(({ mandateId }) => mandateId)).to.deep.equal([mandateIdOf(statement), null]);
        await market.do('stranger', 'exchange', CONCLUDE, moves.concludeCommand(accepted));
    });

    it('accepts nothing outside the bounds, and what it accepted dies with the mandate', async () => {
        const statement = await grant();
        const agent = commands.agentOf(market.who('retail'), statement);
        const moves = new OfferMoves(market);
        const much = await moves.make(buying([401n]));
        const tooMuch = moves.acceptCommand(much, 'anna', agent);
        await market.refused('MANDATE_EXCEEDED', 'retail', 'exchange', 'offer:accept', tooMuch);
        const offered = await moves.make(buying([300n]));
        await market.do('retail', 'exchange', 'offer:accept', moves.acceptCommand(offered, 'anna', agent));
        await revoke(statement);
        const accepted = await moves.show(offered.offerId);
        expect(accepted.state).to.equal('accepted');
        await market.refused('MANDATE_REVOKED', 'stranger', 'exchange', CONCLUDE, moves.concludeCommand(accepted));
    });

    it('withdraws what it signed, without touching what the principal signs itself', async () => {
        const statement = await grant();
        const terms = buying([100n]);
        const agent = commands.agentOf(market.who('retail'), statement);
        await market.do('retail', 'exchange', 'consent:withdraw', commands.withdraw(terms, 'anna', agent));
        await refused('SIGNATURE_WITHDRAWN', terms, statement);
        await market.do('stranger', 'exchange', CONCLUDE, commands.conclude(terms, market.people));
    });

    it('signs the next version, while the mandate stands', async () => {
        const statement = await grant({ mayChangeOthers: true });
        const terms = buying([100n, 100n]);
        const agreementId = agreementIdOf(terms);
        await market.do('stranger', 'exchange', CONCLUDE, commands.conclude(terms, market.people));
        const next = (version: number, energies: readonly bigint[]): Terms => ({
            ...following(terms, buying(energies, { salt: terms.salt })),
            version,
            previousHash: termsHashOf(terms),
            concludeBeforeSlot: DEADLINE,
        });
        const propose = (version: number, energies: readonly bigint[]): string =>
            commands.proposeAmendment(agreementId, next(version, energies), signersOf(statement));
        await market.refused('MANDATE_EXCEEDED', 'stranger', 'exchange', 'amendment:propose', propose(2, [100n, 401n]));
        await market.do('stranger', 'exchange', 'amendment:propose', propose(2, [100n, 300n]));
        await market.do('stranger', 'exchange', 'amendment:propose', propose(3, [100n, 200n]));
        const enact = (version: number): string => commands.enact(agreementId, version, terms.firstSlot);
        // All of a version counts that follows one which the principal signed itself: 150 of 400 Wh are used.
        const concluded = concluding(buying([0n, 150n]), statement);
        await market.do('stranger', 'exchange', CONCLUDE, concluded);
        await market.refused('MANDATE_EXCEEDED', 'stranger', 'exchange', 'amendment:enact', enact(2));
        const answer = await market.endorse('stranger', 'exchange', 'amendment:enact', enact(3));
        expect(answer.status, answer.message).to.equal(200);
        await revoke(statement);
        expect(market.ledger.commit(answer)).to.equal('MVCC_READ_CONFLICT');
        await market.refused('MANDATE_REVOKED', 'stranger', 'exchange', 'amendment:enact', enact(3));
    });

    it('signs the end while the mandate stands', async () => {
        const statement = await grant();
        const terms = buying([100n, 100n]);
        await market.do('stranger', 'exchange', CONCLUDE, concluding(terms, statement));
        const cancel = commands.cancel(terms, terms.firstSlot, signersOf(statement));
        const answer = await market.endorse('stranger', 'exchange', 'agreement:cancel', cancel);
        expect(answer.status, answer.message).to.equal(200);
        await revoke(statement);
        expect(market.ledger.commit(answer)).to.equal('MVCC_READ_CONFLICT');
        await market.refused('MANDATE_REVOKED', 'stranger', 'exchange', 'agreement:cancel', cancel);
        const byThemselves = commands.cancel(terms, terms.firstSlot, market.people);
        await market.do('stranger', 'exchange', 'agreement:cancel', byThemselves);
    });
});

describe('exchange: a mandate that three organisations put into the records', () => {
    const forge = async (statement: MandateStatement, mandateId = mandateIdOf(statement)): Promise<void> => {
        const signature = market
            .who('retail')
            .key.signDocument('commonwatt/mandate/1', SCOPE.exchange, mandateStatementCodec.toJson(statement));
        await market.overwrite(
            `mandate/anna/${mandateId}`,
            mandateCodec.encode({ mandateId, statement, signature, isRevoked: false }),
        );
    };

    it('binds nobody that has not signed it', async () => {
        const statement = statementOf();
        await forge(statement);
        const { operands } = await refused('SIGNATURE_INVALID', buying([100n]), statement);
        expect(operands).to.deep.equal({ keyId: market.who('anna').key.keyId });
    });

    it('is not the one that its principal signed, with wider bounds', async () => {
        const statement = await grant({ slotEnergyMaxWh: energyWh(50n) });
        const wider = { ...statement, slotEnergyMaxWh: energyWh(1_000n) };
        await forge(wider, mandateIdOf(statement));
        await refused('INVARIANT_BROKEN', buying([100n]), statement);
    });
});
