import { type Agreement, carriersOf, endSlot, type Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { Participant, ParticipantKind } from './participant.js';
import type { SignedStatement } from './signed-statement.js';
import { type EnergyWh, type PriceMicroPerKwh, type SlotIndex, sumEnergy } from './units.js';
import { type ExposureBounds, exceededExposures } from './worst-case.js';

/**
 * `rejected` refuses one version: it never enters into force, and ends an agreement that it already is the version in
 * force of. `terminated` ends the agreement, whichever version it names and whichever is in force.
 */
export type Decision = 'approved' | 'rejected' | 'terminated';

/** What the regulator says of one version of one agreement. */
export type VerdictStatement = Readonly<{
    agreementId: string;
    version: number;
    termsHash: string;
    decision: Decision;
    reasonCode: string;
}>;

/**
 * Approval in advance of every agreement within bounds, so that ordinary trade waits for nobody.
 * A later sequence replaces or revokes it.
 */
export type StandingStatement = Readonly<{
    standingId: string;
    sequence: number;
    status: 'granted' | 'revoked';
    carriers: readonly Carrier[];
    participantKinds: readonly ParticipantKind[];
    priceMinMicroPerKwh: PriceMicroPerKwh;
    priceMaxMicroPerKwh: PriceMicroPerKwh;
    /** Most energy of one agreement over all its legs. */
    agreementEnergyMaxWh: EnergyWh;
    /** What it may cost its parties at worst. */
    exposure: ExposureBounds;
    /** Delivery lies within [firstSlot, endSlot). */
    firstSlot: SlotIndex;
    endSlot: SlotIndex;
    reasonCode: string;
}>;

export type Verdict = SignedStatement<VerdictStatement>;
export type StandingVerdict = SignedStatement<StandingStatement>;

/** What the regulator has said before: of this version, and of the agreement as a whole if it has terminated it. */
export type SaidBefore = Readonly<{ ofVersion: Verdict | null; termination: Verdict | null }>;

/**
 * A termination follows whatever was said, of whichever terms, so that nothing takes the power to stop away; a yes
 * follows nothing.
 * @throws VERDICT_CONFLICT {agreementId, version, decision} when the regulator has said otherwise before
 */
export function followsVerdict({ ofVersion, termination }: SaidBefore, statement: VerdictStatement): void {
    const { agreementId, version } = statement;
    const decision = (termination ?? ofVersion)?.statement.decision ?? 'none';
    const follows = statement.decision === 'terminated' ? termination === null : decision === 'none';
    demand(follows, 'VERDICT_CONFLICT', { agreementId, version, decision });
}

/** @throws VERDICT_CONFLICT {standingId, sequence} */
export function followsStanding(existing: StandingVerdict | null, statement: StandingStatement): void {
    const { standingId } = statement;
    const sequence = existing?.statement.sequence ?? 0;
    const open = existing?.statement.status !== 'revoked';
    demand(open && statement.sequence === sequence + 1, 'VERDICT_CONFLICT', { standingId, sequence });
}

/** @throws VERDICT_MISSING {agreementId, decision} unless these very terms are approved */
export function demandApproval(agreement: Agreement, verdict: Verdict | null): void {
    const { agreementId, termsHash, terms } = agreement;
    const statement = verdict?.statement;
    const approved =
        statement?.decision === 'approved' &&
        statement.agreementId === agreementId &&
        statement.version === terms.version &&
        statement.termsHash === termsHash;
    demand(approved, 'VERDICT_MISSING', { agreementId, decision: statement?.decision ?? 'none' });
}

/** Whether the regulator says no: either word ends delivery of what is in force, whenever it is said. */
export const isNegative = (verdict: Verdict | null): boolean =>
    verdict !== null && verdict.statement.decision !== 'approved';

/** @throws VERDICT_MISSING {agreementId, decision} when the regulator has refused what a standing verdict allows */
export function demandNoRefusal(agreementId: string, verdict: Verdict | null): void {
    const decision = verdict?.statement.decision ?? 'none';
    demand(!isNegative(verdict), 'VERDICT_MISSING', { agreementId, decision });
}

/** @throws VERDICT_MISSING {agreementId, decision} unless the regulator has said no to what is in force */
export function demandRefusal(agreementId: string, verdict: Verdict | null): void {
    const decision = verdict?.statement.decision ?? 'none';
    demand(isNegative(verdict), 'VERDICT_MISSING', { agreementId, decision });
}

/** @throws STANDING_VERDICT_EXCEEDED {standingId, bound} naming the first bound that the terms leave */
export function demandWithinStanding(
    terms: Terms,
    participants: readonly Participant[],
    standing: StandingVerdict | null,
    standingId: string,
): void {
    const within = (holds: boolean, bound: string): void => {
        demand(holds, 'STANDING_VERDICT_EXCEEDED', { standingId, bound });
    };
    const bounds = standing?.statement;
    demand(bounds?.status === 'granted', 'STANDING_VERDICT_EXCEEDED', { standingId, bound: 'status' });
    within(
        carriersOf(terms).every((carrier) => bounds.carriers.includes(carrier)),
        'carriers',
    );
    within(
        participants.every((participant) => bounds.participantKinds.includes(participant.kind)),
        'participantKinds',
    );
    const prices = terms.legs.flatMap((leg) => leg.priceMicroPerKwh);
    within(
        prices.every((price) => price >= bounds.priceMinMicroPerKwh && price <= bounds.priceMaxMicroPerKwh),
        'price',
    );
    const energy = sumEnergy(terms.legs.flatMap((leg) => leg.energyWh));
    within(energy <= bounds.agreementEnergyMaxWh, 'agreementEnergyMaxWh');
    const [exceeded] = exceededExposures(terms, bounds.exposure);
    within(exceeded === undefined, exceeded ?? 'none');
    within(terms.firstSlot >= bounds.firstSlot && endSlot(terms) <= bounds.endSlot, 'slots');
}
