import {
    type Administrators,
    administratorsOf,
    type Charter,
    organisationsOf,
} from '@commonwatt/chaincode/domain/charter';
import { common } from '@hyperledger/fabric-protos';
import type { Transport } from '../transport.js';
import { Configuration } from './configuration.js';

/** Administrators of each organisation, by its MSP, as the channel's configuration defines them. */
export type ChannelAdministrators = ReadonlyMap<string, Administrators>;

/**
 * Organisations whose administrators are others to the charter than to the channel, or that are no members of it: there,
 * somebody would act in the market who may not act for the organisation, or the other way round.
 */
export function differingAdministrators(charter: Charter, channel: ChannelAdministrators): string[] {
    return organisationsOf(charter).filter((mspId) => {
        const [stated, defined] = [administratorsOf(charter, mspId), channel.get(mspId)];
        return defined === undefined || textOf(stated) !== textOf(defined);
    });
}

const textOf = ({ unit, certificates }: Administrators): string => JSON.stringify([unit, [...certificates].sort()]);

/** What the configuration in force says, as a peer has it. @throws UnavailableError · Error when it cannot be read */
export async function administratorsOfChannel(transport: Transport): Promise<ChannelAdministrators> {
    const last = await blockOf(transport, (await transport.height()) - 1);
    const configured = await blockOf(transport, lastConfigurationOf(last));
    const [envelope = new Uint8Array()] = configured.getData()?.getDataList_asU8() ?? [];
    return new Configuration(envelope).members.administrators;
}

/** Number of the block that configured the channel last; the first one has no metadata yet. */
function lastConfigurationOf(block: common.Block): number {
    const metadata = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.SIGNATURES];
    const value = common.Metadata.deserializeBinary(metadata ?? new Uint8Array()).getValue_asU8();
    return common.OrdererBlockMetadata.deserializeBinary(value).getLastConfig()?.getIndex() ?? 0;
}

async function blockOf(transport: Transport, blockNumber: number): Promise<common.Block> {
    const stream = await transport.blocks(blockNumber);
    try {
        for await (const block of stream) {
            return block;
        }
    } finally {
        stream.close();
    }
    throw new Error(`the peer has no block ${String(blockNumber)}`);
}
