import { z } from 'zod';
import type { Halt, HaltStatement } from '../domain/halt.js';
import { codec } from './codec.js';
import { carrierField, hashField, mspIdField, reasonField, signatureField, slotField } from './fields.js';

const statement = z.strictObject({
    carrier: carrierField,
    fromSlot: slotField,
    untilSlot: slotField,
    reasonCode: reasonField,
});

export const haltStatementCodec = codec<HaltStatement>(statement);
const haltSchema = z.strictObject({
    statement,
    mspId: mspIdField,
    officerSubjectHash: hashField,
    keyId: hashField,
    signature: signatureField,
    liftedSlot: slotField.nullable(),
});
export const haltCodec = codec<Halt>(haltSchema);
export const haltsCodec = codec<readonly Halt[]>(z.array(haltSchema).max(64));

export type HaltCommand = Readonly<{ statement: HaltStatement; signature: string }>;
export const haltCommandCodec = codec<HaltCommand>(z.strictObject({ statement, signature: signatureField }));

/** Lifts the running halt of a carrier from the named slot on, the next that has not begun. */
export type LiftCommand = Readonly<{ carrier: Halt['statement']['carrier']; nextSlot: number }>;
export const liftCodec = codec<LiftCommand>(z.strictObject({ carrier: carrierField, nextSlot: slotField }));
