import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { INITIAL_RUN } from '@commonwatt/chaincode/domain/settlement';
import { amountNano, energyWh, NO_POWER, powerW } from '@commonwatt/chaincode/domain/units';
import { connectionShareCodec } from '@commonwatt/chaincode/wire/connection';
import { disputeCodec, disputeRefCodec } from '@commonwatt/chaincode/wire/dispute';
import { mandateCodec, mandateRefCodec } from '@commonwatt/chaincode/wire/mandate';
import { departureCodec, keyPermitCodec } from '@commonwatt/chaincode/wire/participant';
import { participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import { reconcileCodec } from '@commonwatt/chaincode/wire/reconciliation';
import { recordedReadingCodec } from '@commonwatt/chaincode/wire/reading';
import { settleCodec } from '@commonwatt/chaincode/wire/settlement';
import { signedDeliveryCodec } from '@commonwatt/chaincode/wire/statement';
import { behindOneConnection } from '../connections.js';
import { POINTS, SOURCE_ID, SUBJECTS, slotAt, SLOTS } from '../world.js';
import { raiseDispute } from '../../support/dispute-commands.js';
import { drawCover, fillLanes, leave, raiseCover, refuseKey, requestPayout } from '../../support/instructions.js';
import * as commands from '../../support/market-commands.js';
import { signSource, stateDelivery, submitStatements } from '../../support/metering-commands.js';
import { AGENT } from './base.js';
import { type Abuse, type Misuser, STRAY_KEYS } from './misuser.js';

/** A dispute of somebody's, or one that there is. */
const objectionOf = (by: Misuser): Readonly<{ pointId: string; slot: number; raisedBy: string }> => {
    const { pointId } = by.point();
    const disputes = by.scene.all('dispute', disputeCodec);
    const decided = disputes.filter(({ decision }) => decision !== null);
    const known = (decided.length > 0 ? decided : disputes).map(({ objection }) => objection);
    const { slot, raisedBy, ...at } = by.draw.orElse<{ pointId: string; slot: number; raisedBy: string }>(known, [
        { pointId, slot: by.slot(), raisedBy: by.participantId() },
    ]);
    return { pointId: at.pointId, slot, raisedBy };
};

/** A reading that a meter signed, told again with other registers or of another slot; or one that no meter signed. */
const bentReading: Abuse = (by) => {
    const { pointId } = by.point();
    const known = by.scene
        .all('reading', recordedReadingCodec)
        .map(({ reading, signature }) => ({ reading, signature }));
    const invented = commands.signReading(
        by.draw.of(STRAY_KEYS),
        commands.readingOf(pointId, by.slot(), by.draw.of([0n, 10n ** 9n]), by.draw.of([0n, 10n ** 9n])),
    );
    const { reading, signature } = by.draw.once(2) ? invented : by.draw.orElse(known, [invented]);
    const bent = by.draw.of([
        reading,
        { ...reading, slot: reading.slot + 1 },
        { ...reading, exportWh: energyWh(reading.exportWh + 1_000n) },
        { ...reading, sequence: reading.sequence + 1 },
    ]);
    return commands.submitReadings({ reading: bent, signature });
};

/** A slot of the world, of a carrier that somebody trades; or any. */
const someSlot = (by: Misuser): Readonly<{ carrier: Carrier; slot: number }> => ({
    carrier: by.draw.once(4) ? by.carrier() : (by.known().terms.legs[0]?.carrier ?? 'heat'),
    slot: by.draw.once(4) ? by.slot() : slotAt(by.draw.nat(SLOTS)),
});

/** What people do by themselves, in their own name and in that of others. */
export const PEOPLE_ABUSES = {
    'exchange participant:apply': (by) => {
        const kinds = Object.values(SUBJECTS).map(({ kind }) => kind);
        return commands.apply(by.me, by.draw.once(3) ? by.anybody() : by.id('mallory'), by.draw.of(kinds));
    },
    'exchange participant:rotate-key': (by) => {
        const participantId = by.participantId();
        const next = by.draw.of(STRAY_KEYS);
        const command = commands.rotateKey(participantId, by.keyOf(participantId).key, next, by.draw.once(3));
        return { command, done: () => by.scene.rekey(participantId, next) };
    },
    'exchange participant:refuse-key': (by) => {
        const own = by.participantId();
        const invented = { participantId: own, keyId: by.draw.of(STRAY_KEYS).keyId, fromSlot: by.slot() };
        const permits = by.scene.all('key-permit', keyPermitCodec);
        const { participantId, keyId, fromSlot } = by.draw.orElse(permits, [{ ...invented, isRefused: false }]);
        return refuseKey(by.keyOf(participantId), { participantId, keyId, fromSlot });
    },
    'exchange participant:leave': (by) => {
        const participantId = by.draw.once(8) ? by.participantId() : by.anybody();
        return leave(by.keyOf(participantId), participantId);
    },
    'exchange participant:wind-up': (by) => {
        const leaving = by.scene.all('departure', departureCodec).map(({ participantId }) => participantId);
        return participantQueryCodec.encode({ participantId: by.draw.orElse(leaving, [by.anybody()]) });
    },
    'exchange mandate:grant': (by) => {
        const principalId = by.participantId();
        const agentId = by.draw.once(3) ? by.anybody() : AGENT;
        const statement = commands.mandateOf(by.keyOf(principalId), by.scene.who(agentId), {
            principalId,
            agentId,
            untilSlot: slotAt(SLOTS),
            salt: by.draw.hash(),
        });
        return commands.grantMandate(by.keyOf(principalId), statement);
    },
    'exchange mandate:revoke': (by) => {
        const known = by.scene.all('mandate', mandateCodec);
        const { mandateId, statement } = by.draw.of(known);
        return mandateRefCodec.encode({
            principalId: by.draw.once(2) ? by.participantId() : statement.principalId,
            mandateId,
        });
    },
    'exchange account:cover': (by) => {
        const participantId = by.participantId();
        const more = { carrier: by.carrier(), lane: by.lane(), amountNano: by.nano(participantId) };
        const transfer = { transferId: by.id('top'), participantId, ...more };
        return raiseCover(by.keyOf(participantId), transfer, by.sources(participantId));
    },
    'exchange account:fill-lanes': (by) => {
        const participantId = by.participantId();
        const from = by.lane();
        const count = 1 + by.draw.nat(3);
        const lanes = Array.from({ length: count }, (_, index) => ({
            lane: (from + 1 + index) % 1_024,
            amountNano: by.nano(participantId),
        }));
        const filling = { fillingId: by.id('fill'), participantId, fromLane: from, lanes };
        return fillLanes(by.keyOf(participantId), filling, by.sources(participantId));
    },
    'exchange account:draw-cover': (by) => {
        const participantId = by.participantId();
        const carrier = by.carrier();
        const held = by.scene.balance(`cover/${participantId}/${carrier}`);
        const amount = by.draw.once(2) && held > 0n ? amountNano(held) : by.nano(participantId);
        const draw = { drawId: by.id('draw'), participantId, carrier, amountNano: amount };
        return drawCover(by.keyOf(participantId), draw);
    },
    'exchange account:request-payout': (by) => {
        const participantId = by.participantId();
        const more = { participantId, lane: by.lane(), amountNano: by.nano(participantId) };
        return requestPayout(
            by.keyOf(participantId),
            { payoutId: by.id('out'), ...more },
            by.draw.once(2) ? by.sources(participantId) : [],
        );
    },
    'exchange connection:transfer': (by) => {
        const own = by.point();
        const { carrier, connectionPoint } = own.point;
        const none = { carrier, connectionPoint, pointId: own.pointId, sequence: 0, importMaxW: NO_POWER };
        const share = by.draw.orElse<typeof none>(by.scene.all('share', connectionShareCodec), [none]);
        const owner = POINTS.find(({ pointId }) => pointId === share.pointId) ?? own;
        const here = behindOneConnection(owner);
        const watts = powerW(by.draw.of([0n, 1n, share.importMaxW, share.importMaxW + 1n]));
        const transfer = {
            carrier: share.carrier,
            connectionPoint: share.connectionPoint,
            fromPointId: share.pointId,
            sequence: share.sequence + by.draw.of([0, 1, 1, 2]),
            toPointId: by.draw.of(by.draw.once(4) ? POINTS : here).pointId,
            importW: watts,
            exportW: by.draw.once(2) ? NO_POWER : watts,
        };
        const fromSlot = by.draw.once(3) ? by.slot() : by.scene.nextSlot;
        return commands.transferShare(by.keyOf(owner.participantId), transfer, fromSlot);
    },
    'exchange reading:submit': bentReading,
    'exchange dispute:raise': (by) => {
        const { agreementId } = by.known();
        const evidence = { agreementId: by.draw.once(2) ? null : agreementId, evidenceHash: 'ee'.repeat(32) };
        const own = POINTS.filter(({ participantId, isMetered }) => isMetered && participantId === by.name);
        const { pointId, participantId } = by.draw.orElse(own, [by.point()]);
        const raisedBy = by.draw.once(4) ? by.participantId() : participantId;
        const slot = by.draw.once(3) ? by.slot() : Math.max(slotAt(0), by.scene.nextSlot - 2 - by.draw.nat(3));
        return raiseDispute(by.keyOf(raisedBy), { pointId, slot, raisedBy, ...evidence });
    },
    'exchange dispute:close': (by) => disputeRefCodec.encode(objectionOf(by)),
    'exchange source:renew': (by) => {
        const [old, own] = [by.draw.of(STRAY_KEYS), by.draw.of(STRAY_KEYS)];
        const publicKey = by.draw.once(3) ? null : own.publicKey;
        const statement = { sourceId: SOURCE_ID, version: 1 + by.draw.nat(2), publicKey, clients: [by.anybody()] };
        return signSource(statement, { old: by.draw.once(2) ? old : null, own: publicKey === null ? null : own });
    },
    'exchange statement:submit': (by) => {
        const { agreementId } = by.known();
        const stated = {
            sourceId: SOURCE_ID,
            agreementId: agreementId ?? by.draw.hash(),
            leg: by.draw.nat(2),
            slot: by.slot(),
            version: 1 + by.draw.nat(2),
            deliveredWh: energyWh(by.draw.of([0n, 10n ** 9n])),
        };
        const known = by.scene.all('statement', signedDeliveryCodec);
        const forged = stateDelivery(by.draw.of(STRAY_KEYS), stated);
        const { statement, signature } = by.draw.once(2) ? forged : by.draw.orElse(known, [forged]);
        return submitStatements({ statement: { ...statement, deliveredWh: stated.deliveredWh }, signature });
    },
    'exchange settlement:run': (by) => settleCodec.encode(someSlot(by)),
    'exchange settlement:reconcile': (by) =>
        reconcileCodec.encode({ ...someSlot(by), run: INITIAL_RUN + 1 + (by.draw.once(3) ? by.draw.nat(4) : 0) }),
} as const satisfies Readonly<Record<string, Abuse>>;
