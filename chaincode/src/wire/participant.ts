import { z } from 'zod';
import type { Departure } from '../domain/departure.js';
import {
    type KeyPermit,
    type KeyRotation,
    type KeySuccession,
    type Participant,
    PARTICIPANT_KINDS,
    SECTORS,
} from '../domain/participant.js';
import { codec } from './codec.js';
import { hashField, idField, mspIdField, publicKeyField, signatureField, slotField } from './fields.js';
import type { DocumentBody } from './signature.js';

const participant = z.strictObject({
    participantId: idField,
    kind: z.enum(PARTICIPANT_KINDS),
    sector: z.enum(SECTORS).nullable(),
    publicKey: publicKeyField,
    beneficialOwnerMspId: mspIdField.nullable(),
    mspId: mspIdField,
    subjectHash: hashField,
});
export const participantCodec = codec<Participant>(participant);

/**
 * The participant that an applicant wants to be, its certificate's subject included, with a signature by the key that it
 * registers: whoever sees it on the way cannot send it under a certificate of its own.
 */
export type ApplyCommand = Readonly<{ application: Participant; signature: string }>;
export const applyCodec = codec<ApplyCommand>(z.strictObject({ application: participant, signature: signatureField }));

const rotation = z.strictObject({ participantId: idField, oldKeyId: hashField, newPublicKey: publicKeyField });
const signatures = { oldSignature: signatureField.nullable(), newSignature: signatureField };
export const keyRotationCodec = codec<KeyRotation>(rotation);
/** What the owner of a key and of its next one sign. */
export const rotationDocument = (rotation: KeyRotation): DocumentBody => [
    'commonwatt/key-rotation/1',
    keyRotationCodec.toJson(rotation),
];
export const keySuccessionCodec = codec<KeySuccession>(
    z.strictObject({ rotation, oldPublicKey: publicKeyField, ...signatures }),
);
const permit = { participantId: idField, keyId: hashField, fromSlot: slotField };
export const keyPermitCodec = codec<KeyPermit>(z.strictObject({ ...permit, isRefused: z.boolean() }));

/** Permits a key, or refuses one: which key, and from when it would count. */
export type PermitKeyCommand = Omit<KeyPermit, 'isRefused'>;
export const permitKeyCodec = codec<PermitKeyCommand>(z.strictObject(permit));
/** The key in force, which is not lost, refuses what was permitted. */
export type RefuseKeyCommand = Readonly<{ refusal: PermitKeyCommand; signature: string }>;
export const refuseKeyCodec = codec<RefuseKeyCommand>(
    z.strictObject({ refusal: z.strictObject(permit), signature: signatureField }),
);

/** Announces a departure: the participant's key signs it. */
export type LeaveCommand = Readonly<{ participantId: string; signature: string }>;
export const leaveCodec = codec<LeaveCommand>(z.strictObject({ participantId: idField, signature: signatureField }));

/** Replaces a signing key: both keys sign the rotation; the old one does not when it is lost. */
export type RotateKeyCommand = Readonly<{ rotation: KeyRotation; oldSignature: string | null; newSignature: string }>;
export const rotateKeyCodec = codec<RotateKeyCommand>(z.strictObject({ rotation, ...signatures }));

export const departureCodec = codec<Departure>(
    z.strictObject({ participantId: idField, woundUpThrough: hashField.nullable(), isWoundUp: z.boolean() }),
);

/** Which participant a certificate is bound to. */
export type SubjectBinding = Readonly<{ participantId: string }>;
export const subjectBindingCodec = codec<SubjectBinding>(z.strictObject({ participantId: idField }));
