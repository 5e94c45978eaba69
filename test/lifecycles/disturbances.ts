import { type Carrier, CARRIERS } from '@commonwatt/chaincode/domain/charter';
import type { PayoutPayment } from '@commonwatt/chaincode/domain/payout';
import type { QualificationStatement } from '@commonwatt/chaincode/domain/qualification';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import {
    coverCodec,
    depositCodec,
    payoutCodec,
    payoutPaymentCodec,
    payoutReturnCodec,
    subsidyPaymentCodec,
} from '@commonwatt/chaincode/wire/account';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { calorificCodec } from '@commonwatt/chaincode/wire/calorific';
import { haltCodec, liftCodec } from '@commonwatt/chaincode/wire/halt';
import { mandateIdOf, mandateRefCodec } from '@commonwatt/chaincode/wire/mandate';
import { qualificationCodec } from '@commonwatt/chaincode/wire/qualification';
import { drawCover, raiseCover, requestPayout } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import {
    calorificOf,
    declareForceMajeure,
    publishCalorific,
    reviewCalorific,
    reviewForceMajeure,
} from '../support/metering-commands.js';
import { SigningKey } from '../support/signing-key.js';
import { limit, transfer } from './connections.js';
import { reconcile } from './corrections.js';
import { at } from './drafting.js';
import { leave } from './leavers.js';
import type { WorldMeters } from './meters.js';
import { certify, exchangeMeter, loseKey, require } from './oversight.js';
import type { Move, MoveKind } from './plan.js';
import type { Player } from './player.js';
import { forgeStatement } from './sources.js';
import type { Trade } from './trade.js';
import { POINTS, slotAt, SLOTS, SUBJECTS } from './world.js';

/** What a disturbance may touch. */
type Life = Readonly<{
    player: Player;
    trades: readonly Trade[];
    meters: WorldMeters;
    push: (carrier: Carrier, index: number) => Promise<boolean>;
}>;
type Disturbance = (life: Life, move: Move, stage: number) => Promise<unknown>;

/** The energy seller that signs for others. */
const AGENT = 'ret';

const REVIEW_VERBS = { confirmed: 'fact:confirm', rejected: 'fact:reject' } as const;

const tradeOf = (life: Life, move: Move): Trade => at(life.trades, move.agreement);
const subjectOf = (move: Move): string => at(Object.keys(SUBJECTS), move.pick);

