import { Book, cover, escrow, free } from './book.js';
import type { Registers } from './registers.js';
import { type Agreement, type Leg, type Party, type Point, type Statement, whole } from './statement.js';

/** One leg of one agreement in one slot. */
type Lot = {
    agreement: Agreement;
    leg: Leg;
    agreedWh: bigint;
    price: bigint;
    shortWh: bigint;
    untakenWh: bigint;
    deliveredWh: bigint;
};

/** Whose cover a slot is booked on. */
type Owner = { participantId: string; carrier: string; slot: number };

/** Everything that moves money from the first deposit to the last settled slot, from signed terms and meters. */
export class Market {
    readonly book = new Book();
    readonly #statement: Statement;
    readonly #registers: Registers;
    readonly #agreements: Agreement[];
    readonly #coverNano = new Map<string, bigint>();
    /** Default amounts paid so far, by escrow account. */
    readonly #drawnNano = new Map<string, bigint>();

    constructor(statement: Statement, registers: Registers) {
        this.#statement = statement;
        this.#registers = registers;
        this.#agreements = statement.agreements
            .filter((agreement) => agreement.funded)
            .sort((left, right) => (left.id < right.id ? -1 : 1));
    }

    run(): void {
        for (const { amountNano, participantId } of this.#statement.deposits) {
            const purpose = { kind: 'deposit', agreementId: null, slot: null };
            this.book.move(whole(amountNano), 'system/external', free(participantId), purpose);
        }
        for (const { amountNano, participantId, carrier } of this.#statement.covers) {
            const account = cover(participantId, carrier);
            this.book.move(whole(amountNano), free(participantId), account, {
                kind: 'cover',
                agreementId: null,
                slot: null,
            });
            this.#coverNano.set(account, (this.#coverNano.get(account) ?? 0n) + whole(amountNano));
        }
        this.#agreements.forEach((agreement) => {
            this.#fund(agreement);
            this.#releaseTerminated(agreement);
        });
        const carriers = Object.keys(this.#statement.rules.carriers).sort();
        for (const slot of this.#slots()) {
            for (const carrier of carriers) {
                this.#settle(carrier, slot);
            }
            this.#close(slot);
        }
    }

    #slots(): number[] {
        const { slots } = this.#statement.scenario;
        if (slots.some((slot, index) => slot !== (slots[0] ?? 0) + index)) {
            throw new Error('slots are settled in order, none is left out');
        }
        return slots;
    }

    #fund(agreement: Agreement): void {
        for (const { participantId } of agreement.parties) {
            const needed =
                energyPart(agreement, participantId, agreement.firstSlot) + defaultPart(agreement, participantId);
            const purpose = { kind: 'fund', agreementId: agreement.id, slot: null };
            this.book.move(needed, free(participantId), escrow(agreement.id, participantId), purpose);
        }
    }

    /** A termination is taken to come before the last slot that is still delivered is settled. */
    #releaseTerminated(agreement: Agreement): void {
        const nothingLeft = agreement.endSlot <= agreement.firstSlot;
        for (const { participantId } of agreement.parties) {
            const unspent = energyPart(agreement, participantId, agreement.endSlot);
            const idle = nothingLeft ? defaultPart(agreement, participantId) : 0n;
            this.#release(unspent + idle, agreement, participantId, null);
        }
    }

    #settle(carrier: string, slot: number): void {
        const lots = this.#agreements.flatMap((agreement) => lotsOf(agreement, carrier, slot));
        const points = this.#statement.points.filter((point) => point.carrier === carrier && point.fromSlot <= slot);
        const meteredWh = new Map(points.map((point) => [point.pointId, this.#meteredWh(point, lots, slot)]));
        for (const point of points) {
            spread(point, lots, meteredWh.get(point.pointId) ?? 0n);
        }
        const earnedNano = new Map<string, bigint>();
        for (const lot of lots) {
            const heldBack = lot.agreement.takeOrPay ? 0n : lot.untakenWh;
            lot.deliveredWh = lot.agreedWh - (lot.shortWh > heldBack ? lot.shortWh : heldBack);
            this.#pay(lot, slot, earnedNano);
            this.#penalise(lot, lot.shortWh - heldBack, slot, earnedNano);
        }
        const imbalanceNano = this.#imbalances(carrier, points, lots, meteredWh);
        for (const participantId of [...imbalanceNano.keys()].sort()) {
            const gained = imbalanceNano.get(participantId) ?? 0n;
            const own = points.filter((point) => point.participantId === participantId);
            const feeNano = this.#feeNano(carrier, own, slot);
            this.#balance({ participantId, carrier, slot }, gained, feeNano, earnedNano.get(participantId) ?? 0n);
        }
    }

    #meteredWh(point: Point, lots: Lot[], slot: number): bigint {
        const { source } = point;
        if (source !== null) {
            return this.#registers.netExportWh({ ...point, source }, slot);
        }
        return total(sales(lots, point), 'agreedWh') - total(purchases(lots, point), 'agreedWh');
    }

    #pay(lot: Lot, slot: number, earnedNano: Map<string, bigint>): void {
        const { agreement, leg, price } = lot;
        const [payer, payee] = price < 0n ? [leg.sellerId, leg.buyerId] : [leg.buyerId, leg.sellerId];
        const due = magnitude(price) * lot.deliveredWh;
        const purpose = { kind: 'energy', agreementId: agreement.id, slot };
        this.book.move(due, escrow(agreement.id, payer), free(payee), purpose);
        this.#release(magnitude(price) * lot.agreedWh - due, agreement, payer, slot);
        earnedNano.set(payee, (earnedNano.get(payee) ?? 0n) + due);
    }

    #penalise(lot: Lot, missedWh: bigint, slot: number, earnedNano: Map<string, bigint>): void {
        const { agreement, leg } = lot;
        const [liable, other] = missedWh > 0n ? [leg.sellerId, leg.buyerId] : [leg.buyerId, leg.sellerId];
        const beyond = magnitude(missedWh) - (lot.agreedWh * whole(agreement.toleranceBp)) / 10_000n;
        if (beyond <= 0n || this.#exempt(agreement, liable, leg.carrier, slot)) {
            return;
        }
        const from = escrow(agreement.id, liable);
        const drawn = this.#drawnNano.get(from) ?? 0n;
        const left = whole(agreement.defaultCapNano) - drawn;
        const claimed = whole(agreement.defaultRateMicroPerKwh) * beyond;
        const due = claimed < left ? claimed : left;
        this.book.move(due, from, free(other), { kind: 'default', agreementId: agreement.id, slot });
        this.#drawnNano.set(from, drawn + due);
        earnedNano.set(other, (earnedNano.get(other) ?? 0n) + due);
    }

    #exempt(agreement: Agreement, participantId: string, carrier: string, slot: number): boolean {
        const { halts, rules } = this.#statement;
        const party = agreement.parties.find((candidate) => candidate.participantId === participantId);
        return (
            agreement.exemptions.includes('halt') &&
            halts.some((halt) => {
                const halted = halt.endSlot > halt.fromSlot && slot >= halt.fromSlot;
                const covers = halted && slot < halt.endSlot + rules.haltGraceSlots;
                return halt.carrier === carrier && covers && !ownHalt(party, halt.mspId);
            })
        );
    }

    /** Money that every owner of a point gains or, negative, owes for what its agreements do not explain. */
    #imbalances(carrier: string, points: Point[], lots: Lot[], meteredWh: Map<string, bigint>): Map<string, bigint> {
        const prices = this.#statement.rules.carriers[carrier];
        if (prices === undefined) {
            throw new Error(`no rules for ${carrier}`);
        }
        const gains = new Map<string, bigint>();
        for (const point of points) {
            const traded = total(sales(lots, point), 'deliveredWh') - total(purchases(lots, point), 'deliveredWh');
            const imbalance = (meteredWh.get(point.pointId) ?? 0n) - traded;
            const price = whole(imbalance < 0n ? prices.imbalanceShortMicroPerKwh : prices.imbalanceLongMicroPerKwh);
            gains.set(point.participantId, (gains.get(point.participantId) ?? 0n) + imbalance * price);
        }
        return gains;
    }

    /** Network fee of an owner's points, for what their meters took. */
    #feeNano(carrier: string, points: Point[], slot: number): bigint {
        const price = whole(this.#statement.rules.carriers[carrier]?.networkFeeMicroPerKwh ?? '');
        return points.reduce((sum, point) => {
            const { source } = point;
            return source === null ? sum : sum + price * this.#registers.importWh({ ...point, source }, slot);
        }, 0n);
    }

    /** Books imbalance and fee on the credit cover; a cover below zero takes from what was earned in this run. */
    #balance({ participantId, carrier, slot }: Owner, gained: bigint, fee: bigint, earned: bigint): void {
        const account = cover(participantId, carrier);
        const [from, to] = gained < 0n ? [account, imbalanceAccount(carrier)] : [imbalanceAccount(carrier), account];
        this.book.move(magnitude(gained), from, to, { kind: 'imbalance', agreementId: null, slot });
        const [payer, payee] = fee < 0n ? [feesAccount(carrier), account] : [account, feesAccount(carrier)];
        this.book.move(magnitude(fee), payer, payee, { kind: 'fee', agreementId: null, slot });
        const balance = (this.#coverNano.get(account) ?? 0n) + gained - fee;
        const owed = balance < 0n ? -balance : 0n;
        const repaid = owed < earned ? owed : earned;
        this.book.move(repaid, free(participantId), account, { kind: 'debt', agreementId: null, slot });
        this.#coverNano.set(account, balance + repaid);
    }

    /** Gives back what is left of the default parts of agreements whose last slot this was. */
    #close(slot: number): void {
        const last = this.#agreements.filter(
            (agreement) => deliversIn(agreement, slot) && agreement.endSlot === slot + 1,
        );
        for (const agreement of last) {
            for (const { participantId } of agreement.parties) {
                const drawn = this.#drawnNano.get(escrow(agreement.id, participantId)) ?? 0n;
                this.#release(defaultPart(agreement, participantId) - drawn, agreement, participantId, slot);
            }
        }
    }

    #release(amountNano: bigint, agreement: Agreement, participantId: string, slot: number | null): void {
        const purpose = { kind: 'release', agreementId: agreement.id, slot };
        this.book.move(amountNano, escrow(agreement.id, participantId), free(participantId), purpose);
    }
}

