import { validationCodeName } from '../validation-code.js';
import type { Finding } from './finding.js';
import type { BlockMetadata } from './validation/block-metadata.js';
import type { Judgement } from './validation/block-validation.js';

type Found = Pick<Finding, 'code' | 'operands'>;

/** What a block's metadata states otherwise than its transactions, as they are judged, and the blocks before make it. */
export function metadataFindings(
    { deviating, codes, commitHash: stated }: BlockMetadata,
    judgements: readonly Judgement[],
    commitHash: Uint8Array,
): Found[] {
    const operands = { field: 'COMMIT_HASH', computed: hex(commitHash), stated: hex(stated) };
    return [
        ...deviating.map((field) => ({ code: 'BLOCK_METADATA' as const, operands: { field } })),
        ...(operands.computed === operands.stated ? [] : [{ code: 'BLOCK_METADATA' as const, operands }]),
        ...codeFindings(codes, judgements),
    ];
}

/** Every code that is not what the audit computes, too few of them, too many, and those that it cannot compute. */
function codeFindings(codes: Uint8Array, judgements: readonly Judgement[]): Found[] {
    const count = Math.max(codes.length, judgements.length);
    return Array.from({ length: count }, (_, index): Found[] => {
        const [stated, judgement] = [codes[index], judgements[index]];
        if (judgement !== undefined && judgement.reason !== null) {
            return [
                { code: 'CODE_NOT_RECOMPUTED', operands: { index, stated: nameOf(stated), reason: judgement.reason } },
            ];
        }
        const computed = judgement?.code;
        return stated === computed
            ? []
            : [{ code: 'VALIDATION_CODE', operands: { index, stated: nameOf(stated), computed: nameOf(computed) } }];
    }).flat();
}

const nameOf = (code: number | undefined): string | null => (code === undefined ? null : validationCodeName(code));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
