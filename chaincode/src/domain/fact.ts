import { demand } from './errors.js';
import type { SignedStatement } from './signed-statement.js';
import { type SlotIndex, wholeParts } from './units.js';

/**
 * What an officer of the market states and nobody whom it binds has signed: it counts once the regulator has confirmed
 * it, and is known by the hash of the statement.
 */
export const FACT_KINDS = [
    'meterExchange',
    'forceMajeure',
    'calorific',
    'laboratory',
    'sourceKey',
    'sourceRevocation',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** A day's notice, in minutes, before the regulator's word stands for a signature that the owner has not given. */
const NOTICE_MINUTES = 1_440;
/** Facts that bind one owner in its absence: it has the notice to come forward. */
const WITH_NOTICE: readonly FactKind[] = ['meterExchange', 'sourceKey'];

/** Names a stated fact. `subjectId`, for people, is the point, source or declaration that it is about. */
export type FactRef = Readonly<{ kind: FactKind; subjectId: string; factHash: string }>;

export const FACT_FINDINGS = ['confirmed', 'rejected'] as const;
export type FactFinding = (typeof FACT_FINDINGS)[number];
export type FactReviewStatement = FactRef &
    Readonly<{
        finding: FactFinding;
        /** From this slot on the fact counts, where it needs notice; else `null`. */
        fromSlot: SlotIndex | null;
        reasonCode: string;
    }>;
export type FactReview = SignedStatement<FactReviewStatement>;

/**
 * The first slot that must not have begun when the regulator speaks, so that the notice is given; `null` for facts that
 * count at once.
 * @throws INPUT_INVALID {path, reason}
 */
export function noticeFrom(statement: FactReviewStatement, slotMinutes: number): SlotIndex | null {
    const { kind, finding, fromSlot } = statement;
    const needsNotice = finding === 'confirmed' && WITH_NOTICE.includes(kind);
    demand(needsNotice === (fromSlot !== null), 'INPUT_INVALID', {
        path: 'statement.fromSlot',
        reason: needsNotice ? 'the confirmation gives no notice' : 'the finding needs no notice',
    });
    return fromSlot === null ? null : Math.max(0, fromSlot - wholeParts(NOTICE_MINUTES, slotMinutes));
}

/**
 * The regulator speaks once of each fact. A confirmation that gives notice it can take back as long as that runs.
 * @param isPending whether the notice of the earlier confirmation still runs
 * @throws FACT_REVIEWED {kind, factHash, finding}
 */
export function followsFactReview(
    existing: FactReview | null,
    { kind, factHash, finding }: FactReviewStatement,
    isPending: boolean,
): void {
    const isTakenBack = existing?.statement.finding === 'confirmed' && finding === 'rejected' && isPending;
    demand(existing === null || isTakenBack, 'FACT_REVIEWED', {
        kind,
        factHash,
        finding: existing?.statement.finding ?? null,
    });
}

/** The regulator has confirmed this very fact about this very subject. @throws FACT_NOT_CONFIRMED {kind, subjectId, factHash, finding} */
export function demandConfirmed(review: FactReview | null, fact: FactRef): asserts review is FactReview {
    const finding = review?.statement.finding ?? null;
    demand(findingOf(review, fact) === 'confirmed', 'FACT_NOT_CONFIRMED', { ...fact, finding });
}

/**
 * What the regulator says of a fact; `null` as long as it has said nothing. A confirmation about something else confirms
 * nothing, while a rejection is one whatever it is about: the hash names the statement.
 */
export function findingOf(review: FactReview | null, { subjectId }: FactRef): FactFinding | null {
    const isAstray = review?.statement.finding === 'confirmed' && review.statement.subjectId !== subjectId;
    return isAstray ? null : (review?.statement.finding ?? null);
}
