import { common, peer } from '@hyperledger/fabric-protos';
import type { GatewayPeer } from '../connection-profile.js';
import { PeerAway } from '../peer-pool.js';
import type { Stream } from '../transport.js';
import type { FabricNetworkConnection } from './connection.js';
import type { BlockEvent } from './library.js';
import { PushStream } from './push-stream.js';

/** The package counts a stream as open after this time, though no block has come: the next one may be long in coming. */
const START_MS = 1_000;

/** Filtered blocks of one peer by the package's listener, from a number on. @throws PeerAway */
export async function filteredBlocks(
    connection: FabricNetworkConnection,
    server: GatewayPeer,
    fromBlock: number,
): Promise<Stream<peer.FilteredBlock>> {
    const eventer = connection.eventer(server);
    if (!(await connection.isReady(eventer))) {
        eventer.disconnect();
        throw new PeerAway(`${server.name} does not accept a connection`);
    }
    const service = connection.channel.newEventService(server.name);
    const bytes = service.build(connection.identityContext, { blockType: 'filtered', startBlock: fromBlock });
    await connection.sign(service, bytes);
    const stream = new PushStream<peer.FilteredBlock>(() => {
        service.close();
        eventer.disconnect();
    });
    service.registerBlockListener(
        (error, event) => {
            if (event === undefined) {
                stream.fail(error ?? new Error(`${server.name} ended its blocks`));
            } else {
                stream.push(filteredBlock(event));
            }
        },
        { unregister: false },
    );
    service.send({ targets: [eventer], requestTimeout: START_MS }).catch((error: unknown) => {
        stream.fail(error as Error);
    });
    return stream;
}

/**
 * Full blocks as their bytes. The package's own full blocks are decoded, which cannot be undone and fails for good at an
 * envelope that holds nonsense: anyone can have one ordered. So blocks are listened for filtered and read by number.
 */
export function fullBlocks(
    filtered: Stream<peer.FilteredBlock>,
    read: (blockNumber: number) => Promise<Uint8Array>,
): Stream<common.Block> {
    return {
        close: () => {
            filtered.close();
        },
        [Symbol.asyncIterator]: async function* () {
            for await (const block of filtered) {
                yield common.Block.deserializeBinary(await read(block.getNumber()));
            }
        },
    };
}

function filteredBlock({ blockNumber, filteredBlock: { filtered_transactions } }: BlockEvent): peer.FilteredBlock {
    const block = new peer.FilteredBlock();
    block.setNumber(blockNumber.toNumber());
    block.setFilteredTransactionsList(
        filtered_transactions.map(({ txid, tx_validation_code }) => {
            const transaction = new peer.FilteredTransaction();
            transaction.setTxid(txid);
            transaction.setTxValidationCode(validationCode(tx_validation_code));
            return transaction;
        }),
    );
    return block;
}

/** The package names the codes that it knows and leaves others as numbers. */
const validationCode = (code: string | number): ValidationCode =>
    (typeof code === 'number'
        ? code
        : peer.TxValidationCode[code as keyof typeof peer.TxValidationCode]) as ValidationCode;

type ValidationCode = ReturnType<peer.FilteredTransaction['getTxValidationCode']>;
