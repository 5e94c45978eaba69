import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Admission } from '@commonwatt/chaincode/domain/admission';
import type { Loading } from '@commonwatt/chaincode/domain/loading';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import {
    admissionCodec,
    type AdmissionOutcome,
    admissionOutcomesCodec,
    admissionQueryCodec,
    admitCodec,
    loadingCodec,
    loadingQueryCodec,
    type VersionRef,
} from '@commonwatt/chaincode/wire/admission';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { firstToCome, type SlotSources } from './first-to-come.js';
import { everyItem, type Ledger } from './ledger.js';
import type { Committed } from './submitter.js';

/** Rounds of admission: what points carry, shared out to agreements before they enter into force. */
export class AdmissionClient {
    readonly #ledger: Ledger;
    readonly #sources: SlotSources;

    constructor(ledger: Ledger, sources: SlotSources) {
        this.#ledger = ledger;
        this.#sources = sources;
    }

    /**
     * Takes up versions in this order, at most 64: what fits is admitted, what is no longer needed given back, and the rest
     * left with the reason. Anyone may push it.
     * @throws NotFoundError AGREEMENT_MISSING · ConflictError SLOT_BEGUN
     */
    async run(versions: readonly VersionRef[]): Promise<Committed<readonly AdmissionOutcome[]>> {
        const fromSlot = await firstToCome(this.#sources);
        return await this.#ledger.submit(
            'exchange',
            'admission:run',
            () => admitCodec.encode({ versions, fromSlot }),
            admissionOutcomesCodec.decode,
        );
    }

    /** What a round would do now: it is run at one peer and sent nowhere. */
    async preview(versions: readonly VersionRef[]): Promise<readonly AdmissionOutcome[]> {
        const fromSlot = await firstToCome(this.#sources);
        return await this.#ledger.evaluate(
            'exchange',
            'admission:run',
            () => admitCodec.encode({ versions, fromSlot }),
            admissionOutcomesCodec.decode,
        );
    }

    /** What is set aside for an agreement. @throws NotFoundError CAPACITY_NOT_SET {agreementId} */
    async show(agreementId: string): Promise<Admission> {
        return await this.#ledger.evaluate(
            'exchange',
            'admission:show',
            () => admissionQueryCodec.encode({ agreementId }),
            admissionCodec.decode,
        );
    }

    /** What is admitted at a point in the 96 slots around one. */
    async loading(carrier: Carrier, pointId: string, slot: SlotIndex): Promise<Loading> {
        return await this.#ledger.evaluate(
            'exchange',
            'admission:loading',
            () => loadingQueryCodec.encode({ carrier, pointId, slot }),
            loadingCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Admission>> {
        return await this.#ledger.page('exchange', 'admission:list', query, admissionCodec);
    }

    async list(): Promise<readonly Admission[]> {
        return await everyItem((query) => this.page(query));
    }
}
