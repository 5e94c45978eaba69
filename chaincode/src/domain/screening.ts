import { type Agreement, carriersOf, type Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { Rules } from './rules.js';
import type { SignedStatement } from './signed-statement.js';

/** What the network operator says of one version of one agreement, where a carrier is screened centrally. */
export type ScreeningStatement = Readonly<{
    agreementId: string;
    version: number;
    termsHash: string;
    carrier: Carrier;
    decision: 'admitted' | 'refused';
    reasonCode: string;
}>;

export type Screening = SignedStatement<ScreeningStatement>;

/** Carriers of the terms of which the rules ask for the operator's word (paper §3.3). */
export const centrallyScreened = (terms: Pick<Terms, 'legs'>, rules: Rules): Carrier[] =>
    carriersOf(terms).filter((carrier) => rules.carriers[carrier]?.screening === 'central');

/** Whether the connections of a carrier limit what is funded; where they do not, what is in force is counted all the same. */
export const limitsConnections = (rules: Rules, carrier: Carrier): boolean =>
    rules.carriers[carrier]?.screening !== 'none';

/**
 * The operator's word is final; other terms are another version.
 * @throws SCREENING_CONFLICT {agreementId, version, carrier, decision} when it has been given
 */
export function followsScreening(existing: Screening | null, statement: ScreeningStatement): void {
    const { agreementId, version, carrier } = statement;
    const decision = existing?.statement.decision ?? 'none';
    demand(existing === null, 'SCREENING_CONFLICT', { agreementId, version, carrier, decision });
}

/** @throws ADMISSION_MISSING {agreementId, version, carrier, decision} unless these very terms are admitted */
export function demandAdmission(agreement: Agreement, carrier: Carrier, screening: Screening | null): void {
    const { agreementId, termsHash } = agreement;
    const { version } = agreement.terms;
    const statement = screening?.statement;
    const admitted = statement?.decision === 'admitted' && statement.termsHash === termsHash;
    demand(admitted, 'ADMISSION_MISSING', { agreementId, version, carrier, decision: statement?.decision ?? 'none' });
}
