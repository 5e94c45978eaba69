import { z } from 'zod';
import type { Carrier } from '../domain/charter.js';
import type { Reopening } from '../domain/reconciliation.js';
import { codec } from './codec.js';
import { carrierField, countField, slotField } from './fields.js';
import { RUNS_MAX } from './settlement.js';

const runField = countField(1, RUNS_MAX);

export type ReconcileCommand = Readonly<{ carrier: Carrier; slot: number; run: number }>;
export const reconcileCodec = codec<ReconcileCommand>(
    z.strictObject({ carrier: carrierField, slot: slotField, run: runField }),
);

export const reopeningCodec = codec<Reopening>(
    z.strictObject({ carrier: carrierField, slot: slotField, lastRun: runField }),
);
