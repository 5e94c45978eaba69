import { sumAmounts } from '@commonwatt/chaincode/domain/units';
import { rulesCodec } from '@commonwatt/chaincode/wire/charter';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import type { Posting } from '@commonwatt/chaincode/domain/posting';
import type { ProfileName } from '../scenario/scenario.js';
import type { Check } from './check.js';
import type { Findings, FoundAgreement } from './findings.js';
import type { PlannedPoint } from './plan/plan.js';
import type { Stage } from './stage.js';
import { stepsOf } from './transfers.js';

/** What the JSON says besides what the ledger does. */
export type DemoFrame = Readonly<{
    channel: string;
    week: string;
    date: string;
    /** What the week has measurements of; of anything else nothing was taken or given. */
    profiles: readonly ProfileName[];
    /** What the demo calls each agreement. */
    names: ReadonlyMap<string, string>;
}>;

/** The one object that `commonwatt demo --json` prints: quantities are decimal strings in Wh, µ/kWh and nano. */
export function demoJson(stage: Stage, frame: DemoFrame, findings: Findings): Json {
    return {
        channel: frame.channel,
        height: findings.height,
        scenario: { week: frame.week, date: frame.date, slots: [...stage.slots], firstSlot: stage.slots[0] ?? 0 },
        currency: findings.charter.currency,
        rules: rulesCodec.toJson(findings.rules),
        points: findings.points.map((point) => ({
            pointId: point.pointId,
            participantId: point.participantId,
            carrier: point.carrier,
            fromSlot: point.fromSlot,
            parentPointId: point.parentPointId,
            chargePointId: point.chargePointId,
            storageEfficiencyBp: point.storageEfficiencyBp,
            isRenewable: point.isRenewable,
            source: sourceJson(stage, frame, point.pointId),
        })),
        agreements: findings.agreements.map((found) => agreementJson(found, frame, findings)),
        halts: [],
        gaps: gapsOf(stage),
        deposits: findings.deposits.map((deposit) => ({ ...deposit, amountNano: String(deposit.amountNano) })),
        steps: findings.events.flatMap(stepsOf),
        postings: findings.postings.map(postingJson),
        sums: sumsJson(findings.postings),
        checks: stage.journal.checks.map((check: Check) => ({ ...check })),
    };
}

function agreementJson(found: FoundAgreement, { names }: DemoFrame, { participants }: Findings): Json {
    const { agreement, execution, funded } = found;
    const mspOf = new Map(participants.map((each) => [each.participantId, each.mspId]));
    const { terms } = agreement;
    return {
        id: agreement.agreementId,
        name: names.get(agreement.agreementId) ?? '',
        state: execution.state,
        funded,
        parties: terms.parties.map(({ participantId, lane }) => ({
            participantId,
            mspId: mspOf.get(participantId) ?? '',
            lane,
        })),
        legs: terms.legs.map((leg) => ({
            ...leg,
            energyWh: leg.energyWh.map(String),
            priceMicroPerKwh: leg.priceMicroPerKwh.map(String),
        })),
        conversions: terms.conversions.map((conversion) => ({ ...conversion })),
        firstSlot: terms.firstSlot,
        slotCount: terms.slotCount,
        endSlot: execution.endSlot,
        defaultRateMicroPerKwh: String(terms.defaultRateMicroPerKwh),
        defaultCapNano: String(terms.defaultCapNano),
        toleranceBp: terms.toleranceBp,
        takeOrPay: terms.takeOrPay,
        exemptions: [...terms.exemptions],
    };
}

/** Readings that were not on the ledger in the initial runs of their slots, and the nearest ones that were. */
function gapsOf({ plan: { silence } }: Stage): Json {
    const slots = silence?.slots ?? [];
    const [lastSlot, nextSlot] = [Math.min(...slots) - 1, Math.max(...slots) + 1];
    return slots.map((slot) => ({ pointId: silence?.pointId ?? '', slot, lastSlot, nextSlot }));
}

/**
 * What a point's meter measures, for whoever computes the registers again: columns of the scenario's files, what their
 * energy is multiplied by, and net imports in Wh of devices that the demo simulates, slot by slot.
 */
function sourceJson(stage: Stage, { profiles }: DemoFrame, pointId: string): Json {
    const source: PlannedPoint['source'] = stage.plan.points.find((point) => point.pointId === pointId)?.source ?? null;
    if (source === null) {
        return null;
    }
    const { numerator, denominator } = source.factor ?? { numerator: 1n, denominator: 1n };
    return {
        columns: source.columns
            .filter(({ profile }) => profiles.includes(profile))
            .map(({ profile, column, draws }) => ({ file: FILES[profile], column, draws })),
        factor: [String(numerator), String(denominator)],
        simulatedWh: stage.slots.map((slot) => String(source.simulatedWh?.get(slot) ?? 0n)),
    };
}

const FILES: Readonly<Record<ProfileName, string>> = {
    loads: 'el_load_kw.csv',
    pv: 'pv_kw.csv',
    batteries: 'bat_simbench_kw.csv',
    heat: 'heat_kw.csv',
    cold: 'cold_kw.csv',
};

const postingJson = (posting: Posting): Json => ({ ...posting, amountNano: String(posting.amountNano) });

function sumsJson(postings: readonly Posting[]): Json {
    const total = (selected: readonly Posting[]): string =>
        String(sumAmounts(selected.map((posting) => posting.amountNano)));
    const kinds = [...new Set(postings.map((posting) => posting.kind))].sort();
    return {
        byKind: Object.fromEntries(
            kinds.map((kind) => [kind, total(postings.filter((posting) => posting.kind === kind))]),
        ),
        total: total(postings),
    };
}
