import { z } from 'zod';
import { type Seat, SEAT_KINDS, SEAT_STATUSES, type SeatGrant, type SeatRef } from '../domain/seat.js';
import { codec } from './codec.js';
import { hashField, mspIdField, publicKeyField } from './fields.js';

const ref = { kind: z.enum(SEAT_KINDS), mspId: mspIdField, subjectHash: hashField };
const grant = { ...ref, publicKey: publicKeyField };

export const seatRefCodec = codec<SeatRef>(z.strictObject(ref));
export const seatGrantCodec = codec<SeatGrant>(z.strictObject(grant));
export const seatCodec = codec<Seat>(z.strictObject({ ...grant, status: z.enum(SEAT_STATUSES) }));
