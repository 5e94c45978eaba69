import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Requirement, RequirementStatement } from '@commonwatt/chaincode/domain/requirement';
import { carrierQueryCodec, type Page, type PageQuery } from '@commonwatt/chaincode/wire/query';
import {
    publishRequirementCodec,
    requirementCodec,
    requirementStatementCodec,
} from '@commonwatt/chaincode/wire/requirement';
import { translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import { numbered } from './numbered.js';
import type { Committed } from './submitter.js';

/** What the operators of supply networks ask of trades. */
export class RequirementClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Publishes the next version of a carrier's requirements, as its dispatcher.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError REQUIREMENT_CONFLICT
     */
    async publish(asked: Omit<RequirementStatement, 'version'>): Promise<Committed<Requirement>> {
        const { carrier } = asked;
        const statement = numbered<RequirementStatement>(
            requirementStatementCodec,
            (await orNull(this.show(carrier)))?.statement,
            (stated) => stated.version,
            (version) => ({ ...asked, version }),
        );
        const { version } = statement;
        const body = translated(() => requirementStatementCodec.toJson(statement));
        const { keyId, signature } = await this.#ledger.sign('commonwatt/requirement/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'requirement:publish',
            () => publishRequirementCodec.encode({ statement, signature }),
            requirementCodec.decode,
            async () => {
                const now = await orNull(this.show(carrier));
                return now?.statement.version === version && now.keyId === keyId ? now : null;
            },
        );
    }

    /** @throws NotFoundError REQUIREMENT_MISSING {carrier} */
    async show(carrier: Carrier): Promise<Requirement> {
        return await this.#ledger.evaluate(
            'exchange',
            'requirement:show',
            () => carrierQueryCodec.encode({ carrier }),
            requirementCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Requirement>> {
        return await this.#ledger.page('exchange', 'requirement:list', query, requirementCodec);
    }

    async list(): Promise<readonly Requirement[]> {
        return await everyItem((query) => this.page(query));
    }
}
