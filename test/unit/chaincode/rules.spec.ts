import { checkRules, type Rules } from '@commonwatt/chaincode/domain/rules';
import { expectRefusal } from '../../support/refusals.js';
import { CHARTER, RULES } from '../../support/sample-market.js';

const check = (changes: Partial<Rules>): void => checkRules({ ...RULES, ...changes }, CHARTER);

describe('rules', () => {
    it('date reconciliation runs after the deadline for readings, one after the other', () => {
        check({ readingDeadlineSlots: 4, reconciliationAfterSlots: [4, 5, 6] });
        const refused: readonly Partial<Rules>[] = [
            { readingDeadlineSlots: 5, reconciliationAfterSlots: [4, 8, 12] },
            { readingDeadlineSlots: 0, reconciliationAfterSlots: [4, 4, 12] },
            { readingDeadlineSlots: 0, reconciliationAfterSlots: [8, 4, 12] },
            { readingDeadlineSlots: 0, reconciliationAfterSlots: [4, 8, 8] },
            { readingDeadlineSlots: 0, reconciliationAfterSlots: [4, 12, 8] },
        ];
        for (const changes of refused) {
            expectRefusal(() => check(changes), 'RULES_INVALID', {
                reason: 'reconciliation runs follow the deadline for readings and each other',
                carrier: null,
            });
        }
    });

    it('are changed by more than half of the organisations, and by no more than there are', () => {
        check({ votesNeeded: 3 });
        check({ votesNeeded: 4 });
        for (const votesNeeded of [2, 5]) {
            expectRefusal(() => check({ votesNeeded }), 'RULES_INVALID', {
                reason: 'votes of more than half of the organisations',
                carrier: null,
            });
        }
    });
});
