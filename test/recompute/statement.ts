/** What `commonwatt demo --json` prints, as far as a recomputation needs it. Quantities are decimal strings. */
export type Statement = {
    scenario: { week: string; slots: number[] };
    rules: { carriers: Record<string, CoverPrices>; haltGraceSlots: number };
    points: Point[];
    agreements: Agreement[];
    halts: Halt[];
    gaps: Gap[];
    deposits: { participantId: string; paymentId: string; amountNano: string }[];
    /** What participants moved into their credit covers. */
    covers: { participantId: string; carrier: string; amountNano: string }[];
    postings: { account: string; agreementId: string | null; kind: string; slot: number | null; amountNano: string }[];
    sums: { byKind: Record<string, string>; total: string };
};

export type CoverPrices = {
    imbalanceShortMicroPerKwh: string;
    imbalanceLongMicroPerKwh: string;
    networkFeeMicroPerKwh: string;
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

/** A point without a source is scheduled: it delivers what it sold. */
export type Point = {
    pointId: string;
    participantId: string;
    carrier: string;
    source: Source | null;
    fromSlot: number;
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

export type Agreement = {
    id: string;
    parties: Party[];
    legs: Leg[];
    firstSlot: number;
    slotCount: number;
    /** First slot that is not delivered; before firstSlot + slotCount only after a termination. */
    endSlot: number;
    defaultRateMicroPerKwh: string;
    defaultCapNano: string;
    toleranceBp: number | string;
    takeOrPay: boolean;
    exemptions: string[];
    funded: boolean;
};

/**
 * A reading that was not on the ledger when its slot was settled; `nextSlot` is that of the first reading after it which
 * then was, if any.
 */
export type Gap = { pointId: string; slot: number; nextSlot: number | null };

/** `endSlot` is the first slot that is no longer halted, after an early lift the earlier one. */
export type Halt = { carrier: string; mspId: string; fromSlot: number; endSlot: number };

/** A whole number as it is written on the wire; anything else ends the recomputation. */
export function whole(written: string | number): bigint {
    if (!/^(0|-?[1-9]\d*)$/.test(String(written))) {
        throw new Error(`not a whole number: ${JSON.stringify(written)}`);
    }
    return BigInt(written);
}
