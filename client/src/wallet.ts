import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyField } from '@commonwatt/chaincode/wire/fields';
import { z } from 'zod';
import { ConflictError, InvalidError } from './errors.js';
import { createFile, replaceFile } from './durable-file.js';
import { readJsonFile } from './json-file.js';
import { newSigningKey } from './signing-key.js';

const signingKeySchema = z.strictObject({
    privateKey: z.string().includes('PRIVATE KEY'),
    publicKey: publicKeyField,
});

const entrySchema = z.strictObject({
    mspId: z.string().min(1),
    certificate: z.string().includes('BEGIN CERTIFICATE'),
    privateKey: z.string().includes('PRIVATE KEY'),
    signingKey: signingKeySchema,
});

/** One identity: the certificate that speaks to the peers and the key that signs documents. Keys are PEM, PKCS #8. */
export type WalletEntry = Readonly<z.output<typeof entrySchema>>;

const NAME = /^[a-z0-9][a-z0-9.-]{0,62}$/;

/** Identities in a folder, one file each, readable by their owner alone. */
export class FileWallet {
    readonly #folder: string;

    constructor(folder: string) {
        this.#folder = folder;
    }

    /** Names of the identities, sorted. */
    async names(): Promise<string[]> {
        const files = await readdir(this.#folder).catch((error: unknown) => {
            if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
                return [];
            }
            throw error;
        });
        return files
            .filter((file) => file.endsWith('.json'))
            .map((file) => file.slice(0, -'.json'.length))
            .sort();
    }

    /** @throws NotFoundError FILE_MISSING {file} · InvalidError FILE_INVALID {file, path, reason} */
    async get(name: string): Promise<WalletEntry> {
        return await readJsonFile(this.#fileOf(name), entrySchema);
    }

    /** Adds an identity; one that is there is never overwritten, since its signing key would be lost. @throws ConflictError IDENTITY_EXISTS {name} */
    async add(name: string, entry: WalletEntry): Promise<void> {
        try {
            await createFile(this.#fileOf(name), `${JSON.stringify(entry, null, 2)}\n`);
        } catch (cause) {
            if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
                throw new ConflictError({ code: 'IDENTITY_EXISTS', operands: { name }, cause });
            }
            throw cause;
        }
    }

    /** A signing key that is to follow the identity's: made once, kept beside it until it is adopted. */
    async stagedKey(name: string): Promise<WalletEntry['signingKey']> {
        const file = this.#stagedFileOf(name);
        try {
            await createFile(file, `${JSON.stringify(newSigningKey(), null, 2)}\n`);
        } catch (cause) {
            if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
                throw cause;
            }
        }
        return await readJsonFile(file, signingKeySchema);
    }

    /** The identity signs with the staged key from now on: the ledger knows it. @throws NotFoundError FILE_MISSING */
    async adoptStagedKey(name: string): Promise<void> {
        const file = this.#stagedFileOf(name);
        const signingKey = await readJsonFile(file, signingKeySchema);
        await replaceFile(
            this.#fileOf(name),
            `${JSON.stringify({ ...(await this.get(name)), signingKey }, null, 2)}\n`,
        );
        await rm(file);
    }

    #stagedFileOf(name: string): string {
        return `${this.#fileOf(name)}.next-key`;
    }

    #fileOf(name: string): string {
        if (!NAME.test(name)) {
            const reason = 'lower-case letters, digits, dots, hyphens';
            throw new InvalidError({ code: 'IDENTITY_NAME_INVALID', operands: { name, reason } });
        }
        return join(this.#folder, `${name}.json`);
    }
}
