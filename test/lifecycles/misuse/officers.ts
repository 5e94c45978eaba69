import { CARRIERS } from '@commonwatt/chaincode/domain/charter';
import type { DecisionStatement } from '@commonwatt/chaincode/domain/dispute';
import type { CalorificStatement } from '@commonwatt/chaincode/domain/calorific';
import { FACT_KINDS } from '@commonwatt/chaincode/domain/fact';
import { SEAT_KINDS } from '@commonwatt/chaincode/domain/seat';
import { calorificWhPerM3, energyWh, powerW, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import {
    depositCodec,
    payoutCodec,
    payoutPaymentCodec,
    payoutReturnCodec,
    subsidyPaymentCodec,
} from '@commonwatt/chaincode/wire/account';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { establishedCharterCodec } from '@commonwatt/chaincode/wire/charter';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { conformityCodec } from '@commonwatt/chaincode/wire/conformity';
import { connectionCodec } from '@commonwatt/chaincode/wire/connection';
import { disputeCodec } from '@commonwatt/chaincode/wire/dispute';
import { forceMajeureCodec } from '@commonwatt/chaincode/wire/force-majeure';
import { haltCodec, liftCodec } from '@commonwatt/chaincode/wire/halt';
import { permitKeyCodec } from '@commonwatt/chaincode/wire/participant';
import { proposalCodec, proposalIdOf, proposalRefCodec } from '@commonwatt/chaincode/wire/proposal';
import { qualificationCodec } from '@commonwatt/chaincode/wire/qualification';
import { requirementCodec } from '@commonwatt/chaincode/wire/requirement';
import { seatCodec, seatRefCodec } from '@commonwatt/chaincode/wire/seat';
import { DEVICES, POINTS, slotAt, SLOTS, SOURCE_ID, STANDING_ID, WORLD_CHARTER } from '../world.js';
import { decideDispute, reviewDispute } from '../../support/dispute-commands.js';
import * as commands from '../../support/market-commands.js';
import {
    declareForceMajeure,
    exchangeMeter,
    publishCalorific,
    registerSource,
    reviewCalorific,
    reviewFact,
    reviewForceMajeure,
} from '../../support/metering-commands.js';
import { castVote, makeProposal, proposalOf } from '../../support/proposal-commands.js';
import { type Abuse, type Misuser, STRAY_KEYS } from './misuser.js';

/** Officers whose removal ends a good deal of what could be misused: it happens, seldom. */
const OFFICERS = [
    'reviewer',
    'dispatcher',
    'metering',
    'settlement',
    'platform',
    'operator voter',
    'supplier voter',
] as const;

/** The next number of what counts, or another one. */
const sequence = ({ draw }: Misuser, last: number | undefined): number =>
    draw.once(5) ? 1 + draw.nat(9) : (last ?? 0) + 1;

const qualify =
    (status: 'granted' | 'suspended' | 'revoked'): Abuse =>
    (by) => {
        const participantId = by.anybody();
        const held = by.scene.one(`qualification/${participantId}`, qualificationCodec, 'supervision')?.statement;
        const carriers = by.draw.once(3) ? CARRIERS.slice(0, 1) : CARRIERS;
        return commands.qualify(by.me, participantId, {
            person: by.draw.once(6) || held === undefined ? commands.personOf(by.me) : held.person,
            permits: carriers.map((carrier) => ({ carrier, buy: true, sell: true })),
            status,
            sequence: sequence(by, held?.sequence),
        });
    };

const certify =
    (isWithdrawn: boolean): Abuse =>
    (by) => {
        const { pointId } = by.draw.once(4) ? by.point() : by.draw.of(DEVICES);
        const key = `conformity/${pointId}/${commands.STANDARD.standardId}`;
        return commands.certify(by.me, {
            pointId,
            sequence: sequence(by, by.scene.one(key, conformityCodec, 'supervision')?.statement.sequence),
            status: isWithdrawn ? 'withdrawn' : 'certified',
            ratedW: powerW(by.draw.of([1n, 10n ** 8n])),
            untilSlot: by.slot(),
        });
    };

const decide =
    (decision: 'approved' | 'rejected' | 'terminated'): Abuse =>
    (by) => {
        const { agreementId, terms } = by.known();
        const version = by.draw.once(6) ? terms.version + 1 : terms.version;
        return commands.decide(by.me, terms, decision, { agreementId: agreementId ?? agreementIdOf(terms), version });
    };

const screen =
    (decision: 'admitted' | 'refused'): Abuse =>
    (by) => {
        const { agreementId, terms } = by.known();
        const carrier = terms.legs[0]?.carrier ?? 'heat';
        return commands.screen(by.me, terms, decision, { agreementId: agreementId ?? agreementIdOf(terms), carrier });
    };

const halt =
    (chaincode: 'exchange' | 'supervision'): Abuse =>
    (by) => {
        const fromSlot = by.draw.once(2) ? by.scene.nextSlot : by.slot();
        const untilSlot = fromSlot + by.draw.of([1, 4, 96, 97, 100_000]);
        return commands.halt(by.me, chaincode, { carrier: by.carrier(), fromSlot, untilSlot });
    };

const lift =
    (chaincode: 'exchange' | 'supervision'): Abuse =>
    (by) => {
        const halted = by.scene.all('halt', haltCodec, chaincode).map(({ statement }) => statement.carrier);
        const carrier = by.draw.orElse(halted, [by.carrier()]);
        return liftCodec.encode({ carrier, nextSlot: by.draw.once(3) ? by.slot() : by.scene.nextSlot });
    };

/** Decides on some dispute, with registers of its own making. */
function decision(by: Misuser, isReview = false): DecisionStatement {
    const disputes = by.scene.all('dispute', disputeCodec);
    const decided = disputes.flatMap(({ decision: last }) => (last === null ? [] : [last.statement]));
    if (decided.length > 0 && (isReview || by.draw.once(2))) {
        return by.draw.of(decided);
    }
    const { pointId } = by.point();
    const nobody = { pointId, slot: by.slot(), raisedBy: by.anybody() };
    const { slot, raisedBy, ...at } = by.draw.orElse(
        disputes.map(({ objection }) => objection),
        [{ ...nobody, agreementId: null, evidenceHash: '' }],
    );
    const replacement = {
        kind: by.draw.of(['energy', 'registers'] as const),
        importWh: energyWh(by.draw.of([0n, 77n, 10n ** 12n])),
        exportWh: energyWh(by.draw.of([0n, 77n, 10n ** 12n])),
    };
    const more = { number: 1 + by.draw.nat(2), checkMeter: null, reasonCode: 'reviewed' };
    return { pointId: at.pointId, slot, raisedBy, replacement, ...more };
}

const reviewDecision =
    (finding: 'confirmed' | 'rejected'): Abuse =>
    (by) =>
        reviewDispute(by.me, decision(by, !by.draw.once(6)), finding);

function calorific(by: Misuser): CalorificStatement {
    const calorificValue = calorificWhPerM3(by.draw.of([1n, 1_000n, 999_999n]));
    const version = 1 + by.draw.nat(2);
    return { fromSlot: by.slot(), slotCount: 1 + by.draw.nat(3), calorificWhPerM3: calorificValue, version };
}

/** The regulator's word on what an officer has stated, or on what nobody has. */
const reviewStated =
    (finding: 'confirmed' | 'rejected'): Abuse =>
    (by) => {
        const declared = by.scene.all('force-majeure', forceMajeureCodec).map(({ statement }) => statement);
        if (declared.length > 0 && by.draw.once(2)) {
            return reviewForceMajeure(by.me, by.draw.of(declared), finding);
        }
        if (by.draw.once(2)) {
            return reviewCalorific(by.me, calorific(by), finding);
        }
        return reviewFact(by.me, {
            kind: by.draw.of(FACT_KINDS),
            subjectId: by.point().pointId,
            factHash: by.draw.hash(),
            finding,
            fromSlot: finding === 'confirmed' ? by.slot() : null,
        });
    };

const charter =
    (chaincode: 'exchange' | 'supervision'): Abuse =>
    (by) => {
        const standing = by.scene.one('charter', establishedCharterCodec, chaincode)?.charter ?? WORLD_CHARTER;
        const firstSlot = by.draw.of([standing.firstSlot, by.slot()]);
        return commands.establish({ ...standing, firstSlot }, by.scene.base.world.rules);
    };

/** Other rules: dearer, slower or without end. */
function rulesOf(by: Misuser): Rules {
    const { rules } = by.scene.base.world;
    const electricity = rules.carriers.electricity;
    const dear = priceMicroPerKwh(by.draw.of([10n ** 6n, 10n ** 12n]));
    return {
        ...rules,
        version: by.draw.once(4) ? 7 : 2,
        readingDeadlineSlots: by.draw.of([0, 1, 96]),
        carriers:
            electricity === undefined
                ? rules.carriers
                : { ...rules.carriers, electricity: { ...electricity, imbalanceShortMicroPerKwh: dear } },
    };
}

const proposalId = (by: Misuser): string =>
    by.draw.orElse(
        by.scene.all('proposal', proposalCodec).map(({ statement }) => proposalIdOf(statement)),
        [by.draw.hash()],
    );

const payoutEnd = (by: Misuser): { paymentId: string; participantId: string; payoutId: string } => {
    const all = by.scene.all('payout', payoutCodec);
    const { participantId, payoutId } = by.draw.orElse<{ participantId: string; payoutId: string }>(all, [
        { participantId: by.anybody(), payoutId: by.id('out') },
    ]);
    return { paymentId: by.id('bank'), participantId, payoutId };
};

/** A point of somebody's choice in somebody's name, perhaps behind somebody else's. */
const registerPoint: Abuse = (by) => {
    const { participantId, carrier, point } = by.point();
    const pointId = by.draw.once(4) ? point.pointId : by.id('phantom');
    const ownerId = by.draw.once(2) ? participantId : by.participantId();
    const parentPointId = by.draw.once(3) ? by.point().pointId : null;
    const key = by.draw.once(2) ? by.draw.of(STRAY_KEYS) : null;
    const place = {
        ...commands.pointOf(ownerId, carrier),
        pointId,
        parentPointId,
        fromSlot: by.draw.once(3) ? by.slot() : by.scene.nextSlot + 1,
    };
    return commands.registerMeter(place, key, { [ownerId]: by.keyOf(ownerId).key });
};

const clients = (by: Misuser): 'anyone' | readonly string[] => (by.draw.once(2) ? 'anyone' : [by.anybody()]);

const exchangeIt: Abuse = (by) => {
    const { pointId, participantId } = by.point();
    const slot = by.slot();
    const [old, next] = [by.draw.of(STRAY_KEYS), by.draw.of(STRAY_KEYS)];
    const before = { meterId: `${pointId}-meter`, key: old, sequence: 1 + by.draw.nat(4), importWh: 0n };
    const after = { meterId: by.id('meter'), key: next, sequence: 0, importWh: 0n };
    const owner = by.draw.once(4) ? null : { participantId, key: by.keyOf(participantId).key };
    return exchangeMeter(pointId, Math.max(1, slot), before, after, { isDead: by.draw.once(2), owner });
};

/** What is said from a seat, by whoever has got hold of it or pretends to. */
export const OFFICERS_ABUSES = {
    'supervision charter:establish': charter('supervision'),
    'supervision charter:confirm': (by) => commands.confirm(commands.establish(WORLD_CHARTER, rulesOf(by))),
    'exchange charter:establish': charter('exchange'),
    'exchange charter:confirm': (by) => commands.confirm(commands.establish(WORLD_CHARTER, rulesOf(by))),
    'supervision seat:grant': (by) =>
        commands.grantSeat(by.draw.of(SEAT_KINDS), by.draw.once(2) ? by.me : by.scene.who(by.anybody())),
    'supervision seat:revoke': (by) => {
        const hashes = new Set(OFFICERS.map((name) => by.scene.who(name).subjectHash));
        const clock = by.scene.who('clock').subjectHash;
        const held = by.scene.all('seat', seatCodec, 'supervision').filter(({ subjectHash }) => subjectHash !== clock);
        const others = held.filter(({ subjectHash }) => !hashes.has(subjectHash));
        const { kind, mspId, subjectHash } = by.draw.of(by.draw.once(30) || others.length === 0 ? held : others);
        return seatRefCodec.encode({ kind, mspId, subjectHash });
    },
    'supervision qualification:grant': qualify('granted'),
    'supervision qualification:suspend': qualify('suspended'),
    'supervision qualification:revoke': qualify('revoked'),
    'supervision standard:publish': (by) =>
        commands.publishStandard(by.me, { standardId: by.id('standard'), carrier: by.carrier(), fromSlot: by.slot() }),
    'supervision conformity:certify': certify(false),
    'supervision conformity:withdraw': certify(true),
    'supervision verdict:standing': (by) =>
        commands.standing(by.me, {
            standingId: by.draw.once(3) ? STANDING_ID : by.id('standing'),
            sequence: 1 + by.draw.nat(2),
            status: by.draw.of(['granted', 'revoked'] as const),
            carriers: CARRIERS,
            agreementEnergyMaxWh: energyWh(10n ** 9n),
            firstSlot: by.slot(),
            endSlot: slotAt(SLOTS + by.draw.nat(96)),
        }),
    'supervision verdict:approve': decide('approved'),
    'supervision verdict:reject': decide('rejected'),
    'supervision verdict:terminate': decide('terminated'),
    'supervision dispute:confirm': reviewDecision('confirmed'),
    'supervision dispute:reject': reviewDecision('rejected'),
    'supervision fact:confirm': reviewStated('confirmed'),
    'supervision fact:reject': reviewStated('rejected'),
    'supervision halt:set': halt('supervision'),
    'supervision halt:lift': lift('supervision'),
    'exchange halt:set': halt('exchange'),
    'exchange halt:lift': lift('exchange'),
    'exchange proposal:make': (by) => {
        const voteUntilSlot = by.slot();
        const fromSlot = voteUntilSlot + by.draw.of([0, 4, 96, 100]);
        return makeProposal(by.me, proposalOf(rulesOf(by), { voteUntilSlot, fromSlot }));
    },
    'exchange proposal:vote': (by) => castVote(by.me, proposalId(by), by.draw.of(['yes', 'no'] as const)),
    'exchange proposal:enact': (by) => proposalRefCodec.encode({ proposalId: proposalId(by) }),
    'exchange clock:advance': (by) => {
        const { nextSlot } = by.scene;
        // One slot at a time and seldom: the world has few.
        const fromSlot = by.draw.once(30) ? nextSlot : by.draw.of([nextSlot + 2, nextSlot - 1, 0, by.slot()]);
        const isNext = fromSlot === nextSlot;
        return advanceCodec.encode({ fromSlot, toSlot: isNext ? fromSlot : fromSlot + by.draw.of([0, 1, 95, 96]) });
    },
    'exchange participant:permit-key': (by) =>
        permitKeyCodec.encode({
            participantId: by.anybody(),
            keyId: by.draw.of(STRAY_KEYS).keyId,
            fromSlot: by.slot() + by.draw.of([0, 96 * 8]),
        }),
    'exchange meter:register': registerPoint,
    'exchange meter:exchange': exchangeIt,
    'exchange connection:set': (by) => {
        const { pointId, point } = by.point();
        const { carrier, connectionPoint } = point;
        const held = by.scene.one(`connection/${carrier}/${connectionPoint}`, connectionCodec);
        const most = powerW(by.draw.of([0n, 1n, 10n ** 6n]));
        const limits = { importMaxW: most, exportMaxW: most };
        const granted = powerW(by.draw.of([0n, 1n, 10n ** 6n]));
        const grants = by.draw.once(2) ? [{ pointId, importW: granted, exportW: granted }] : [];
        const named = { carrier, connectionPoint, sequence: sequence(by, held?.statement.sequence) };
        return commands.setConnection(by.me, { ...named, ...limits, grants });
    },
    'exchange account:deposit': (by) =>
        depositCodec.encode({ paymentId: by.id('bank'), participantId: by.anybody(), amountNano: by.nano() }),
    'exchange account:confirm-payout': (by) => payoutPaymentCodec.encode(payoutEnd(by)),
    'exchange account:return-payout': (by) => payoutReturnCodec.encode({ ...payoutEnd(by), reasonCode: 'refused' }),
    'exchange account:fund-subsidy': (by) =>
        subsidyPaymentCodec.encode({ paymentId: by.id('bank'), carrier: by.carrier(), amountNano: by.nano() }),
    'exchange requirement:publish': (by) => {
        const carrier = by.carrier();
        const held = by.scene.one(`requirement/${carrier}`, requirementCodec);
        return commands.publishRequirement(by.me, {
            carrier,
            version: sequence(by, held?.statement.version),
            curtailableAboveWh: by.draw.once(2) ? energyWh(0n) : null,
            leadTimeSlots: by.draw.of([0, 1, 96]),
            toleranceBpMax: by.draw.of([0, 10_000]),
        });
    },
    'exchange screening:admit': screen('admitted'),
    'exchange screening:refuse': screen('refused'),
    'exchange dispute:decide': (by) => decideDispute(by.me, decision(by)),
    'exchange source:register': (by) =>
        registerSource(by.draw.once(3) ? SOURCE_ID : by.id('source'), by.draw.of(STRAY_KEYS), clients(by)),
    'exchange force-majeure:declare': (by) => {
        const { pointId, carrier } = by.draw.of(POINTS);
        const fromSlot = by.slot();
        const untilSlot = fromSlot + by.draw.of([1, 4, 96, 97]);
        return declareForceMajeure(by.me, {
            declarationId: by.id('storm'),
            carrier,
            pointIds: [pointId],
            fromSlot,
            untilSlot,
        });
    },
    'exchange calorific:publish': (by) => publishCalorific(by.me, calorific(by)),
} as const satisfies Readonly<Record<string, Abuse>>;