const feesAccount = (carrier: string): string => `system/fees/${carrier}`;
const imbalanceAccount = (carrier: string): string => `system/imbalance/${carrier}`;
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
const sales = (lots: Lot[], { pointId }: Point): Lot[] => lots.filter(({ leg }) => leg.sellerPoint === pointId);
const purchases = (lots: Lot[], { pointId }: Point): Lot[] => lots.filter(({ leg }) => leg.buyerPoint === pointId);
const deliversIn = ({ firstSlot, endSlot }: Agreement, slot: number): boolean => slot >= firstSlot && slot < endSlot;
const ownHalt = (party: Party | undefined, mspId: string): boolean =>
    party?.mspId === mspId || party?.beneficialOwnerMspId === mspId;

function total(lots: Lot[], quantity: 'agreedWh' | 'deliveredWh'): bigint {
    let sum = 0n;
    for (const lot of lots) {
        sum += lot[quantity];
    }
    return sum;
}

function lotsOf(agreement: Agreement, carrier: string, slot: number): Lot[] {
    if (!deliversIn(agreement, slot)) {
        return [];
    }
    return agreement.legs
        .filter((leg) => leg.carrier === carrier)
        .map((leg) => ({
            agreement,
            leg,
            ...agreed(agreement, leg, slot),
            shortWh: 0n,
            untakenWh: 0n,
            deliveredWh: 0n,
        }));
}

