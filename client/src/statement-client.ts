import type { SignedDelivery } from '@commonwatt/chaincode/domain/statement';
import { agreementPageQueryCodec, decodePage, type Page, type PageQuery } from '@commonwatt/chaincode/wire/query';
import { signedDeliveryCodec, submitStatementsCodec } from '@commonwatt/chaincode/wire/statement';
import { everyItem, type Ledger } from './ledger.js';
import type { Committed } from './submitter.js';

/** Statements of delivery, signed by external sources. */
export class StatementClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Brings a source's statements to the ledger, at most `STATEMENTS_MAX` of them. Anyone may: the source's signature
     * decides. The same statements again change nothing.
     * @throws InvalidError SIGNATURE_INVALID, STATEMENT_INVALID · ConflictError STATEMENT_CONFLICT, SLOT_NOT_OVER ·
     * NotFoundError SOURCE_MISSING, AGREEMENT_MISSING
     */
    async submit(statements: readonly SignedDelivery[]): Promise<Committed<Readonly<{ accepted: number }>>> {
        return await this.#ledger.submit(
            'exchange',
            'statement:submit',
            () => submitStatementsCodec.encode({ statements }),
            (payload) => JSON.parse(payload) as { accepted: number },
            () => Promise.resolve(null), // the same statements sent again are found there, one by one
        );
    }

    async page(agreementId: string, query: PageQuery): Promise<Page<SignedDelivery>> {
        return await this.#ledger.evaluate(
            'exchange',
            'statement:list',
            () => agreementPageQueryCodec.encode({ ...query, agreementId }),
            (payload) => decodePage(payload, signedDeliveryCodec),
        );
    }

    /** Statements about one agreement, by leg and slot. */
    async list(agreementId: string): Promise<readonly SignedDelivery[]> {
        return await everyItem((query) => this.page(agreementId, query));
    }
}
