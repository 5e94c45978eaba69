import type { SignedDelivery } from '@commonwatt/chaincode/domain/statement';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { signedDeliveryCodec } from '@commonwatt/chaincode/wire/statement';
import { z } from 'zod';
import { replaceFile } from '../../durable-file.js';
import { translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { jsonText } from '../output.js';

/** @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID, INPUT_INVALID {path, reason} */
export async function readStatement(file: string): Promise<SignedDelivery> {
    const json = (await readJsonFile(file, z.json())) as Json;
    return translated(() => signedDeliveryCodec.fromJson(json));
}

export async function writeStatement(file: string, signed: SignedDelivery): Promise<void> {
    await replaceFile(file, `${jsonText(signedDeliveryCodec.toJson(signed), 2)}\n`);
}
