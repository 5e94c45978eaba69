import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { InvalidError, NotFoundError } from './errors.js';

/**
 * Reads a JSON file of a known shape.
 * @throws NotFoundError FILE_MISSING {file} · InvalidError FILE_INVALID {file, path, reason}
 */
export async function readJsonFile<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
    const text = await readTextFile(file);
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch (cause) {
        throw new InvalidError({ code: 'FILE_INVALID', operands: { file, path: '', reason: 'not JSON' }, cause });
    }
    const result = schema.safeParse(json);
    if (!result.success) {
        const issue = result.error.issues[0];
        const path = (issue?.path ?? []).map(String).join('.');
        throw new InvalidError({
            code: 'FILE_INVALID',
            operands: { file, path, reason: issue?.message ?? 'invalid' },
        });
    }
    return result.data;
}

/** @throws NotFoundError FILE_MISSING {file} */
export async function readTextFile(file: string): Promise<string> {
    try {
        return await readFile(file, 'utf8');
    } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
            throw new NotFoundError({ code: 'FILE_MISSING', operands: { file }, cause });
        }
        throw cause;
    }
}
