import { z } from 'zod';
import type { ChargePoint } from '../domain/charge-point.js';
import type { MeteringPoint, OwnerConsent } from '../domain/meter.js';
import type { MeterExchange, MeterExchangeStatement } from '../domain/meter-exchange.js';
import type { SignedReading } from '../domain/reading.js';
import { codec } from './codec.js';
import { carrierField, countField, idField, publicKeyField, signatureField, slotField } from './fields.js';
import { signedReadingSchema } from './reading.js';
import { sha256Hex } from './signature.js';

const meterSchema = z.strictObject({ meterId: idField, publicKey: publicKeyField });

const pointSchema = z.strictObject({
    pointId: idField,
    participantId: idField,
    carrier: carrierField,
    connectionPoint: idField,
    fromSlot: slotField,
    meter: meterSchema.nullable(),
    parentPointId: idField.nullable(),
    chargePointId: idField.nullable(),
    storageEfficiencyBp: countField(1, 10_000).nullable(),
    isRenewable: z.boolean(),
});

export const meteringPointCodec = codec<MeteringPoint>(pointSchema);

/** Who hands energy over at a charge point. */
export const chargePointCodec = codec<ChargePoint>(
    z.strictObject({
        chargePointId: idField,
        stationPointId: idField.nullable(),
        vehicle: z.strictObject({ pointId: idField, fromSlot: slotField }).nullable(),
    }),
);

/** Whom a point binds at most: its owner, and that of its parent or charge point. */
const OWNERS_MAX = 2;
const consentSchema = z.strictObject({ participantId: idField, signature: signatureField });
export const ownerConsentCodec = codec<OwnerConsent>(consentSchema);

/**
 * A metering point with its meter's signed baseline: sequence 0, the registers when the first slot begins; and the
 * signature over the point of everybody whom it binds.
 */
export type RegisterMeterCommand = Readonly<{
    point: MeteringPoint;
    baseline: SignedReading | null;
    consents: readonly OwnerConsent[];
}>;
export const registerMeterCodec = codec<RegisterMeterCommand>(
    z.strictObject({
        point: pointSchema,
        baseline: signedReadingSchema.nullable(),
        consents: z.array(consentSchema).max(OWNERS_MAX),
    }),
);

/** What the owner of a point signs, or the regulator confirms in its place. */
export const meterExchangeStatementCodec = codec<MeterExchangeStatement>(
    z.strictObject({ pointId: idField, oldMeterId: idField, meter: meterSchema, isDead: z.boolean() }),
);
export const meterExchangeHashOf = (statement: MeterExchangeStatement): string =>
    sha256Hex(meterExchangeStatementCodec.encode(statement));

/** One meter takes the place of another; also the record of it. */
export const meterExchangeCodec = codec<MeterExchange>(
    z.strictObject({
        pointId: idField,
        oldMeterId: idField,
        closing: signedReadingSchema.nullable(),
        opening: signedReadingSchema,
        meter: meterSchema,
        consent: consentSchema.nullable(),
    }),
);