/** What else happens in the life of an agreement; most of it may be refused, some of it must be. */
const DISTURBANCES: Readonly<Record<MoveKind, Disturbance>> = {
    amend: (life, move, stage) => tradeOf(life, move).amend(stage, move),
    cancel: (life, move, stage) => tradeOf(life, move).cancel(stage),
    terminate: async (life, move, stage) => {
        await tradeOf(life, move).review('terminated');
        if (move.pick % 3 > 0) {
            await tradeOf(life, move).release(stage);
        }
    },
    release: (life, move, stage) => tradeOf(life, move).release(stage),
    fund: (life, move, stage) => tradeOf(life, move).fund(stage),
    lapse: (life, move) => tradeOf(life, move).lapse(),
    withdraw: (life, move) => tradeOf(life, move).withdraw(move.pick),
    halt: (life, move, stage) => {
        const [officer, chaincode] =
            move.stage % 2 === 0 ? (['dispatcher', 'exchange'] as const) : (['reviewer', 'supervision'] as const);
        const fromSlot = slotAt(stage + (move.pick % 3 === 0 ? 1 : 0));
        const statement = {
            carrier: at(CARRIERS, move.pick),
            fromSlot,
            untilSlot: fromSlot + 1 + (move.pick % 4),
        };
        const command = commands.halt(life.player.who(officer), chaincode, statement);
        return life.player.submit({ name: officer, chaincode, verb: 'halt:set', command });
    },
    lift: (life, move, stage) => {
        const own = [...haltsOf(life, 'exchange'), ...haltsOf(life, 'supervision')];
        const [chaincode, carrier] = own.length === 0 ? (['exchange', 'heat'] as const) : at(own, move.pick);
        const officer = chaincode === 'exchange' ? 'dispatcher' : 'reviewer';
        const command = liftCodec.encode({ carrier, nextSlot: slotAt(stage) });
        return life.player.submit({ name: officer, chaincode, verb: 'halt:lift', command });
    },
    suspend: (life, move) => requalify(life, subjectOf(move), 'suspended'),
    restore: (life, move) => requalify(life, suspendedIn(life) ?? subjectOf(move), 'granted'),
    deposit: (life, move) => {
        const paymentId = `extra-${move.pick}-${move.energyWh}`;
        const deposit = {
            paymentId,
            participantId: subjectOf(move),
            amountNano: amountNano(1n + move.energyWh * 1_000n),
        };
        return life.player.exchange('settlement', 'account:deposit', depositCodec.encode(deposit));
    },
    cover: (life, move) => {
        const participantId = subjectOf(move);
        const transfer = {
            transferId: `cover-${move.pick}-${move.energyWh}`,
            participantId,
            carrier: at(CARRIERS, move.pick),
            lane: 0,
            amountNano: amountNano(1n + move.energyWh * 10_000n),
        };
        const sourceIds = move.pick % 2 === 0 ? [`deposit.pay-${participantId}`] : [];
        const command = raiseCover(life.player.who(participantId), transfer, sourceIds);
        return life.player.exchange(participantId, 'account:cover', command);
    },
    drawCover: (life, move) => {
        const covers = life.player.ledger
            .range('exchange', 'cover/', 'cover0')
            .map(([, { value }]) => coverCodec.decode(value.toString('utf8')));
        const { participantId, carrier, balanceNano } = at(covers, move.pick);
        const whole = balanceNano > 0n ? balanceNano : 1n;
        const amount = amountNano(1n + ((move.energyWh * 1_000n) % (whole + (move.pick % 3 === 0 ? 1n : 0n))));
        const draw = { drawId: `draw-${move.pick}`, participantId, carrier, amountNano: amount };
        const command = drawCover(life.player.who(participantId), draw);
        return life.player.exchange(participantId, 'account:draw-cover', command);
    },
    payOut: (life, move) => {
        const participantId = subjectOf(move);
        const amount = amountNano(1n + move.energyWh * 10_000n);
        const payout = { payoutId: `payout-${move.pick % 3}`, participantId, lane: 0, amountNano: amount };
        const command = requestPayout(life.player.who(participantId), payout);
        return life.player.exchange(participantId, 'account:request-payout', command);
    },
    confirmPayout: (life, move) => {
        const command = payoutPaymentCodec.encode(payoutEnd(life, move));
        return life.player.exchange('settlement', 'account:confirm-payout', command);
    },
    returnPayout: (life, move) => {
        const command = payoutReturnCodec.encode({ ...payoutEnd(life, move), reasonCode: 'accountClosed' });
        return life.player.exchange('settlement', 'account:return-payout', command);
    },
    subsidise: (life, move) => {
        const amount = amountNano(1n + move.energyWh * 10_000n);
        const payment = {
            paymentId: `subsidy-${move.pick}`,
            carrier: at(CARRIERS, move.pick),
            amountNano: amount,
        };
        return life.player.exchange('settlement', 'account:fund-subsidy', subsidyPaymentCodec.encode(payment));
    },
    publishCalorific: async ({ player }, move, stage) => {
        if (stage < 2) {
            return;
        }
        const slot = slotAt(Math.max(0, Math.min(stage - 2, SLOTS - 1) - (move.pick % 2)));
        const text = player.ledger.read('exchange', ledgerKey('calorific', [slot]))?.value.toString('utf8');
        const version = 1 + (text === undefined ? 0 : calorificCodec.decode(text).versions.length);
        const statement = calorificOf(slot, 1 + (move.pick % 2), 900n + (move.energyWh % 200n), version);
        const command = publishCalorific(player.who('metering'), statement);
        await player.exchange('metering', 'calorific:publish', command);
        const finding = move.pick % 5 === 1 ? 'rejected' : 'confirmed';
        if (move.pick % 5 > 0) {
            await player.supervision(
                'reviewer',
                REVIEW_VERBS[finding],
                reviewCalorific(player.who('reviewer'), statement, finding),
            );
        }
    },
    forceMajeure: async (life, move, stage) => {
        const sparing = life.trades.filter(({ terms }) => terms.exemptions.includes('forceMajeure'));
        const trade = move.pick % 4 === 0 || sparing.length === 0 ? tradeOf(life, move) : at(sparing, move.agreement);
        const agreed = at(trade.terms.legs, move.pick);
        const traded = move.pick % 6 === 0 ? agreed.buyerPoint : agreed.sellerPoint;
        const isAnyPoint = move.pick % 10 === 0;
        const { pointId, carrier } = at(
            POINTS.filter((point) => isAnyPoint || point.pointId === traded),
            move.pick,
        );
        const fromSlot = slotAt(Math.max(0, stage - (move.pick % 3)));
        const untilSlot = fromSlot + 1 + (move.pick % 7);
        const declarationId = `storm-${move.pick}`;
        const statement = { declarationId, carrier, pointIds: [pointId], fromSlot, untilSlot };
        const command = declareForceMajeure(life.player.who('dispatcher'), statement);
        await life.player.exchange('dispatcher', 'force-majeure:declare', command);
        if (move.pick % 8 > 0) {
            // The regulator does not believe every declaration, and of some it says nothing.
            const finding = move.pick % 8 === 1 ? 'rejected' : 'confirmed';
            const review = reviewForceMajeure(life.player.who('reviewer'), statement, finding);
            await life.player.supervision('reviewer', REVIEW_VERBS[finding], review);
        }
    },
    admit: (life, move, stage) => {
        const trade = tradeOf(life, move);
        return trade.isConcluded ? trade.admit(stage, trade.current.version) : Promise.resolve();
    },
    limit: (life, move) => limit(life, at(POINTS, move.pick), move.energyWh),
    transfer,
    mandate: async (life, move) => {
        const principalId = at(['bea', 'dag', 'cap', 'eve', 'chp'], move.pick);
        const statement = commands.mandateOf(life.player.who(principalId), life.player.who(AGENT), {
            principalId,
            agentId: AGENT,
            carriers: move.pick % 5 === 0 ? ['electricity'] : CARRIERS,
            sides: move.pick % 7 === 0 ? ['buy'] : ['buy', 'sell'],
            priceMinMicroPerKwh: priceMicroPerKwh(-400_000n),
            priceMaxMicroPerKwh: priceMicroPerKwh(900_100n),
            slotEnergyMaxWh: energyWh(move.pick % 4 === 0 ? 1n + move.energyWh : 1_000_000n),
            mayChangeOthers: move.pick % 2 === 0,
            totalCostMaxNano: amountNano(move.pick % 6 === 0 ? move.energyWh * 300_000n : 10n ** 15n),
            totalDefaultMaxNano: amountNano(move.pick % 5 === 0 ? move.energyWh * 50_000n : 10n ** 15n),
            mayDealWithAgent: move.pick % 3 > 0,
            salt: move.pick.toString(16).padStart(64, '0'),
        });
        const command = commands.grantMandate(life.player.who(principalId), statement);
        if ((await life.player.exchange(principalId, 'mandate:grant', command)).changed) {
            life.player.mandates.set(principalId, statement);
        }
    },
    revokeMandate: (life, move) => {
        const given = [...life.player.mandates];
        if (given.length === 0) {
            return Promise.resolve();
        }
        const [principalId, statement] = at(given, move.pick);
        const command = mandateRefCodec.encode({ principalId, mandateId: mandateIdOf(statement) });
        return life.player.exchange(principalId, 'mandate:revoke', command);
    },
    rotateKey: async (life, move) => {
        const participantId = subjectOf(move);
        const next = new SigningKey();
        const command = commands.rotateKey(participantId, life.player.who(participantId).key, next);
        if ((await life.player.exchange(participantId, 'participant:rotate-key', command)).changed) {
            life.player.rotated(participantId, next);
        }
    },
    loseKey,
    certify,
    require,
    exchangeMeter,
    leave: ({ player }, move) => leave(player, move),
    settleEarly: (life, move, stage) => life.push(at(CARRIERS, move.pick), Math.max(0, Math.min(stage, SLOTS - 1))),
    reconcile: (life, move) => reconcile(life, at(CARRIERS, move.pick), move.agreement % SLOTS),
    repeat: (life, move) => {
        const { sent } = life.player;
        return sent.length === 0 ? Promise.resolve() : life.player.attempt('a command sent again', at(sent, move.pick));
    },
    forgeConsent: (life, move, stage) => tradeOf(life, move).forge('consent', stage, move),
    forgeAmendment: (life, move, stage) => tradeOf(life, move).forge('amendment', stage, move),
    forgeCancellation: (life, move, stage) => tradeOf(life, move).forge('cancellation', stage, move),
    forgeReading: (life, move, stage) => forgeReading(life, move, stage),
    forgeStatement: (life, move) => forgeStatement(life.player, move),
    forgeVerdict: (life, move) => {
        const command = commands.decide(life.player.who('stranger'), tradeOf(life, move).current, 'approved');
        const name = at(['reviewer', 'stranger'], move.pick);
        const sent = { name, chaincode: 'supervision', verb: 'verdict:approve', command } as const;
        return life.player.attempt('a forged verdict', sent);
    },
};

