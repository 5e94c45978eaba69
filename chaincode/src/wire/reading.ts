import { z } from 'zod';
import { type Estimates, QUALITIES } from '../domain/estimation.js';
import type { Reading, SignedReading } from '../domain/reading.js';
import { codec } from './codec.js';
import {
    carrierField,
    energyField,
    idField,
    resultEnergyField,
    sequenceField,
    signatureField,
    slotField,
} from './fields.js';

/** Most readings one transaction may carry. */
export const READINGS_MAX = 96;

/** Estimates of every point of a carrier, should all be silent. */
const ESTIMATES_BYTES_MAX = 4 * 1024 * 1024;

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

/** Registers estimated from others are results: they may lie above what a meter can sign. */
export const estimatesCodec = codec<Estimates>(
    z.strictObject({
        carrier: carrierField,
        slot: slotField,
        points: z.array(
            z.strictObject({
                pointId: idField,
                importWh: resultEnergyField,
                exportWh: resultEnergyField,
                quality: z.enum(QUALITIES).exclude(['scheduled']),
            }),
        ),
    }),
    ESTIMATES_BYTES_MAX,
);

export type SubmitReadingsCommand = Readonly<{ readings: readonly SignedReading[] }>;
export const submitReadingsCodec = codec<SubmitReadingsCommand>(
    z.strictObject({ readings: z.array(signedReadingSchema).min(1).max(READINGS_MAX) }),
);
