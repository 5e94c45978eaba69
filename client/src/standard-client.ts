import type { Standard, StandardStatement } from '@commonwatt/chaincode/domain/standard';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import {
    publishStandardCodec,
    standardCodec,
    standardRefCodec,
    standardStatementCodec,
} from '@commonwatt/chaincode/wire/standard';
import { translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** The regulator's standards for devices. */
export class StandardClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Publishes a standard for deliveries from a slot on that has not begun, as a reviewer.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError STANDARD_CONFLICT, SLOT_BEGUN
     */
    async publish(statement: StandardStatement): Promise<Committed<Standard>> {
        const body = translated(() => standardStatementCodec.toJson(statement));
        const { signature } = await this.#ledger.sign('commonwatt/standard/1', 'supervision', body);
        return await this.#ledger.submit(
            'supervision',
            'standard:publish',
            () => publishStandardCodec.encode({ statement, signature }),
            standardCodec.decode,
            () => orNull(this.show(statement.standardId)),
        );
    }

    /** @throws NotFoundError STANDARD_MISSING {standardId} */
    async show(standardId: string): Promise<Standard> {
        return await this.#ledger.evaluate(
            'supervision',
            'standard:show',
            () => standardRefCodec.encode({ standardId }),
            standardCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Standard>> {
        return await this.#ledger.page('supervision', 'standard:list', query, standardCodec);
    }

    async list(): Promise<readonly Standard[]> {
        return await everyItem((query) => this.page(query));
    }
}
