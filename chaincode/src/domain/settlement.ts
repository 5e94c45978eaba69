import type { Carrier } from './charter.js';
import { incomesOf, pointResult, type PointResult, settleCovers } from './cover-run.js';
import {
    deliver,
    type Delivery,
    type DeliveringAgreement,
    type Exchange,
    exchangeOf,
    imbalanceOf,
    legsInSlot,
    type MeteredPoint,
    paysUntaken,
    silentPoints,
} from './delivery.js';
import { assert, demand } from './errors.js';
import { closeWhenSettled, type Execution, reserveOf } from './escrow.js';
import { exemptedBy, type Halt } from './halt.js';
import type { Participant } from './participant.js';
import { escrowAccount, freeAccount, type Posting, transfer } from './posting.js';
import type { CarrierRules } from './rules.js';
import { ownExchanges } from './sub-meter.js';
import {
    absolute,
    type AmountNano,
    type EnergyWh,
    larger,
    minus,
    negate,
    NO_ENERGY,
    NO_MONEY,
    shareFloor,
    type SlotIndex,
    smaller,
    sumEnergy,
    valueOf,
} from './units.js';

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
    /** Credit cover of each owner of a point before this run; absent is zero. */
    covers: ReadonlyMap<string, AmountNano>;
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
    /** From seller to buyer; negative when the buyer owed it. */
    defaultNano: AmountNano;
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
}>;

/**
 * Settles one slot of one carrier from its registers (`docs/settlement.md`: formulas and a worked example).
 * Whoever computes it from the same ledger gets the same postings; they sum to zero.
 * @throws READING_MISSING {pointIds} · SETTLEMENT_OUT_OF_ORDER {agreementId, slot, nextSlot}
 */
export function settleSlot(found: SettlementInput): SettlementOutcome {
    const input = inOrder(found);
    const { carrier, slot } = input;
    demandReadings(input.points);
    const legs = legsInSlot(input.agreements, carrier, slot);
    const exchanges = ownExchanges(input.points.map((metered) => exchangeOf(metered, legs)));
    const deliveries = deliver(exchanges, legs);

    const book = new EscrowBook(input);
    const legResults = deliveries.map((delivery) => book.settleLeg(delivery));
    book.finishSlot();

    const points = exchanges.map((exchange) => pointResult(exchange, imbalanceOf(exchange, deliveries), input.rules));
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
    };
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

/** Moves escrow leg by leg, in the order of the legs, so that caps are drawn the same way by everyone. */
class EscrowBook {
    readonly postings: Posting[] = [];
    readonly #input: SettlementInput;
    readonly #executions: Map<string, Execution>;

    constructor(input: SettlementInput) {
        this.#input = input;
        this.#executions = new Map(input.agreements.map(({ execution }) => [execution.agreementId, execution]));
        for (const execution of this.#executions.values()) {
            const nextSlot = execution.progress.find((progress) => progress.carrier === input.carrier)?.nextSlot;
            demand(nextSlot === input.slot, 'SETTLEMENT_OUT_OF_ORDER', {
                agreementId: execution.agreementId,
                slot: input.slot,
                nextSlot: nextSlot ?? null,
            });
        }
    }

