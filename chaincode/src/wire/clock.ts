import { z } from 'zod';
import type { Tick } from '../domain/clock.js';
import { codec } from './codec.js';
import { slotField } from './fields.js';

export const tickCodec = codec<Tick>(z.strictObject({ slot: slotField }));

export type AdvanceCommand = Readonly<{ fromSlot: number; toSlot: number }>;
export const advanceCodec = codec<AdvanceCommand>(z.strictObject({ fromSlot: slotField, toSlot: slotField }));
