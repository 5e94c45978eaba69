import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { MandateStatement } from '@commonwatt/chaincode/domain/mandate';
import { amountNano, energyWh, NO_MONEY, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, consentDocument, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { mandateIdOf, mandateRefCodec, mandateTotalCodec } from '@commonwatt/chaincode/wire/mandate';
import { documentHashOf } from '@commonwatt/chaincode/wire/signature';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { DEADLINE, negotiableTerms, OfferMoves } from '../support/offer-commands.js';
import { sampleLeg } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const CONCLUDE = 'agreement:conclude';
let market: StubMarket;

/** `anna` lets `retail` buy at most 400 Wh a slot at most at 0.25: 0.1 a slot, four in all, no default amounts. */
const NARROW: Partial<MandateStatement> = {
    documents: ['agreement'],
    slotCostMaxNano: amountNano(100_000_000n),
    dayCostMaxNano: amountNano(400_000_000n),
    totalCostMaxNano: amountNano(400_000_000n),
    totalDefaultMaxNano: NO_MONEY,
    sourceIds: [],
};
let salt = 0;

async function grant(changes: Partial<MandateStatement> = {}): Promise<MandateStatement> {
    salt += 1;
    const own = { ...NARROW, salt: salt.toString(16).padStart(64, '0'), ...changes };
    const statement = commands.mandateOf(market.who('anna'), market.who('retail'), own);
    await market.do('anna', 'exchange', 'mandate:grant', commands.grantMandate(market.who('anna'), statement));
    return statement;
}

/** `solar`, the accomplice, signs for itself, `retail` for `anna`. */
const signersOf = (statement: MandateStatement): commands.Signers => ({
    solar: market.who('solar'),
    anna: commands.agentOf(market.who('retail'), statement),
});

const buying = (energies: readonly bigint[], changes: Partial<Terms> = {}, price = 200_000n): Terms =>
    negotiableTerms({
        slotCount: energies.length,
        legs: [
            sampleLeg({
                energyWh: energies.map(energyWh),
                priceMicroPerKwh: energies.map(() => priceMicroPerKwh(price)),
            }),
        ],
        ...changes,
    });

async function refused(bound: string, verb: ExchangeVerb, command: string): Promise<void> {
    const { operands } = await market.refused('MANDATE_EXCEEDED', 'retail', 'exchange', verb, command);
    expect(operands['bound']).to.equal(bound);
}

const refusedToConclude = (bound: string, terms: Terms, statement: MandateStatement): Promise<void> =>
    refused(bound, CONCLUDE, commands.conclude(terms, signersOf(statement)));

const conclude = (terms: Terms, signers: commands.Signers): Promise<unknown> =>
    market.do('stranger', 'exchange', CONCLUDE, commands.conclude(terms, signers));

/** The next version of an agreement: other energies or another price. */
const after = (first: Terms, before: Terms, energies: readonly bigint[], price = 200_000n): Terms => ({
    ...buying(energies, { salt: first.salt }, price),
    version: before.version + 1,
    previousHash: termsHashOf(before),
    concludeBeforeSlot: DEADLINE,
});

const proposing = (first: Terms, next: Terms, signers: commands.Signers): string =>
    commands.proposeAmendment(agreementIdOf(first), next, signers);

async function propose(first: Terms, next: Terms, signers: commands.Signers): Promise<void> {
    await market.do('stranger', 'exchange', 'amendment:propose', proposing(first, next, signers));
}

const enacting = (first: Terms, next: Terms): string =>
    commands.enact(agreementIdOf(first), next.version, first.firstSlot);

const enact = (first: Terms, next: Terms): Promise<unknown> =>
    market.do('stranger', 'exchange', 'amendment:enact', enacting(first, next));

beforeEach(async () => {
    market = await StubMarket.ready();
});

describe('an agent that would enrich an accomplice', () => {
    it('passes no deposit on by the default rate of a single Wh', async () => {
        const statement = await grant();
        const dear = { takeOrPay: false, defaultRateMicroPerKwh: priceMicroPerKwh(10_000_000_000n) };
        const one = { ...dear, defaultCapNano: amountNano(10n ** 15n) };
        await refusedToConclude('slotCostMaxNano', buying([1n], one), statement);
        const small = { ...dear, defaultCapNano: amountNano(1n) };
        await refusedToConclude('totalDefaultMaxNano', buying([1n], small), statement);
        await conclude(buying([1n], { ...one, takeOrPay: true }), signersOf(statement));
    });

    it('passes none on in many small agreements either', async () => {
        const statement = await grant({
            slotCostMaxNano: amountNano(10n ** 12n),
            totalDefaultMaxNano: amountNano(30_000_000n),
        });
        const owing = (): Terms =>
            buying([100n], {
                takeOrPay: false,
                defaultRateMicroPerKwh: priceMicroPerKwh(100_000n),
                defaultCapNano: amountNano(10n ** 12n),
            });
        for (let times = 0; times < 3; times += 1) {
            await conclude(owing(), signersOf(statement));
        }
        await refusedToConclude('totalDefaultMaxNano', owing(), statement);
    });

    it('buys no more in all than the mandate says, however the slots are spread', async () => {
        const statement = await grant({ dayCostMaxNano: amountNano(90_000_000n) });
        await conclude(buying([400n]), signersOf(statement));
        await refusedToConclude('dayCostMaxNano', buying([0n, 51n]), statement);
        const tight = await grant({ totalCostMaxNano: amountNano(90_000_000n) });
        await conclude(buying([400n]), signersOf(tight));
        await refusedToConclude('totalCostMaxNano', buying([0n, 51n]), tight);
        const total = market.ledger.read('exchange', `mandate-total/anna/${mandateIdOf(tight)}`);
        expect(mandateTotalCodec.decode(total?.value.toString('utf8') ?? '')).to.include({ costNano: 80_000_000n });
    });

    it('names no oracle of its own, and no lane that the principal keeps for other things', async () => {
        const statement = await grant();
        await refusedToConclude('sourceIds', buying([1n], { verification: { sourceId: 'oracle' } }), statement);
        const parties = [
            { participantId: 'solar', lane: 0 },
            { participantId: 'anna', lane: 7 },
        ];
        await refusedToConclude('lanes', buying([1n], { parties }), statement);
    });

    it('ends nothing: not what the principal signed, and what it signed itself only by right', async () => {
        const [own, signed] = [buying([100n]), buying([100n])];
        await conclude(own, market.people);
        const plain = await grant();
        await conclude(signed, signersOf(plain));
        const cancel = (terms: Terms, statement: MandateStatement): string =>
            commands.cancel(terms, terms.firstSlot, signersOf(statement));
        await refused('documents', 'agreement:cancel', cancel(own, plain));
        await refused('documents', 'agreement:cancel', cancel(signed, plain));
        const mayCancel = await grant({ documents: ['agreement', 'cancellation'] });
        await refused('mayChangeOthers', 'agreement:cancel', cancel(own, mayCancel));
        await refused('mayChangeOthers', 'agreement:cancel', cancel(signed, mayCancel));
        const trusted = await grant({ documents: ['cancellation'], mayChangeOthers: true });
        await market.do('stranger', 'exchange', 'agreement:cancel', cancel(own, trusted));
    });

    it('re-prices nothing that the principal signed itself, and under a wider mandate counts all of it', async () => {
        const five = Array.from({ length: 5 }, () => buying([400n]));
        for (const terms of five) {
            await conclude(terms, market.people);
        }
        const narrow = await grant({ documents: ['agreement', 'amendment'] });
        const wide = await grant({ documents: ['agreement', 'amendment'], mayChangeOthers: true });
        const [first, ...others] = five.map((terms) => [terms, after(terms, terms, [400n], 250_000n)] as const);
        const [terms, dearer] = first ?? [buying([]), buying([])];
        await refused('mayChangeOthers', 'amendment:propose', proposing(terms, dearer, signersOf(narrow)));
        await propose(terms, dearer, signersOf(wide));
        await enact(terms, dearer);
        for (const [other, dearerOther] of others) {
            await propose(other, dearerOther, signersOf(wide));
            await refused('slotEnergyMaxWh', 'amendment:enact', enacting(other, dearerOther));
        }
    });

    it('gains nothing by changing terms to and fro: what is given back is not credited', async () => {
        const statement = await grant({
            documents: ['agreement', 'amendment'],
            slotEnergyMaxWh: energyWh(10_000n),
            slotCostMaxNano: amountNano(10n ** 12n),
            dayCostMaxNano: amountNano(105_000_000n),
            totalCostMaxNano: amountNano(10n ** 12n),
        });
        const first = buying([300n, 1n]);
        await conclude(first, signersOf(statement));
        const lower = after(first, first, [50n, 1n]);
        await propose(first, lower, signersOf(statement));
        await enact(first, lower);
        const higher = after(first, lower, [299n, 1n]);
        await propose(first, higher, signersOf(statement));
        await refused('dayCostMaxNano', 'amendment:enact', enacting(first, higher));
    });

    it('uses no second mandate to have a version counted as nothing', async () => {
        const documents = ['agreement', 'amendment'] as const;
        const one = await grant({ documents });
        const other = await grant({ documents, mayChangeOthers: true, slotEnergyMaxWh: energyWh(399n) });
        const first = buying([400n]);
        await conclude(first, signersOf(one));
        await refused(
            'slotEnergyMaxWh',
            'amendment:propose',
            proposing(first, after(first, first, [400n], 1n), signersOf(other)),
        );
        const less = after(first, first, [300n]);
        await propose(first, less, signersOf(other));
        await enact(first, less);
        await refusedToConclude('slotEnergyMaxWh', buying([100n]), other);
    });
});

describe('an agent whose mandate was revoked', () => {
    const revoke = (statement: MandateStatement): Promise<unknown> => {
        const command = mandateRefCodec.encode({ principalId: 'anna', mandateId: mandateIdOf(statement) });
        return market.do('anna', 'exchange', 'mandate:revoke', command);
    };
    const withdrawalPart = (terms: Terms): string =>
        `withdrawal/${Number.parseInt(documentHashOf(consentDocument(terms)).slice(0, 1), 16)}`;
    const isCounted = (participantId: string, part: string): boolean =>
        market.ledger.read('exchange', `allowance/${participantId}/${part}`) !== undefined;

    it('writes no more in its principal’s name', async () => {
        const statement = await grant({ documents: ['agreement', 'offer'] });
        const agent = commands.agentOf(market.who('retail'), statement);
        const terms = buying([100n], { proposerId: 'anna' });
        await revoke(statement);
        const withdrawal = commands.withdraw(terms, 'anna', agent);
        await market.refused('MANDATE_REVOKED', 'retail', 'exchange', 'consent:withdraw', withdrawal);
        const offer = new OfferMoves(market).makeCommand({ answersId: null, terms }, 0, agent);
        await market.refused('MANDATE_REVOKED', 'retail', 'exchange', 'offer:make', offer);
        expect(['offer/0', withdrawalPart(terms)].some((part) => isCounted('anna', part))).to.equal(false);
    });

    it('never used its principal’s places or its daily steps while it could write', async () => {
        const statement = await grant({ documents: ['agreement', 'offer'] });
        const agent = commands.agentOf(market.who('retail'), statement);
        const moves = new OfferMoves(market);
        const made = buying([100n], { proposerId: 'anna' });
        await market.do(
            'retail',
            'exchange',
            'offer:make',
            moves.makeCommand({ answersId: null, terms: made }, 0, agent),
        );
        const given = buying([100n]);
        await market.do('retail', 'exchange', 'consent:withdraw', commands.withdraw(given, 'anna', agent));
        for (const part of ['offer/0', withdrawalPart(given)]) {
            expect([isCounted('retail', part), isCounted('anna', part)], part).to.deep.equal([true, false]);
        }
        // The principal's own first place is free.
        const own = buying([100n], { proposerId: 'anna' });
        await market.do('anna', 'exchange', 'offer:make', moves.makeCommand({ answersId: null, terms: own }, 0));
        const again = buying([100n], { proposerId: 'anna' });
        const taken = moves.makeCommand({ answersId: null, terms: again }, 0, agent);
        const { operands } = await market.refused('OFFER_PLACE_TAKEN', 'retail', 'exchange', 'offer:make', taken);
        expect(operands).to.include({ participantId: 'retail', place: 0 });
    });
});
