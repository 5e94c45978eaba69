import type { Json } from '@commonwatt/chaincode/wire/canonical';
import type { Codec } from '@commonwatt/chaincode/wire/codec';
import { z } from 'zod';
import { replaceFile } from '../durable-file.js';
import { translated } from '../errors.js';
import { readJsonFile } from '../json-file.js';
import { jsonText } from './output.js';

/**
 * Reads a file that holds one document, as its codec writes it.
 * @throws NotFoundError FILE_MISSING {file} · InvalidError FILE_INVALID {file, path, reason}, INPUT_INVALID {path, reason}
 */
export async function readDocument<Value>(file: string, codec: Codec<Value>): Promise<Value> {
    const json = (await readJsonFile(file, z.json())) as Json;
    return translated(() => codec.fromJson(json));
}

export async function writeDocument<Value>(file: string, codec: Codec<Value>, document: Value): Promise<void> {
    await replaceFile(file, `${jsonText(codec.toJson(document), 2)}\n`);
}
