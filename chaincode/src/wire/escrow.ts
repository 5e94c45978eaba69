import { z } from 'zod';
import type { Execution } from '../domain/escrow.js';
import { AGREEMENT_STATES } from '../domain/lifecycle.js';
import { codec } from './codec.js';
import { amountField, carrierField, hashField, idField, slotField, versionField } from './fields.js';

export const executionSchema = z.strictObject({
    agreementId: hashField,
    version: versionField,
    termsHash: hashField,
    state: z.enum(AGREEMENT_STATES),
    standingId: idField.nullable(),
    endSlot: slotField,
    progress: z.array(z.strictObject({ carrier: carrierField, nextSlot: slotField })),
    holdings: z.array(z.strictObject({ participantId: idField, energyNano: amountField, defaultNano: amountField })),
});
export const executionCodec = codec<Execution>(executionSchema);

/** Names an agreement that delivers from a slot on; settlement finds it by carrier and slot. */
export type Commitment = Readonly<{
    carrier: Execution['progress'][number]['carrier'];
    firstSlot: number;
    agreementId: string;
}>;
export const commitmentCodec = codec<Commitment>(
    z.strictObject({ carrier: carrierField, firstSlot: slotField, agreementId: hashField }),
);
