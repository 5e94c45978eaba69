import type { Carrier } from './charter.js';
import type { Cause } from './conversion.js';
import { incomesOf, pointResult, type PointResult, settleCovers } from './cover-run.js';
import {
    deliver,
    type Delivery,
    type DeliveringAgreement,
    type Exchange,
    exchangeOf,
    imbalanceOf,
    type InputLookup,
    legsInSlot,
    type MeteredPoint,
    silentPoints,
} from './delivery.js';
import { assert, demand } from './errors.js';
import type { Execution } from './escrow.js';
import { type DefaultAmount, EscrowBook } from './escrow-book.js';
import { exemptedBy, type Halt } from './halt.js';
import { causesOf, type Exempts, liabilitiesOf } from './liability.js';
import type { Participant } from './participant.js';
import type { Posting } from './posting.js';
import { demandTurn } from './progress.js';
import type { CarrierRules } from './rules.js';
import { demandStorageTurn, isStorage, newStorage, type Storage, storageAfter } from './storage-credit.js';
import { ownExchanges } from './sub-meter.js';
import { subsidise } from './subsidy.js';
import { type AmountNano, type CalorificWhPerM3, type EnergyWh, type SlotIndex, sumEnergy } from './units.js';

/** Everything that decides the settlement of one slot of one carrier; all of it is on the ledger. */
export type SettlementInput = Readonly<{
    carrier: Carrier;
    slot: SlotIndex;
    rules: CarrierRules;
    /** Every metering point of the carrier that counts in the slot. */
    points: readonly MeteredPoint[];
    /** Every agreement in force that delivers on the carrier in the slot. */
    agreements: readonly DeliveringAgreement[];
    /** Parties of the agreements, by id. */
    participants: ReadonlyMap<string, Participant>;
    /** Halts whose waiver covers the slot. */
    halts: readonly Halt[];
    /** Settlements of the same slot of the carriers that something of this one is made from. */
    upstream: readonly Settlement[];
    /** Published gross calorific value of the slot's gas; `null` for other carriers, and until there is one. */
    calorific: CalorificWhPerM3 | null;
    /** Credit cover of each owner of a point before this run; absent is zero. */
    covers: ReadonlyMap<string, AmountNano>;
    /** Accounts of the storage points before this run, by point; absent is new. */
    storages: ReadonlyMap<string, Storage>;
    /** What the carrier's fund holds for subsidies before this run. */
    subsidyFundNano: AmountNano;
}>;

/** What became of one leg in the slot. */
export type LegResult = Readonly<{
    agreementId: string;
    leg: number;
    agreedWh: EnergyWh;
    shortWh: EnergyWh;
    untakenWh: EnergyWh;
    deliveredWh: EnergyWh;
    /** From buyer to seller; negative where the price is. */
    paymentNano: AmountNano;
    /** Whose failure the shortage was. */
    causes: readonly Cause[];
    /** Who owed whom for it, as far as anything was claimed. */
    defaults: readonly DefaultAmount[];
}>;

/** The result of one run over one slot of one carrier; it is written once and never deleted. */
export type Settlement = Readonly<{
    carrier: Carrier;
    slot: SlotIndex;
    /** 0 is the initial run; reconciliation runs count on. */
    run: number;
    legs: readonly LegResult[];
    points: readonly PointResult[];
    postings: readonly Posting[];
}>;

/** A settlement with the records that it moves. */
export type SettlementOutcome = Readonly<{
    settlement: Settlement;
    executions: readonly Execution[];
    covers: ReadonlyMap<string, AmountNano>;
    storages: readonly Storage[];
    subsidyFundNano: AmountNano;
}>;

/**
 * Settles one slot of one carrier from its registers (`docs/settlement.md`: formulas and a worked example).
 * Whoever computes it from the same ledger gets the same postings; they sum to zero.
 * @throws READING_MISSING {pointIds} · SETTLEMENT_OUT_OF_ORDER {agreementId, carrier, slot, nextSlot}
 */
