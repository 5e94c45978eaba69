import type { DecisionStatement, Dispute, Review } from '@commonwatt/chaincode/domain/dispute';
import type { SlotNames } from '../slot-names.js';

/** A dispute in words. */
export function describeDispute(
    { objection, state, decision }: Dispute,
    review: Review | null,
    slots: SlotNames,
): string[] {
    const { pointId, slot, raisedBy, agreementId, evidenceHash } = objection;
    return [
        `Dispute about ${pointId} in slot ${slots.one(slot)}: ${state}`,
        `  raised by ${raisedBy}, ${agreementId === null ? 'its owner' : `a party of ${agreementId}`}`,
        `  evidence ${evidenceHash}`,
        ...(decision === null
            ? []
            : [`  decision ${String(decision.statement.number)}: ${wordsOf(decision.statement)}`]),
        ...(review === null ? [] : [`  ${review.statement.finding} by the regulator: ${review.statement.reasonCode}`]),
    ];
}

export function wordsOf({ replacement, checkMeter, reasonCode }: DecisionStatement): string {
    if (replacement === null) {
        return `the reading stands (${reasonCode})`;
    }
    const { kind, importWh, exportWh } = replacement;
    const what = kind === 'energy' ? 'energy of the slot' : 'registers at the end of the slot';
    const source = checkMeter === null ? '' : `, by check meter ${checkMeter.meterId}`;
    return `${what}: import ${String(importWh)} Wh, export ${String(exportWh)} Wh${source} (${reasonCode})`;
}
