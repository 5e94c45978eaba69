import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { idField } from '@commonwatt/chaincode/wire/fields';
import { sourceQueryCodec } from '@commonwatt/chaincode/wire/source';
import type { SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { z } from 'zod';
import { type DocumentSigner, documentSignerOf } from '../../document-signer.js';
import { createFile } from '../../durable-file.js';
import { InvalidError, translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { SourceSigner } from '../../source-signer.js';

const fileSchema = z.strictObject({ sourceId: idField, privateKey: z.string().includes('PRIVATE KEY') });

/** A source's key in a file that only its owner may read. */
export class SourceKeyFile {
    readonly sourceId: string;
    readonly key: DocumentSigner;

    private constructor({ sourceId, privateKey }: z.output<typeof fileSchema>) {
        this.sourceId = sourceId;
        this.key = documentSignerOf(privateKey);
    }

    /** @throws NotFoundError FILE_MISSING {file} · InvalidError FILE_INVALID {file, path, reason} */
    static async open(path: string): Promise<SourceKeyFile> {
        return new SourceKeyFile(await readJsonFile(path, fileSchema));
    }

    /**
     * The source of a file; a new one where there is no file yet.
     * @throws InvalidError INPUT_INVALID {path, reason} · FILE_INVALID {file, path, reason}: also for the file of another source
     */
    static async openOrCreate(path: string, sourceId: string): Promise<SourceKeyFile> {
        if (!existsSync(path)) {
            translated(() => sourceQueryCodec.encode({ sourceId })); // before a file is made for an id that nobody can have
            const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
            const content = { sourceId, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
            await createFile(path, `${JSON.stringify(content, null, 2)}\n`);
        }
        const source = await SourceKeyFile.open(path);
        if (source.sourceId !== sourceId) {
            const reason = `it is the key of ${source.sourceId}`;
            throw new InvalidError({ code: 'FILE_INVALID', operands: { file: path, path: 'sourceId', reason } });
        }
        return source;
    }

    /** @param scope the exchange's: `market.ledger.scope('exchange')` */
    signer(scope: SignatureScope): SourceSigner {
        return new SourceSigner(this.sourceId, this.key, scope);
    }
}
