import { z } from 'zod';
import type { Screening, ScreeningStatement } from '../domain/screening.js';
import { codec } from './codec.js';
import { carrierField, hashField, reasonField, signatureField, versionField } from './fields.js';

const statement = z.strictObject({
    agreementId: hashField,
    version: versionField,
    termsHash: hashField,
    carrier: carrierField,
    decision: z.enum(['admitted', 'refused']),
    reasonCode: reasonField,
});

export const screeningStatementCodec = codec<ScreeningStatement>(statement);
export const screeningCodec = codec<Screening>(
    z.strictObject({ statement, officerSubjectHash: hashField, keyId: hashField, signature: signatureField }),
);

export type ScreenCommand = Readonly<{ statement: ScreeningStatement; signature: string }>;
export const screenCodec = codec<ScreenCommand>(z.strictObject({ statement, signature: signatureField }));

export const screeningQueryCodec = codec(
    z.strictObject({ agreementId: hashField, version: versionField, carrier: carrierField }),
);
