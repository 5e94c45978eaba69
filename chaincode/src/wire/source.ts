import { z } from 'zod';
import type { Source } from '../domain/source.js';
import { codec } from './codec.js';
import { idField, publicKeyField } from './fields.js';

/** Registers a source; also the record of it. */
export const sourceCodec = codec<Source>(z.strictObject({ sourceId: idField, publicKey: publicKeyField }));
export const sourceQueryCodec = codec(z.strictObject({ sourceId: idField }));
