import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NotFoundError } from '../errors.js';

/** SHA-256 of a file's bytes, in hex: what the ledger keeps of evidence. @throws NotFoundError FILE_MISSING {file} */
export async function sha256OfFile(file: string): Promise<string> {
    try {
        return createHash('sha256')
            .update(await readFile(file))
            .digest('hex');
    } catch (cause) {
        throw new NotFoundError({ code: 'FILE_MISSING', operands: { file }, cause });
    }
}
