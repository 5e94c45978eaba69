import { z } from 'zod';
import { type Allowance, type AllowancePurpose, ALLOWANCES } from '../domain/allowance.js';
import { AGREEMENTS_MAX, type TradesBetween } from '../domain/trades-between.js';
import { codec } from './codec.js';
import { carrierField, countField, idField } from './fields.js';

const PURPOSES = Object.keys(ALLOWANCES) as [AllowancePurpose, ...AllowancePurpose[]];
const BYTES_MAX = Math.max(...Object.values(ALLOWANCES).map(({ perDayBytes }) => perDayBytes));
const DAYS_MAX = 10_000_000;

export const allowanceCodec = codec<Allowance>(
    z.strictObject({
        holder: z.union([z.tuple([idField]), z.tuple([carrierField, idField, idField])]),
        purpose: z.enum(PURPOSES),
        part: z.string().regex(/^[a-z0-9-]{1,32}$/, 'a part of an allowance'),
        day: countField(0, DAYS_MAX),
        usedBytes: countField(1, BYTES_MAX),
    }),
);

export const tradesBetweenCodec = codec<TradesBetween>(
    z.strictObject({
        carrier: carrierField,
        sellerPoint: idField,
        buyerPoint: idField,
        block: countField(0, 2_000_000_000),
        agreements: countField(1, AGREEMENTS_MAX),
    }),
);
