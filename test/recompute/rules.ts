import type { Rules, Statement } from './statement.js';

export type RulesVersions = Pick<Statement, 'rules' | 'laterRules'>;

/** The rules of a slot, by which it is settled and corrected however late that happens. */
export function rulesOf({ rules, laterRules = [] }: RulesVersions, slot: number): Rules {
    return laterRules.reduce<Rules>((before, next) => (next.fromSlot <= slot ? next : before), rules);
}

/** Whether any version knows a carrier. */
export const isTraded = ({ rules, laterRules = [] }: RulesVersions, carrier: string): boolean =>
    [rules, ...laterRules].some(({ carriers }) => carrier in carriers);
