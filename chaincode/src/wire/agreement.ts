import { z } from 'zod';
import type { Execution } from '../domain/escrow.js';
import { type Agreement, type Consent, EXEMPTIONS, type Terms } from '../domain/agreement.js';
import { FOLDS_MAX, laneField, sourceField } from './account.js';
import { RATIO_BP_MAX } from '../domain/conversion.js';
import type { Json } from './canonical.js';
import { canonicalJson } from './canonical.js';
import { codec } from './codec.js';
import { executionSchema } from './escrow.js';
import {
    amountField,
    basisPointsField,
    carrierField,
    countField,
    distinct,
    energyField,
    hashField,
    idField,
    legField,
    priceField,
    rateField,
    signatureField,
    slotField,
    versionField,
} from './fields.js';
import { type DocumentBody, sha256Hex } from './signature.js';

/** Most items a decoder reads before the rules of the market set tighter limits with better errors. */
const ITEMS_MAX = 256;
/** A stored agreement is a command and what it is known by; a history repeats it with every state. */
const RECORD_BYTES_MAX = 128 * 1024;
const HISTORY_BYTES_MAX = 16 * 1024 * 1024;

export const termsSchema = z.strictObject({
    version: versionField,
    previousHash: hashField.nullable(),
    proposerId: idField,
    salt: hashField,
    rulesVersion: versionField,
    parties: z.array(z.strictObject({ participantId: idField, lane: laneField })).max(ITEMS_MAX),
    legs: z
        .array(
            z.strictObject({
                carrier: carrierField,
                sellerId: idField,
                sellerPoint: idField,
                buyerId: idField,
                buyerPoint: idField,
                energyWh: z.array(energyField).max(ITEMS_MAX),
                priceMicroPerKwh: z.array(priceField).max(ITEMS_MAX),
            }),
        )
        .max(ITEMS_MAX),
    conversions: z
        .array(
            z.strictObject({
                inputLeg: legField,
                outputLeg: legField,
                ratioBp: countField(1, RATIO_BP_MAX),
            }),
        )
        .max(ITEMS_MAX),
    firstSlot: slotField,
    slotCount: countField(1, ITEMS_MAX),
    defaultRateMicroPerKwh: rateField,
    defaultCapNano: amountField,
    toleranceBp: basisPointsField,
    takeOrPay: z.boolean(),
    exemptions: distinct(z.enum(EXEMPTIONS), EXEMPTIONS.length),
    verification: z.union([z.literal('meters'), z.strictObject({ sourceId: idField })]),
    curtailable: z.boolean(),
    concludeBeforeSlot: slotField,
});
const consentSchema = z.strictObject({
    participantId: idField,
    mandateId: hashField.nullable(),
    keyId: hashField,
    signature: signatureField,
});
export const consentsSchema = z.array(consentSchema).max(ITEMS_MAX);

export const termsCodec = codec<Terms>(termsSchema);
const agreementSchema = z.strictObject({
    agreementId: hashField,
    termsHash: hashField,
    terms: termsSchema,
    consents: consentsSchema,
});
export const agreementCodec = codec<Agreement>(agreementSchema, RECORD_BYTES_MAX);

/** Hash of the canonical terms. */
export const termsHashOf = (terms: Terms): string => sha256Hex(termsCodec.encode(terms));

/** Id of an agreement: hash of its creator and its first content, so that nobody can take an id first. */
export const agreementIdOf = (terms: Terms): string =>
    sha256Hex(
        canonicalJson({
            domain: 'commonwatt/agreement-id/1',
            proposerId: terms.proposerId,
            terms: termsCodec.toJson(terms),
        }),
    );

/** What each party signs: id, version and predecessor stand beside the terms, so that nothing replays as another. */
export const consentBody = (agreementId: string, terms: Terms): Json => ({
    agreementId,
    previousHash: terms.previousHash,
    terms: termsCodec.toJson(terms),
    version: terms.version,
});
/** The same as a document: of first terms, or of the version of an agreement that has an id already. */
export const consentDocument = (terms: Terms, agreementId = agreementIdOf(terms)): DocumentBody => [
    'commonwatt/agreement/1',
    consentBody(agreementId, terms),
];

