import type { Carrier } from './charter.js';
import type { Cause } from './conversion.js';
import { incomesOf, pointResult, type PointResult, settleCovers } from './cover-run.js';
import {
    deliver,
    type Delivery,
    type DeliveringAgreement,
    type Exchange,
    exchangeOf,
    type FundedAgreement,
    imbalanceOf,
    type InputLookup,
    legsInSlot,
    type MeteredPoint,
    paymentOf,
    silentPoints,
    type StatementLookup,
} from './delivery.js';
import { assert, demand } from './errors.js';
import type { Execution } from './escrow.js';
import { type DefaultAmount, EscrowBook } from './escrow-book.js';
import { isStruck, type StruckPoint } from './force-majeure.js';
import { exemptedBy, type Halt } from './halt.js';
import { causesOf, type Exempts, liabilitiesOf, type Liability } from './liability.js';
import type { Participant } from './participant.js';
import type { Posting } from './posting.js';
import { demandTurn } from './progress.js';
import type { CarrierRules } from './rules.js';
import type { DeliveryStatement } from './statement.js';
import {
    demandStorageTurn,
    isStorage,
    newStorage,
    type Storage,
    storageAfter,
    type StorageState,
} from './storage-credit.js';
import { ownExchanges } from './sub-meter.js';
import { subsidise } from './subsidy.js';
import { type AmountNano, type CalorificWhPerM3, type EnergyWh, type SlotIndex, sumEnergy } from './units.js';

/** The first run of a slot; reconciliation runs have higher numbers. */
export const INITIAL_RUN = 0;

/** Everything that decides who owes what in one slot of one carrier; all of it is on the ledger. */
export type SlotInput = Readonly<{
    carrier: Carrier;
    slot: SlotIndex;
    rules: CarrierRules;
    /** Every metering point of the carrier that counts in the slot. */
    points: readonly MeteredPoint[];
    /** Every agreement that delivers on the carrier in the slot. */
    agreements: readonly DeliveringAgreement[];
    /** Parties of the agreements, by id. */
    participants: ReadonlyMap<string, Participant>;
    /** Halts whose waiver covers the slot. */
    halts: readonly Halt[];
    /** Settlements of the same slot of the carriers that something of this one is made from. */
    upstream: readonly Settlement[];
    /** Points struck by force majeure in the slot, as the regulator has confirmed. */
    struck: readonly StruckPoint[];
    /** What sources have stated of the legs that they verify. */
    statements: readonly DeliveryStatement[];
    /** Gross calorific value by which the slot's gas counts; `null` for other carriers, and until there is one. */
    calorific: CalorificWhPerM3 | null;
    /** Accounts of the storage points when the slot begins, by point; absent is new. */
    storages: ReadonlyMap<string, StorageState>;
}>;

/** What a first run needs besides: the money that it moves. */
export type SettlementInput = Omit<SlotInput, 'agreements' | 'storages'> &
    Readonly<{
        agreements: readonly FundedAgreement[];
        /** Credit cover of each owner of a point before this run; absent is zero. */
        covers: ReadonlyMap<string, AmountNano>;
        storages: ReadonlyMap<string, Storage>;
        /** What the carrier's fund holds for subsidies before this run. */
        subsidyFundNano: AmountNano;
    }>;

/** What became of a leg, before any money is moved. */
export type ValuedLeg = Readonly<{
    delivery: Delivery;
    causes: readonly Cause[];
    liabilities: readonly Liability[];
}>;

/** A slot in quantities and prices, whatever has been paid already, and from where; subsidies are due, not paid. */
export type ValuedSlot = Readonly<{ legs: readonly ValuedLeg[]; points: readonly PointResult[] }>;

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
    /** The run may be made once this slot has begun. */
    dueSlot: SlotIndex;
    /** Nothing but a dispute changes the slot after this run. */
    isFinal: boolean;
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
    const storages = storagesOf(input);
    const { legs, points: due } = valueSlot(input);
    const book = new EscrowBook(carrier, slot, input.agreements);
    const legResults = legs.map((leg) => settleLeg(book, leg));
    book.finishSlot();
    const { points, fundNano } = subsidise(due, input.subsidyFundNano);
    const cover = settleCovers(input, points, incomesOf(book.postings));
    return {
        settlement: {
            carrier,
            slot,
            run: INITIAL_RUN,
            dueSlot: slot + 1,
            isFinal: false,
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

/** Finds what was delivered, who owes for what was not, and what each point exchanged beside it. */
export function valueSlot(found: SlotInput): ValuedSlot {
    const input = inOrder(found);
    const { carrier, slot } = input;
    const legs = legsInSlot(input.agreements, carrier, slot, inputsFrom(input.upstream), statedIn(input.statements));
    const exchanges = ownExchanges(input.points.map((metered) => exchangeOf(metered, legs, input.calorific)));
    const deliveries = deliver(exchanges, legs);
    const exempts = exemptions(input);
    const points = exchanges.map((exchange) => {
        const { point } = exchange;
        const stored = isStorage(point) ? (input.storages.get(point.pointId) ?? newStorage(point)) : null;
        return pointResult(exchange, imbalanceOf(exchange, deliveries), input.rules, stored);
    });
    assertEnergyCloses(points, exchanges);
    return {
        legs: deliveries.map((delivery) => ({
            delivery,
            causes: causesOf(delivery, exempts),
            liabilities: liabilitiesOf(delivery, exempts),
        })),
        points,
    };
}

function settleLeg(book: EscrowBook, valued: ValuedLeg): LegResult {
    book.payEnergy(valued.delivery);
    return legResult(valued, book.drawDefaults(valued.delivery, valued.liabilities));
}

export function legResult({ delivery, causes }: ValuedLeg, defaults: readonly DefaultAmount[]): LegResult {
    const { slotLeg, shortWh, untakenWh, deliveredWh } = delivery;
    return {
        agreementId: slotLeg.agreement.agreementId,
        leg: slotLeg.index,
        agreedWh: slotLeg.agreedWh,
        shortWh,
        untakenWh,
        deliveredWh,
        paymentNano: paymentOf(delivery),
        causes,
        defaults,
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

function statedIn(statements: readonly DeliveryStatement[]): StatementLookup {
    const stated = new Map(statements.map((each) => [`${each.agreementId}/${each.leg}`, each.deliveredWh]));
    return (agreementId, leg) => stated.get(`${agreementId}/${leg}`) ?? null;
}

/** Halts, and force majeure at the party's own point of the leg, waive default amounts where the agreement says so. */
function exemptions({ halts, struck, participants }: SlotInput): Exempts {
    if (halts.length + struck.length === 0) {
        return () => false;
    }
    return ({ agreement, leg }, liableId) => {
        const liable = participants.get(liableId);
        assert(liable !== undefined, 'every party of an agreement is a participant');
        const { exemptions: causes } = agreement.terms;
        if (causes.includes('halt') && exemptedBy(halts, liable)) {
            return true;
        }
        const ownPoints = [
            ...(leg.sellerId === liableId ? [leg.sellerPoint] : []),
            ...(leg.buyerId === liableId ? [leg.buyerPoint] : []),
        ];
        return causes.includes('forceMajeure') && ownPoints.some((point) => isStruck(struck, point, liable));
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
function inOrder<Input extends SlotInput>(input: Input): Input {
    const agreements = [...input.agreements].sort((left, right) => (left.agreementId < right.agreementId ? -1 : 1));
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
