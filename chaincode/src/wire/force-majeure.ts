import { z } from 'zod';
import {
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

/** Every declaration about a slot stays. */
const STRUCK_BYTES_MAX = 4 * 1024 * 1024;

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
        points: z.array(z.strictObject({ pointId: idField, declarationId: idField, mspId: mspIdField })),
    }),
    STRUCK_BYTES_MAX,
);

export type DeclareCommand = Readonly<{ statement: ForceMajeureStatement; signature: string }>;
export const declareCodec = codec<DeclareCommand>(
    z.strictObject({ statement: statementSchema, signature: signatureField }),
);

export const declarationQueryCodec = codec(z.strictObject({ declarationId: idField }));
