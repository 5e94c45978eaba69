import { z } from 'zod';
import { codec } from './codec.js';
import { foldsSchema, type Fold } from './agreement.js';
import { hashField, idField, slotField, versionField } from './fields.js';

/** Puts an agreed amendment into force from the first slot that has not begun. */
export type EnactCommand = Readonly<{
    agreementId: string;
    version: number;
    fromSlot: number;
    standingId: string | null;
    folds: readonly Fold[];
}>;
export const enactCodec = codec<EnactCommand>(
    z.strictObject({
        agreementId: hashField,
        version: versionField,
        fromSlot: slotField,
        standingId: idField.nullable(),
        folds: foldsSchema,
    }),
);

export const amendmentRefCodec = codec<Readonly<{ agreementId: string; version: number }>>(
    z.strictObject({ agreementId: hashField, version: versionField }),
);
