import { type EstablishedCharter, isInForce } from '@commonwatt/chaincode/domain/established-charter';
import { establishedCharterCodec } from '@commonwatt/chaincode/wire/charter';
import type { KeyWrite, LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { type common, peer } from '@hyperledger/fabric-protos';
import type { ChaincodeRole, Invocation } from '../transport.js';
import { differingAdministrators } from './administrators.js';
import type { UnreadableBlock } from './block-source.js';
import { type Cause, Chain, type ChainPosition } from './chain.js';
import { Configuration } from './configuration.js';
import { type Definition, Definitions } from './definitions.js';
import type { Finding } from './finding.js';
import { mspIdOf } from './members.js';
import { metadataFindings } from './metadata-findings.js';
import type { Programs } from './programs.js';
import { Reexecution } from './reexecution.js';
import { type TransactionContent, transactionContent } from './transaction-content.js';
import { type BlockMetadata, blockMetadata } from './validation/block-metadata.js';
import type { Judgement } from './validation/block-validation.js';
import { PeerState, type PeerStateContent } from './validation/peer-state.js';

/** What is audited: a channel and its two chaincodes, by their names on it. */
export type Subject = Readonly<{
    channel: string;
    chaincodes: Readonly<Record<ChaincodeRole, string>>;
    /** Programs of versions that write otherwise than this one. */
    programs?: Programs;
    /** Hash of the first block's header, hex, from a source that is trusted; `null` where the first block is trusted itself. */
    genesisSha256?: string | null;
}>;

/** Where an audit stands after a block: everything that the next one is judged by. */
export type AuditState = ChainPosition &
    Readonly<{
        /** The transaction that configured the channel last. */
        configuration: Uint8Array;
        definitions: readonly Definition[];
        records: readonly KeyWrite[];
        peerState: PeerStateContent;
        counts: AuditCounts;
    }>;

/** How much an audit has looked at. */
export type AuditCounts = Readonly<{
    blocks: number;
    transactions: number;
    /** Valid transactions of the market that wrote exactly what the chaincode writes. */
    reproduced: number;
    signatures: number;
}>;

type Found = Pick<Finding, 'code' | 'operands'>;

const ENDORSERS_MIN = 3;
const { VALID } = peer.TxValidationCode;

/**
 * Reads blocks from the first on and trusts nothing but them: whoever has them comes to the same findings. Where a block is
 * missing, or is not what was ordered, it stops; whatever came later would follow from that.
 */
export class Auditor {
    readonly #subject: Subject;
    readonly #reexecution: Reexecution;
    #chain: Chain;
    #definitions = new Definitions();
    #configuration: Configuration | null = null;
    #peerState = new PeerState();
    #counts: AuditCounts = { blocks: 0, transactions: 0, reproduced: 0, signatures: 0 };
    #isStopped = false;

    constructor(subject: Subject) {
        this.#subject = subject;
        this.#chain = new Chain(subject.genesisSha256);
        this.#reexecution = new Reexecution(subject.channel, subject.chaincodes, subject.programs ?? new Map());
    }

    /** An audit that goes on where another one stood. */
    static resume(subject: Subject, state: AuditState): Auditor {
        const auditor = new Auditor(subject);
        const { nextBlock, lastHash, genesisSha256 } = state;
        auditor.#chain = new Chain(subject.genesisSha256, { nextBlock, lastHash, genesisSha256 });
        auditor.#counts = state.counts;
        auditor.#definitions = new Definitions(state.definitions);
        auditor.#configuration = state.configuration.length === 0 ? null : new Configuration(state.configuration);
        auditor.#peerState = new PeerState(state.peerState);
        auditor.ledger.adopt(state.records, { txId: '', timeMs: 0 });
        return auditor;
    }

    get state(): AuditState {
        return {
            ...this.#chain.position,
            configuration: this.#configuration?.envelope ?? new Uint8Array(),
            definitions: this.#definitions.all,
            records: this.ledger.records(),
            peerState: this.#peerState.content,
            counts: this.#counts,
        };
    }

    /** How far the blocks were judged. */
    get position(): ChainPosition {
        return this.#chain.position;
    }

    /** Whether there is a gap, beyond which nothing is judged. */
    get isStopped(): boolean {
        return this.#isStopped;
    }

    /** Goes on before the gap: the block that was missing, or not what it should be, may come from somebody else. */
    retry(): void {
        this.#isStopped = false;
    }

    /** What is to be said of an audit that has seen no block at all. */
    get unbegun(): Finding[] {
        const isBegun = this.#isStopped || this.#chain.position.nextBlock > 0;
        return isBegun
            ? []
            : [{ code: 'BLOCK_MISSING', blockNumber: 0, transactionId: null, operands: { expected: 0 } }];
    }

    get counts(): AuditCounts {
        return this.#counts;
    }

    /** State as the blocks so far have left it. */
    get ledger(): LedgerDouble {
        return this.#reexecution.ledger;
    }

    /** Every version of the market's chaincodes and of others, in the order in which they came into force. */
    get definitions(): readonly Definition[] {
        return this.#definitions.all;
    }

    /** What a query answers from the state that the blocks have left. */
    answer(call: Invocation): Promise<string> {
        return this.#reexecution.answer(call, this.#definitions.inForce(call.chaincode));
    }

    /** Looks at one more block; what is wrong in it ends the audit only where nothing else could be judged by it. */
    async take(block: common.Block | UnreadableBlock): Promise<Finding[]> {
        if (this.#isStopped) {
            return [];
        }
        if ('unreadableBlock' in block) {
            return this.#stop(block.unreadableBlock, { code: 'BLOCK_UNREADABLE', operands: {} });
        }
        const blockNumber = block.getHeader()?.getNumber() ?? 0;
        const cause = this.#chain.causeAgainst(block);
        if (cause !== null) {
            return this.#stop(blockNumber, cause);
        }
        const envelopes = block.getData()?.getDataList_asU8() ?? [];
        const metadata = blockMetadata(block, this.#peerState.lastConfigAt(blockNumber, envelopes));
        // The first configuration is what all trust begins with; each later one is judged by the one before.
        const ofGenesis = blockNumber === 0 ? this.#configurationFindings(envelopes) : [];
        const fault = blockNumber === 0 ? null : this.#orderingFault(metadata);
        if (fault !== null) {
            return this.#stop(blockNumber, { code: 'BLOCK_UNSIGNED', operands: { reason: fault } });
        }
        const inBlock = await this.#judge(blockNumber, envelopes, metadata);
        const ofConfiguration = blockNumber === 0 ? ofGenesis : this.#configurationFindings(envelopes);
        this.#chain.advance(block);
        this.#count({ blocks: 1, transactions: envelopes.length });
        return [...ofConfiguration.map((each) => ({ blockNumber, transactionId: null, ...each })), ...inBlock];
    }

    #stop(blockNumber: number, cause: Cause): Finding[] {
        this.#isStopped = true;
        return [{ ...cause, blockNumber, transactionId: null }];
    }

    /** A new configuration may change the members; it stands alone in its block. One that nobody may make is not followed. */
    #configurationFindings([envelope]: readonly Uint8Array[]): Found[] {
        if (envelope === undefined || !Configuration.isIn(envelope)) {
            return [];
        }
        try {
            const configuration = new Configuration(envelope);
            const findings = this.#configuration === null ? [] : configuration.findingsAfter(this.#configuration);
            if (findings.length === 0) {
                this.#configuration = configuration;
            }
            return [...findings, ...this.#administratorFindings()];
        } catch (error) {
            return [{ code: 'TRANSACTION_UNREADABLE', operands: { reason: reasonOf(error) } }];
        }
    }

    /** Who may sign blocks stands in the configuration; whoever is said to have signed this one has. `null` if all is well. */
    #orderingFault({ signatures }: BlockMetadata): string | null {
        this.#count({ signatures: signatures.length });
        try {
            return this.#configuration?.isOrderedBy(signatures) === true
                ? null
                : 'its signatures are not those of who orders';
        } catch (error) {
            return reasonOf(error);
        }
    }

    /** Judges every transaction of a block, and names what its metadata states otherwise. */
    async #judge(blockNumber: number, envelopes: readonly Uint8Array[], metadata: BlockMetadata): Promise<Finding[]> {
        if (this.#configuration === null) {
            return [];
        }
        const { judgements, commitHash } = this.#peerState.judge(this.#configuration, blockNumber, envelopes, metadata);
        const ofBlock = metadataFindings(metadata, judgements, commitHash);
        const findings: Finding[] = ofBlock.map((each) => ({ blockNumber, transactionId: null, ...each }));
        for (const judgement of judgements) {
            const transactionId = judgement.opened?.txId ?? '';
            const found = await this.#transactionFindings(judgement, blockNumber);
            findings.push(...found.map((each) => ({ blockNumber, transactionId, ...each })));
        }
        return findings;
    }

    async #transactionFindings({ code, opened, result, endorsers }: Judgement, blockNumber: number): Promise<Found[]> {
        this.#count({ signatures: 1 + endorsers.length });
        if (code !== VALID || opened === null || result === null) {
            return []; // changes nothing, whatever it is, or configures
        }
        let content: TransactionContent;
        try {
            content = transactionContent(opened, result);
        } catch (error) {
            return [{ code: 'TRANSACTION_UNREADABLE', operands: { reason: reasonOf(error) } }];
        }
        if (!this.#reexecution.knows(content.chaincode)) {
            this.#definitions.take(content, blockNumber);
            return [];
        }
        const unsigned = result.endorsements.filter((_, index) => endorsers[index] === null);
        const findings = [
            ...unsigned.map(({ identity }) => endorsementFinding(mspIdOf(identity))),
            ...this.#policyFindings(
                content,
                endorsers.flatMap((each) => each?.mspId ?? []),
            ),
            ...this.#protectedFindings(content),
            ...this.#versionFindings(content),
        ];
        const deviations = await this.#reexecution.take(content);
        this.#count({ reproduced: deviations.length === 0 ? 1 : 0 });
        const { version } = content;
        const [verb = ''] = content.args.map((arg) => Buffer.from(arg).toString('utf8'));
        const isConstituting = content.writes.some(({ key }) => key === 'charter');
        return [
            ...findings,
            ...(isConstituting ? this.#administratorFindings() : []),
            ...deviations.map((each) => ({ code: 'NOT_REPRODUCED' as const, operands: { verb, version, ...each } })),
        ];
    }

    /** Whatever the channel's definitions say: any three for the market; the regulator and two others for the weak centre. */
    #policyFindings({ chaincode, writes }: TransactionContent, mspIds: readonly string[]): Found[] {
        const endorsers = [...new Set(mspIds)].sort();
        const regulator = chaincode === this.#subject.chaincodes.supervision ? this.#regulatorMspId() : null;
        const isEnough = endorsers.length >= ENDORSERS_MIN && (regulator === null || endorsers.includes(regulator));
        return isEnough || writes.length === 0
            ? []
            : [{ code: 'ENDORSEMENT_POLICY', operands: { chaincode, endorsers } }];
    }

    /** Endorsers state which version they ran; it is the one in force, or was when the transaction was under way. */
    #versionFindings(content: TransactionContent): Found[] {
        const { chaincode, version } = content;
        const inForce = this.#definitions.inForce(chaincode);
        return this.#definitions.mayState(content)
            ? []
            : [{ code: 'VERSION_NOT_IN_FORCE', operands: { chaincode, version, inForce } }];
    }

    /** By the charter; `null` before there is one. */
    #regulatorMspId(): string | null {
        return this.#charter()?.charter.orgs.regulator ?? null;
    }

    /** Who administers an organisation to the market is who does on the channel. */
    #administratorFindings(): Pick<Finding, 'code' | 'operands'>[] {
        const established = this.#charter();
        if (established === null || !isInForce(established) || this.#configuration === null) {
            return [];
        }
        const mspIds = differingAdministrators(established.charter, this.#configuration.members.administrators);
        return mspIds.length === 0 ? [] : [{ code: 'ADMINISTRATORS_DIFFER', operands: { mspIds } }];
    }

    #charter(): EstablishedCharter | null {
        const charter = this.ledger.read(this.#subject.chaincodes.exchange, 'charter');
        return charter === undefined ? null : establishedCharterCodec.decode(charter.value.toString('utf8'));
    }

    /** Terms are written once, with a policy of their own, and neither is touched again. */
    #protectedFindings({ writes, policies }: TransactionContent): Found[] {
        const { ledger } = this.#reexecution;
        const changed = writes.filter((write) => ledger.policyOf(write.chaincode, write.key) !== null);
        return [
            ...changed.map(({ key }) => ({ code: 'TERMS_CHANGED' as const, operands: { key } })),
            ...policies.map(({ chaincode, key }) => ({
                code: 'POLICY_CHANGED' as const,
                operands: { chaincode, key },
            })),
        ];
    }

    #count(more: Partial<AuditCounts>): void {
        const { blocks = 0, transactions = 0, reproduced = 0, signatures = 0 } = more;
        this.#counts = {
            blocks: this.#counts.blocks + blocks,
            transactions: this.#counts.transactions + transactions,
            reproduced: this.#counts.reproduced + reproduced,
            signatures: this.#counts.signatures + signatures,
        };
    }
}

const endorsementFinding = (mspId: string): Found => ({ code: 'ENDORSEMENT_SIGNATURE', operands: { mspId } });

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
