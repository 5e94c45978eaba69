import { Configuration } from '../configuration.js';
import type { BlockMetadata } from './block-metadata.js';
import { BlockValidation, type Judgement } from './block-validation.js';
import { commitHashOf } from './commit-hash.js';
import { ShadowState, type SpaceEntries } from './shadow-state.js';

/** What a peer keeps of the blocks so far to judge the next one. */
export type PeerStateContent = Readonly<{
    spaces: readonly SpaceEntries[];
    /** Ids of all transactions, valid or not: none may come twice. */
    txIds: readonly string[];
    /** Hash that the last block's metadata holds; empty where peers keep none. */
    commitHash: Uint8Array;
    /** Number of the last block with a configuration. */
    lastConfig: number;
}>;

const NOTHING: PeerStateContent = { spaces: [], txIds: [], commitHash: new Uint8Array(), lastConfig: 0 };

/** A peer's own state, made from the blocks alone. */
export class PeerState {
    readonly #shadow: ShadowState;
    readonly #txIds: Set<string>;
    #commitHash: Uint8Array;
    #lastConfig: number;
    #validation: Readonly<{ of: Configuration; rules: BlockValidation }> | null = null;

    constructor({ spaces, txIds, commitHash, lastConfig }: PeerStateContent = NOTHING) {
        this.#shadow = new ShadowState(spaces);
        this.#txIds = new Set(txIds);
        this.#commitHash = commitHash;
        this.#lastConfig = lastConfig;
    }

    get content(): PeerStateContent {
        return {
            spaces: this.#shadow.all,
            txIds: [...this.#txIds],
            commitHash: this.#commitHash,
            lastConfig: this.#lastConfig,
        };
    }

    /** The last block with a configuration, as seen from a block. */
    lastConfigAt(blockNumber: number, [envelope]: readonly Uint8Array[]): number {
        return envelope !== undefined && Configuration.isIn(envelope) ? blockNumber : this.#lastConfig;
    }

    /** Judges a block and takes over what its valid transactions change, whatever its metadata says of them. */
    judge(
        configuration: Configuration,
        blockNumber: number,
        envelopes: readonly Uint8Array[],
        metadata: BlockMetadata,
    ): Readonly<{ judgements: readonly Judgement[]; commitHash: Uint8Array }> {
        const { judgements, updates } =
            blockNumber === 0
                ? this.#rulesOf(configuration).genesis(envelopes)
                : this.#rulesOf(configuration).judge(
                      { blockNumber, envelopes, stated: metadata.codes },
                      this.#shadow,
                      (txId) => this.#txIds.has(txId),
                  );
        const codes = Uint8Array.from(judgements, ({ code }) => code);
        const isKept =
            blockNumber > 1 ? this.#commitHash.length > 0 : blockNumber === 1 && metadata.commitHash.length > 0;
        const commitHash = isKept ? commitHashOf(codes, updates, this.#commitHash) : new Uint8Array();
        for (const { space, updates: changed } of updates.all) {
            changed.forEach((update, key) => {
                this.#shadow.write(space, key, update);
            });
        }
        judgements.forEach(({ opened }) => this.#txIds.add(opened?.txId ?? ''));
        this.#lastConfig = this.lastConfigAt(blockNumber, envelopes);
        this.#commitHash = commitHash ?? metadata.commitHash;
        return { judgements, commitHash: this.#commitHash };
    }

    #rulesOf(configuration: Configuration): BlockValidation {
        if (this.#validation?.of !== configuration) {
            this.#validation = { of: configuration, rules: new BlockValidation(configuration) };
        }
        return this.#validation.rules;
    }
}
