import { type Charter, mayBringParticipant } from './charter.js';
import { demand } from './errors.js';
import type { ParticipantKind, Sector } from './participant-kind.js';
import { demandUnreserved } from './reserved-ids.js';
import { demandSectorOfKind } from './trades-of-kind.js';
import type { SlotIndex } from './units.js';

export { PARTICIPANT_KINDS, type ParticipantKind, type Sector, SECTORS } from './participant-kind.js';

/** A subject of the market: one certificate, one signing key, known by a pseudonym. */
export type Participant = Readonly<{
    participantId: string;
    kind: ParticipantKind;
    /** Of consumers and prosumers; `null` for who trades by profession. */
    sector: Sector | null;
    mspId: string;
    /** Hash of MSP and certificate subject. */
    subjectHash: string;
    /** P-256 public key that signs agreements, SPKI in hex. */
    publicKey: string;
    /** MSP that profits from this participant's trades besides its own; halts by that MSP exempt it from nothing. */
    beneficialOwnerMspId: string | null;
}>;

/** What the owner of a participant's key and of its next one sign. */
export type KeyRotation = Readonly<{ participantId: string; oldKeyId: string; newPublicKey: string }>;

/** One key of a participant gave way to the next. */
export type KeySuccession = Readonly<{
    rotation: KeyRotation;
    oldPublicKey: string;
    /** By the old key; `null` when it was lost: then nothing that rests on it goes on under the new one. */
    oldSignature: string | null;
    /** By the new key: its possession. */
    newSignature: string;
}>;

/**
 * Least notice before a permitted key replaces a lost one: long enough for whoever still holds the other key to see it and
 * to refuse, since administrator and certificate may be the same people.
 */
export const KEY_NOTICE_DAYS = 7;

/** An administrator lets a member of its organisation replace a lost key by this one from a slot on; the last one counts. */
export type KeyPermit = Readonly<{
    participantId: string;
    keyId: string;
    fromSlot: SlotIndex;
    /** The key that is said to be lost signed that it is not. */
    isRefused: boolean;
}>;

/**
 * Admits an application: the participant exists from now on and may do nothing until the regulator qualifies it.
 * @throws ORG_NOT_ADMITTED {mspId, kind} · SECTOR_INVALID {participantId, kind, sector} ·
 * ID_RESERVED {id} · PARTICIPANT_CONFLICT {participantId}
 */
export function applyAsParticipant(
    charter: Charter,
    existing: Participant | null,
    applicant: Participant,
): Participant {
    const { mspId, kind, participantId } = applicant;
    demand(mayBringParticipant(charter, mspId, kind), 'ORG_NOT_ADMITTED', { mspId, kind });
    demandSectorOfKind(applicant);
    demandUnreserved(participantId);
    const same =
        existing === null ||
        (existing.subjectHash === applicant.subjectHash &&
            existing.publicKey === applicant.publicKey &&
            existing.kind === kind &&
            existing.sector === applicant.sector &&
            existing.beneficialOwnerMspId === applicant.beneficialOwnerMspId);
    demand(same, 'PARTICIPANT_CONFLICT', { participantId });
    return applicant;
}
