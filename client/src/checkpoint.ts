import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { sha256Hex } from '@commonwatt/chaincode/wire/signature';
import { z } from 'zod';
import { replaceFile } from './durable-file.js';
import { InvalidError } from './errors.js';
import { readJsonFile } from './json-file.js';
import { NotFoundError } from './errors.js';

/** Up to where blocks have been dealt with: this transaction of this block and everything before. */
export type BlockPosition = Readonly<{ blockNumber: number; transactionIndex: number }>;

/** After the last transaction of a block, whatever their number. */
export const END_OF_BLOCK = Number.MAX_SAFE_INTEGER;

const fileSchema = z.strictObject({
    channel: z.string(),
    blockNumber: z.number().int().min(0),
    transactionIndex: z.number().int().min(0),
    digest: z.string(),
});

/**
 * A position kept in a file that is always whole: it is written beside, synced and renamed. A file that is empty, torn
 * or of another channel is refused, since beginning again in silence would do everything twice.
 */
export class FileCheckpoint {
    readonly #path: string;
    readonly #channel: string;
    #position: BlockPosition | null;

    private constructor(path: string, channel: string, position: BlockPosition | null) {
        this.#path = path;
        this.#channel = channel;
        this.#position = position;
    }

    /**
     * Opens a checkpoint; a file that does not exist is a beginning.
     * @throws InvalidError FILE_INVALID {file, path, reason} · CHECKPOINT_INVALID {file, reason}
     */
    static async open(path: string, channel: string): Promise<FileCheckpoint> {
        const position = await readPosition(path, channel);
        return new FileCheckpoint(path, channel, position);
    }

    /** `null` before anything has been dealt with. */
    get position(): BlockPosition | null {
        return this.#position;
    }

    /** Remembers a position; it survives a crash once this returns. */
    async save(position: BlockPosition): Promise<void> {
        const content = { channel: this.#channel, ...position };
        await replaceFile(this.#path, `${JSON.stringify({ ...content, digest: digestOf(content) })}\n`);
        this.#position = position;
    }
}

async function readPosition(path: string, channel: string): Promise<BlockPosition | null> {
    let content;
    try {
        content = await readJsonFile(path, fileSchema);
    } catch (error) {
        if (error instanceof NotFoundError) {
            return null;
        }
        throw error;
    }
    const { digest, ...rest } = content;
    const refuse = (holds: boolean, reason: string): void => {
        if (!holds) {
            throw new InvalidError({ code: 'CHECKPOINT_INVALID', operands: { file: path, reason } });
        }
    };
    refuse(digest === digestOf(rest), 'its digest does not match');
    refuse(rest.channel === channel, `it belongs to channel ${rest.channel}`);
    return { blockNumber: rest.blockNumber, transactionIndex: rest.transactionIndex };
}

const digestOf = (content: Readonly<{ channel: string }> & BlockPosition): string =>
    sha256Hex(canonicalJson({ ...content }));
