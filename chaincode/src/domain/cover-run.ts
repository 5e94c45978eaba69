import type { Carrier } from './charter.js';
import type { Exchange } from './delivery.js';
import type { Quality } from './estimation.js';
import {
    type AccountName,
    coverAccount,
    feesAccount,
    freeAccount,
    imbalanceAccount,
    ownerOfFree,
    type Posting,
    subsidyAccount,
    transfer,
} from './posting.js';
import type { CarrierRules } from './rules.js';
import { creditStorage, type StorageResult, type StorageState } from './storage-credit.js';
import { subsidyDue, type SubsidyResult } from './subsidy.js';
import {
    type AmountNano,
    type EnergyWh,
    larger,
    minus,
    negate,
    NO_MONEY,
    plus,
    type SlotIndex,
    smaller,
    sumAmounts,
    valueOf,
} from './units.js';

/** What became of one metering point in the slot. */
export type PointResult = Readonly<{
    pointId: string;
    participantId: string;
    /** M: net export. */
    meteredWh: EnergyWh;
    /** I: what it took from the network by its meter. */
    importWh: EnergyWh;
    /** E: what it gave to the network by its meter. */
    exportWh: EnergyWh;
    /** N: sold minus bought as agreed, or as a source states it. */
    contractedWh: EnergyWh;
    imbalanceWh: EnergyWh;
    /** Into the owner's credit cover; negative when it pays. */
    imbalanceNano: AmountNano;
    /** Network fee out of the owner's credit cover. */
    feeNano: AmountNano;
    /** What a storage gave back; `null` for any other point. */
    storage: StorageResult | null;
    /** What a renewable point is paid for what it fed in; `null` for any other point. */
    subsidy: SubsidyResult | null;
    quality: Quality;
}>;

/**
 * A negative imbalance pays B⁺, a positive one receives B⁻; what was taken from the network pays its fee.
 * @param stored the account of a storage before the slot
 */
export function pointResult(
    exchange: Exchange,
    imbalanceWh: EnergyWh,
    rules: CarrierRules,
    stored: StorageState | null,
): PointResult {
    const { isRenewable, storageEfficiencyBp } = exchange.point;
    const storage =
        stored === null || storageEfficiencyBp === null
            ? null
            : creditStorage(stored, exchange, storageEfficiencyBp, rules.networkFeeMicroPerKwh);
    const fedInWh = storage === null ? exchange.exportWh : storage.reexportedWh;
    const price = imbalanceWh < 0n ? rules.imbalanceShortMicroPerKwh : rules.imbalanceLongMicroPerKwh;
    return {
        pointId: exchange.point.pointId,
        participantId: exchange.point.participantId,
        meteredWh: exchange.meteredWh,
        importWh: exchange.importWh,
        exportWh: exchange.exportWh,
        contractedWh: plus(minus(exchange.soldWh, exchange.boughtWh), exchange.statedNetWh),
        imbalanceWh,
        imbalanceNano: valueOf(imbalanceWh, price),
        feeNano: valueOf(exchange.importWh, rules.networkFeeMicroPerKwh),
        storage,
        subsidy: isRenewable ? subsidyDue(fedInWh, rules.subsidyMicroPerKwh) : null,
        quality: exchange.quality,
    };
}

/** What participants earned in the run: energy and default amounts received, not their own escrow given back. */
export function incomesOf(postings: readonly Posting[]): Map<string, AmountNano> {
    const incomes = new Map<string, AmountNano>();
    for (const { account, kind, amountNano: amount } of postings) {
        const participantId = ownerOfFree(account);
        if (participantId !== null && kind !== 'release') {
            incomes.set(participantId, plus(incomes.get(participantId) ?? NO_MONEY, amount));
        }
    }
    return incomes;
}

/** What a run books on the credit covers of a carrier. */
export type CoverRun = Readonly<{ covers: ReadonlyMap<string, AmountNano>; postings: readonly Posting[] }>;

/**
 * Books imbalance, network fees, their credit and subsidies on the owners' credit covers; a cover below zero is a debt,
 * paid first from the run's income.
 */
export function settleCovers(
    run: Readonly<{ carrier: Carrier; slot: SlotIndex; covers: ReadonlyMap<string, AmountNano> }>,
    points: readonly PointResult[],
    incomes: ReadonlyMap<string, AmountNano>,
): CoverRun {
    const { carrier, slot } = run;
    const covers = new Map<string, AmountNano>();
    const postings: Posting[] = [];
    for (const result of resultsByOwner(points)) {
        const { participantId, imbalanceNano, feeNano, creditNano, subsidyNano } = result;
        const before = run.covers.get(participantId) ?? NO_MONEY;
        const booked = sumAmounts([before, imbalanceNano, negate(feeNano), creditNano, subsidyNano]);
        const debtNano = larger(NO_MONEY, negate(booked));
        const repaidNano = smaller(debtNano, incomes.get(participantId) ?? NO_MONEY);
        const cover = coverAccount(participantId, carrier);
        postings.push(
            ...coverPostings(carrier, slot, result),
            ...transfer(freeAccount(participantId), cover, repaidNano, { kind: 'debt', ...none(slot) }),
        );
        covers.set(participantId, plus(booked, repaidNano));
    }
    return { covers, postings };
}

/** What an owner's points came to. */
export type OwnerResult = Readonly<{
    participantId: string;
    imbalanceNano: AmountNano;
    feeNano: AmountNano;
    creditNano: AmountNano;
    subsidyNano: AmountNano;
}>;

/** Results of points added up by owner, in the order of the owners' ids. */
export function resultsByOwner(points: readonly PointResult[]): OwnerResult[] {
    const owners = [...new Set(points.map((point) => point.participantId))].sort();
    return owners.map((participantId) => {
        const owned = points.filter((point) => point.participantId === participantId);
        return {
            participantId,
            imbalanceNano: sumAmounts(owned.map((point) => point.imbalanceNano)),
            feeNano: sumAmounts(owned.map((point) => point.feeNano)),
            creditNano: sumAmounts(owned.map(({ storage }) => storage?.feeCreditNano ?? NO_MONEY)),
            subsidyNano: sumAmounts(owned.map(({ subsidy }) => subsidy?.paidNano ?? NO_MONEY)),
        };
    });
}

/** Books an owner's result, or a change of it, on its credit cover. */
export function coverPostings(
    carrier: Carrier,
    slot: SlotIndex,
    { participantId, imbalanceNano, feeNano, creditNano, subsidyNano }: OwnerResult,
): Posting[] {
    const cover = coverAccount(participantId, carrier);
    return [
        ...exchangeWith(cover, imbalanceAccount(carrier), imbalanceNano, { kind: 'imbalance', ...none(slot) }),
        ...exchangeWith(cover, feesAccount(carrier), negate(feeNano), { kind: 'fee', ...none(slot) }),
        ...exchangeWith(cover, feesAccount(carrier), creditNano, { kind: 'feeCredit', ...none(slot) }),
        ...exchangeWith(cover, subsidyAccount(carrier), subsidyNano, { kind: 'subsidy', ...none(slot) }),
    ];
}

const none = (slot: SlotIndex): { agreementId: null; slot: SlotIndex } => ({ agreementId: null, slot });

/** Moves a gain into an account from another one, or a loss the other way. */
export function exchangeWith(
    account: AccountName,
    other: AccountName,
    gain: AmountNano,
    reason: Parameters<typeof transfer>[3],
): Posting[] {
    return gain < 0n ? transfer(account, other, negate(gain), reason) : transfer(other, account, gain, reason);
}
