import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { Participant } from './participant.js';
import type { SignedStatement } from './signed-statement.js';

/** What a qualified participant may do on one carrier. */
export type Permit = Readonly<{ carrier: Carrier; buy: boolean; sell: boolean }>;

export type QualificationStatus = 'granted' | 'suspended' | 'revoked';

/** Somebody by organisation, certificate's subject and signing key, as they were when the regulator looked. */
export type QualifiedPerson = Readonly<{ mspId: string; subjectHash: string; keyId: string }>;

/** What the regulator says of a participant; numbered, so that no old statement can be replayed. */
export type QualificationStatement = Readonly<{
    participantId: string;
    /** Whom the regulator has checked: whoever else stands under the pseudonym is not qualified. */
    person: QualifiedPerson;
    sequence: number;
    status: QualificationStatus;
    permits: readonly Permit[];
    reasonCode: string;
}>;

/** The statement in force, with the reviewer who signed it. */
export type Qualification = SignedStatement<QualificationStatement>;

const FOLLOWERS: Readonly<Record<QualificationStatus | 'none', readonly QualificationStatus[]>> = {
    none: ['granted'],
    granted: ['granted', 'suspended', 'revoked'],
    suspended: ['granted', 'revoked'],
    revoked: [],
};

/** @throws QUALIFICATION_CONFLICT {participantId, status, sequence} when the statement does not follow the last one */
export function followsQualification(existing: Qualification | null, statement: QualificationStatement): void {
    const follows =
        FOLLOWERS[existing?.statement.status ?? 'none'].includes(statement.status) &&
        statement.sequence === (existing?.statement.sequence ?? 0) + 1;
    demand(follows, 'QUALIFICATION_CONFLICT', {
        participantId: statement.participantId,
        status: existing?.statement.status ?? 'none',
        sequence: existing?.statement.sequence ?? 0,
    });
}

/**
 * The participant that stands under the pseudonym is the one that the regulator looked at; its key may have been succeeded.
 * @throws QUALIFICATION_OF_ANOTHER {participantId, mspId, subjectHash}: whom the regulator qualified
 */
export function demandSamePerson(participant: Participant, { person }: QualificationStatement): void {
    const { participantId } = participant;
    const { mspId, subjectHash } = person;
    const same = participant.mspId === mspId && participant.subjectHash === subjectHash;
    demand(same, 'QUALIFICATION_OF_ANOTHER', { participantId, mspId, subjectHash });
}

/** @throws QUALIFICATION_MISSING {participantId, status} unless the participant is qualified for something */
export function demandQualified(participantId: string, qualification: Qualification | null): void {
    const status = qualification?.statement.status ?? 'none';
    demand(status === 'granted', 'QUALIFICATION_MISSING', { participantId, status });
}

/** @throws QUALIFICATION_MISSING {participantId, carrier, side, status} */
export function demandPermit(
    participantId: string,
    qualification: Qualification | null,
    carrier: Carrier,
    side: 'buy' | 'sell',
): void {
    const statement = qualification?.statement;
    const permitted =
        statement?.status === 'granted' &&
        statement.permits.some((permit) => permit.carrier === carrier && permit[side]);
    demand(permitted, 'QUALIFICATION_MISSING', {
        participantId,
        carrier,
        side,
        status: statement?.status ?? 'none',
    });
}
