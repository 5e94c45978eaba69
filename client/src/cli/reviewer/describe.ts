import type { Review } from '../../review-policy.js';
import type { ReviewSubject } from '../../reviewer.js';
import type { SlotNames } from '../slot-names.js';

/** What is reviewed, in words. */
export const wordsOf = (subject: ReviewSubject, slots: SlotNames): string =>
    subject.type === 'dispute'
        ? `dispute of ${subject.raisedBy} about ${subject.pointId}, slot ${slots.one(subject.slot)}, ` +
          `decision ${String(subject.number)}`
        : `agreement ${subject.agreementId}, version ${String(subject.version)}`;

/** Why, in words: every finding, or the reason where there is none. */
export function reasonsOf({ findings, reasonCode }: Review): string {
    const found = findings.map((finding) => `${finding.reasonCode} (${finding.detail})`).join(', ');
    return found === '' ? reasonCode : found;
}
