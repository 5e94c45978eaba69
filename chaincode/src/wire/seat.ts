import { z } from 'zod';
import { type Seat, SEAT_KINDS } from '../domain/seat.js';
import { codec } from './codec.js';
import { hashField, mspIdField, publicKeyField } from './fields.js';

export const seatCodec = codec<Seat>(
    z.strictObject({
        kind: z.enum(SEAT_KINDS),
        mspId: mspIdField,
        subjectHash: hashField,
        publicKey: publicKeyField,
    }),
);
