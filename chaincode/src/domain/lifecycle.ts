import { assert, demand } from './errors.js';
import { SEAT_KINDS, type SeatKind } from './seat.js';

/** States of an agreement; the last three are final. */
export const AGREEMENT_STATES = ['concluded', 'inForce', 'windingDown', 'completed', 'terminated', 'lapsed'] as const;
export type AgreementState = (typeof AGREEMENT_STATES)[number];
export const FINAL_STATES: readonly AgreementState[] = ['completed', 'terminated', 'lapsed'];

/**
 * Who may take a step. `admin`: an administrator certificate of the org concerned; `applicant`: any member's
 * certificate; `participant`: the certificate bound to the participant; `keeper`: anyone, because the conditions and
 * the signatures decide and nobody's discretion does; `automatic`: happens inside another step and is no verb of its
 * own; otherwise the holder of that seat.
 */
export type Role = 'admin' | 'applicant' | 'participant' | 'keeper' | 'automatic' | SeatKind;

/** Phases of a trade in their order (paper Fig. 2 and 3). */
export type Phase =
    | 'establish'
    | 'qualify'
    | 'offer'
    | 'conclude'
    | 'review'
    | 'screen'
    | 'fund'
    | 'deliver'
    | 'meter'
    | 'settle'
    | 'reconcile';

/** One verb that changes the ledger. `from`/`to` are states of the noun; `null` is "does not exist". */
export type Transition = Readonly<{
    phase: Phase;
    chaincode: 'supervision' | 'exchange' | 'both';
    noun: string;
    verb: string;
    role: Role;
    from: readonly (string | null)[];
    to: readonly (string | null)[];
}>;

const row = (
    phase: Phase,
    chaincode: Transition['chaincode'],
    [noun, verb]: readonly [string, string],
    role: Role,
    from: Transition['from'],
    to: Transition['to'],
): Transition => ({ phase, chaincode, noun, verb, role, from, to });

