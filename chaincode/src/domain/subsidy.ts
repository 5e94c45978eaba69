import { assert } from './errors.js';
import {
    type AmountNano,
    type EnergyWh,
    larger,
    minus,
    NO_MONEY,
    plus,
    type PriceMicroPerKwh,
    smaller,
    splitByLargestRemainder,
    sumAmounts,
    valueOf,
} from './units.js';

/** What a fund pays a renewable point for a slot; below zero where an estimate had been too high. */
export type SubsidyResult = Readonly<{
    /** E: what it fed in; of a storage what it gave back, within what it had charged. */
    energyWh: EnergyWh;
    dueNano: AmountNano;
    /** Into the owner's credit cover, as far as the fund went. */
    paidNano: AmountNano;
}>;

/** A subsidy as it is due; nothing is paid yet. */
export const subsidyDue = (energyWh: EnergyWh, subsidyMicroPerKwh: PriceMicroPerKwh): SubsidyResult => ({
    energyWh,
    dueNano: valueOf(energyWh, subsidyMicroPerKwh),
    paidNano: NO_MONEY,
});

type Subsidised = Readonly<{ subsidy: SubsidyResult | null }>;

/** Pays what is due to points, in their order, from a fund; the fund owes nothing later for what it could not pay. */
export function subsidise<Point extends Subsidised>(
    points: readonly Point[],
    fundNano: AmountNano,
): Readonly<{ points: readonly Point[]; fundNano: AmountNano }> {
    const paid = paySubsidies(
        points.map(({ subsidy }) => subsidy?.dueNano ?? NO_MONEY),
        fundNano,
    );
    return {
        points: points.map((point, position) => {
            const { subsidy } = point;
            const paidNano = paid.paidNano[position] ?? NO_MONEY;
            return subsidy === null ? point : { ...point, subsidy: { ...subsidy, paidNano } };
        }),
        fundNano: paid.fundNano,
    };
}

/** What a fund pays for each of the amounts due, and what is left in it. */
export type SubsidyPaid = Readonly<{ paidNano: readonly AmountNano[]; fundNano: AmountNano }>;

/**
 * Pays subsidies from a fund as far as it goes: what is given back comes in first, then, where the fund is too little for
 * all, it is split in proportion to what is due by largest remainder, ties to the earlier position.
 */
export function paySubsidies(dueNano: readonly AmountNano[], fundNano: AmountNano): SubsidyPaid {
    assert(fundNano >= 0n, 'a fund holds no debt');
    const returned = dueNano.map((due) => smaller(due, NO_MONEY));
    const claims = dueNano.map((due) => larger(due, NO_MONEY));
    const availableNano = minus(fundNano, sumAmounts(returned));
    const granted = splitByLargestRemainder(smaller(availableNano, sumAmounts(claims)), claims);
    const paidNano = returned.map((back, position) => plus(back, granted[position] ?? NO_MONEY));
    return { paidNano, fundNano: minus(fundNano, sumAmounts(paidNano)) };
}

type SubsidisedPoint = Subsidised & Readonly<{ pointId: string }>;

/** Whether another subsidy is due to any point than before. */
export const isDueOtherwise = (before: readonly SubsidisedPoint[], after: readonly SubsidisedPoint[]): boolean =>
    after.some(({ pointId, subsidy }) => subsidy?.dueNano !== subsidyOf(before, pointId)?.dueNano);

/**
 * Corrects subsidies: what is due beyond what was due before is paid as far as the fund goes now, what was paid beyond what
 * is due comes back. What the fund could not pay before is not owed for it.
 */
export function correctSubsidies<Point extends SubsidisedPoint>(
    before: readonly SubsidisedPoint[],
    due: readonly Point[],
    fundNano: AmountNano,
): Readonly<{ points: readonly Point[]; fundNano: AmountNano }> {
    const changes = due.map(({ pointId, subsidy }) => {
        const was = subsidyOf(before, pointId);
        if (subsidy === null || was === null) {
            return NO_MONEY;
        }
        const more = minus(subsidy.dueNano, was.dueNano);
        return more >= 0n ? more : minus(smaller(was.paidNano, subsidy.dueNano), was.paidNano);
    });
    const paid = paySubsidies(changes, fundNano);
    const points = due.map((point, position) => {
        const { pointId, subsidy } = point;
        const paidNano = plus(subsidyOf(before, pointId)?.paidNano ?? NO_MONEY, paid.paidNano[position] ?? NO_MONEY);
        return subsidy === null ? point : { ...point, subsidy: { ...subsidy, paidNano } };
    });
    return { points, fundNano: paid.fundNano };
}

const subsidyOf = (points: readonly SubsidisedPoint[], pointId: string): SubsidyResult | null =>
    points.find((point) => point.pointId === pointId)?.subsidy ?? null;