/** Credits to fold into each party's lane before its escrow is taken from it. */
export type Fold = Readonly<{ participantId: string; sourceIds: readonly string[] }>;
export const foldsSchema = z
    .array(z.strictObject({ participantId: idField, sourceIds: distinct(sourceField, FOLDS_MAX) }))
    .max(16)
    .refine((folds) => new Set(folds.map((fold) => fold.participantId)).size === folds.length, 'each once');

export type ConcludeCommand = Readonly<{ terms: Terms; consents: readonly Consent[]; folds: readonly Fold[] }>;
export const concludeCodec = codec<ConcludeCommand>(
    z.strictObject({ terms: termsSchema, consents: consentsSchema, folds: foldsSchema }),
);

/** The next version of an agreement with every party's consent to it. */
export type ProposeAmendmentCommand = Readonly<{ agreementId: string; terms: Terms; consents: readonly Consent[] }>;
export const proposeAmendmentCodec = codec<ProposeAmendmentCommand>(
    z.strictObject({ agreementId: hashField, terms: termsSchema, consents: consentsSchema }),
);

/** Ends delivery by common consent: at the first slot that has not begun, under the version in force. */
export type Cancellation = Readonly<{ agreementId: string; version: number; fromSlot: number }>;
const cancellationSchema = z.strictObject({ agreementId: hashField, version: versionField, fromSlot: slotField });
export const cancellationCodec = codec<Cancellation>(cancellationSchema);
export const cancellationDocument = (cancellation: Cancellation): DocumentBody => [
    'commonwatt/cancellation/1',
    cancellationCodec.toJson(cancellation),
];
export type CancelCommand = Readonly<{ cancellation: Cancellation; consents: readonly Consent[] }>;
export const cancelCodec = codec<CancelCommand>(
    z.strictObject({ cancellation: cancellationSchema, consents: consentsSchema }),
);

export type FundCommand = Readonly<{ agreementId: string; standingId: string | null }>;
export const fundCodec = codec<FundCommand>(z.strictObject({ agreementId: hashField, standingId: idField.nullable() }));

/** Ends delivery at a slot after the regulator's termination: the first slot that has not begun. */
export type ReleaseCommand = Readonly<{ agreementId: string; fromSlot: number }>;
export const releaseCodec = codec<ReleaseCommand>(z.strictObject({ agreementId: hashField, fromSlot: slotField }));

export const agreementRefCodec = codec<Readonly<{ agreementId: string }>>(z.strictObject({ agreementId: hashField }));

/** Names an agreement of a participant. */
export type PartyAgreement = Readonly<{ participantId: string; agreementId: string }>;
export const partyAgreementCodec = codec<PartyAgreement>(
    z.strictObject({ participantId: idField, agreementId: hashField }),
);

/** An agreement as a client sees it: what was signed and how far it is carried out. */
export type AgreementView = Readonly<{ agreement: Agreement; execution: Execution }>;
export const agreementViewCodec = codec<AgreementView>(
    z.strictObject({ agreement: agreementSchema, execution: executionSchema }),
    2 * RECORD_BYTES_MAX,
);

/** One change of an agreement's records, from the peer's history of the key. */
export type AgreementChange = Readonly<{
    transactionId: string;
    timestampMs: number;
    agreement: Agreement | null;
    execution: Execution | null;
}>;
export const agreementHistoryCodec = codec<readonly AgreementChange[]>(
    z.array(
        z.strictObject({
            transactionId: z.string().max(128),
            timestampMs: countField(0, Number.MAX_SAFE_INTEGER),
            agreement: agreementSchema.nullable(),
            execution: executionSchema.nullable(),
        }),
    ),
    HISTORY_BYTES_MAX,
);