    get executions(): Execution[] {
        return [...this.#executions.values()];
    }

    /** Pays what was delivered, gives back the rest of the slot's reserve, and draws the default amount. */
    settleLeg(delivery: Delivery): LegResult {
        const { slotLeg, shortWh, untakenWh, deliveredWh } = delivery;
        const { leg, offset, agreedWh } = slotLeg;
        const { agreementId } = slotLeg.agreement.execution;
        const price = leg.priceMicroPerKwh[offset];
        assert(price !== undefined, 'a leg has a price for every slot');

        const { payerId, payeeId, reserveNano } = reserveOf(leg, offset);
        const paidNano = valueOf(deliveredWh, absolute(price));
        this.#draw(agreementId, payerId, 'energyNano', reserveNano);
        this.#pay(agreementId, payerId, payeeId, 'energy', paidNano);
        this.#pay(agreementId, payerId, payerId, 'release', minus(reserveNano, paidNano));
        return {
            agreementId,
            leg: slotLeg.index,
            agreedWh,
            shortWh,
            untakenWh,
            deliveredWh,
            paymentNano: price >= 0n ? paidNano : negate(paidNano),
            defaultNano: this.#settleDefault(delivery),
        };
    }

    /** Marks the slot as settled and gives back what the agreements that are through still hold. */
    finishSlot(): void {
        const { carrier, slot } = this.#input;
        for (const execution of this.#executions.values()) {
            const progress = execution.progress.map((entry) =>
                entry.carrier === carrier ? { carrier, nextSlot: slot + 1 } : entry,
            );
            const closed = closeWhenSettled({ ...execution, progress }, slot);
            this.#executions.set(execution.agreementId, closed.execution);
            this.postings.push(...closed.postings);
        }
    }

    /** rate × max(0, |k| − tolerance) with k = s − u′, at most what is left of the party's cap. */
    #settleDefault(delivery: Delivery): AmountNano {
        const { slotLeg, shortWh, untakenWh } = delivery;
        const { terms, execution } = slotLeg.agreement;
        const { sellerId, buyerId } = slotLeg.leg;
        const excessWh = minus(shortWh, paysUntaken(slotLeg) ? NO_ENERGY : untakenWh);
        const toleranceWh = shareFloor(slotLeg.agreedWh, terms.toleranceBp);
        const liableWh = larger(NO_ENERGY, minus(absolute(excessWh), toleranceWh));
        const [liableId, otherId] = excessWh > 0n ? [sellerId, buyerId] : [buyerId, sellerId];
        if (liableWh === 0n || this.#isExempt(terms.exemptions, liableId)) {
            return NO_MONEY;
        }
        const owedNano = valueOf(liableWh, terms.defaultRateMicroPerKwh);
        const leftNano = this.#holding(execution.agreementId, liableId).defaultNano;
        const drawnNano = smaller(owedNano, leftNano);
        this.#draw(execution.agreementId, liableId, 'defaultNano', drawnNano);
        this.#pay(execution.agreementId, liableId, otherId, 'default', drawnNano);
        return excessWh > 0n ? drawnNano : negate(drawnNano);
    }

    #isExempt(exemptions: readonly string[], liableId: string): boolean {
        const liable = this.#input.participants.get(liableId);
        assert(liable !== undefined, 'every party of an agreement is a participant');
        return exemptions.includes('halt') && exemptedBy(this.#input.halts, liable);
    }

    #holding(agreementId: string, participantId: string): Execution['holdings'][number] {
        const holding = this.#execution(agreementId).holdings.find((held) => held.participantId === participantId);
        assert(holding !== undefined, 'every party of an agreement in force has escrow');
        return holding;
    }

    #execution(agreementId: string): Execution {
        const execution = this.#executions.get(agreementId);
        assert(execution !== undefined, 'a leg belongs to an agreement of the run');
        return execution;
    }

    #draw(agreementId: string, participantId: string, purse: 'energyNano' | 'defaultNano', drawn: AmountNano): void {
        const left = minus(this.#holding(agreementId, participantId)[purse], drawn);
        assert(left >= 0n, 'escrow never falls below zero');
        const execution = this.#execution(agreementId);
        this.#executions.set(agreementId, {
            ...execution,
            holdings: execution.holdings.map((held) =>
                held.participantId === participantId ? { ...held, [purse]: left } : held,
            ),
        });
    }

    #pay(agreementId: string, payerId: string, payeeId: string, kind: Posting['kind'], paid: AmountNano): void {
        const reason = { kind, agreementId, slot: this.#input.slot };
        this.postings.push(...transfer(escrowAccount(agreementId, payerId), freeAccount(payeeId), paid, reason));
    }
}

function assertEnergyCloses(points: readonly PointResult[], exchanges: readonly Exchange[]): void {
    const imbalanceWh = sumEnergy(points.map((point) => point.imbalanceWh));
    const meteredWh = sumEnergy(exchanges.map((exchange) => exchange.meteredWh));
    assert(imbalanceWh === meteredWh, 'the imbalances sum to the metered energy');
}
