import { common, peer } from '@hyperledger/fabric-protos';
import type { Configuration } from '../configuration.js';
import type { Member } from '../members.js';
import { BlockUpdates } from './block-updates.js';
import { type Result, resultOf, writesIn } from './endorsed-result.js';
import { EndorsementRules } from './endorsement-rules.js';
import { NotRecomputable } from './not-recomputable.js';
import { type Opened, opened } from './opened-envelope.js';
import { conflictOf } from './read-conflicts.js';
import type { Key, NamespaceSet } from './read-write-set.js';
import { nameOf, ShadowState, type Space } from './shadow-state.js';

const Code = peer.TxValidationCode;
/** Capabilities of which one of each makes a peer judge by the rules that stand here. */
const RULES = [
    ['channel', ['V1_4_3', 'V2_0', 'V3_0']],
    ['application', ['V2_0', 'V2_5']],
] as const;

/** A transaction and how it is to be judged. */
export type Judgement = Readonly<{
    code: number;
    /** What the audit cannot compute; the code is then the one that was stated. */
    reason: string | null;
    opened: Opened | null;
    result: Result | null;
    /** Who endorsed it; `null` for each endorsement that is not genuine. */
    endorsers: readonly (Member | null)[];
}>;

/** A block's transactions as the audit judges them, and what the valid ones change. */
export type Judged = Readonly<{ judgements: readonly Judgement[]; updates: BlockUpdates }>;

export type Transactions = Readonly<{
    blockNumber: number;
    envelopes: readonly Uint8Array[];
    /** Codes that the block's metadata states. */
    stated: Uint8Array;
}>;

type Draft = { -readonly [Part in keyof Judgement]: Judgement[Part] };

/** Judges the transactions of blocks as every peer of Fabric 2.5 does. */
export class BlockValidation {
    readonly #configuration: Configuration;
    readonly #rules: EndorsementRules;
    readonly #isOfTheseRules: boolean;

    /** @param configuration in force for the blocks that are judged */
    constructor(configuration: Configuration) {
        this.#configuration = configuration;
        this.#isOfTheseRules = RULES.every(([part, names]) =>
            names.some((name) => configuration.capabilities[part].includes(name)),
        );
        this.#rules = new EndorsementRules(configuration);
    }

    /** The first block configures the channel, and nobody has judged it. */
    genesis(envelopes: readonly Uint8Array[]): Judged {
        const judgement = { code: Code.VALID, reason: null, opened: null, result: null, endorsers: [] };
        const updates = new BlockUpdates(new ShadowState());
        updates.take(CONFIGURED, { block: 0, tx: 0 });
        return { judgements: envelopes.map(() => judgement), updates };
    }

    /**
     * @param state before the block
     * @param isKnown whether a transaction with this id stands in a block before
     */
    judge(transactions: Transactions, state: ShadowState, isKnown: (txId: string) => boolean): Judged {
        const { blockNumber, envelopes, stated } = transactions;
        const drafts = envelopes.map((bytes, index): Draft => {
            const draft: Draft = { opened: null, code: Code.VALID, reason: null, result: null, endorsers: [] };
            attempt(draft, stated[index], () => {
                this.#demandTheseRules();
                draft.opened = opened(bytes, this.#configuration);
                draft.code = draft.opened.code;
            });
            return draft;
        });
        this.#judgeEndorsements(drafts, stated, state, isKnown);
        markRepeated(drafts);
        const updates = new BlockUpdates(state);
        for (const [index, draft] of drafts.entries()) {
            if (draft.code === Code.VALID && draft.result !== null) {
                const { sets } = draft.result;
                attempt(draft, stated[index], () => {
                    const conflict = conflictOf(sets, state, updates);
                    draft.code = conflict === null ? Code.VALID : Code[conflict];
                });
            }
            if (draft.code === Code.VALID) {
                updates.take(setsOf(draft), { block: blockNumber, tx: index });
            }
        }
        return { judgements: drafts, updates };
    }

    #demandTheseRules(): void {
        if (!this.#isOfTheseRules) {
            const { channel, application } = this.#configuration.capabilities;
            throw new NotRecomputable(`rules of another Fabric: ${[...channel, ...application].join(', ')}`);
        }
    }

    #judgeEndorsements(
        drafts: readonly Draft[],
        stated: Uint8Array,
        state: ShadowState,
        isKnown: (txId: string) => boolean,
    ): void {
        const policySetters = new PolicySetters();
        for (const [index, draft] of drafts.entries()) {
            const { header, action, txId } = draft.opened ?? {};
            if (draft.code !== Code.VALID || !header || !action) {
                continue;
            }
            if (isKnown(txId ?? '')) {
                draft.code = Code.DUPLICATE_TXID;
                continue;
            }
            attempt(draft, stated[index], () => {
                const result = resultOf(header, action);
                if (typeof result === 'number') {
                    draft.code = result;
                } else {
                    draft.result = result;
                    draft.endorsers = result.endorsements.map((each) => this.#configuration.members.signerOf(each));
                    draft.code = this.#endorsementCode(draft.endorsers, result, state, policySetters);
                }
            });
        }
    }

    /** By the policies of every namespace that it writes to, and of the chaincode that was called. */
    #endorsementCode(
        endorsers: readonly (Member | null)[],
        { chaincode, sets }: Result,
        state: ShadowState,
        policySetters: PolicySetters,
    ): number {
        const signers = endorsers.filter((each) => each !== null);
        const written = sets.filter((set) => set.namespace === chaincode || writesIn(set));
        const isCalledNamed = written.some((set) => set.namespace === chaincode);
        const judged = isCalledNamed ? written : [...written, emptySet(chaincode)];
        const codes = judged.map((set) => {
            const policy = this.#rules.ofChaincode(set.namespace, state);
            if (policy === null) {
                return Code.INVALID_CHAINCODE;
            }
            const isMet = !policySetters.touch(set) && this.#rules.areMet(set, policy, state, signers);
            return isMet ? Code.VALID : Code.ENDORSEMENT_POLICY_FAILURE;
        });
        judged.forEach((set, index) => {
            if (codes[index] === Code.VALID) {
                policySetters.add(set);
            }
        });
        const failures = [...new Set(codes.filter((code) => code !== Code.VALID))];
        if (failures.length > 1) {
            throw new NotRecomputable('several chaincodes that fail differently: peers differ themselves');
        }
        return failures[0] ?? Code.VALID;
    }
}

