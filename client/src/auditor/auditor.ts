import { type EstablishedCharter, isInForce } from '@commonwatt/chaincode/domain/established-charter';
import { establishedCharterCodec } from '@commonwatt/chaincode/wire/charter';
import type { common } from '@hyperledger/fabric-protos';
import type { KeyWrite, LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { type BlockTransaction, type BlockView, readBlock } from '../block-reader.js';
import type { ChaincodeRole, Invocation } from '../transport.js';
import { differingAdministrators } from './administrators.js';
import { dataHashOf, headerHash, headerSignatures } from './block-hashes.js';
import type { UnreadableBlock } from './block-source.js';
import { Configuration } from './configuration.js';
import { type Definition, Definitions } from './definitions.js';
import type { Finding, FindingCode } from './finding.js';
import { mspIdOf } from './members.js';
import type { Programs } from './programs.js';
import { Reexecution } from './reexecution.js';
import type { Signed } from './signed.js';
import { type TransactionContent, transactionContent } from './transaction-content.js';

/** What is audited: a channel and its two chaincodes, by their names on it. */
export type Subject = Readonly<{
    channel: string;
    chaincodes: Readonly<Record<ChaincodeRole, string>>;
    /** Programs of versions that write otherwise than this one. */
    programs?: Programs;
}>;

/** Where an audit stands after a block: everything that the next one is judged by. */
export type AuditState = Readonly<{
    nextBlock: number;
    /** Hash of the last block's header, hex. */
    lastHash: string;
    /** The transaction that configured the channel last. */
    configuration: Uint8Array;
    definitions: readonly Definition[];
    records: readonly KeyWrite[];
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

const ENDORSERS_MIN = 3;

/** Reads blocks from the first on and trusts nothing but them: whoever has them comes to the same findings. */
export class Auditor {
    readonly #subject: Subject;
    readonly #reexecution: Reexecution;
    #definitions = new Definitions();
    #configuration: Configuration | null = null;
    #nextBlock = 0;
    #lastHash = '';
    #counts: AuditCounts = { blocks: 0, transactions: 0, reproduced: 0, signatures: 0 };

    constructor(subject: Subject) {
        this.#subject = subject;
        this.#reexecution = new Reexecution(subject.channel, subject.chaincodes, subject.programs ?? new Map());
    }

    /** An audit that goes on where another one stood. */
    static resume(subject: Subject, state: AuditState): Auditor {
        const auditor = new Auditor(subject);
        auditor.#nextBlock = state.nextBlock;
        auditor.#lastHash = state.lastHash;
        auditor.#counts = state.counts;
        auditor.#definitions = new Definitions(state.definitions);
        auditor.#configuration = state.configuration.length === 0 ? null : new Configuration(state.configuration);
        auditor.ledger.adopt(state.records, { txId: '', timeMs: 0 });
        return auditor;
    }

    get state(): AuditState {
        return {
            nextBlock: this.#nextBlock,
            lastHash: this.#lastHash,
            configuration: this.#configuration?.envelope ?? new Uint8Array(),
            definitions: this.#definitions.all,
            records: this.ledger.records(),
            counts: this.#counts,
        };
    }

    /** The number of the block that is looked at next. */
    get nextBlock(): number {
        return this.#nextBlock;
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

    /** Looks at one more block; what is wrong in it does not end the audit. */
    async take(block: common.Block | UnreadableBlock): Promise<Finding[]> {
        if ('unreadableBlock' in block) {
            return this.#passOver(block.unreadableBlock);
        }
        const view = readBlock(block);
        const findings = this.#chainFindings(block, view);
        const envelopes = block.getData()?.getDataList_asU8() ?? [];
        for (const transaction of view.transactions) {
            const found = await this.#transactionFindings(
                transaction,
                envelopes[transaction.index] ?? new Uint8Array(),
                view.blockNumber,
            );
            const where = { blockNumber: view.blockNumber, transactionId: transaction.transactionId };
            findings.push(...found.map((each) => ({ ...where, ...each })));
        }
        this.#count({ blocks: 1, transactions: view.transactions.length });
        return findings;
    }

    #passOver(blockNumber: number): Finding[] {
        this.#nextBlock = blockNumber + 1;
        this.#lastHash = '';
        return [{ code: 'BLOCK_UNREADABLE', blockNumber, transactionId: null, operands: {} }];
    }

    #chainFindings(block: common.Block, { blockNumber, dataHash, previousHash, transactions }: BlockView): Finding[] {
        const findings: Finding[] = [];
        const demand = (holds: boolean, code: FindingCode, operands: Finding['operands'] = {}): void => {
            if (!holds) {
                findings.push({ code, blockNumber, transactionId: null, operands });
            }
        };
        demand(blockNumber === this.#nextBlock, 'BLOCK_MISSING', { expected: this.#nextBlock });
        demand(dataHash === dataHashOf(block).toString('hex'), 'BLOCK_DATA_HASH');
        demand(previousHash === this.#lastHash, 'BLOCK_PREVIOUS_HASH');
        for (const { code, operands } of this.#configurationFindings(block, transactions)) {
            demand(false, code, operands);
        }
        demand(blockNumber === 0 || this.#isSigned(block), 'BLOCK_UNSIGNED');
        this.#nextBlock = blockNumber + 1;
        this.#lastHash = headerHash(block).toString('hex');
        return findings;
    }

    /** A new configuration may change the members; it stands alone in its block. One that nobody may make is not followed. */
    #configurationFindings(
        block: common.Block,
        [transaction]: BlockView['transactions'],
    ): Pick<Finding, 'code' | 'operands'>[] {
        const [envelope] = block.getData()?.getDataList_asU8() ?? [];
        if (envelope === undefined || transaction?.type !== 'CONFIG' || transaction.validationCode !== 'VALID') {
            return [];
        }
        try {
            const configuration = new Configuration(envelope);
            // The first one is what all trust begins with.
            const findings = this.#configuration === null ? [] : configuration.findingsAfter(this.#configuration);
            if (findings.length === 0) {
                this.#configuration = configuration;
            }
            return [...findings, ...this.#administratorFindings()];
        } catch (error) {
            return [{ code: 'TRANSACTION_UNREADABLE', operands: { reason: reasonOf(error) } }];
        }
    }

    /** One signature suffices: consenters sign what they have agreed on. */
    #isSigned(block: common.Block): boolean {
        return headerSignatures(block).some((each) => this.#isOf(each));
    }

    async #transactionFindings(
        { validationCode }: BlockTransaction,
        bytes: Uint8Array,
        blockNumber: number,
    ): Promise<Pick<Finding, 'code' | 'operands'>[]> {
        if (validationCode !== 'VALID') {
            return []; // changes nothing, whatever it is
        }
        let content: TransactionContent | null;
        try {
            content = transactionContent(bytes);
        } catch (error) {
            return [{ code: 'TRANSACTION_UNREADABLE', operands: { reason: reasonOf(error) } }];
        }
        if (content === null || !this.#reexecution.knows(content.chaincode)) {
            if (content !== null) {
                this.#definitions.take(content, blockNumber);
            }
            return [];
        }
        const genuine = content.endorsements.filter((each) => this.#isOf(each));
        const findings = [
            ...this.#signatureFindings(content, genuine),
            ...this.#policyFindings(content, genuine),
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

    #signatureFindings(
        { creatorSignature, endorsements }: TransactionContent,
        genuine: readonly Signed[],
    ): Pick<Finding, 'code' | 'operands'>[] {
        const unsigned = (code: FindingCode, signed: Signed): Pick<Finding, 'code' | 'operands'> => ({
            code,
            operands: { mspId: mspIdOf(signed.identity) },
        });
        return [
            ...(this.#isOf(creatorSignature) ? [] : [unsigned('CREATOR_SIGNATURE', creatorSignature)]),
            ...endorsements
                .filter((each) => !genuine.includes(each))
                .map((each) => unsigned('ENDORSEMENT_SIGNATURE', each)),
        ];
    }

    /** Any three for the market; the regulator and two others for the weak centre. */
    #policyFindings(
        { chaincode, writes }: TransactionContent,
        genuine: readonly Signed[],
    ): Pick<Finding, 'code' | 'operands'>[] {
        const endorsers = [...new Set(genuine.map(({ identity }) => mspIdOf(identity)))].sort();
        const regulator = chaincode === this.#subject.chaincodes.supervision ? this.#regulatorMspId() : null;
        const isEnough = endorsers.length >= ENDORSERS_MIN && (regulator === null || endorsers.includes(regulator));
        return isEnough || writes.length === 0
            ? []
            : [{ code: 'ENDORSEMENT_POLICY', operands: { chaincode, endorsers } }];
    }

    /** Endorsers state which version they ran; it is the one in force, or was when the transaction was under way. */
    #versionFindings(content: TransactionContent): Pick<Finding, 'code' | 'operands'>[] {
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
    #protectedFindings({ writes, policies }: TransactionContent): Pick<Finding, 'code' | 'operands'>[] {
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

    #isOf(signed: Signed): boolean {
        this.#count({ signatures: 1 });
        return this.#configuration?.members.hasSigned(signed) ?? false;
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

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
