import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { type Execution, heldBy, prefunding } from '@commonwatt/chaincode/domain/escrow';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { AgreementState } from '@commonwatt/chaincode/domain/lifecycle';
import {
    type AgreementChange,
    agreementHistoryCodec,
    agreementIdOf,
    agreementRefCodec,
    type AgreementView,
    agreementViewCodec,
    cancelCodec,
    type Cancellation,
    cancellationDocument,
    concludeCodec,
    consentDocument,
    type Fold,
    fundCodec,
    releaseCodec,
} from '@commonwatt/chaincode/wire/agreement';
import { executionCodec } from '@commonwatt/chaincode/wire/escrow';
import {
    decodePage,
    findQueryCodec,
    type Page,
    type PageQuery,
    participantPageQueryCodec,
} from '@commonwatt/chaincode/wire/query';
import type { AccountClient } from './account-client.js';
import { type AgreementOutcome, latestOf, outcomeOf, settledSlots } from './agreement-outcome.js';
import { CommonwattError, InvalidError, NotFoundError, translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { SettlementClient } from './settlement-client.js';
import type { Signing } from './signing.js';
import type { Committed } from './submitter.js';

/** Another step took the credits we named between reading and committing; these are read again. */
const STALE_FOLDS: readonly string[] = ['CREDIT_MISSING', 'CREDIT_NOT_NEEDED'];
const FOLD_ATTEMPTS_MAX = 4;

/** States in which a step has not been taken yet; from all others it has been, or cannot be any more. */
const BEFORE = {
    fund: ['concluded', 'lapsed'],
    release: ['concluded', 'inForce', 'completed', 'lapsed'],
    cancel: ['concluded', 'inForce', 'completed'],
    lapse: ['concluded', 'inForce', 'windingDown', 'completed', 'terminated'],
} as const satisfies Record<string, readonly AgreementState[]>;

/** Agreements from signature to the end of delivery. */
export class AgreementClient {
    readonly #ledger: Ledger;
    readonly #accounts: AccountClient;
    readonly #settlements: SettlementClient;

    constructor(ledger: Ledger, accounts: AccountClient, settlements: SettlementClient) {
        this.#ledger = ledger;
        this.#accounts = accounts;
        this.#settlements = settlements;
    }

    /**
     * Signs terms for one party, with the identity's signing key or another signer; as its agent, where a mandate is
     * named. Nothing is sent.
     * @throws InvalidError SIGNING_KEY_MISSING, INPUT_INVALID
     */
    async consent(terms: Terms, participantId: string, signing: Signing = {}): Promise<Consent> {
        const document = translated(() => consentDocument(terms));
        return await this.#ledger.signFor(participantId, document, signing);
    }

    /**
     * Puts an agreement on the ledger with every party's consent; anyone may. Every party's prefunding moves from its lane
     * into escrow, where it waits for the review; credits are folded where a lane is short.
     * @param named credits to fold, so that the ledger is not asked for them
     * @throws InvalidError TERMS_INVALID, SIGNATURE_INVALID · ForbiddenError SIGNATURE_MISSING, QUALIFICATION_MISSING ·
     * ConflictError SLOT_BEGUN, SIGNATURE_WITHDRAWN, MARKET_HALTED, ACCOUNT_UNDERFUNDED · LimitError TERMS_LIMIT
     */
    async conclude(terms: Terms, consents: readonly Consent[], named?: readonly Fold[]): Promise<Committed<Execution>> {
        const agreementId = translated(() => agreementIdOf(terms));
        const concluded = async (): Promise<Execution | null> =>
            (await orNull(this.show(agreementId)))?.execution ?? null;
        for (let attempt = 1; ; attempt += 1) {
            const folds = named ?? (await this.#foldsFor(terms));
            try {
                return await this.#ledger.submit(
                    'exchange',
                    'agreement:conclude',
                    () => concludeCodec.encode({ terms, consents, folds }),
                    executionCodec.decode,
                    concluded,
                );
            } catch (error) {
                const stale =
                    named === undefined && error instanceof CommonwattError && STALE_FOLDS.includes(error.code);
                if (!stale || attempt >= FOLD_ATTEMPTS_MAX) {
                    throw error;
                }
            }
        }
    }

    /**
     * Puts an approved agreement into force with what was reserved when it was concluded; anyone may push it.
     * @param standingId the standing verdict that covers it; `null` when it has a verdict of its own
     * @throws ForbiddenError VERDICT_MISSING, STANDING_VERDICT_EXCEEDED · ConflictError SLOT_BEGUN, AGREEMENT_STATE,
     * MARKET_HALTED
     */
    async fund(agreementId: string, standingId: string | null): Promise<Committed<Execution>> {
        return await this.#ledger.submit(
            'exchange',
            'agreement:fund',
            () => fundCodec.encode({ agreementId, standingId }),
            executionCodec.decode,
            () => this.#past(agreementId, 'fund'),
        );
    }

    /**
     * Ends delivery from a slot on after the regulator's termination: escrow of the later slots goes back.
     * @param fromSlot the first slot that has not begun
     * @throws ForbiddenError VERDICT_MISSING · ConflictError SLOT_BEGUN, AGREEMENT_STATE
     */
    async release(agreementId: string, fromSlot: number): Promise<Committed<Execution>> {
        return await this.#ledger.submit(
            'exchange',
            'agreement:release',
            () => releaseCodec.encode({ agreementId, fromSlot }),
            executionCodec.decode,
            () => this.#past(agreementId, 'release'),
        );
    }

    /**
     * Signs for one party that delivery ends before a slot, with the identity's signing key or another signer; as its
     * agent, where a mandate is named. Nothing is sent.
     * @throws InvalidError SIGNING_KEY_MISSING, INPUT_INVALID
     */
    async consentToCancel(cancellation: Cancellation, participantId: string, signing: Signing = {}): Promise<Consent> {
        const document = translated(() => cancellationDocument(cancellation));
        return await this.#ledger.signFor(participantId, document, signing);
    }

    /**
     * Ends delivery by common consent: escrow of the slots from the one signed goes back; an agreement that is not in
     * force yet lapses. Anyone may push it, until that slot begins and not before the one before it has begun.
     * @throws ForbiddenError SIGNATURE_MISSING · InvalidError SIGNATURE_INVALID · ConflictError SLOT_BEGUN,
     * SLOT_NOT_OVER, VERSION_STALE, AGREEMENT_STATE · NotFoundError AGREEMENT_MISSING
     */
    async cancel(cancellation: Cancellation, consents: readonly Consent[]): Promise<Committed<Execution>> {
        return await this.#ledger.submit(
            'exchange',
            'agreement:cancel',
            () => cancelCodec.encode({ cancellation, consents }),
            executionCodec.decode,
            () => this.#past(cancellation.agreementId, 'cancel'),
        );
    }

    /** Closes an agreement that never enters into force; what it reserved goes back. @throws ConflictError AGREEMENT_STATE */
    async lapse(agreementId: string): Promise<Committed<Execution>> {
        return await this.#ledger.submit(
            'exchange',
            'agreement:lapse',
            () => agreementRefCodec.encode({ agreementId }),
            executionCodec.decode,
            () => this.#past(agreementId, 'lapse'),
        );
    }

    /** @throws NotFoundError AGREEMENT_MISSING {agreementId} */
    async show(agreementId: string): Promise<AgreementView> {
        return await this.#ledger.evaluate(
            'exchange',
            'agreement:show',
            () => agreementRefCodec.encode({ agreementId }),
            agreementViewCodec.decode,
        );
    }

    /** Every change of the agreement's records with its transaction, oldest first. @throws NotFoundError AGREEMENT_MISSING */
    async history(agreementId: string): Promise<readonly AgreementChange[]> {
        return await this.#ledger.evaluate(
            'exchange',
            'agreement:history',
            () => agreementRefCodec.encode({ agreementId }),
            agreementHistoryCodec.decode,
        );
    }

    /**
     * The whole story: every change, what each leg delivered in each settled slot and why not more, and what became of
     * each party's money.
     * @throws NotFoundError AGREEMENT_MISSING · InternalError HISTORY_DISAGREES {agreementId}
     */
    async outcome(agreementId: string): Promise<AgreementOutcome> {
        const changes = await this.history(agreementId);
        if (changes.length === 0) {
            throw new NotFoundError({ code: 'AGREEMENT_MISSING', operands: { agreementId } });
        }
        const { terms, execution } = latestOf(agreementId, changes);
        const settlements: Settlement[] = [];
        for (const { carrier, fromSlot, endSlot } of settledSlots(terms, execution)) {
            const found = await this.#settlements.between(carrier, fromSlot, endSlot);
            settlements.push(...found.flat());
        }
        return outcomeOf(agreementId, changes, settlements);
    }

    async page(query: PageQuery): Promise<Page<Execution>> {
        return await this.#ledger.page('exchange', 'agreement:list', query, executionCodec);
    }

    async list(): Promise<readonly Execution[]> {
        return await everyItem((query) => this.page(query));
    }

    async pageOf(participantId: string, query: PageQuery): Promise<Page<Execution>> {
        return await this.#ledger.evaluate(
            'exchange',
            'agreement:list-of',
            () => participantPageQueryCodec.encode({ ...query, participantId }),
            (payload) => decodePage(payload, executionCodec),
        );
    }

    /** Agreements that a participant is a party of. */
    async listOf(participantId: string): Promise<readonly Execution[]> {
        return await everyItem((query) => this.pageOf(participantId, query));
    }

    /**
     * The agreement whose id begins with these digits.
     * @param prefix at least eight digits
     * @throws NotFoundError AGREEMENT_MISSING {agreementId} · InvalidError ID_AMBIGUOUS {prefix, agreementIds}, INPUT_INVALID
     */
    async find(prefix: string): Promise<string> {
        const agreementIds = await this.#ledger.evaluate(
            'exchange',
            'agreement:find',
            () => findQueryCodec.encode({ prefix }),
            (payload) => JSON.parse(payload) as readonly string[],
        );
        const [agreementId] = agreementIds;
        if (agreementId === undefined) {
            throw new NotFoundError({ code: 'AGREEMENT_MISSING', operands: { agreementId: prefix } });
        }
        if (agreementIds.length > 1) {
            throw new InvalidError({ code: 'ID_AMBIGUOUS', operands: { prefix, agreementIds } });
        }
        return agreementId;
    }

    /** The execution, if the step has been taken: it is in the state that the step leads to, or in a later one. */
    async #past(agreementId: string, verb: keyof typeof BEFORE): Promise<Execution | null> {
        const { execution } = await this.show(agreementId);
        const before: readonly AgreementState[] = BEFORE[verb];
        return before.includes(execution.state) ? null : execution;
    }

    /** Credits for each party whose lane is short of its prefunding. */
    async #foldsFor(terms: Terms): Promise<Fold[]> {
        const folds: Fold[] = [];
        for (const holding of prefunding(terms)) {
            const { participantId } = holding;
            const lane = terms.parties.find((party) => party.participantId === participantId)?.lane ?? 0;
            const sourceIds = await this.#accounts.creditsToDebit(participantId, lane, heldBy(holding));
            if (sourceIds.length > 0) {
                folds.push({ participantId, sourceIds });
            }
        }
        return folds;
    }
}