/** Keys whose policies earlier transactions of a block set: what policy holds for them is not settled before the next block. */
class PolicySetters {
    readonly #keys = new Set<string>();

    add(set: NamespaceSet): void {
        for (const keys of [set.keys, ...set.collections]) {
            keys.policyWrites.forEach(({ key }) => this.#keys.add(nameOfKey(keys, key)));
        }
    }

    touch(set: NamespaceSet): boolean {
        return [set.keys, ...set.collections].some((keys) =>
            [...keys.writes, ...keys.policyWrites].some(({ key }) => this.#keys.has(nameOfKey(keys, key))),
        );
    }
}

const nameOfKey = (space: Space, key: Key): string => `${nameOf(space)}\0${key}`;

/** Of valid transactions with one id in a block the first one stays. */
function markRepeated(drafts: readonly Draft[]): void {
    const seen = new Set<string>();
    for (const draft of drafts) {
        const { txId = '', type } = draft.opened ?? {};
        if (draft.code !== Code.VALID || type !== common.HeaderType.ENDORSER_TRANSACTION) {
            continue;
        }
        if (seen.has(txId)) {
            draft.code = Code.DUPLICATE_TXID;
        }
        seen.add(txId);
    }
}

function setsOf({ opened: transaction, result }: Draft): readonly NamespaceSet[] {
    const isConfiguration = transaction?.type === common.HeaderType.CONFIG;
    return result?.sets ?? (isConfiguration ? CONFIGURED : []);
}

const emptySet = (namespace: string): NamespaceSet => ({
    namespace,
    keys: { namespace, collection: null, reads: [], rangeQueries: [], writes: [], policyWrites: [] },
    collections: [],
});

/** Takes the stated code, and says so, where the audit cannot compute one. */
function attempt(draft: Draft, stated: number | undefined, compute: () => void): void {
    try {
        compute();
    } catch (error) {
        if (!(error instanceof NotRecomputable)) {
            throw error;
        }
        draft.code = stated ?? Code.NOT_VALIDATED;
        draft.reason = error.message;
    }
}

/** What a configuration writes: itself, in a namespace without a name. */
const CONFIGURED: readonly NamespaceSet[] = [
    {
        namespace: '',
        keys: { ...emptySet('').keys, writes: [{ key: 'CHANNEL_CONFIG_ENV_BYTES', value: new Uint8Array() }] },
        collections: [],
    },
];
