import { z } from 'zod';
import type { ChargePoint } from '../domain/charge-point.js';
import type { MeteringPoint } from '../domain/meter.js';
import type { MeterExchange } from '../domain/meter-exchange.js';
import type { SignedReading } from '../domain/reading.js';
import { codec } from './codec.js';
import { carrierField, countField, idField, publicKeyField, slotField } from './fields.js';
import { signedReadingSchema } from './reading.js';

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

/** A metering point with its meter's signed baseline: sequence 0, the registers when the first slot begins. */
export type RegisterMeterCommand = Readonly<{ point: MeteringPoint; baseline: SignedReading | null }>;
export const registerMeterCodec = codec<RegisterMeterCommand>(
    z.strictObject({ point: pointSchema, baseline: signedReadingSchema.nullable() }),
);

/** One meter takes the place of another; also the record of it. */
export const meterExchangeCodec = codec<MeterExchange>(
    z.strictObject({
        pointId: idField,
        oldMeterId: idField,
        closing: signedReadingSchema,
        opening: signedReadingSchema,
        meter: meterSchema,
    }),
);
