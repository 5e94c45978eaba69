import { z } from 'zod';
import type { Conformity, ConformityStatement } from '../domain/conformity.js';
import { codec } from './codec.js';
import { hashField, idField, powerField, reasonField, signatureField, slotField, versionField } from './fields.js';

const statement = z.strictObject({
    pointId: idField,
    standardId: idField,
    sequence: versionField,
    status: z.enum(['certified', 'withdrawn']),
    ratedW: powerField,
    untilSlot: slotField,
    reasonCode: reasonField,
});

export const conformityStatementCodec = codec<ConformityStatement>(statement);
export const conformityCodec = codec<Conformity>(
    z.strictObject({ statement, officerSubjectHash: hashField, keyId: hashField, signature: signatureField }),
);

export type CertifyCommand = Readonly<{ statement: ConformityStatement; signature: string }>;
export const certifyCodec = codec<CertifyCommand>(z.strictObject({ statement, signature: signatureField }));

export const conformityRefCodec = codec<Readonly<{ pointId: string; standardId: string }>>(
    z.strictObject({ pointId: idField, standardId: idField }),
);
