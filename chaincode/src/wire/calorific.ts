import { z } from 'zod';
import { type Calorific, CALORIFIC_SLOTS_MAX, type CalorificStatement } from '../domain/calorific.js';
import { codec } from './codec.js';
import { calorificField, countField, hashField, signatureField, slotField } from './fields.js';

const statementSchema = z.strictObject({
    fromSlot: slotField,
    slotCount: countField(1, CALORIFIC_SLOTS_MAX),
    calorificWhPerM3: calorificField,
});
export const calorificStatementCodec = codec<CalorificStatement>(statementSchema);
export const calorificCodec = codec<Calorific>(
    z.strictObject({
        slot: slotField,
        statement: statementSchema,
        officerSubjectHash: hashField,
        keyId: hashField,
        signature: signatureField,
    }),
);

export type PublishCalorificCommand = Readonly<{ statement: CalorificStatement; signature: string }>;
export const publishCalorificCodec = codec<PublishCalorificCommand>(
    z.strictObject({ statement: statementSchema, signature: signatureField }),
);
