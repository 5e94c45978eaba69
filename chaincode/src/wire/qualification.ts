import { z } from 'zod';
import { CARRIERS } from '../domain/charter.js';
import type { Qualification, QualificationStatement } from '../domain/qualification.js';
import { codec } from './codec.js';
import { carrierField, hashField, idField, mspIdField, reasonField, signatureField, versionField } from './fields.js';

const statement = z.strictObject({
    participantId: idField,
    person: z.strictObject({ mspId: mspIdField, subjectHash: hashField, keyId: hashField }),
    sequence: versionField,
    status: z.enum(['granted', 'suspended', 'revoked']),
    permits: z
        .array(z.strictObject({ carrier: carrierField, buy: z.boolean(), sell: z.boolean() }))
        .max(CARRIERS.length)
        .refine((permits) => new Set(permits.map((permit) => permit.carrier)).size === permits.length, 'each once'),
    reasonCode: reasonField,
});

export const qualificationStatementCodec = codec<QualificationStatement>(statement);
export const qualificationCodec = codec<Qualification>(
    z.strictObject({ statement, officerSubjectHash: hashField, keyId: hashField, signature: signatureField }),
);

export type QualifyCommand = Readonly<{ statement: QualificationStatement; signature: string }>;
export const qualifyCodec = codec<QualifyCommand>(z.strictObject({ statement, signature: signatureField }));
