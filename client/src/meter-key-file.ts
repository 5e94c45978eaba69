import { generateKeyPairSync } from 'node:crypto';
import type { Reading } from '@commonwatt/chaincode/domain/reading';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { idField } from '@commonwatt/chaincode/wire/fields';
import { readingCodec } from '@commonwatt/chaincode/wire/reading';
import type { SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { z } from 'zod';
import { type DocumentSigner, documentSignerOf } from './document-signer.js';
import { createFile, replaceFile } from './durable-file.js';
import { ConflictError, translated } from './errors.js';
import { readJsonFile } from './json-file.js';
import { type MeterMemory, MeterSigner } from './meter-signer.js';

const fileSchema = z.strictObject({
    pointId: idField,
    meterId: idField,
    privateKey: z.string().includes('PRIVATE KEY'),
    last: z.json().nullable(),
});
type FileContent = z.output<typeof fileSchema>;

/** A software meter: its key and last reading in one file, which only its owner may read. */
export class MeterKeyFile implements MeterMemory {
    readonly #path: string;
    #content: FileContent;

    private constructor(path: string, content: FileContent) {
        this.#path = path;
        this.#content = content;
    }

    /** @throws NotFoundError FILE_MISSING {file} · InvalidError FILE_INVALID {file, path, reason} */
    static async open(path: string): Promise<MeterKeyFile> {
        return new MeterKeyFile(path, await readJsonFile(path, fileSchema));
    }

    /** Makes a meter with a new key. @throws ConflictError METER_KEY_EXISTS {file} */
    static async create(path: string, pointId: string, meterId: string): Promise<MeterKeyFile> {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const content: FileContent = {
            pointId,
            meterId,
            privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
            last: null,
        };
        try {
            await createFile(path, textOf(content));
        } catch (cause) {
            if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
                throw new ConflictError({ code: 'METER_KEY_EXISTS', operands: { file: path }, cause });
            }
            throw cause;
        }
        return new MeterKeyFile(path, content);
    }

    get pointId(): string {
        return this.#content.pointId;
    }

    get meterId(): string {
        return this.#content.meterId;
    }

    get key(): DocumentSigner {
        return documentSignerOf(this.#content.privateKey);
    }

    get last(): Reading | null {
        const { last } = this.#content;
        return last === null ? null : translated(() => readingCodec.fromJson(last as Json));
    }

    async save(reading: Reading): Promise<void> {
        const content = { ...this.#content, last: readingCodec.toJson(reading) as FileContent['last'] };
        await replaceFile(this.#path, textOf(content));
        this.#content = content;
    }

    signer(scope: SignatureScope): MeterSigner {
        return new MeterSigner({ pointId: this.pointId, meterId: this.meterId, key: this.key, scope, memory: this });
    }
}

const textOf = (content: FileContent): string => `${JSON.stringify(content, null, 2)}\n`;
