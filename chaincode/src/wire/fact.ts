import { z } from 'zod';
import { FACT_FINDINGS, FACT_KINDS, type FactReview, type FactReviewStatement } from '../domain/fact.js';
import { codec } from './codec.js';
import { hashField, idField, reasonField, signatureField, slotField } from './fields.js';

const statementSchema = z.strictObject({
    kind: z.enum(FACT_KINDS),
    subjectId: idField,
    factHash: hashField,
    finding: z.enum(FACT_FINDINGS),
    fromSlot: slotField.nullable(),
    reasonCode: reasonField,
});
export const factReviewStatementCodec = codec<FactReviewStatement>(statementSchema);
export const factReviewCodec = codec<FactReview>(
    z.strictObject({
        statement: statementSchema,
        officerSubjectHash: hashField,
        keyId: hashField,
        signature: signatureField,
    }),
);

export type ReviewFactCommand = Readonly<{ statement: FactReviewStatement; signature: string }>;
export const reviewFactCodec = codec<ReviewFactCommand>(
    z.strictObject({ statement: statementSchema, signature: signatureField }),
);

export const factQueryCodec = codec(z.strictObject({ kind: z.enum(FACT_KINDS), factHash: hashField }));
