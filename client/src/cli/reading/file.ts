import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { signedReadingCodec } from '@commonwatt/chaincode/wire/reading';
import { z } from 'zod';
import { replaceFile } from '../../durable-file.js';
import { translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { jsonText } from '../output.js';

/** @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID, INPUT_INVALID {path, reason} */
export async function readReading(file: string): Promise<SignedReading> {
    const json = (await readJsonFile(file, z.json())) as Json;
    return translated(() => signedReadingCodec.fromJson(json));
}

export async function writeReading(file: string, signed: SignedReading): Promise<void> {
    await replaceFile(file, `${jsonText(signedReadingCodec.toJson(signed), 2)}\n`);
}
