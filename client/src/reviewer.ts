import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Dispute } from '@commonwatt/chaincode/domain/dispute';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Qualification } from '@commonwatt/chaincode/domain/qualification';
import { isNegative } from '@commonwatt/chaincode/domain/verdict';
import { BegunSlots } from './begun-slots.js';
import { keepDecidedDisputes } from './decided-disputes.js';
import { CommonwattError } from './errors.js';
import { StandingCover } from './keeper-standing.js';
import { type KeptRecords, RecordsInBlocks } from './kept-records.js';
import { orNull } from './ledger.js';
import type { Market } from './market.js';
import { type OpenAgreement, OpenAgreements } from './open-agreements.js';
import { type Review, reviewAgreement, reviewDecision, type ReviewPolicy, type SettledPoint } from './review-policy.js';
import type { Committed } from './submitter.js';
import { takeTurns } from './take-turns.js';

/** What waits for the regulator: a version of an agreement, or the operator's decision on a dispute. */
export type ReviewSubject =
    | Readonly<{ type: 'agreement' | 'amendment'; agreementId: string; version: number }>
    | Readonly<{ type: 'dispute'; pointId: string; slot: number; raisedBy: string; number: number }>;

/** What waits, and what the policy says of it. */
export type ReviewedSubject = Readonly<{
    subject: ReviewSubject;
    review: Review;
    /** A standing verdict that the parties may use meanwhile; `null` where there is none. */
    standingId: string | null;
}>;

/** What the reviewer did about one subject. */
export type ReviewReport = ReviewedSubject &
    Readonly<{
        /** Where the verdict is; `null` for what is left to a person. */
        transactionId: string | null;
        blockNumber: number | null;
        /** Why the verdict could not be given. */
        refusal: CommonwattError | null;
    }>;

type Case = ReviewedSubject & Readonly<{ decide: (outcome: 'approve' | 'reject') => Promise<Committed<unknown>> }>;

/**
 * The weak centre's assistant: gives the verdict in plain cases and leaves the rest in a queue for a person. What is
 * queued is told once; a person's verdict ends it, and so does the standing verdict that parties may use without one.
 */
export class Reviewer {
    readonly #market: Market;
    readonly #policy: ReviewPolicy;
    readonly #records: RecordsInBlocks;
    readonly #open: OpenAgreements;
    readonly #decided: KeptRecords<Dispute>;
    readonly #cover: StandingCover;
    readonly #begun: BegunSlots;
    readonly #told = new Set<string>();

    /** @param market as a registered reviewer's identity; to look at the queue anybody's will do */
    constructor(market: Market, policy: ReviewPolicy) {
        this.#market = market;
        this.#policy = policy;
        this.#records = new RecordsInBlocks(market);
        this.#open = new OpenAgreements(market, this.#records);
        this.#decided = keepDecidedDisputes(market, this.#records);
        this.#cover = new StandingCover(market, this.#records);
        this.#begun = new BegunSlots(market);
    }

    /** Reviews all that waits. @throws UnavailableError when nothing can be read */
    async turn(): Promise<readonly ReviewReport[]> {
        const reports: ReviewReport[] = [];
        for await (const waiting of this.#cases()) {
            const key = JSON.stringify(waiting.subject);
            if (!this.#told.has(key)) {
                reports.push(await report(waiting));
            }
            if (waiting.review.outcome === 'queue') {
                this.#told.add(key);
            }
        }
        return reports;
    }

    /** What waits for a person, with the reasons; nothing is sent. @throws UnavailableError */
    async queue(): Promise<readonly ReviewedSubject[]> {
        const queued: ReviewedSubject[] = [];
        for await (const { subject, review, standingId } of this.#cases()) {
            if (review.outcome === 'queue') {
                queued.push({ subject, review, standingId });
            }
        }
        return queued;
    }

    /** Reviews until aborted. @throws UnavailableError when nothing can be read in the first turn */
    run(signal: AbortSignal): AsyncGenerator<ReviewReport> {
        return takeTurns(() => this.turn(), signal);
    }

