/** What `commonwatt demo --json` prints, as far as a recomputation needs it. Quantities are decimal strings. */
export type Statement = {
    scenario: { week: string; slots: number[] };
    rules: Rules;
    /** Versions that were enacted after these, in their order; a slot has the last one that was in force by then. */
    laterRules?: (Rules & { fromSlot: number })[];
    points: Point[];
    agreements: Agreement[];
    halts: Halt[];
    gaps: Gap[];
    /** Gross calorific values that were published when the slot was settled. */
    calorificValues?: CalorificValue[];
    /** What sources had stated when the slot was settled. */
    statements?: StatedDelivery[];
    /** Points for which force majeure had been declared when the slot was settled, with the declaring side. */
    struck?: StruckPoint[];
    deposits: { participantId: string; paymentId: string; amountNano: string }[];
    /** What participants moved into their credit covers. */
    covers: { participantId: string; carrier: string; amountNano: string }[];
    /** Runs and transfers as they followed each other; absent: all transfers first, then slot after slot. */
    steps?: Step[];
    postings: { account: string; agreementId: string | null; kind: string; slot: number | null; amountNano: string }[];
    sums: { byKind: Record<string, string>; total: string };
};

export type Step =
    | { kind: 'run'; carrier: string; slot: number }
    | Reconciliation
    | Replacement
    | { kind: 'cover'; participantId: string; carrier: string; amountNano: string }
    /** Out of a cover again. */
    | { kind: 'draw'; participantId: string; carrier: string; amountNano: string }
    /** Into a subsidy fund. */
    | { kind: 'subsidy'; carrier: string; amountNano: string }
    /** On its way out of the market, and then paid outside or back again. */
    | { kind: 'payout' | 'paid' | 'returned'; participantId: string; amountNano: string };

export type Rules = { carriers: Record<string, CarrierPrices>; haltGraceSlots: number };

/** What the rules say of a carrier. */
export type CarrierPrices = {
    imbalanceShortMicroPerKwh: string;
    imbalanceLongMicroPerKwh: string;
    networkFeeMicroPerKwh: string;
    subsidyMicroPerKwh: string;
};

/**
 * What a point's meter measures: columns of the profiles, `draws` 1 where they take from the network, their energy times
 * the factor; and net imports of simulated devices, one for each slot of the demo.
 */
export type Source = {
    columns: { file: string; column: string; draws: 1 | -1 }[];
    factor: [numerator: string, denominator: string];
    simulatedWh: string[];
};

/** A point without a source is scheduled: it delivers what it sold; a mobility point has its charge point's. */
export type Point = {
    pointId: string;
    participantId: string;
    carrier: string;
    source: Source | null;
    fromSlot: number;
    /** The point whose meter counts this one, too. */
    parentPointId: string | null;
    /** The electricity point whose meter counts what is handed over here; a charge point names itself. */
    chargePointId: string | null;
    /** Of 10 000 Wh that a storage takes, so many come out again; `null` where nothing is stored. */
    storageEfficiencyBp: number | string | null;
    isRenewable: boolean;
};

export type Leg = {
    carrier: string;
    sellerId: string;
    sellerPoint: string;
    buyerId: string;
    buyerPoint: string;
    energyWh: string[];
    priceMicroPerKwh: string[];
};

export type Party = { participantId: string; mspId: string; beneficialOwnerMspId?: string | null };

/** One leg is made from another: of 10 000 Wh of the input come `ratioBp` of the output. */
export type Conversion = { inputLeg: number; outputLeg: number; ratioBp: number | string };

/** What was signed, of one version. */
export type Terms = {
    legs: Leg[];
    conversions: Conversion[];
    firstSlot: number;
    slotCount: number;
    defaultRateMicroPerKwh: string;
    defaultCapNano: string;
    toleranceBp: number | string;
    takeOrPay: boolean;
    exemptions: string[];
    /** What proves delivery; absent: meters. */
    verification?: 'meters' | { sourceId: string };
};

/** The terms are those in force at the end. */
export type Agreement = Terms & {
    id: string;
    parties: Party[];
    /** First slot that is not delivered; before firstSlot + slotCount only after a termination. */
    endSlot: number;
    funded: boolean;
    /** Versions that were in force and funded before, each with the slot from which the next one counted. */
    replaced?: { terms: Terms; fromSlot: number }[];
};

/**
 * A reading that was not on the ledger when its slot was settled; `lastSlot` and `nextSlot` are those of the nearest
 * readings before and after it which then were, if any.
 */
export type Gap = { pointId: string; slot: number; lastSlot: number | null; nextSlot: number | null };

/**
 * A run that corrects a slot by what is on the ledger then: which readings are not, the slot's calorific value, and what
 * sources have stated and force majeure has struck, absent: the same as for the initial run.
 */
export type Reconciliation = {
    kind: 'reconciliation';
    carrier: string;
    slot: number;
    gaps: Gap[];
    whPerM3: string | null;
    statements?: StatedDelivery[];
    struck?: StruckPoint[];
};

/** What a dispute puts in a reading's place: `registers` at the end of the slot, or the `energy` of the slot. */
export type Replacement = {
    kind: 'replacement';
    pointId: string;
    slot: number;
    of: 'registers' | 'energy';
    importWh: string;
    exportWh: string;
};

export type CalorificValue = { slot: number; whPerM3: string };

export type StatedDelivery = { agreementId: string; leg: number; slot: number; deliveredWh: string };

export type StruckPoint = { pointId: string; slot: number; mspId: string };

/** `endSlot` is the first slot that is no longer halted, after an early lift the earlier one. */
export type Halt = { carrier: string; mspId: string; fromSlot: number; endSlot: number };

/** A whole number as it is written on the wire; anything else ends the recomputation. */
export function whole(written: string | number): bigint {
    if (!/^(0|-?[1-9]\d*)$/.test(String(written))) {
        throw new Error(`not a whole number: ${JSON.stringify(written)}`);
    }
    return BigInt(written);
}
