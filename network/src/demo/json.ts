import type { Charter } from '@commonwatt/chaincode/domain/charter';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { sumAmounts } from '@commonwatt/chaincode/domain/units';
import { rulesCodec } from '@commonwatt/chaincode/wire/charter';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import type { Posting } from '@commonwatt/chaincode/domain/posting';
import type { ProfileName } from '../scenario/scenario.js';
import type { Check } from './check.js';
import type { Findings } from './findings.js';
import type { PlannedPoint } from './plan/plan.js';
import type { Stage } from './stage.js';

/** What the JSON needs besides what happened. */
export type DemoFrame = Readonly<{
    channel: string;
    charter: Charter;
    rules: Rules;
    week: string;
    date: string;
    mspOf: ReadonlyMap<string, string>;
}>;

/** The one object that `commonwatt demo --json` prints: quantities are decimal strings in Wh, µ/kWh and nano. */
export async function demoJson(stage: Stage, frame: DemoFrame, findings: Findings): Promise<Json> {
    const market = stage.cast.as('settlement');
    const points = await market.meters.list();
    return {
        channel: frame.channel,
        height: findings.height,
        scenario: { week: frame.week, date: frame.date, slots: [...stage.slots], firstSlot: stage.slots[0] ?? 0 },
        currency: frame.charter.currency,
        rules: rulesCodec.toJson(frame.rules),
        points: points.map((point) => ({
            pointId: point.pointId,
            participantId: point.participantId,
            carrier: point.carrier,
            fromSlot: point.fromSlot,
            parentPointId: point.parentPointId,
            chargePointId: point.chargePointId,
            storageEfficiencyBp: point.storageEfficiencyBp,
            isRenewable: point.isRenewable,
            source: sourceJson(stage, point.pointId),
        })),
        agreements: findings.agreements.map((view) => agreementJson(view, frame)),
        halts: [],
        gaps: [], // every slot waits for its readings, which a check confirms
        deposits: (await market.accounts.deposits()).map((deposit) => ({
            participantId: deposit.participantId,
            paymentId: deposit.paymentId,
            amountNano: String(deposit.amountNano),
        })),
        covers: stage.plan.fundings.flatMap(({ participantId, covers }) =>
            covers.map(({ carrier, amountNano }) => ({ participantId, carrier, amountNano: String(amountNano) })),
        ),
        postings: findings.postings.map(postingJson),
        sums: sumsJson(findings.postings),
        checks: stage.journal.checks.map((check: Check) => ({ ...check })),
    };
}

function agreementJson(view: Findings['agreements'][number], frame: DemoFrame): Json {
    const { agreement, execution, funded, name } = view;
    const { terms } = agreement;
    return {
        id: agreement.agreementId,
        name,
        state: execution.state,
        funded,
        parties: terms.parties.map(({ participantId, lane }) => ({
            participantId,
            mspId: frame.mspOf.get(participantId) ?? '',
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

/**
 * What a point's meter measures, for whoever computes the registers again: columns of the scenario's files, what their
 * energy is multiplied by, and net imports in Wh of devices that the demo simulates, slot by slot.
 */
function sourceJson(stage: Stage, pointId: string): Json {
    const source: PlannedPoint['source'] = stage.plan.points.find((point) => point.pointId === pointId)?.source ?? null;
    if (source === null) {
        return null;
    }
    const { numerator, denominator } = source.factor ?? { numerator: 1n, denominator: 1n };
    return {
        columns: source.columns.map(({ profile, column, draws }) => ({ file: FILES[profile], column, draws })),
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
