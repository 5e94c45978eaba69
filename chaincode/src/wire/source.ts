import { z } from 'zod';
import type { Source } from '../domain/source.js';
import { codec } from './codec.js';
import { idField, publicKeyField } from './fields.js';
import { sha256Hex } from './signature.js';

/** Registers a source; also the record of it. */
export const sourceCodec = codec<Source>(z.strictObject({ sourceId: idField, publicKey: publicKeyField }));
/** What the regulator confirms of a laboratory: whose key it is. */
export const laboratoryHashOf = ({ sourceId, publicKey }: Source): string =>
    sha256Hex(sourceCodec.encode({ sourceId, publicKey }));
export const sourceQueryCodec = codec(z.strictObject({ sourceId: idField }));
