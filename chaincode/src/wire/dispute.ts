import { z } from 'zod';
import {
    type Decision,
    type DecisionStatement,
    DECISIONS_MAX,
    type Dispute,
    DISPUTE_STATES,
    FINDINGS,
    type Objection,
    type ReplacedReading,
    REPLACEMENT_KINDS,
    type Review,
    type ReviewStatement,
} from '../domain/dispute.js';
import { codec } from './codec.js';
import {
    carrierField,
    countField,
    energyField,
    hashField,
    idField,
    publicKeyField,
    reasonField,
    signatureField,
    slotField,
} from './fields.js';
import { signedReadingSchema } from './reading.js';
import { sha256Hex } from './signature.js';

const ref = { pointId: idField, slot: slotField, raisedBy: idField };
const numberField = countField(1, DECISIONS_MAX);
const officer = { officerSubjectHash: hashField, keyId: hashField, signature: signatureField };
const replacement = { kind: z.enum(REPLACEMENT_KINDS), importWh: energyField, exportWh: energyField };

const objectionSchema = z.strictObject({ ...ref, agreementId: hashField.nullable(), evidenceHash: hashField });
const decisionStatement = z.strictObject({
    ...ref,
    number: numberField,
    replacement: z.strictObject(replacement).nullable(),
    checkMeter: z
        .strictObject({
            meterId: idField,
            publicKey: publicKeyField,
            before: signedReadingSchema,
            after: signedReadingSchema,
        })
        .nullable(),
    reasonCode: reasonField,
});
const reviewStatement = z.strictObject({
    ...ref,
    number: numberField,
    decisionHash: hashField,
    finding: z.enum(FINDINGS),
    reasonCode: reasonField,
});
const decisionSchema = z.strictObject({ statement: decisionStatement, ...officer });

export const objectionCodec = codec<Objection>(objectionSchema);
export const decisionStatementCodec = codec<DecisionStatement>(decisionStatement);
export const reviewStatementCodec = codec<ReviewStatement>(reviewStatement);
export const decisionCodec = codec<Decision>(decisionSchema);
export const reviewCodec = codec<Review>(z.strictObject({ statement: reviewStatement, ...officer }));
export const disputeCodec = codec<Dispute>(
    z.strictObject({
        objection: objectionSchema,
        keyId: hashField,
        signature: signatureField,
        state: z.enum(DISPUTE_STATES),
        decision: decisionSchema.nullable(),
    }),
);
export const replacedReadingCodec = codec<ReplacedReading>(
    z.strictObject({
        carrier: carrierField,
        slot: slotField,
        pointId: idField,
        raisedBy: idField,
        number: numberField,
        ...replacement,
    }),
);

/** What a review is about: it counts for this very decision. */
export const decisionHashOf = (statement: DecisionStatement): string =>
    sha256Hex(decisionStatementCodec.encode(statement));

/** `signature` is the raising party's, over the objection. */
export type RaiseCommand = Readonly<{ objection: Objection; signature: string }>;
export const raiseCodec = codec<RaiseCommand>(
    z.strictObject({ objection: objectionSchema, signature: signatureField }),
);

export type DecideDisputeCommand = Readonly<{ statement: DecisionStatement; signature: string }>;
export const decideDisputeCodec = codec<DecideDisputeCommand>(
    z.strictObject({ statement: decisionStatement, signature: signatureField }),
);

export type ReviewCommand = Readonly<{ statement: ReviewStatement; signature: string }>;
export const reviewCommandCodec = codec<ReviewCommand>(
    z.strictObject({ statement: reviewStatement, signature: signatureField }),
);

export const disputeRefCodec = codec(z.strictObject(ref));
export const reviewQueryCodec = codec(z.strictObject({ ...ref, number: numberField }));
