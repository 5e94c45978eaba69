import { z } from 'zod';
import { type Estimates, QUALITIES } from '../domain/estimation.js';
import type { LastReading, Reading, RecordedReading, SignedReading } from '../domain/reading.js';
import { codec } from './codec.js';
import {
    calorificField,
    carrierField,
    energyField,
    idField,
    publicKeyField,
    resultEnergyField,
    resultVolumeField,
    sequenceField,
    signatureField,
    slotField,
    volumeField,
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
    volume: z
        .strictObject({ importLitres: volumeField, exportLitres: volumeField, calorificWhPerM3: calorificField })
        .nullable(),
});

/** Registers that several meters have counted together: they may lie above what one can sign. */
const countedSchema = z.strictObject({
    importWh: resultEnergyField,
    exportWh: resultEnergyField,
    volume: z.strictObject({ importLitres: resultVolumeField, exportLitres: resultVolumeField }).nullable(),
});

export const signedReadingSchema = z.strictObject({ reading: readingSchema, signature: signatureField });

export const readingCodec = codec<Reading>(readingSchema);
export const signedReadingCodec = codec<SignedReading>(signedReadingSchema);
export const recordedReadingCodec = codec<RecordedReading>(signedReadingSchema.extend({ counted: countedSchema }));
export const lastReadingCodec = codec<LastReading>(
    z.strictObject({ reading: readingSchema, counted: countedSchema, publicKey: publicKeyField, firstSlot: slotField }),
);

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