function agreed(agreement: Agreement, leg: Leg, slot: number): { agreedWh: bigint; price: bigint } {
    const index = slot - agreement.firstSlot;
    return { agreedWh: whole(leg.energyWh[index] ?? ''), price: whole(leg.priceMicroPerKwh[index] ?? '') };
}

/** Σ q|p| that a party pays from a slot on, to the end of what was signed. */
function energyPart(agreement: Agreement, participantId: string, fromSlot: number): bigint {
    let sum = 0n;
    const endSlot = agreement.firstSlot + agreement.slotCount;
    for (let slot = Math.max(fromSlot, agreement.firstSlot); slot < endSlot; slot += 1) {
        for (const leg of agreement.legs) {
            const { agreedWh, price } = agreed(agreement, leg, slot);
            sum += (price < 0n ? leg.sellerId : leg.buyerId) === participantId ? agreedWh * magnitude(price) : 0n;
        }
    }
    return sum;
}

function defaultPart(agreement: Agreement, participantId: string): bigint {
    let liableWh = 0n;
    for (const leg of agreement.legs) {
        const answers = leg.sellerId === participantId || (leg.buyerId === participantId && !agreement.takeOrPay);
        liableWh += answers ? leg.energyWh.reduce((sum, energy) => sum + whole(energy), 0n) : 0n;
    }
    const most = whole(agreement.defaultRateMicroPerKwh) * liableWh;
    const cap = whole(agreement.defaultCapNano);
    return most < cap ? most : cap;
}

/** Puts a point's shortfall on what it sells and its under-take on what it buys. */
function spread(point: Point, lots: Lot[], meteredWh: bigint): void {
    const [sold, bought] = [sales(lots, point), purchases(lots, point)];
    const deviation = meteredWh - (total(sold, 'agreedWh') - total(bought, 'agreedWh'));
    share(-deviation, sold, 'shortWh');
    share(deviation, bought, 'untakenWh');
}

/** Largest remainder over the agreed energies, at most all of them; lots come in the order that settles ties. */
function share(wantedWh: bigint, lots: Lot[], quantity: 'shortWh' | 'untakenWh'): void {
    const all = total(lots, 'agreedWh');
    const shared = wantedWh < all ? wantedWh : all;
    if (shared <= 0n) {
        return;
    }
    let left = shared;
    for (const lot of lots) {
        lot[quantity] = (shared * lot.agreedWh) / all;
        left -= lot[quantity];
    }
    const waiting = [...lots];
    while (left > 0n) {
        const remainder = (lot: Lot): bigint => (shared * lot.agreedWh) % all;
        const next = waiting.reduce((best, lot) => (remainder(lot) > remainder(best) ? lot : best));
        next[quantity] += 1n;
        waiting.splice(waiting.indexOf(next), 1);
        left -= 1n;
    }
}
