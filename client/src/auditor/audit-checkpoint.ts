import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { sha256Hex } from '@commonwatt/chaincode/wire/signature';
import { z } from 'zod';
import { replaceFile } from '../durable-file.js';
import { InvalidError, NotFoundError } from '../errors.js';
import { readJsonFile } from '../json-file.js';
import type { AuditState } from './auditor.js';
import type { PeerStateContent } from './validation/peer-state.js';

const count = z.number().int().min(0);
const base64 = z.string();

/** Key, block and place of who wrote it last, and, base64, its own policy and its value where that is kept. */
const entrySchema = z.tuple([z.string(), count, count, base64.nullable(), base64.nullable()]);
const peerStateSchema = z.strictObject({
    /** Namespace and collection, with their keys. */
    spaces: z.array(z.tuple([z.string(), z.string().nullable(), z.array(entrySchema)])),
    txIds: z.array(z.string()),
    commitHash: base64,
    lastConfig: count,
});

const fileSchema = z.strictObject({
    channel: z.string(),
    nextBlock: count,
    lastHash: z.string(),
    genesisSha256: z.string(),
    configuration: z.string(),
    definitions: z.array(
        z.strictObject({ chaincode: z.string(), version: z.string(), blockNumber: count, timeMs: z.number() }),
    ),
    /** Chaincode, key, value and, base64, the key's own policy. */
    records: z.array(z.tuple([z.string(), z.string(), z.string(), z.string().nullable()])),
    peerState: peerStateSchema,
    counts: z.strictObject({ blocks: count, transactions: count, reproduced: count, signatures: count }),
    digest: z.string(),
});

/**
 * What an audit stopped at. Who keeps the file trusts its own past; the digest finds a torn one, not a forged one.
 * @param channel that it has to belong to; `null` for whichever it does
 * @returns `null` where there is none yet
 * @throws InvalidError FILE_INVALID {file, path, reason} · CHECKPOINT_INVALID {file, reason}
 */
export async function readAuditState(
    file: string,
    channel: string | null,
): Promise<(AuditState & Readonly<{ channel: string }>) | null> {
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
    if (channel !== null && rest.channel !== channel) {
        refuse(`it belongs to channel ${rest.channel}`);
    }
    return {
        ...rest,
        configuration: Buffer.from(rest.configuration, 'base64'),
        records: rest.records.map(([chaincode, key, value, policy]) => ({
            chaincode,
            key,
            value,
            policy: bytesOf(policy),
        })),
        peerState: peerStateIn(rest.peerState),
    };
}

export async function writeAuditState(file: string, channel: string, state: AuditState): Promise<void> {
    const { nextBlock, lastHash, genesisSha256, configuration, definitions, records, counts } = state;
    const content = {
        channel,
        nextBlock,
        lastHash,
        genesisSha256,
        configuration: textOf(configuration),
        definitions: definitions.map((each) => ({ ...each })),
        records: records.map(({ chaincode, key, value, policy }) => [chaincode, key, value ?? '', textOrNull(policy)]),
        peerState: writtenPeerState(state.peerState),
        counts: { ...counts },
    };
    await replaceFile(file, `${JSON.stringify({ ...content, digest: digestOf(content) })}\n`);
}

function peerStateIn({ spaces, commitHash, ...rest }: z.output<typeof peerStateSchema>): PeerStateContent {
    return {
        ...rest,
        commitHash: Buffer.from(commitHash, 'base64'),
        spaces: spaces.map(([namespace, collection, entries]) => ({
            namespace,
            collection,
            entries: entries.map(([key, block, tx, policy, value]) => [
                key,
                { version: { block, tx }, policy: bytesOf(policy), value: bytesOf(value) },
            ]),
        })),
    };
}

function writtenPeerState({ spaces, txIds, commitHash, lastConfig }: PeerStateContent): Json {
    return {
        spaces: spaces.map(({ namespace, collection, entries }) => [
            namespace,
            collection,
            entries.map(([key, { version, policy, value }]) => [
                key,
                version.block,
                version.tx,
                textOrNull(policy),
                textOrNull(value),
            ]),
        ]),
        txIds: [...txIds],
        commitHash: textOf(commitHash),
        lastConfig,
    };
}

const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'));

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const textOrNull = (bytes: Uint8Array | null): string | null => (bytes === null ? null : textOf(bytes));

const digestOf = (content: object): string => sha256Hex(canonicalJson(content as Json));
