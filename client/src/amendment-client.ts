import type { Agreement, Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { amendExecution } from '@commonwatt/chaincode/domain/amendment';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import {
    agreementCodec,
    type AgreementView,
    consentDocument,
    type Fold,
    proposeAmendmentCodec,
    termsHashOf,
} from '@commonwatt/chaincode/wire/agreement';
import { amendmentRefCodec, enactCodec } from '@commonwatt/chaincode/wire/amendment';
import { executionCodec } from '@commonwatt/chaincode/wire/escrow';
import { amendmentPageQueryCodec, decodePage, type Page, type PageQuery } from '@commonwatt/chaincode/wire/query';
import type { AccountClient } from './account-client.js';
import type { AgreementClient } from './agreement-client.js';
import type { CharterClient } from './charter-client.js';
import type { ClockClient } from './clock-client.js';
import { CommonwattError, translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { ParticipantClient } from './participant-client.js';
import type { Signing } from './signing.js';
import type { Committed } from './submitter.js';

/** Between reading and committing another step took the credits we named, or the slot began; these are read again. */
const STALE: readonly string[] = ['CREDIT_MISSING', 'CREDIT_NOT_NEEDED', 'SLOT_BEGUN'];
const ENACT_ATTEMPTS_MAX = 4;

/** Clients of other nouns whose records decide how an amendment is enacted. */
export type AmendmentSources = Readonly<{
    accounts: AccountClient;
    agreements: AgreementClient;
    charter: CharterClient;
    clock: ClockClient;
    participants: ParticipantClient;
}>;

/** Changes of agreements: signed by all parties, reviewed, put into force by anyone. */
export class AmendmentClient {
    readonly #ledger: Ledger;
    readonly #sources: AmendmentSources;

    constructor(ledger: Ledger, sources: AmendmentSources) {
        this.#ledger = ledger;
        this.#sources = sources;
    }

    /**
     * Signs the next version for one party, with the identity's signing key or another signer; as its agent, where a
     * mandate is named. Nothing is sent.
     * @throws InvalidError SIGNING_KEY_MISSING, INPUT_INVALID
     */
    async consent(agreementId: string, terms: Terms, participantId: string, signing: Signing = {}): Promise<Consent> {
        const document = translated(() => consentDocument(terms, agreementId));
        return await this.#ledger.signFor(participantId, document, signing);
    }

    /**
     * Records the next version with every party's consent; anyone may. Nothing changes until it is enacted.
     * @throws InvalidError TERMS_INVALID, SIGNATURE_INVALID · ForbiddenError SIGNATURE_MISSING · ConflictError
     * AGREEMENT_STATE, AMENDMENT_CONFLICT, VERSION_STALE, SIGNATURE_WITHDRAWN, SLOT_BEGUN · NotFoundError
     * AGREEMENT_MISSING · LimitError TERMS_LIMIT
     */
    async propose(agreementId: string, terms: Terms, consents: readonly Consent[]): Promise<Committed<Agreement>> {
        const termsHash = translated(() => termsHashOf(terms));
        return await this.#ledger.submit(
            'exchange',
            'amendment:propose',
            () => proposeAmendmentCodec.encode({ agreementId, terms, consents }),
            agreementCodec.decode,
            async () => {
                const recorded = await orNull(this.show(agreementId, terms.version));
                return recorded?.termsHash === termsHash ? recorded : null;
            },
        );
    }

    /**
     * Puts an approved amendment into force from the first slot that has not begun; anyone may push it. Escrow is topped
     * up from the parties' lanes, folding credits where one is short, or given back. The terms have a key policy of
     * their own, so the regulator and every party's organisation endorse.
     * @param standingId the standing verdict that covers it; `null` when it has a verdict of its own
     * @throws ForbiddenError VERDICT_MISSING, STANDING_VERDICT_EXCEEDED, QUALIFICATION_MISSING · ConflictError
     * VERSION_STALE, AGREEMENT_STATE, SIGNATURE_WITHDRAWN, SLOT_BEGUN, ACCOUNT_UNDERFUNDED, MARKET_HALTED ·
     * InvalidError TERMS_INVALID · NotFoundError AMENDMENT_MISSING · UnavailableError without one of these peers
     */
    async enact(agreementId: string, version: number, standingId: string | null): Promise<Committed<Execution>> {
        const amendment = await this.show(agreementId, version);
        const requiredMspIds = await this.#guardians(amendment.terms);
        for (let attempt = 1; ; attempt += 1) {
            const { fromSlot, folds } = await this.#preparation(amendment, standingId);
            try {
                return await this.#ledger.submit(
                    'exchange',
                    'amendment:enact',
                    () => enactCodec.encode({ agreementId, version, fromSlot, standingId, folds }),
                    executionCodec.decode,
                    () => this.#enacted(amendment),
                    requiredMspIds,
                );
            } catch (error) {
                const stale = error instanceof CommonwattError && STALE.includes(error.code);
                if (!stale || attempt >= ENACT_ATTEMPTS_MAX) {
                    throw error;
                }
            }
        }
    }

    /** The amendment that was proposed as this version. @throws NotFoundError AMENDMENT_MISSING {agreementId, version} */
    async show(agreementId: string, version: number): Promise<Agreement> {
        return await this.#ledger.evaluate(
            'exchange',
            'amendment:show',
            () => amendmentRefCodec.encode({ agreementId, version }),
            agreementCodec.decode,
        );
    }

    async page(query: PageQuery, agreementId: string | null = null): Promise<Page<Agreement>> {
        return await this.#ledger.evaluate(
            'exchange',
            'amendment:list',
            () => amendmentPageQueryCodec.encode({ ...query, agreementId }),
            (payload) => decodePage(payload, agreementCodec),
        );
    }

    /** Versions that were proposed, of one agreement or of all, in force or not. */
    async list(agreementId: string | null = null): Promise<readonly Agreement[]> {
        return await everyItem((query) => this.page(query, agreementId));
    }

    /** The first version after the one in force that has not been proposed. @throws NotFoundError AGREEMENT_MISSING */
    async nextVersion(agreementId: string): Promise<number> {
        let version = (await this.#sources.agreements.show(agreementId)).execution.version + 1;
        while ((await orNull(this.show(agreementId, version))) !== null) {
            version += 1;
        }
        return version;
    }

    /** Who must endorse a change of the terms: the regulator and the organisation of every signatory. */
    async #guardians(terms: Terms): Promise<readonly string[]> {
        const { charter, participants } = this.#sources;
        const mspIds = [(await charter.show()).orgs.regulator];
        for (const { participantId } of terms.parties) {
            mspIds.push((await participants.show(participantId)).mspId);
        }
        return [...new Set(mspIds)];
    }

    /** The slot to begin with, and the credits of each party whose lane is short of what the amendment asks of it. */
    async #preparation(
        amendment: Agreement,
        standingId: string | null,
    ): Promise<Readonly<{ fromSlot: SlotIndex; folds: Fold[] }>> {
        const { accounts, agreements, clock } = this.#sources;
        const view = await agreements.show(amendment.agreementId);
        const { firstSlot } = view.agreement.terms;
        const fromSlot = await clock.firstNotBegun(firstSlot, view.execution.endSlot);
        const folds: Fold[] = [];
        for (const { participantId, changeNano } of changesOf(view, amendment, { fromSlot, standingId })) {
            const lane = amendment.terms.parties.find((party) => party.participantId === participantId)?.lane ?? 0;
            const sourceIds = changeNano > 0n ? await accounts.creditsToDebit(participantId, lane, changeNano) : [];
            if (sourceIds.length > 0) {
                folds.push({ participantId, sourceIds });
            }
        }
        return { fromSlot, folds };
    }

    async #enacted({ agreementId, termsHash }: Agreement): Promise<Execution | null> {
        const { execution } = await this.#sources.agreements.show(agreementId);
        return execution.termsHash === termsHash ? execution : null;
    }
}

/** What the ledger would move; where it will refuse, nothing, so that its refusal is the one that is told. */
function changesOf(
    { agreement, execution }: AgreementView,
    amendment: Agreement,
    approval: Parameters<typeof amendExecution>[3],
): ReturnType<typeof amendExecution>['changes'] {
    try {
        return amendExecution(execution, agreement, amendment, approval).changes;
    } catch {
        return [];
    }
}
