import { z } from 'zod';
import type { Withdrawal } from '../domain/consent.js';
import { codec } from './codec.js';
import { hashField, idField, signatureField } from './fields.js';
import type { DocumentBody } from './signature.js';

const withdrawalSchema = z.strictObject({ participantId: idField, documentHash: hashField, keyId: hashField });
export const withdrawalCodec = codec<Withdrawal>(withdrawalSchema);

/** What is signed to take a signature back. */
export const withdrawalDocument = (withdrawal: Withdrawal): DocumentBody => [
    'commonwatt/withdrawal/1',
    withdrawalCodec.toJson(withdrawal),
];

/** `mandateId` names the mandate when the agent takes back what it signed. */
export type WithdrawCommand = Readonly<{ withdrawal: Withdrawal; mandateId: string | null; signature: string }>;
export const withdrawCodec = codec<WithdrawCommand>(
    z.strictObject({ withdrawal: withdrawalSchema, mandateId: hashField.nullable(), signature: signatureField }),
);