export const disturb: Disturbance = (life, move, stage) => DISTURBANCES[move.kind](life, move, stage);

/** Carriers on which a halt may still be running. */
function haltsOf<Name extends 'exchange' | 'supervision'>(life: Life, chaincode: Name): (readonly [Name, Carrier])[] {
    return life.player.ledger.range(chaincode, 'halt/', 'halt0').flatMap(([, { value }]) => {
        const { statement, liftedSlot } = haltCodec.decode(value.toString('utf8'));
        return liftedSlot === null ? [[chaincode, statement.carrier] as const] : [];
    });
}

function suspendedIn(life: Life): string | undefined {
    return Object.keys(SUBJECTS).find((name) => statementOf(life, name).status === 'suspended');
}

function statementOf(life: Life, participantId: string): QualificationStatement {
    const text = life.player.ledger.read('supervision', `qualification/${participantId}`)?.value.toString('utf8') ?? '';
    return qualificationCodec.decode(text).statement;
}

function requalify(life: Life, participantId: string, status: 'granted' | 'suspended'): Promise<unknown> {
    const { sequence: last, person } = statementOf(life, participantId);
    const sequence = last + 1;
    const permits = CARRIERS.map((carrier) => ({ carrier, buy: true, sell: true }));
    const reviewer = life.player.who('reviewer');
    const command = commands.qualify(reviewer, participantId, { person, permits, status, sequence });
    const verb = status === 'granted' ? 'qualification:grant' : 'qualification:suspend';
    return life.player.supervision('reviewer', verb, command);
}

/** Registers that the meter never showed, under a signature of other registers. */
function forgeReading(life: Life, move: Move, stage: number): Promise<unknown> {
    const over = Math.min(stage - 2, SLOTS - 1);
    const point = at(
        POINTS.filter((each) => each.isMetered),
        move.pick,
    );
    if (over < 0) {
        return Promise.resolve();
    }
    const signed = life.meters.reading(point.pointId, over);
    const reading = { ...signed.reading, exportWh: energyWh(signed.reading.exportWh + 1n) };
    const command = commands.submitReadings({ ...signed, reading });
    const sent = { name: 'stranger', chaincode: 'exchange', verb: 'reading:submit', command } as const;
    return life.player.attempt('a forged reading', sent);
}

/** A payout that was asked for, if one was, and an external payment that ends it. */
function payoutEnd(life: Life, move: Move): PayoutPayment {
    const asked = life.player.ledger
        .range('exchange', 'payout/', 'payout0')
        .map(([, { value }]) => payoutCodec.decode(value.toString('utf8')));
    const { participantId, payoutId } = asked[move.pick % asked.length] ?? {
        participantId: subjectOf(move),
        payoutId: 'payout-0',
    };
    return { paymentId: `out-${move.pick}`, participantId, payoutId };
}