/** Every step of a trade, in trade order: the table of contents of both chaincodes. */
export const LIFECYCLE: readonly Transition[] = [
    row('establish', 'both', ['charter', 'establish'], 'admin', [null, 'established'], ['established']),
    row('establish', 'both', ['charter', 'confirm'], 'admin', ['established'], ['established', 'inForce']),
    row('establish', 'supervision', ['seat', 'grant'], 'admin', [null], ['granted']),
    row('establish', 'supervision', ['seat', 'revoke'], 'admin', ['granted'], ['revoked']),
    row('establish', 'exchange', ['proposal', 'make'], 'voter', [null], ['open']),
    row('establish', 'exchange', ['proposal', 'vote'], 'voter', ['open'], ['open']),
    row('establish', 'exchange', ['proposal', 'enact'], 'keeper', ['open'], ['enacted']),
    // By a real clock anyone may say that a slot has begun; virtual time is told by the platform's seat.
    row('establish', 'exchange', ['clock', 'advance'], 'platform', [null], ['begun']),

    row('qualify', 'exchange', ['participant', 'apply'], 'applicant', [null], ['applied']),
    row('qualify', 'supervision', ['qualification', 'grant'], 'reviewer', [null, 'granted', 'suspended'], ['granted']),
    row('qualify', 'supervision', ['qualification', 'suspend'], 'reviewer', ['granted'], ['suspended']),
    row('qualify', 'supervision', ['qualification', 'revoke'], 'reviewer', ['granted', 'suspended'], ['revoked']),
    row('qualify', 'exchange', ['participant', 'rotate-key'], 'participant', ['applied'], ['applied']),
    row('qualify', 'exchange', ['participant', 'permit-key'], 'admin', [null, 'permitted', 'refused'], ['permitted']),
    row('qualify', 'exchange', ['participant', 'refuse-key'], 'keeper', ['permitted'], ['refused']),
    row('qualify', 'exchange', ['participant', 'leave'], 'participant', ['applied'], ['leaving']),
    row('qualify', 'exchange', ['participant', 'wind-up'], 'keeper', ['leaving'], ['leaving', 'left']),
    row('qualify', 'exchange', ['mandate', 'grant'], 'participant', [null], ['granted']),
    row('qualify', 'exchange', ['mandate', 'revoke'], 'participant', ['granted'], ['revoked']),
    row('qualify', 'exchange', ['meter', 'register'], 'metering', [null], ['registered']),
    row('qualify', 'exchange', ['connection', 'set'], 'dispatcher', [null, 'set'], ['set']),
    row('qualify', 'exchange', ['connection', 'transfer'], 'keeper', ['set'], ['set']),
    row('qualify', 'supervision', ['standard', 'publish'], 'reviewer', [null], ['published']),
    row(
        'qualify',
        'supervision',
        ['conformity', 'certify'],
        'reviewer',
        [null, 'certified', 'withdrawn'],
        ['certified'],
    ),
    row('qualify', 'supervision', ['conformity', 'withdraw'], 'reviewer', ['certified'], ['withdrawn']),
    row('qualify', 'exchange', ['source', 'register'], 'metering', [null], ['registered']),
    row('qualify', 'exchange', ['source', 'renew'], 'keeper', ['registered', 'revoked'], ['registered', 'revoked']),
    row('qualify', 'exchange', ['meter', 'exchange'], 'metering', ['registered'], ['registered']),
    row('qualify', 'exchange', ['requirement', 'publish'], 'dispatcher', [null, 'published'], ['published']),
    row('qualify', 'exchange', ['account', 'deposit'], 'settlement', [null], ['deposited']),
    row('qualify', 'exchange', ['account', 'cover'], 'participant', [null, 'covered'], ['covered']),
    row('qualify', 'exchange', ['account', 'fill-lanes'], 'participant', [null], ['filled']),
    row('qualify', 'exchange', ['account', 'fund-subsidy'], 'settlement', [null], ['funded']),

    row('offer', 'exchange', ['offer', 'make'], 'participant', [null], ['pending']),
    row('offer', 'exchange', ['offer', 'counter'], 'participant', ['pending'], ['pending']),
    row('offer', 'exchange', ['offer', 'accept'], 'participant', ['pending'], ['pending', 'accepted']),
    row('offer', 'exchange', ['offer', 'withdraw'], 'participant', ['pending'], ['withdrawn']),
    row('offer', 'exchange', ['offer', 'expire'], 'keeper', ['pending'], ['expired']),

    row('conclude', 'exchange', ['consent', 'withdraw'], 'participant', [null], ['withdrawn']),
    row('conclude', 'exchange', ['agreement', 'conclude'], 'keeper', [null], ['concluded']),
    row('conclude', 'exchange', ['agreement', 'lapse'], 'keeper', ['concluded'], ['lapsed']),
    row('conclude', 'exchange', ['agreement', 'cancel'], 'keeper', ['concluded'], ['lapsed']),

    row('review', 'supervision', ['verdict', 'standing'], 'reviewer', [null, 'granted'], ['granted', 'revoked']),
    row('review', 'supervision', ['verdict', 'approve'], 'reviewer', [null], ['approved']),
    row('review', 'supervision', ['verdict', 'reject'], 'reviewer', [null], ['rejected']),
    row('review', 'supervision', ['verdict', 'terminate'], 'reviewer', [null, 'approved', 'rejected'], ['terminated']),

    row('screen', 'exchange', ['screening', 'admit'], 'dispatcher', [null], ['admitted']),
    row('screen', 'exchange', ['screening', 'refuse'], 'dispatcher', [null], ['refused']),

    row('screen', 'exchange', ['admission', 'run'], 'keeper', [null, 'admitted'], ['admitted']),

    row('fund', 'exchange', ['agreement', 'fund'], 'keeper', ['concluded'], ['inForce']),

    row('fund', 'exchange', ['amendment', 'propose'], 'keeper', [null], ['proposed']),
    row('fund', 'exchange', ['amendment', 'enact'], 'keeper', ['proposed'], ['enacted']),

    row('deliver', 'supervision', ['halt', 'set'], 'reviewer', [null], ['halted']),
    row('deliver', 'supervision', ['halt', 'lift'], 'reviewer', ['halted'], ['lifted']),
    row('deliver', 'exchange', ['halt', 'set'], 'dispatcher', [null], ['halted']),
    row('deliver', 'exchange', ['halt', 'lift'], 'dispatcher', ['halted'], ['lifted']),
    row('deliver', 'exchange', ['agreement', 'release'], 'keeper', ['inForce'], ['windingDown']),
    row('deliver', 'exchange', ['agreement', 'cancel'], 'keeper', ['inForce'], ['windingDown']),

    row('deliver', 'exchange', ['force-majeure', 'declare'], 'dispatcher', [null], ['declared']),

    row('meter', 'exchange', ['reading', 'submit'], 'keeper', [null], ['submitted']),

    row('meter', 'exchange', ['statement', 'submit'], 'keeper', [null], ['submitted']),
    row('meter', 'exchange', ['calorific', 'publish'], 'metering', [null], ['published']),

    row('settle', 'exchange', ['settlement', 'run'], 'keeper', [null], ['settled']),
    row('settle', 'exchange', ['agreement', 'close'], 'automatic', ['inForce'], ['completed']),
    row('settle', 'exchange', ['agreement', 'close'], 'automatic', ['windingDown'], ['terminated']),
    row('settle', 'exchange', ['account', 'draw-cover'], 'participant', ['covered'], ['covered']),
    row('settle', 'exchange', ['account', 'request-payout'], 'participant', [null], ['requested']),
    row('settle', 'exchange', ['account', 'confirm-payout'], 'settlement', ['requested'], ['paid']),
    row('settle', 'exchange', ['account', 'return-payout'], 'settlement', ['requested'], ['returned']),

    row('reconcile', 'exchange', ['settlement', 'reconcile'], 'keeper', ['settled'], ['settled']),
    row('reconcile', 'exchange', ['dispute', 'raise'], 'participant', [null], ['raised']),
    row('reconcile', 'exchange', ['dispute', 'decide'], 'metering', ['raised', 'decided'], ['decided']),
    row('reconcile', 'supervision', ['dispute', 'confirm'], 'reviewer', [null], ['confirmed']),
    row('reconcile', 'supervision', ['dispute', 'reject'], 'reviewer', [null], ['rejected']),
    row('reconcile', 'supervision', ['fact', 'confirm'], 'reviewer', [null], ['confirmed']),
    row('reconcile', 'supervision', ['fact', 'reject'], 'reviewer', [null, 'confirmed'], ['rejected']),
    row('reconcile', 'exchange', ['dispute', 'close'], 'keeper', ['decided'], ['replaced', 'dismissed', 'superseded']),
];

/** Kind of seat whose holders may take a step; the lifecycle is the only place that says so. */
export function seatFor(chaincode: 'supervision' | 'exchange', noun: string, verb: string): SeatKind {
    const step = LIFECYCLE.find(
        (candidate) => candidate.chaincode === chaincode && candidate.noun === noun && candidate.verb === verb,
    );
    const kind = SEAT_KINDS.find((candidate) => candidate === step?.role);
    assert(kind !== undefined, 'an officer takes the step');
    return kind;
}

/** @throws AGREEMENT_STATE {verb, state} when the lifecycle has no such step from that state */
export function nextAgreementState(verb: string, state: AgreementState): AgreementState {
    const step = LIFECYCLE.find(
        (candidate) => candidate.noun === 'agreement' && candidate.verb === verb && candidate.from.includes(state),
    );
    const next = step?.to[0] as AgreementState | undefined;
    demand(next !== undefined, 'AGREEMENT_STATE', { verb, state });
    return next;
}
