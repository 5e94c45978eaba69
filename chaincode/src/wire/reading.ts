import { z } from 'zod';
import type { Reading, SignedReading } from '../domain/reading.js';
import { codec } from './codec.js';
import { energyField, idField, sequenceField, signatureField, slotField } from './fields.js';

/** Most readings one transaction may carry. */
export const READINGS_MAX = 96;

const readingSchema = z.strictObject({
    pointId: idField,
    meterId: idField,
    sequence: sequenceField,
    slot: slotField,
    importWh: energyField,
    exportWh: energyField,
});

export const signedReadingSchema = z.strictObject({ reading: readingSchema, signature: signatureField });

export const readingCodec = codec<Reading>(readingSchema);
export const signedReadingCodec = codec<SignedReading>(signedReadingSchema);

export type SubmitReadingsCommand = Readonly<{ readings: readonly SignedReading[] }>;
export const submitReadingsCodec = codec<SubmitReadingsCommand>(
    z.strictObject({ readings: z.array(signedReadingSchema).min(1).max(READINGS_MAX) }),
);
