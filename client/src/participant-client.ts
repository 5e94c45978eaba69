import type { Participant } from '@commonwatt/chaincode/domain/participant';
import {
    type Application,
    applicationCodec,
    applyCodec,
    participantCodec,
} from '@commonwatt/chaincode/wire/participant';
import { type Page, type PageQuery, participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** The subjects of the market. */
export class ParticipantClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Applies as a participant: binds the pseudonym to the caller's certificate and to its signing key, whose
     * possession the signature proves. It may trade once the regulator has qualified it.
     * @throws ForbiddenError ORG_NOT_ADMITTED {mspId, kind} · ConflictError PARTICIPANT_CONFLICT, SUBJECT_TAKEN ·
     * InvalidError SIGNATURE_INVALID
     */
    async apply(applicant: Omit<Application, 'publicKey'>): Promise<Committed<Participant>> {
        const application = { ...applicant, publicKey: this.#ledger.documents.publicKey };
        const body = applicationCodec.toJson(application);
        const { signature } = await this.#ledger.sign('commonwatt/participant/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'participant:apply',
            () => applyCodec.encode({ application, signature }),
            participantCodec.decode,
            async () => {
                const existing = await orNull(this.show(application.participantId));
                return existing?.publicKey === application.publicKey ? existing : null;
            },
        );
    }

    /** @throws NotFoundError PARTICIPANT_MISSING {participantId} */
    async show(participantId: string): Promise<Participant> {
        return await this.#ledger.evaluate(
            'exchange',
            'participant:show',
            () => participantQueryCodec.encode({ participantId }),
            participantCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Participant>> {
        return await this.#ledger.page('exchange', 'participant:list', query, participantCodec);
    }

    async list(): Promise<readonly Participant[]> {
        return await everyItem((query) => this.page(query));
    }
}
