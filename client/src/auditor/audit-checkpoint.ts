import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { sha256Hex } from '@commonwatt/chaincode/wire/signature';
import { z } from 'zod';
import { replaceFile } from '../durable-file.js';
import { InvalidError, NotFoundError } from '../errors.js';
import { readJsonFile } from '../json-file.js';
import type { AuditState } from './auditor.js';

const count = z.number().int().min(0);

const fileSchema = z.strictObject({
    channel: z.string(),
    nextBlock: count,
    lastHash: z.string(),
    configuration: z.string(),
    definitions: z.array(
        z.strictObject({ chaincode: z.string(), version: z.string(), blockNumber: count, timeMs: z.number() }),
    ),
    /** Chaincode, key, value and, base64, the key's own policy. */
    records: z.array(z.tuple([z.string(), z.string(), z.string(), z.string().nullable()])),
    counts: z.strictObject({ blocks: count, transactions: count, reproduced: count, signatures: count }),
    digest: z.string(),
});

/**
 * What an audit stopped at. Who keeps the file trusts its own past; the digest finds a torn one, not a forged one.
 * @returns `null` where there is none yet
 * @throws InvalidError FILE_INVALID {file, path, reason} · CHECKPOINT_INVALID {file, reason}
 */
export async function readAuditState(file: string, channel: string): Promise<AuditState | null> {
    let content;
    try {
        content = await readJsonFile(file, fileSchema);
    } catch (error) {
        if (error instanceof NotFoundError) {
            return null;
        }
        throw error;
    }
    const { digest, ...rest } = content;
    const refuse = (reason: string): never => {
        throw new InvalidError({ code: 'CHECKPOINT_INVALID', operands: { file, reason } });
    };
    if (digest !== digestOf(rest)) {
        refuse('its digest does not match');
    }
    if (rest.channel !== channel) {
        refuse(`it belongs to channel ${rest.channel}`);
    }
    return {
        ...rest,
        configuration: Buffer.from(rest.configuration, 'base64'),
        records: rest.records.map(([chaincode, key, value, policy]) => ({
            chaincode,
            key,
            value,
            policy: policy === null ? null : Buffer.from(policy, 'base64'),
        })),
    };
}

export async function writeAuditState(file: string, channel: string, state: AuditState): Promise<void> {
    const { nextBlock, lastHash, configuration, definitions, records, counts } = state;
    const content = {
        channel,
        nextBlock,
        lastHash,
        configuration: Buffer.from(configuration).toString('base64'),
        definitions: definitions.map((each) => ({ ...each })),
        records: records.map(({ chaincode, key, value, policy }) => [
            chaincode,
            key,
            value ?? '',
            policy === null ? null : Buffer.from(policy).toString('base64'),
        ]),
        counts: { ...counts },
    };
    await replaceFile(file, `${JSON.stringify({ ...content, digest: digestOf(content) })}\n`);
}

const digestOf = (content: object): string => sha256Hex(canonicalJson(content as Json));
