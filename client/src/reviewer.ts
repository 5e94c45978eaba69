import { setTimeout as pause } from 'node:timers/promises';
import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Qualification } from '@commonwatt/chaincode/domain/qualification';
import { CommonwattError } from './errors.js';
import { orNull } from './ledger.js';
import type { Market } from './market.js';
import { type Review, reviewAgreement, type ReviewPolicy } from './review-policy.js';

/** What the reviewer did about one agreement. */
export type ReviewReport = Readonly<{
    agreementId: string;
    version: number;
    review: Review;
    /** Where the verdict is; `null` for what is left to a person. */
    transactionId: string | null;
    blockNumber: number | null;
    /** Why the verdict could not be given. */
    refusal: CommonwattError | null;
}>;

const INTERVAL_MS = 1_000;

/**
 * The weak centre's assistant: gives the verdict in plain cases and leaves the rest in a queue for a person. What is
 * queued is told once; a person's verdict ends it, and so does the standing verdict that parties may use without one.
 */
export class Reviewer {
    readonly #market: Market;
    readonly #policy: ReviewPolicy;
    readonly #queued = new Set<string>();

    /** @param market as a registered reviewer's identity */
    constructor(market: Market, policy: ReviewPolicy) {
        this.#market = market;
        this.#policy = policy;
    }

    /** Reviews every agreement that waits. @throws UnavailableError when nothing can be read */
    async turn(): Promise<readonly ReviewReport[]> {
        const executions = await this.#market.agreements.list();
        const inForce = executions.filter(({ state }) => state === 'inForce');
        const others: Terms[] = [];
        for (const { agreementId } of inForce) {
            others.push((await this.#market.agreements.show(agreementId)).agreement.terms);
        }
        const reports: ReviewReport[] = [];
        for (const execution of executions.filter(({ state }) => state === 'concluded')) {
            const agreement = await this.#waiting(execution);
            if (agreement !== null) {
                const report = await this.#decide(agreement, others);
                reports.push(report);
                others.push(...(report.review.outcome === 'approve' ? [agreement.terms] : []));
            }
        }
        return reports;
    }

    /** Reviews until aborted. @throws UnavailableError when nothing can be read in the first turn */
    async *run(signal: AbortSignal): AsyncGenerator<ReviewReport> {
        let isFirst = true;
        while (!signal.aborted) {
            try {
                yield* await this.turn();
                isFirst = false;
            } catch (error) {
                if (isFirst || !(error instanceof CommonwattError)) {
                    throw error;
                }
            }
            await pause(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
        }
    }

    /** The agreement, unless it has a verdict or stands in the queue already. */
    async #waiting({ agreementId, version }: Execution): Promise<Agreement | null> {
        if (this.#queued.has(`${agreementId}/${String(version)}`)) {
            return null;
        }
        const verdict = await orNull(this.#market.verdicts.show(agreementId, version));
        return verdict === null ? (await this.#market.agreements.show(agreementId)).agreement : null;
    }

    async #decide(agreement: Agreement, others: readonly Terms[]): Promise<ReviewReport> {
        const { agreementId, terms } = agreement;
        const parties: Participant[] = [];
        const qualifications = new Map<string, Qualification | null>();
        for (const { participantId } of terms.parties) {
            parties.push(await this.#market.participants.show(participantId));
            qualifications.set(participantId, await orNull(this.#market.qualifications.show(participantId)));
        }
        const review = reviewAgreement(this.#policy, { terms, parties, qualifications, others });
        const about = { agreementId, version: terms.version, review };
        if (review.outcome === 'queue') {
            this.#queued.add(`${agreementId}/${String(terms.version)}`);
            return { ...about, transactionId: null, blockNumber: null, refusal: null };
        }
        try {
            const done = await this.#market.verdicts[review.outcome](agreement, review.reasonCode);
            return { ...about, transactionId: done.transactionId, blockNumber: done.blockNumber, refusal: null };
        } catch (error) {
            if (error instanceof CommonwattError) {
                return { ...about, transactionId: error.transactionId, blockNumber: null, refusal: error };
            }
            throw error;
        }
    }
}
