import { common } from '@hyperledger/fabric-protos';
import type { Signed } from '../signed.js';
import { headerBytes } from '../block-hashes.js';
import { usual } from './exactly.js';

const { SIGNATURES, LAST_CONFIG, TRANSACTIONS_FILTER, ORDERER, COMMIT_HASH } = common.BlockMetadataIndex;

/** What stands beside a block's transactions, in no hash of its header. */
export type BlockMetadata = Readonly<{
    /** Who signed the block. */
    signatures: readonly Signed[];
    /** Code of each transaction. */
    codes: Uint8Array;
    /** Empty where a peer keeps none. */
    commitHash: Uint8Array;
    /** Parts that are not what the signed part says, by their names. */
    deviating: readonly string[];
}>;

/** @param lastConfig number of the last block with a configuration, this one included */
export function blockMetadata(block: common.Block, lastConfig: number): BlockMetadata {
    const parts = block.getMetadata()?.getMetadataList_asU8() ?? [];
    const part = (index: number): Uint8Array => parts[index] ?? new Uint8Array();
    const signed = usual(common.Metadata, part(SIGNATURES));
    const commitHash = usual(common.Metadata, part(COMMIT_HASH));
    const ordered = signed === null ? null : usual(common.OrdererBlockMetadata, signed.getValue_asU8());
    const isCopy = (index: number, expected: Uint8Array): boolean =>
        part(index).length === 0 || Buffer.from(part(index)).equals(expected);
    const holds: readonly (readonly [string, boolean])[] = [
        ['SIGNATURES', ordered !== null && lastConfigIn(ordered) === lastConfig],
        ['LAST_CONFIG', isCopy(LAST_CONFIG, lastConfigBytes(lastConfig))],
        ['ORDERER', isCopy(ORDERER, consentIn(ordered))],
        ['COMMIT_HASH', commitHash?.getSignaturesList().length === 0],
        ['MORE', parts.length <= COMMIT_HASH + 1],
    ];
    return {
        signatures: signed === null ? [] : signaturesIn(signed, block),
        codes: part(TRANSACTIONS_FILTER),
        commitHash: commitHash?.getValue_asU8() ?? new Uint8Array(),
        deviating: holds.flatMap(([name, isSo]) => (isSo ? [] : [name])),
    };
}

const lastConfigIn = (ordered: common.OrdererBlockMetadata): number => ordered.getLastConfig()?.getIndex() ?? 0;

/** What those who order keep of how they agreed. */
const consentIn = (ordered: common.OrdererBlockMetadata | null): Uint8Array =>
    ordered?.getConsenterMetadata_asU8() ?? new Uint8Array();

function lastConfigBytes(index: number): Uint8Array {
    const lastConfig = new common.LastConfig();
    lastConfig.setIndex(index);
    const metadata = new common.Metadata();
    metadata.setValue(lastConfig.serializeBinary());
    return metadata.serializeBinary();
}

/** What orderers signed of a block: its metadata and header. */
function signaturesIn(metadata: common.Metadata, block: common.Block): Signed[] {
    return metadata.getSignaturesList().map((each) => {
        const header = each.getSignatureHeader_asU8();
        return {
            identity: usual(common.SignatureHeader, header)?.getCreator_asU8() ?? new Uint8Array(),
            signed: Buffer.concat([metadata.getValue_asU8(), header, headerBytes(block)]),
            signature: each.getSignature_asU8(),
        };
    });
}
