import { z } from 'zod';
import { type DeliveryStatement, type SignedDelivery, STATEMENT_VERSIONS_MAX } from '../domain/statement.js';
import { codec } from './codec.js';
import { countField, energyField, hashField, idField, signatureField, slotField } from './fields.js';

/** Most statements one transaction may carry. */
export const STATEMENTS_MAX = 96;

const statementSchema = z.strictObject({
    sourceId: idField,
    agreementId: hashField,
    leg: countField(0, 255),
    slot: slotField,
    deliveredWh: energyField,
    version: countField(1, STATEMENT_VERSIONS_MAX),
});
const signedDeliverySchema = z.strictObject({ statement: statementSchema, signature: signatureField });
export const statementCodec = codec<DeliveryStatement>(statementSchema);
export const signedDeliveryCodec = codec<SignedDelivery>(signedDeliverySchema);

export type SubmitStatementsCommand = Readonly<{ statements: readonly SignedDelivery[] }>;
export const submitStatementsCodec = codec<SubmitStatementsCommand>(
    z.strictObject({ statements: z.array(signedDeliverySchema).min(1).max(STATEMENTS_MAX) }),
);
