import type {
    CheckMeter,
    DecisionStatement,
    Dispute,
    DisputeRef,
    Objection,
    Replacement,
    Review,
    ReviewStatement,
} from '@commonwatt/chaincode/domain/dispute';
import {
    decideDisputeCodec,
    decisionHashOf,
    decisionStatementCodec,
    disputeCodec,
    disputeRefCodec,
    objectionCodec,
    raiseCodec,
    reviewCodec,
    reviewCommandCodec,
    reviewQueryCodec,
    reviewStatementCodec,
} from '@commonwatt/chaincode/wire/dispute';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { type DocumentSigner, signDocument } from './document-signer.js';
import { CommonwattError, ConflictError } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** What the metering seat decides of a dispute. */
export type Ruling = Readonly<{
    /** `null`: the reading stands. */
    replacement: Replacement | null;
    checkMeter: CheckMeter | null;
    reasonCode: string;
}>;

/** Disputes about readings: raised by parties, decided by the operator, reviewed by the regulator. */
export class DisputeClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Doubts the reading of a point in a slot that is over, as its owner or as a party of an agreement there.
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT, DISPUTE_OF_OTHERS · ConflictError DISPUTE_CONFLICT, SLOT_NOT_OVER ·
     * NotFoundError METER_MISSING, AGREEMENT_MISSING
     */
    async raise(objection: Objection, signer: DocumentSigner = this.#ledger.documents): Promise<Committed<Dispute>> {
        const body = objectionCodec.toJson(objection);
        const scope = this.#ledger.scope('exchange');
        const { signature } = await signDocument(signer, 'commonwatt/dispute/1', scope, body);
        return await this.#ledger.submit(
            'exchange',
            'dispute:raise',
            () => raiseCodec.encode({ objection, signature }),
            disputeCodec.decode,
            () => orNull(this.show(objection)),
        );
    }

    /**
     * Decides a dispute, or decides it again after the regulator's rejection.
     * @param dispute as the officer has read it
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError DISPUTE_STATE · InvalidError DECISION_INVALID
     */
    async decide(dispute: Dispute, ruling: Ruling): Promise<Committed<Dispute>> {
        const { pointId, slot, raisedBy } = dispute.objection;
        const number = (dispute.decision?.statement.number ?? 0) + 1;
        const statement: DecisionStatement = { pointId, slot, raisedBy, number, ...ruling };
        const body = decisionStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/decision/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'dispute:decide',
            () => decideDisputeCodec.encode({ statement, signature }),
            disputeCodec.decode,
            async () => {
                const now = await orNull(this.show(statement));
                return now?.decision?.signature === signature ? now : null;
            },
        );
    }

    /** @throws ForbiddenError CALLER_NOT_SEATED · ConflictError DISPUTE_STATE · UnavailableError without the regulator's peer */
    async confirm(dispute: Dispute, reasonCode: string): Promise<Committed<Review>> {
        return await this.#review('confirm', 'confirmed', dispute, reasonCode);
    }

    /** The operator decides again. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError DISPUTE_STATE · UnavailableError */
    async reject(dispute: Dispute, reasonCode: string): Promise<Committed<Review>> {
        return await this.#review('reject', 'rejected', dispute, reasonCode);
    }

    /** Puts a confirmed decision into force; anyone may. @throws ForbiddenError REVIEW_MISSING · ConflictError DISPUTE_STATE */
    async close(ref: DisputeRef): Promise<Committed<Dispute>> {
        return await this.#ledger.submit(
            'exchange',
            'dispute:close',
            () => disputeRefCodec.encode(refOf(ref)),
            disputeCodec.decode,
            async () => {
                const now = await orNull(this.show(ref));
                return now === null || now.state === 'raised' || now.state === 'decided' ? null : now;
            },
        );
    }

    /** @throws NotFoundError DISPUTE_MISSING {pointId, slot, raisedBy} */
    async show(ref: DisputeRef): Promise<Dispute> {
        return await this.#ledger.evaluate(
            'exchange',
            'dispute:show',
            () => disputeRefCodec.encode(refOf(ref)),
            disputeCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Dispute>> {
        return await this.#ledger.page('exchange', 'dispute:list', query, disputeCodec);
    }

    async list(): Promise<readonly Dispute[]> {
        return await everyItem((query) => this.page(query));
    }

    /** What the regulator has said of the last decision; `null` where it has said nothing. */
    async review({ objection, decision }: Dispute): Promise<Review | null> {
        return decision === null ? null : await this.#reviewOf(objection, decision.statement.number);
    }

    async #reviewOf(ref: DisputeRef, number: number): Promise<Review | null> {
        try {
            return await this.#ledger.evaluate(
                'supervision',
                'dispute:show',
                () => reviewQueryCodec.encode({ ...refOf(ref), number }),
                reviewCodec.decode,
            );
        } catch (error) {
            if (error instanceof CommonwattError && error.code === 'REVIEW_MISSING') {
                return null;
            }
            throw error;
        }
    }

    async #review(
        verb: 'confirm' | 'reject',
        finding: ReviewStatement['finding'],
        { objection, decision }: Dispute,
        reasonCode: string,
    ): Promise<Committed<Review>> {
        const { pointId, slot, raisedBy } = objection;
        if (decision === null) {
            throw new ConflictError({ code: 'DISPUTE_STATE', operands: { pointId, slot, raisedBy, state: 'raised' } });
        }
        const { number } = decision.statement;
        const decisionHash = decisionHashOf(decision.statement);
        const statement: ReviewStatement = { pointId, slot, raisedBy, number, decisionHash, finding, reasonCode };
        const body = reviewStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/dispute-review/1', 'supervision', body);
        return await this.#ledger.submit(
            'supervision',
            `dispute:${verb}`,
            () => reviewCommandCodec.encode({ statement, signature }),
            reviewCodec.decode,
            async () => {
                const now = await this.#reviewOf(objection, number);
                return now?.statement.finding === finding ? now : null;
            },
        );
    }
}

const refOf = ({ pointId, slot, raisedBy }: DisputeRef): DisputeRef => ({ pointId, slot, raisedBy });
