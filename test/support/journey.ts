import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { DecisionStatement } from '@commonwatt/chaincode/domain/dispute';
import { slotsOfDays } from '@commonwatt/chaincode/domain/clock';
import { KEY_NOTICE_DAYS, type ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import { amountNano, energyWh, type EnergyWh, powerW, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import {
    depositCodec,
    payoutPaymentCodec,
    payoutReturnCodec,
    subsidyPaymentCodec,
} from '@commonwatt/chaincode/wire/account';
import { agreementIdOf, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { liftCodec } from '@commonwatt/chaincode/wire/halt';
import { mandateIdOf, mandateRefCodec } from '@commonwatt/chaincode/wire/mandate';
import { offerRefCodec } from '@commonwatt/chaincode/wire/offer';
import { proposalIdOf } from '@commonwatt/chaincode/wire/proposal';
import { permitKeyCodec } from '@commonwatt/chaincode/wire/participant';
import { participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import { reconcileCodec } from '@commonwatt/chaincode/wire/reconciliation';
import type { ExchangeVerb, SupervisionVerb } from '@commonwatt/chaincode/wire/verbs';
import { drawCover, fillLanes, leave, raiseCover, refuseKey, requestPayout } from './instructions.js';
import * as commands from './market-commands.js';
import {
    reviewFact,
    calorificOf,
    declareForceMajeure,
    exchangeMeter,
    publishCalorific,
    registerSource,
    signSource,
    stateDelivery,
    submitStatements,
} from './metering-commands.js';
import { firstRound, OfferMoves } from './offer-commands.js';
import { castVote, enactProposal, makeProposal, nextRules, proposalOf, voterOf } from './proposal-commands.js';
import { CHARTER, FIRST_SLOT, sampleLeg, sampleTerms } from './sample-market.js';
import { SigningKey } from './signing-key.js';
import type { Identity } from './stub-identity.js';
import { DEPOSIT_NANO, type StubMarket } from './stub-market.js';
import { closeDispute, decideDispute, raiseDispute, reviewDispute } from './dispute-commands.js';

/** One command of the journey. It is built once, when its turn comes, and may then be sent as often as wanted. */
export type JourneyStep = Readonly<{ name: string; command: () => string }> &
    (
        | Readonly<{ chaincode: 'exchange'; verb: ExchangeVerb }>
        | Readonly<{ chaincode: 'supervision'; verb: SupervisionVerb }>
    );

const exchange = (name: string, verb: ExchangeVerb, command: () => string): JourneyStep => ({
    name,
    chaincode: 'exchange',
    verb,
    command,
});
const supervision = (name: string, verb: SupervisionVerb, command: () => string): JourneyStep => ({
    name,
    chaincode: 'supervision',
    verb,
    command,
});

/** Agreements that differ in their salt, over four slots. */
function termsOf(salt: string, energies: readonly bigint[] = [100n, 100n, 100n, 100n]): Terms {
    const energy: EnergyWh[] = energies.map(energyWh);
    const prices = energies.map(() => priceMicroPerKwh(200_000n));
    return sampleTerms({
        salt: salt.repeat(32),
        slotCount: energies.length,
        legs: [sampleLeg({ energyWh: energy, priceMicroPerKwh: prices })],
    });
}

const AMENDED = termsOf('a1');
const NEXT_VERSION: Terms = {
    ...termsOf('a1', [100n, 150n, 50n, 0n]),
    version: 2,
    previousHash: termsHashOf(AMENDED),
};
const REJECTED = termsOf('b1');
const CANCELLED = termsOf('c1');
const TERMINATED = termsOf('d1');
const WITHDRAWN = termsOf('e1');
const STATED: Terms = { ...termsOf('e2'), verification: { sourceId: 'oracle' } };
const ORACLE = new SigningKey();
const OFFERED = firstRound(termsOf('f1'));
const COUNTERED = firstRound({ ...termsOf('f2'), proposerId: 'anna' });
const OFFER_WITHDRAWN = firstRound(termsOf('f3'));
const OFFER_EXPIRED = firstRound(termsOf('f4'));

/** Every step of the lifecycle, in an order in which each succeeds and changes something. */
export function journey(market: StubMarket): readonly JourneyStep[] {
    return [
        ...establishing(market),
        ...qualifying(market),
        ...paying(market.who('anna')),
        ...negotiating(market),
        ...agreeing(market),
        ...halting(market),
        ...settling(market),
        ...disputing(market),
        ...governing(market),
    ];
}

function establishing(market: StubMarket): JourneyStep[] {
    const officer = (admin: string, kind: Parameters<typeof commands.grantSeat>[0]): JourneyStep =>
        supervision(admin, 'seat:grant', () => commands.grantSeat(kind, market.who(kind)));
    return [
        supervision('operatorAdmin', 'charter:establish', () => commands.establish()),
        ...commands.ADMINISTRATORS.map((name) => supervision(name, 'charter:confirm', () => commands.confirm())),
        exchange('operatorAdmin', 'charter:establish', () => commands.establish()),
        ...commands.ADMINISTRATORS.map((name) => exchange(name, 'charter:confirm', () => commands.confirm())),
        officer('regulatorAdmin', 'reviewer'),
        officer('operatorAdmin', 'dispatcher'),
        officer('operatorAdmin', 'metering'),
        officer('operatorAdmin', 'settlement'),
        officer('operatorAdmin', 'platform'),
    ];
}

function qualifying(market: StubMarket): JourneyStep[] {
    const reviewer = market.who('reviewer');
    const join = (name: string, kind: ParticipantKind): JourneyStep[] => {
        const meter = new SigningKey();
        market.meters.set(`${name}-point`, meter);
        return [
            exchange(name, 'participant:apply', () => commands.apply(market.who(name), name, kind)),
            supervision('reviewer', 'qualification:grant', () => commands.qualify(reviewer, name)),
            exchange('metering', 'meter:register', () => commands.registerMeter(commands.pointOf(name), meter)),
            exchange('settlement', 'account:deposit', () =>
                depositCodec.encode({
                    paymentId: `pay-${name}`,
                    participantId: name,
                    amountNano: amountNano(DEPOSIT_NANO),
                }),
            ),
        ];
    };
    const later = (status: 'suspended' | 'revoked', sequence: number) => (): string =>
        commands.qualify(reviewer, 'bert', { status, sequence });
    return [
        ...join('solar', 'prosumer'),
        ...join('anna', 'consumer'),
        ...certifying(market),
        exchange('dispatcher', 'requirement:publish', () => commands.publishRequirement(market.who('dispatcher'))),
        ...rekeying(market),
        ...mandating(market),
        supervision('reviewer', 'qualification:grant', () => commands.qualify(reviewer, 'bert')),
        supervision('reviewer', 'qualification:suspend', later('suspended', 2)),
        supervision('reviewer', 'qualification:revoke', later('revoked', 3)),
        exchange('dispatcher', 'connection:set', () => commands.setConnection(market.who('dispatcher'))),
        exchange('stranger', 'connection:transfer', () =>
            commands.transferShare(market.who('anna'), { toPointId: 'solar-point', importW: powerW(1_000n) }),
        ),
        exchange('metering', 'source:register', () => registerSource('oracle', ORACLE)),
        exchange('stranger', 'source:renew', () =>
            signSource(
                { sourceId: 'oracle', version: 2, publicKey: ORACLE.publicKey, clients: ['solar', 'anna'] },
                { old: ORACLE, own: ORACLE },
            ),
        ),
        supervision('reviewer', 'verdict:standing', () => commands.standing(reviewer)),
        exchange('anna', 'account:cover', () =>
            raiseCover(
                market.who('anna'),
                {
                    transferId: 'top-up',
                    participantId: 'anna',
                    carrier: 'electricity',
                    lane: 0,
                    amountNano: amountNano(1_000_000n),
                },
                ['deposit.pay-anna'],
            ),
        ),
    ];
}

function paying(anna: Identity): JourneyStep[] {
    const payout = { payoutId: 'holiday', participantId: 'anna' };
    const refused = { payoutId: 'rent', participantId: 'anna' };
    const amount = amountNano(300_000n);
    return [
        exchange('anna', 'account:fill-lanes', () =>
            fillLanes(anna, {
                fillingId: 'side-by-side',
                participantId: 'anna',
                fromLane: 0,
                lanes: [
                    { lane: 1, amountNano: amount },
                    { lane: 2, amountNano: amount },
                ],
            }),
        ),
        exchange('anna', 'account:draw-cover', () =>
            drawCover(anna, {
                drawId: 'too-much',
                participantId: 'anna',
                carrier: 'electricity',
                amountNano: amount,
            }),
        ),
        exchange('anna', 'account:request-payout', () =>
            requestPayout(anna, { ...payout, lane: 0, amountNano: amount }),
        ),
        exchange('settlement', 'account:confirm-payout', () =>
            payoutPaymentCodec.encode({ ...payout, paymentId: 'bank-1' }),
        ),
        exchange('anna', 'account:request-payout', () =>
            requestPayout(anna, { ...refused, lane: 0, amountNano: amount }),
        ),
        exchange('settlement', 'account:return-payout', () =>
            payoutReturnCodec.encode({ ...refused, paymentId: 'bank-2', reasonCode: 'accountClosed' }),
        ),
        exchange('settlement', 'account:fund-subsidy', () =>
            subsidyPaymentCodec.encode({ paymentId: 'state-1', carrier: 'electricity', amountNano: amount }),
        ),
    ];
}

function rekeying(market: StubMarket): JourneyStep[] {
    const bert = market.who('bert');
    const [second, third] = [new SigningKey(), new SigningKey()];
    const fromSlot = FIRST_SLOT + slotsOfDays(CHARTER, KEY_NOTICE_DAYS);
    const permit = { participantId: 'bert', keyId: third.keyId, fromSlot };
    return [
        exchange('bert', 'participant:apply', () => commands.apply(bert, 'bert', 'consumer')),
        exchange('bert', 'participant:rotate-key', () => commands.rotateKey('bert', bert.key, second)),
        exchange('communityAdmin', 'participant:permit-key', () => permitKeyCodec.encode(permit)),
        exchange('stranger', 'participant:refuse-key', () => refuseKey({ key: second }, permit)),
        exchange('bert', 'participant:leave', () => leave({ key: second }, 'bert')),
        exchange('bert', 'participant:wind-up', () => participantQueryCodec.encode({ participantId: 'bert' })),
    ];
}

function certifying(market: StubMarket): JourneyStep[] {
    const reviewer = market.who('reviewer');
    return [
        supervision('reviewer', 'standard:publish', () => commands.publishStandard(reviewer)),
        supervision('reviewer', 'conformity:certify', () => commands.certify(reviewer)),
        supervision('reviewer', 'conformity:withdraw', () =>
            commands.certify(reviewer, { sequence: 2, status: 'withdrawn' }),
        ),
    ];
}

function mandating(market: StubMarket): JourneyStep[] {
    const [anna, retail] = [market.who('anna'), market.who('retail')];
    const statement = commands.mandateOf(anna, retail);
    const mandate = { principalId: statement.principalId, mandateId: mandateIdOf(statement) };
    return [
        exchange('retail', 'participant:apply', () => commands.apply(retail, 'retail', 'energySeller')),
        exchange('anna', 'mandate:grant', () => commands.grantMandate(anna, statement)),
        exchange('anna', 'mandate:revoke', () => mandateRefCodec.encode(mandate)),
    ];
}

function negotiating(market: StubMarket): JourneyStep[] {
    const moves = new OfferMoves(market);
    const make = (offer: typeof OFFERED, place: number): JourneyStep =>
        exchange('solar', 'offer:make', () => moves.makeCommand(offer, place));
    const { offerId, rounds } = OFFERED;
    const countered = { ...COUNTERED, offerId, rounds: [...rounds, ...COUNTERED.rounds] };
    return [
        make(OFFERED, 0),
        exchange('anna', 'offer:counter', () => moves.counterCommand(offerId, 2, COUNTERED.terms)),
        exchange('solar', 'offer:accept', () => moves.acceptCommand(countered, 'solar')),
        make(OFFER_WITHDRAWN, 1),
        exchange('solar', 'offer:withdraw', () => moves.withdrawCommand(OFFER_WITHDRAWN, 'solar')),
        make(OFFER_EXPIRED, 2),
    ];
}

function agreeing(market: StubMarket): JourneyStep[] {
    const reviewer = market.who('reviewer');
    const conclude = (terms: Terms): JourneyStep =>
        exchange('stranger', 'agreement:conclude', () => commands.conclude(terms, market.people));
    const admit = (terms: Terms, version = 1): JourneyStep =>
        exchange('stranger', 'admission:run', () => commands.admit([agreementIdOf(terms)], version));
    const ref = (terms: Terms) => (): string => canonicalJson({ agreementId: agreementIdOf(terms) });
    return [
        exchange('anna', 'consent:withdraw', () => commands.withdraw(WITHDRAWN, 'anna', market.who('anna'))),

        conclude(AMENDED),
        admit(AMENDED),
        exchange('stranger', 'agreement:fund', () => commands.fund(AMENDED, 'ordinary')),
        exchange('stranger', 'amendment:propose', () =>
            commands.proposeAmendment(agreementIdOf(AMENDED), NEXT_VERSION, market.people),
        ),
        admit(AMENDED, NEXT_VERSION.version),
        exchange('stranger', 'amendment:enact', () =>
            commands.enact(agreementIdOf(AMENDED), NEXT_VERSION.version, FIRST_SLOT),
        ),
        admit(AMENDED, NEXT_VERSION.version), // gives back what the first version needed

        conclude(STATED),

        conclude(REJECTED),
        exchange('dispatcher', 'screening:refuse', () =>
            commands.screen(market.who('dispatcher'), REJECTED, 'refused'),
        ),
        supervision('reviewer', 'verdict:reject', () => commands.decide(reviewer, REJECTED, 'rejected')),
        exchange('stranger', 'agreement:lapse', ref(REJECTED)),

        conclude(CANCELLED),
        exchange('dispatcher', 'screening:admit', () =>
            commands.screen(market.who('dispatcher'), CANCELLED, 'admitted'),
        ),
        supervision('reviewer', 'verdict:approve', () => commands.decide(reviewer, CANCELLED, 'approved')),
        admit(CANCELLED),
        exchange('stranger', 'agreement:fund', () => commands.fund(CANCELLED, null)),
        exchange('stranger', 'agreement:cancel', () => commands.cancel(CANCELLED, FIRST_SLOT, market.people)),
        admit(CANCELLED),

        conclude(TERMINATED),
        admit(TERMINATED),
        exchange('stranger', 'agreement:fund', () => commands.fund(TERMINATED)),
        supervision('reviewer', 'verdict:terminate', () => commands.decide(reviewer, TERMINATED, 'terminated')),
        exchange('stranger', 'agreement:release', () => commands.release(TERMINATED, FIRST_SLOT)),
        admit(TERMINATED),
    ];
}

function halting(market: StubMarket): JourneyStep[] {
    const lift = (): string => liftCodec.encode({ carrier: 'electricity', nextSlot: FIRST_SLOT + 1 });
    return [
        supervision('reviewer', 'halt:set', () => commands.halt(market.who('reviewer'), 'supervision')),
        supervision('reviewer', 'halt:lift', lift),
        exchange('dispatcher', 'halt:set', () => commands.halt(market.who('dispatcher'), 'exchange')),
        exchange('dispatcher', 'halt:lift', lift),
    ];
}

function governing(market: StubMarket): JourneyStep[] {
    const changed = nextRules({ networkFeeMicroPerKwh: priceMicroPerKwh(1_000n) });
    const statement = proposalOf(changed, { voteUntilSlot: FIRST_SLOT + 9, fromSlot: FIRST_SLOT + 13 });
    const roles = ['operator', 'community', 'supplier'] as const;
    return [
        ...roles.map((role) =>
            supervision(`${role}Admin`, 'seat:grant', () => commands.grantSeat('voter', market.who(voterOf(role)))),
        ),
        exchange('operator-voter', 'proposal:make', () => makeProposal(market.who('operator-voter'), statement)),
        ...roles.map((role) =>
            exchange(voterOf(role), 'proposal:vote', () =>
                castVote(market.who(voterOf(role)), proposalIdOf(statement), 'yes'),
            ),
        ),
        exchange('platform', 'clock:advance', () =>
            advanceCodec.encode({ fromSlot: FIRST_SLOT + 6, toSlot: FIRST_SLOT + 9 }),
        ),
        exchange('stranger', 'proposal:enact', () => enactProposal(statement)),
        supervision('supplierAdmin', 'seat:revoke', () => commands.revokeSeat('voter', market.who('supplier-voter'))),
    ];
}

function settling(market: StubMarket): JourneyStep[] {
    const slots = [0, 1, 2, 3].map((offset) => FIRST_SLOT + offset);
    const readings = (): string =>
        commands.submitReadings(
            ...slots.flatMap((slot, index) => [
                market.reading('solar-point', slot, 0n, 90n * BigInt(index + 1)),
                market.reading('anna-point', slot, 80n * BigInt(index + 1), 0n),
            ]),
        );
    return [
        exchange('platform', 'clock:advance', () =>
            advanceCodec.encode({ fromSlot: FIRST_SLOT, toSlot: FIRST_SLOT + 4 }),
        ),
        exchange('stranger', 'offer:expire', () => offerRefCodec.encode({ offerId: OFFER_EXPIRED.offerId })),
        exchange('dispatcher', 'force-majeure:declare', () => declareForceMajeure(market.who('dispatcher'))),
        exchange('stranger', 'reading:submit', readings),
        exchange('stranger', 'statement:submit', () => {
            const named = { sourceId: 'oracle', agreementId: agreementIdOf(STATED), leg: 0, slot: FIRST_SLOT };
            return submitStatements(stateDelivery(ORACLE, { ...named, deliveredWh: energyWh(90n) }));
        }),
        ...slots.map((slot) =>
            exchange('stranger', 'settlement:run', () => canonicalJson({ carrier: 'electricity', slot })),
        ),
        exchange('metering', 'calorific:publish', () =>
            publishCalorific(market.who('metering'), calorificOf(FIRST_SLOT, slots.length, 11_240n)),
        ),
        supervision('reviewer', 'fact:confirm', () =>
            reviewFact(market.who('reviewer'), { ...DEAD_METER, finding: 'confirmed', fromSlot: FIRST_SLOT + 200 }),
        ),
        supervision('reviewer', 'fact:reject', () =>
            reviewFact(market.who('reviewer'), { ...DEAD_METER, finding: 'rejected', fromSlot: null }),
        ),
        exchange('metering', 'meter:exchange', () => {
            const old = market.meters.get('anna-point') ?? new SigningKey();
            const before = { meterId: 'anna-point-meter', key: old, sequence: 9, importWh: 330n };
            const after = { meterId: 'anna-new-meter', key: new SigningKey(), sequence: 0, importWh: 0n };
            return exchangeMeter('anna-point', FIRST_SLOT + 3, before, after);
        }),
    ];
}

/** An exchange that the regulator confirms with notice, and takes back. */
const DEAD_METER = { kind: 'meterExchange', subjectId: 'solar-point', factHash: 'dd'.repeat(32) } as const;

function disputing(market: StubMarket): JourneyStep[] {
    const objection = {
        pointId: 'solar-point',
        slot: FIRST_SLOT,
        raisedBy: 'anna',
        agreementId: agreementIdOf(AMENDED),
        evidenceHash: 'ee'.repeat(32),
    };
    const [metering, reviewer] = [market.who('metering'), market.who('reviewer')];
    const decision = (number: number): DecisionStatement => ({
        pointId: objection.pointId,
        slot: objection.slot,
        raisedBy: objection.raisedBy,
        number,
        replacement: { kind: 'energy', importWh: energyWh(0n), exportWh: energyWh(95n) },
        checkMeter: null,
        reasonCode: 'meterDefect',
    });
    const review = (number: number, finding: 'confirmed' | 'rejected') => (): string =>
        reviewDispute(reviewer, decision(number), finding);
    return [
        exchange('anna', 'dispute:raise', () => raiseDispute(market.who('anna'), objection)),
        exchange('metering', 'dispute:decide', () => decideDispute(metering, decision(1))),
        supervision('reviewer', 'dispute:reject', review(1, 'rejected')),
        exchange('metering', 'dispute:decide', () => decideDispute(metering, decision(2))),
        supervision('reviewer', 'dispute:confirm', review(2, 'confirmed')),
        exchange('stranger', 'dispute:close', () => closeDispute(objection)),
        exchange('platform', 'clock:advance', () =>
            advanceCodec.encode({ fromSlot: FIRST_SLOT + 5, toSlot: FIRST_SLOT + 5 }),
        ),
        exchange('stranger', 'settlement:reconcile', () =>
            reconcileCodec.encode({ carrier: 'electricity', slot: FIRST_SLOT, run: 1 }),
        ),
    ];
}
