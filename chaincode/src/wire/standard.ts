import { z } from 'zod';
import type { Standard, StandardStatement } from '../domain/standard.js';
import { codec } from './codec.js';
import { carrierField, hashField, idField, signatureField, slotField } from './fields.js';

const statement = z.strictObject({
    standardId: idField,
    carrier: carrierField,
    textHash: hashField,
    fromSlot: slotField,
});

export const standardStatementCodec = codec<StandardStatement>(statement);
export const standardCodec = codec<Standard>(
    z.strictObject({ statement, officerSubjectHash: hashField, keyId: hashField, signature: signatureField }),
);

export type PublishStandardCommand = Readonly<{ statement: StandardStatement; signature: string }>;
export const publishStandardCodec = codec<PublishStandardCommand>(
    z.strictObject({ statement, signature: signatureField }),
);

export const standardRefCodec = codec<Readonly<{ standardId: string }>>(z.strictObject({ standardId: idField }));
