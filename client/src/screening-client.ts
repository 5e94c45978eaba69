import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Screening } from '@commonwatt/chaincode/domain/screening';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import {
    screenCodec,
    screeningCodec,
    screeningQueryCodec,
    screeningStatementCodec,
} from '@commonwatt/chaincode/wire/screening';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** The version that was screened: the operator's word counts for these very terms. */
export type Screened = Pick<Agreement, 'agreementId' | 'termsHash' | 'terms'>;

/** The network operator's security check, where the rules have a carrier screened centrally. */
export class ScreeningClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /** Final. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError SCREENING_CONFLICT, VERSION_STALE */
    async admit(screened: Screened, carrier: Carrier, reasonCode: string): Promise<Committed<Screening>> {
        return await this.#screen('admit', screened, carrier, reasonCode);
    }

    /** Final for this version; the parties may agree another. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError SCREENING_CONFLICT, VERSION_STALE */
    async refuse(screened: Screened, carrier: Carrier, reasonCode: string): Promise<Committed<Screening>> {
        return await this.#screen('refuse', screened, carrier, reasonCode);
    }

    /** @throws NotFoundError SCREENING_MISSING {agreementId, version, carrier} when the operator has said nothing of it */
    async show(agreementId: string, version: number, carrier: Carrier): Promise<Screening> {
        return await this.#ledger.evaluate(
            'exchange',
            'screening:show',
            () => screeningQueryCodec.encode({ agreementId, version, carrier }),
            screeningCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Screening>> {
        return await this.#ledger.page('exchange', 'screening:list', query, screeningCodec);
    }

    async list(): Promise<readonly Screening[]> {
        return await everyItem((query) => this.page(query));
    }

    async #screen(
        verb: 'admit' | 'refuse',
        { agreementId, termsHash, terms }: Screened,
        carrier: Carrier,
        reasonCode: string,
    ): Promise<Committed<Screening>> {
        const decision = verb === 'admit' ? 'admitted' : 'refused';
        const { version } = terms;
        const statement = { agreementId, version, termsHash, carrier, decision, reasonCode } as const;
        const body = screeningStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/screening/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            `screening:${verb}`,
            () => screenCodec.encode({ statement, signature }),
            screeningCodec.decode,
            async () => {
                const now = await orNull(this.show(agreementId, version, carrier));
                return now?.statement.decision === decision ? now : null;
            },
        );
    }
}
