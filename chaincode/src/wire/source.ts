import { z } from 'zod';
import { CLIENTS_MAX, type Source, type SourceStatement } from '../domain/source.js';
import { codec } from './codec.js';
import { distinct, idField, publicKeyField, signatureField, versionField } from './fields.js';
import { sha256Hex } from './signature.js';

const statementSchema = z.strictObject({
    sourceId: idField,
    version: versionField,
    publicKey: publicKeyField.nullable(),
    clients: z.union([z.literal('anyone'), distinct(idField, CLIENTS_MAX)]),
});
export const sourceStatementCodec = codec<SourceStatement>(statementSchema);
/** What the regulator confirms where the key in force does not sign. */
export const sourceHashOf = (statement: SourceStatement): string => sha256Hex(sourceStatementCodec.encode(statement));

/** Registers a source, or its next version; also the record of it. */
export const sourceCodec = codec<Source>(
    z.strictObject({
        statement: statementSchema,
        oldSignature: signatureField.nullable(),
        newSignature: signatureField.nullable(),
    }),
);

const laboratoryCodec = codec<Laboratory>(z.strictObject({ sourceId: idField, publicKey: publicKeyField }));
type Laboratory = Readonly<{ sourceId: string; publicKey: string }>;
/** What the regulator confirms of a laboratory: whose key it is. */
export const laboratoryHashOf = (laboratory: Laboratory): string => sha256Hex(laboratoryCodec.encode(laboratory));

export const sourceQueryCodec = codec(z.strictObject({ sourceId: idField }));
