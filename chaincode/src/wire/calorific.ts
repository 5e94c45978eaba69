import { z } from 'zod';
import {
    type Attestation,
    type Calorific,
    CALORIFIC_SLOTS_MAX,
    CALORIFIC_VERSIONS_MAX,
    type CalorificStatement,
} from '../domain/calorific.js';
import { codec } from './codec.js';
import { calorificField, countField, hashField, idField, signatureField, slotField } from './fields.js';
import { sha256Hex } from './signature.js';

const statementSchema = z.strictObject({
    fromSlot: slotField,
    slotCount: countField(1, CALORIFIC_SLOTS_MAX),
    calorificWhPerM3: calorificField,
    version: countField(1, CALORIFIC_VERSIONS_MAX),
});
export const calorificStatementCodec = codec<CalorificStatement>(statementSchema);
/** What the regulator confirms. */
export const calorificHashOf = (statement: CalorificStatement): string =>
    sha256Hex(calorificStatementCodec.encode(statement));

const attestationSchema = z.strictObject({ sourceId: idField, signature: signatureField });
export const attestationCodec = codec<Attestation>(attestationSchema);

export const calorificCodec = codec<Calorific>(
    z.strictObject({
        slot: slotField,
        versions: z
            .array(
                z.strictObject({
                    statement: statementSchema,
                    attestation: attestationSchema.nullable(),
                    countsAtOnce: z.boolean(),
                    officerSubjectHash: hashField,
                    keyId: hashField,
                    signature: signatureField,
                }),
            )
            .min(1)
            .max(CALORIFIC_VERSIONS_MAX),
    }),
);

/** The officer's statement and, where it has one, a laboratory's signature of the same. */
export type PublishCalorificCommand = Readonly<{
    statement: CalorificStatement;
    signature: string;
    attestation: Attestation | null;
}>;
export const publishCalorificCodec = codec<PublishCalorificCommand>(
    z.strictObject({
        statement: statementSchema,
        signature: signatureField,
        attestation: attestationSchema.nullable(),
    }),
);