export function settleSlot(found: SettlementInput): SettlementOutcome {
    const input = inOrder(found);
    const { carrier, slot } = input;
    demandReadings(input.points);
    for (const { execution } of input.agreements) {
        demandTurn(execution, carrier, slot);
    }
    const legs = legsInSlot(input.agreements, carrier, slot, inputsFrom(input.upstream));
    const exchanges = ownExchanges(input.points.map((metered) => exchangeOf(metered, legs, input.calorific)));
    const deliveries = deliver(exchanges, legs);

    const book = new EscrowBook(carrier, slot, input.agreements);
    const exempts = exemptions(input);
    const legResults = deliveries.map((delivery) => settleLeg(book, delivery, exempts));
    book.finishSlot();

    const storages = storagesOf(input);
    const due = exchanges.map((exchange) => {
        const stored = storages.get(exchange.point.pointId) ?? null;
        return pointResult(exchange, imbalanceOf(exchange, deliveries), input.rules, stored);
    });
    const { points, fundNano } = subsidise(due, input.subsidyFundNano);
    assertEnergyCloses(points, exchanges);
    const cover = settleCovers(input, points, incomesOf(book.postings));
    return {
        settlement: {
            carrier,
            slot,
            run: 0,
            legs: legResults,
            points,
            postings: [...book.postings, ...cover.postings],
        },
        executions: book.executions,
        covers: cover.covers,
        storages: points.flatMap(({ pointId, storage }): Storage[] => {
            const before = storages.get(pointId);
            return before === undefined || storage === null ? [] : [storageAfter(before, storage)];
        }),
        subsidyFundNano: fundNano,
    };
}

function settleLeg(book: EscrowBook, delivery: Delivery, exempts: Exempts): LegResult {
    const { slotLeg, shortWh, untakenWh, deliveredWh } = delivery;
    return {
        agreementId: slotLeg.agreement.execution.agreementId,
        leg: slotLeg.index,
        agreedWh: slotLeg.agreedWh,
        shortWh,
        untakenWh,
        deliveredWh,
        paymentNano: book.payEnergy(delivery),
        causes: causesOf(delivery, exempts),
        defaults: book.drawDefaults(delivery, liabilitiesOf(delivery, exempts)),
    };
}

/** What became of the legs that others are made from. */
function inputsFrom(upstream: readonly Settlement[]): InputLookup {
    const results = new Map(
        upstream.flatMap(({ legs }) => legs.map((leg) => [`${leg.agreementId}/${leg.leg}`, leg] as const)),
    );
    return (agreementId, leg) => {
        const result = results.get(`${agreementId}/${leg}`);
        assert(result !== undefined, 'an input is settled before what is made from it');
        return result;
    };
}

/** Halts waive default amounts where the agreement says so. */
function exemptions({ halts, participants }: SettlementInput): Exempts {
    return ({ agreement }, liableId) => {
        const liable = participants.get(liableId);
        assert(liable !== undefined, 'every party of an agreement is a participant');
        return agreement.terms.exemptions.includes('halt') && exemptedBy(halts, liable);
    };
}

/** Accounts of the storage points, each of which must have come to this slot. */
function storagesOf({ points, storages, slot }: SettlementInput): Map<string, Storage> {
    const found = new Map<string, Storage>();
    for (const { point } of points.filter((each) => isStorage(each.point))) {
        const storage = storages.get(point.pointId) ?? newStorage(point);
        demandStorageTurn(storage, slot);
        found.set(point.pointId, storage);
    }
    return found;
}

/** Agreements and points by their ids, so that the order in which they were found shows nowhere in the result. */
function inOrder(input: SettlementInput): SettlementInput {
    const agreements = [...input.agreements].sort((left, right) =>
        left.execution.agreementId < right.execution.agreementId ? -1 : 1,
    );
    const points = [...input.points].sort((left, right) => (left.point.pointId < right.point.pointId ? -1 : 1));
    return { ...input, agreements, points };
}

function demandReadings(points: readonly MeteredPoint[]): void {
    const missing = silentPoints(points);
    demand(missing.length === 0, 'READING_MISSING', { pointIds: missing.map(({ point }) => point.pointId) });
}

function assertEnergyCloses(points: readonly PointResult[], exchanges: readonly Exchange[]): void {
    const imbalanceWh = sumEnergy(points.map((point) => point.imbalanceWh));
    const meteredWh = sumEnergy(exchanges.map((exchange) => exchange.meteredWh));
    assert(imbalanceWh === meteredWh, 'the imbalances sum to the metered energy');
}
