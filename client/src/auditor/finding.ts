/** What an audit can find wrong. */
export const FINDING_CODES = [
    'GENESIS_DIFFERS', // {expected, found}: the first block is not the one that is trusted
    'BLOCK_MISSING', // {expected}: the next block has another number
    'BLOCK_UNREADABLE', // {}: what is kept as this block is none, or not written as a peer writes it
    'BLOCK_DATA_HASH', // {}: the transactions are not those that the header states
    'BLOCK_PREVIOUS_HASH', // {}: the header does not follow the one before
    'BLOCK_UNSIGNED', // {reason}: who has to sign blocks did not, or somebody who is said to have did not
    'BLOCK_METADATA', // {field}: what stands beside the transactions does not follow from the blocks
    'VALIDATION_CODE', // {index, stated, computed}: a transaction is not what its code says; judged by the computed one
    'CODE_NOT_RECOMPUTED', // {index, stated, reason}: the audit cannot compute this code; judged by the stated one
    'CONFIGURATION_NOT_REPRODUCED', // {}: it does not follow from the one before by the update that it holds
    'CONFIGURATION_UNSIGNED', // {mspIds}: administrators who have to agree to what changed did not sign it
    'ADMINISTRATORS_DIFFER', // {mspIds}: the charter in force knows other administrators than the channel's configuration
    'TRANSACTION_UNREADABLE', // {reason}
    'ENDORSEMENT_SIGNATURE', // {mspId}: who is said to have endorsed it did not
    'ENDORSEMENT_POLICY', // {chaincode, endorsers}: valid, though too few organisations endorsed it
    'TERMS_CHANGED', // {key}: what was signed was written again or deleted
    'POLICY_CHANGED', // {key}: a key's own policy was set again
    'VERSION_NOT_IN_FORCE', // {chaincode, version, inForce}: valid, though endorsed by another version than is in force
    'NOT_REPRODUCED', // {verb, version, key, stated, computed}: the chaincode writes something else
    'STATE_DIFFERS', // {chaincode, verb, item}: the peer answers what the blocks do not hold
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** Something that an auditor has found, and where. */
export type Finding = Readonly<{
    code: FindingCode;
    /** `null` for what no block says. */
    blockNumber: number | null;
    /** `null` where a whole block is concerned. */
    transactionId: string | null;
    operands: Readonly<Record<string, unknown>>;
}>;