    /** Everything without a verdict that could still enter into force, judged by the policy. */
    async *#cases(): AsyncGenerator<Case> {
        this.#begun.refresh();
        await this.#records.refresh();
        const open = await this.#open.list();
        const counting = new Map(open.filter(isCounted).map(({ agreement }) => [agreement.agreementId, agreement]));
        for (const { version, type } of open.flatMap(waitingVersions)) {
            const { agreementId, terms } = version;
            const isLate =
                type === 'agreement'
                    ? await this.#begun.isPastReview(terms)
                    : await this.#begun.has(terms.concludeBeforeSlot);
            if (isLate) {
                continue;
            }
            const others = [...counting.values()].filter((each) => each.agreementId !== agreementId);
            const review = await this.#reviewOf(
                terms,
                others.map((each) => each.terms),
            );
            yield {
                subject: { type, agreementId, version: terms.version },
                review,
                standingId: (await this.#cover.of(terms)) ?? null,
                decide: (outcome) => this.#market.verdicts[outcome](version, review.reasonCode),
            };
            if (review.outcome === 'approve') {
                counting.set(agreementId, version);
            }
        }
        yield* this.#disputes();
    }

    async *#disputes(): AsyncGenerator<Case> {
        const { disputes } = this.#market;
        for (const dispute of this.#decided.open) {
            if ((await disputes.review(dispute)) !== null) {
                this.#decided.forget(dispute); // until it is decided otherwise
            } else {
                const review = reviewDecision(this.#policy, dispute, await this.#settledPoint(dispute));
                yield {
                    subject: subjectOf(dispute),
                    review,
                    standingId: null,
                    decide: (outcome) =>
                        disputes[outcome === 'approve' ? 'confirm' : 'reject'](dispute, review.reasonCode),
                };
            }
        }
    }

    /** What is settled of the disputed point; nobody asks where no check meter is compared with it. */
    async #settledPoint({ objection: { pointId, slot }, decision }: Dispute): Promise<SettledPoint | null> {
        if (decision?.statement.checkMeter == null) {
            return null;
        }
        const { carrier } = await this.#market.meters.show(pointId);
        const settlement = await orNull(this.#market.settlements.show(carrier, slot));
        return settlement?.points.find((point) => point.pointId === pointId) ?? null;
    }

    async #reviewOf(terms: Terms, others: readonly Terms[]): Promise<Review> {
        const parties: Participant[] = [];
        const qualifications = new Map<string, Qualification | null>();
        for (const { participantId } of terms.parties) {
            parties.push(await this.#market.participants.show(participantId));
            qualifications.set(participantId, await orNull(this.#market.qualifications.show(participantId)));
        }
        return reviewAgreement(this.#policy, { terms, parties, qualifications, others });
    }
}

/** What is in force or may enter into force by a verdict counts for the shares of sellers. */
const isCounted = ({ execution, verdict }: OpenAgreement): boolean =>
    !isNegative(verdict) && (execution.state === 'inForce' || verdict !== null);

function waitingVersions(open: OpenAgreement): { type: 'agreement' | 'amendment'; version: Agreement }[] {
    const { execution, agreement, verdict, amendment, amendmentVerdict } = open;
    return [
        ...(execution.state === 'concluded' && verdict === null
            ? [{ type: 'agreement' as const, version: agreement }]
            : []),
        ...(amendment !== null && amendmentVerdict === null && !isNegative(verdict)
            ? [{ type: 'amendment' as const, version: amendment }]
            : []),
    ];
}

function subjectOf({ objection, decision }: Dispute): ReviewSubject {
    const { pointId, slot, raisedBy } = objection;
    return { type: 'dispute', pointId, slot, raisedBy, number: decision?.statement.number ?? 0 };
}

async function report({ subject, review, standingId, decide }: Case): Promise<ReviewReport> {
    const about = { subject, review, standingId };
    if (review.outcome === 'queue') {
        return { ...about, transactionId: null, blockNumber: null, refusal: null };
    }
    try {
        const { transactionId, blockNumber } = await decide(review.outcome);
        return { ...about, transactionId, blockNumber, refusal: null };
    } catch (error) {
        if (error instanceof CommonwattError) {
            return { ...about, transactionId: error.transactionId, blockNumber: null, refusal: error };
        }
        throw error;
    }
}
