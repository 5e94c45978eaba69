import { z } from 'zod';
import {
    DECLARATIONS_MAX,
    FORCE_MAJEURE_POINTS_MAX,
    type ForceMajeure,
    type ForceMajeureStatement,
    type StruckPoints,
} from '../domain/force-majeure.js';
import { codec } from './codec.js';
import {
    carrierField,
    distinct,
    hashField,
    idField,
    mspIdField,
    reasonField,
    signatureField,
    slotField,
} from './fields.js';
import { sha256Hex } from './signature.js';

/** As many declarations of as many points as there may be, by the longest ids. */
const STRUCK_BYTES_MAX = 512 * 1024;

const statementSchema = z.strictObject({
    declarationId: idField,
    carrier: carrierField,
    pointIds: distinct(idField, FORCE_MAJEURE_POINTS_MAX).min(1),
    fromSlot: slotField,
    untilSlot: slotField,
    evidenceHash: hashField,
    reasonCode: reasonField,
});
export const forceMajeureStatementCodec = codec<ForceMajeureStatement>(statementSchema);
/** What the regulator confirms. */
export const forceMajeureHashOf = (statement: ForceMajeureStatement): string =>
    sha256Hex(forceMajeureStatementCodec.encode(statement));
export const forceMajeureCodec = codec<ForceMajeure>(
    z.strictObject({
        statement: statementSchema,
        mspId: mspIdField,
        officerSubjectHash: hashField,
        keyId: hashField,
        signature: signatureField,
    }),
);
export const struckPointsCodec = codec<StruckPoints>(
    z.strictObject({
        carrier: carrierField,
        slot: slotField,
        declarations: z
            .array(
                z.strictObject({
                    declarationId: idField,
                    factHash: hashField,
                    mspId: mspIdField,
                    pointIds: distinct(idField, FORCE_MAJEURE_POINTS_MAX).min(1),
                }),
            )
            .max(DECLARATIONS_MAX),
    }),
    STRUCK_BYTES_MAX,
);

export type DeclareCommand = Readonly<{ statement: ForceMajeureStatement; signature: string }>;
export const declareCodec = codec<DeclareCommand>(
    z.strictObject({ statement: statementSchema, signature: signatureField }),
);

export const declarationQueryCodec = codec(z.strictObject({ declarationId: idField }));
