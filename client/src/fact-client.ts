import type { FactKind, FactReview, FactReviewStatement } from '@commonwatt/chaincode/domain/fact';
import {
    factQueryCodec,
    factReviewCodec,
    factReviewStatementCodec,
    reviewFactCodec,
} from '@commonwatt/chaincode/wire/fact';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** The regulator's word on what officers of the market state. */
export class FactClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Confirms a stated fact. A reviewer does.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError FACT_REVIEWED, SLOT_BEGUN: too little notice
     */
    async confirm(fact: Omit<FactReviewStatement, 'finding'>): Promise<Committed<FactReview>> {
        return await this.#review('confirm', { ...fact, finding: 'confirmed' });
    }

    /**
     * Rejects a stated fact, or takes a confirmation back while its notice runs. A reviewer does.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError FACT_REVIEWED
     */
    async reject(fact: Omit<FactReviewStatement, 'finding' | 'fromSlot'>): Promise<Committed<FactReview>> {
        return await this.#review('reject', { ...fact, finding: 'rejected', fromSlot: null });
    }

    /** @throws NotFoundError FACT_REVIEW_MISSING {kind, factHash} */
    async show(kind: FactKind, factHash: string): Promise<FactReview> {
        return await this.#ledger.evaluate(
            'supervision',
            'fact:show',
            () => factQueryCodec.encode({ kind, factHash }),
            factReviewCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<FactReview>> {
        return await this.#ledger.page('supervision', 'fact:list', query, factReviewCodec);
    }

    async list(): Promise<readonly FactReview[]> {
        return await everyItem((query) => this.page(query));
    }

    async #review(verb: 'confirm' | 'reject', statement: FactReviewStatement): Promise<Committed<FactReview>> {
        const body = factReviewStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/fact-review/1', 'supervision', body);
        return await this.#ledger.submit(
            'supervision',
            `fact:${verb}`,
            () => reviewFactCodec.encode({ statement, signature }),
            factReviewCodec.decode,
            async () => {
                const now = await orNull(this.show(statement.kind, statement.factHash));
                return now !== null && factReviewStatementCodec.isSame(now.statement, statement) ? now : null;
            },
        );
    }
}
