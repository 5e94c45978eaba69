import type { ForceMajeure, ForceMajeureStatement } from '@commonwatt/chaincode/domain/force-majeure';
import {
    declarationQueryCodec,
    declareCodec,
    forceMajeureCodec,
    forceMajeureStatementCodec,
} from '@commonwatt/chaincode/wire/force-majeure';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** Force majeure, declared by the network operator. */
export class ForceMajeureClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Declares what struck points in some slots. The holder of a dispatcher's seat does. It waives nothing until the
     * regulator has confirmed it, as the fact `forceMajeure` by the hash of the statement.
     * @throws ForbiddenError CALLER_NOT_SEATED · InvalidError FORCE_MAJEURE_INVALID · ConflictError
     * FORCE_MAJEURE_CONFLICT {declarationId} · NotFoundError METER_MISSING
     */
    async declare(statement: ForceMajeureStatement): Promise<Committed<ForceMajeure>> {
        const body = forceMajeureStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/force-majeure/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'force-majeure:declare',
            () => declareCodec.encode({ statement, signature }),
            forceMajeureCodec.decode,
            async () => {
                const declared = await orNull(this.show(statement.declarationId));
                return declared !== null && forceMajeureStatementCodec.isSame(declared.statement, statement)
                    ? declared
                    : null;
            },
        );
    }

    /** @throws NotFoundError FORCE_MAJEURE_MISSING {declarationId} */
    async show(declarationId: string): Promise<ForceMajeure> {
        return await this.#ledger.evaluate(
            'exchange',
            'force-majeure:show',
            () => declarationQueryCodec.encode({ declarationId }),
            forceMajeureCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<ForceMajeure>> {
        return await this.#ledger.page('exchange', 'force-majeure:list', query, forceMajeureCodec);
    }

    async list(): Promise<readonly ForceMajeure[]> {
        return await everyItem((query) => this.page(query));
    }
}
