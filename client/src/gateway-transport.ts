import type { Transaction } from '@hyperledger/fabric-gateway';
import { common, type peer } from '@hyperledger/fabric-protos';
import { CommitWatch } from './commit-watch.js';
import type { ConnectionProfile } from './connection-profile.js';
import { endorseFailure, evaluateFailure, submitFailure } from './gateway-errors.js';
import { type GatewayLink, gatewayPool } from './gateway-pool.js';
import type { Identity } from './identity.js';
import { receiptOf } from './ordered-transaction.js';
import type { PeerPool } from './peer-pool.js';
import type { Call, Receipt, Stream, Transport } from './transport.js';

/** The transport on @hyperledger/fabric-gateway: any peer of the profile serves it, the own organisation's first. */
export class GatewayTransport implements Transport {
    readonly #profile: ConnectionProfile;
    readonly #pool: PeerPool<GatewayLink>;
    readonly #commits: CommitWatch;

    constructor(profile: ConnectionProfile, identity: Identity) {
        this.#profile = profile;
        this.#pool = gatewayPool(profile, identity);
        this.#commits = new CommitWatch({
            height: () => this.height(),
            filteredBlocks: (fromBlock) => this.#filteredBlocks(fromBlock),
        });
    }

    async evaluate(call: Call): Promise<string> {
        return await this.#pool.perform(async (link) => {
            const proposal = link.network.getContract(call.chaincode).newProposal(call.verb, {
                arguments: [call.command],
            });
            const result = await proposal.evaluate().catch((error: unknown) => {
                throw evaluateFailure(error, this.#profile.mspIds);
            });
            return textOf(result);
        });
    }

    async submit(call: Call, endorsers: readonly string[]): Promise<Receipt> {
        await this.#commits.start();
        const sentMs = Date.now();
        const transaction = await this.#pool.perform((link) => this.#endorse(link, call, endorsers));
        const endorsed = {
            transactionId: transaction.getTransactionId(),
            payload: textOf(transaction.getResult()),
            endorsementMs: Date.now() - sentMs,
            order: () => this.#order(transaction),
        };
        return await receiptOf(endorsed, this.#commits, call.deadlineMs);
    }

    async height(): Promise<number> {
        return await this.#pool.perform(async (link) => {
            const contract = link.network.getContract('qscc');
            const proposal = contract.newProposal('GetChainInfo', { arguments: [this.#profile.channel] });
            const result = await proposal.evaluate().catch((error: unknown) => {
                throw evaluateFailure(error, this.#profile.mspIds);
            });
            return common.BlockchainInfo.deserializeBinary(result).getHeight();
        });
    }

    async blocks(fromBlock: number): Promise<Stream<common.Block>> {
        return await this.#pool.openStream(({ network }) => network.getBlockEvents({ startBlock: BigInt(fromBlock) }));
    }

    close(): void {
        this.#commits.close();
        this.#pool.close();
    }

    get isClosed(): boolean {
        return this.#pool.isClosed;
    }

    async #endorse(link: GatewayLink, call: Call, endorsers: readonly string[]): Promise<Transaction> {
        const proposal = link.network.getContract(call.chaincode).newProposal(call.verb, {
            arguments: [call.command],
            endorsingOrganizations: [...endorsers],
        });
        return await proposal.endorse().catch((error: unknown) => {
            throw endorseFailure(error, this.#profile.mspIds, endorsers, proposal.getTransactionId());
        });
    }

    /**
     * Hands the transaction to the orderer, through another peer when one does not answer: the same transaction twice
     * is one transaction. An error decides nothing, because the orderer may have taken it all the same.
     * @returns whether an orderer says that it took the transaction
     */
    async #order(transaction: Transaction): Promise<boolean> {
        const bytes = transaction.getBytes();
        try {
            await this.#pool.perform(async ({ gateway }) => {
                await gateway
                    .newTransaction(bytes)
                    .submit()
                    .catch((error: unknown) => {
                        throw submitFailure(error, this.#profile.mspIds);
                    });
            });
            return true;
        } catch {
            return false;
        }
    }

    async #filteredBlocks(fromBlock: number): Promise<Stream<peer.FilteredBlock>> {
        const startBlock = BigInt(fromBlock);
        return await this.#pool.openStream(({ network }) => network.getFilteredBlockEvents({ startBlock }));
    }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
