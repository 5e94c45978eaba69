import { Book, cover, escrow, feesAccount, free, imbalanceAccount, type Purpose, subsidyAccount } from './book.js';
import { Caps, CARRIERS } from './caps.js';
import { causesOf, type Shortage } from './causes.js';
import { type Incentive, Incentives } from './incentives.js';
import { deliversIn, type Lot } from './lots.js';
import type { Energies } from './meters.js';
import { defaultPart, energyPart } from './needs.js';
import { type Correction, postCorrection } from './reconciliation.js';
import type { Registers } from './registers.js';
import { isTraded, rulesOf } from './rules.js';
import { least, magnitude, most } from './share.js';
import { byOwner, type OwnerValue, type SlotValue, valueOf } from './slot-value.js';
import {
    type Agreement,
    type CarrierPrices,
    type Reconciliation,
    type Statement,
    type Step,
    type Terms,
    whole,
} from './statement.js';
import { Waivers } from './waivers.js';

/** One initial run, and what everybody earns in it. */
type Run = { carrier: string; slot: number; earnedNano: Map<string, bigint> };

/** What the runs of a slot have come to so far. */
type Result = { value: SlotValue; incentives: Incentive[]; owners: Map<string, OwnerValue> };

/** Everything that moves money from the first deposit to the last run, from signed terms and meters. */
export class Market {
    readonly book = new Book();
    readonly #statement: Statement;
    readonly #registers: Registers;
    readonly #agreements: Agreement[];
    readonly #incentives = new Incentives();
    readonly #caps = new Caps();
    /** What fell short in settled slots, by agreement, leg and slot: in initial runs, and in the latest ones. */
    readonly #initialShortages = new Map<string, Shortage>();
    readonly #latestShortages = new Map<string, Shortage>();
    /** Results of the latest runs, by carrier and slot. */
    readonly #results = new Map<string, Result>();
    /** Agreements of which nothing is left to settle. */
    readonly #closed = new Set<string>();

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
        this.#agreements.forEach((agreement) => {
            this.#fund(agreement);
            this.#releaseTerminated(agreement);
        });
        for (const step of this.#statement.steps ?? this.#inOrder()) {
            this.#take(step);
        }
    }

    #inOrder(): Step[] {
        const { slots } = this.#statement.scenario;
        if (slots.some((slot, index) => slot !== (slots[0] ?? 0) + index)) {
            throw new Error('slots are settled in order, none is left out');
        }
        const carriers = CARRIERS.filter((carrier) => isTraded(this.#statement, carrier));
        return [
            ...this.#statement.covers.map((transfer) => ({ kind: 'cover' as const, ...transfer })),
            ...slots.flatMap((slot) => carriers.map((carrier) => ({ kind: 'run' as const, carrier, slot }))),
        ];
    }

    #take(step: Step): void {
        switch (step.kind) {
            case 'run':
                this.#settle({ ...step, earnedNano: new Map() });
                break;
            case 'reconciliation':
                this.#reconcile(step);
                break;
            case 'replacement':
                this.#registers.replace(step);
                break;
            default:
                this.#transfer(step);
        }
    }

    /** Money that moves because somebody wants it to. */
    #transfer(step: Exclude<Step, { kind: 'run' | 'reconciliation' | 'replacement' }>): void {
        const amount = whole(step.amountNano);
        const move = (kind: string, from: string, to: string): void => {
            this.book.move(amount, from, to, { kind, agreementId: null, slot: null });
        };
        switch (step.kind) {
            case 'cover':
                move('cover', free(step.participantId), cover(step.participantId, step.carrier));
                break;
            case 'draw':
                move('cover', cover(step.participantId, step.carrier), free(step.participantId));
                break;
            case 'subsidy':
                move('deposit', 'system/external', subsidyAccount(step.carrier));
                this.#incentives.raise(step.carrier, amount);
                break;
            case 'payout':
                move('payout', free(step.participantId), `payout/${step.participantId}`);
                break;
            case 'paid':
                move('payout', `payout/${step.participantId}`, 'system/external');
                break;
            case 'returned':
                move('payout', `payout/${step.participantId}`, free(step.participantId));
                break;
        }
    }

    /** Into escrow what the first version needs, then what every later one needs more, or back what it needs less. */
    #fund(agreement: Agreement): void {
        const versions = [...(agreement.replaced ?? []), { terms: agreement, fromSlot: 0 }];
        for (const { participantId } of agreement.parties) {
            let before: { terms: Terms; fromSlot: number } | undefined;
            for (const version of versions) {
                const from = before?.fromSlot ?? version.terms.firstSlot;
                const need = (terms: Terms | undefined): bigint =>
                    terms === undefined
                        ? 0n
                        : energyPart(terms, participantId, from) + defaultPart(terms, participantId);
                const changed = need(version.terms) - need(before?.terms);
                const purpose = { kind: 'fund', agreementId: agreement.id, slot: null };
                this.book.move(most(0n, changed), free(participantId), escrow(agreement.id, participantId), purpose);
                this.#release(most(0n, -changed), agreement, participantId, null);
                before = version;
            }
        }
    }

    /** A termination comes while the last slot that is still delivered runs, so before it is settled. */
    #releaseTerminated(agreement: Agreement): void {
        const nothingLeft = agreement.endSlot <= agreement.firstSlot;
        for (const { participantId } of agreement.parties) {
            const unspent = energyPart(agreement, participantId, agreement.endSlot);
            const idle = nothingLeft ? defaultPart(agreement, participantId) : 0n;
            this.#release(unspent + idle, agreement, participantId, null);
        }
    }

    #settle(run: Run): void {
        const { carrier, slot } = run;
        const value = this.#valueOf(this.#statement, run, this.#registers, this.#initialShortages);
        for (const lot of value.lots) {
            this.#pay(lot, run);
        }
        for (const [agreement, claims] of value.claims) {
            this.#caps.draw(agreement, carrier, slot, claims);
            for (const { liableId, payeeId, drawnNano } of claims) {
                const purpose = { kind: 'default', agreementId: agreement.id, slot };
                this.book.move(drawnNano, escrow(agreement.id, liableId), free(payeeId), purpose);
                run.earnedNano.set(payeeId, (run.earnedNano.get(payeeId) ?? 0n) + drawnNano);
            }
        }
        this.#remember(this.#statement, value.lots, slot, this.#initialShortages);
        this.#remember(this.#statement, value.lots, slot, this.#latestShortages);
        const prices = this.#pricesOf(carrier, slot);
        const incentives = this.#incentives.settle(carrier, slot, value.accounts, prices);
        const owners = byOwner(value, incentives, prices);
        this.#results.set(placeOf(carrier, slot), { value, incentives, owners });
        this.#close(run);
        this.#balance(owners, run);
    }

    /** Settles a slot anew and posts what is different. */
    #reconcile(run: Reconciliation): void {
        const { carrier, slot } = run;
        const before = this.#results.get(placeOf(carrier, slot));
        if (before === undefined) {
            throw new Error(`${carrier} in slot ${String(slot)} is corrected before it is settled`);
        }
        const { statements = this.#statement.statements ?? [], struck = this.#statement.struck ?? [] } = run;
        const known = { ...this.#statement, statements, struck };
        const value = this.#valueOf(known, run, this.#registers.knownIn(run), this.#latestShortages);
        this.#remember(known, value.lots, slot, this.#latestShortages);
        const prices = this.#pricesOf(carrier, slot);
        const incentives = this.#incentives.correct(carrier, slot, value.accounts, prices, before.incentives);
        const owners = byOwner(value, incentives, prices);
        const correction: Correction = {
            carrier,
            slot,
            before,
            after: { value, owners },
            changes: [...value.claims].map(([agreement, claims]) => ({
                agreement,
                isOpen: !this.#closed.has(agreement.id),
                draws: this.#caps.redraw(agreement, carrier, slot, claims),
            })),
        };
        postCorrection(this.book, correction);
        this.#results.set(placeOf(carrier, slot), { value, incentives, owners });
    }

    #valueOf(
        statement: Statement,
        { carrier, slot }: { carrier: string; slot: number },
        registers: Energies,
        shortages: Map<string, Shortage>,
    ): SlotValue {
        return valueOf(statement, {
            carrier,
            slot,
            agreements: this.#agreements,
            registers,
            shortageOf: ({ id }, leg) => {
                const known = shortages.get(`${id} ${String(leg)} ${String(slot)}`);
                if (known === undefined) {
                    throw new Error(`leg ${String(leg)} of ${id} is made use of before it is settled`);
                }
                return known;
            },
        });
    }

    #pricesOf(carrier: string, slot: number): CarrierPrices {
        const prices = rulesOf(this.#statement, slot).carriers[carrier];
        if (prices === undefined) {
            throw new Error(`no rules for ${carrier} in slot ${String(slot)}`);
        }
        return prices;
    }

    #pay(lot: Lot, { slot, earnedNano }: Run): void {
        const { agreement, leg, price } = lot;
        const [payer, payee] = price < 0n ? [leg.sellerId, leg.buyerId] : [leg.buyerId, leg.sellerId];
        const due = magnitude(price) * lot.deliveredWh;
        const purpose = { kind: 'energy', agreementId: agreement.id, slot };
        this.book.move(due, escrow(agreement.id, payer), free(payee), purpose);
        this.#release(magnitude(price) * lot.agreedWh - due, agreement, payer, slot);
        earnedNano.set(payee, (earnedNano.get(payee) ?? 0n) + due);
    }

    #remember(statement: Statement, lots: Lot[], slot: number, shortages: Map<string, Shortage>): void {
        const waivers = new Waivers(statement);
        for (const lot of lots) {
            const { agreement, leg, index, agreedWh, shortWh } = lot;
            const causes = causesOf(lot, waivers.exempt(agreement, leg, leg.sellerId, slot));
            shortages.set(`${agreement.id} ${String(index)} ${String(slot)}`, { agreedWh, shortWh, causes });
        }
    }

    /** Books imbalance and fee on the owners' covers; a cover below zero takes from what was earned in this run. */
    #balance(owners: Map<string, OwnerValue>, { carrier, slot, earnedNano }: Run): void {
        const purpose = (kind: string): Purpose => ({ kind, agreementId: null, slot });
        for (const [participantId, { imbalanceNano, feeNano, feeCreditNano, subsidyNano }] of owners) {
            const account = cover(participantId, carrier);
            this.book.exchange(imbalanceNano, imbalanceAccount(carrier), account, purpose('imbalance'));
            this.book.exchange(feeNano, account, feesAccount(carrier), purpose('fee'));
            this.book.exchange(feeCreditNano, feesAccount(carrier), account, purpose('feeCredit'));
            this.book.exchange(subsidyNano, subsidyAccount(carrier), account, purpose('subsidy'));
            const debt = most(0n, -this.book.balance(account));
            const repaid = least(debt, earnedNano.get(participantId) ?? 0n);
            this.book.move(repaid, free(participantId), account, purpose('debt'));
        }
    }

    /** Gives back what is left of the default parts of agreements of which nothing is left to settle. */
    #close({ carrier, slot }: Run): void {
        const through = this.#agreements.filter((agreement) => {
            const carriers = [...new Set(agreement.legs.map((leg) => leg.carrier))];
            const last = agreement.endSlot - 1;
            const delivers = carriers.includes(carrier) && slot === last && deliversIn(agreement, slot);
            return delivers && carriers.every((each) => this.#results.has(placeOf(each, last)));
        });
        for (const agreement of through) {
            this.#closed.add(agreement.id);
            for (const { participantId } of agreement.parties) {
                const left = defaultPart(agreement, participantId) - this.#caps.drawnNano(agreement, participantId);
                this.#release(left, agreement, participantId, slot);
            }
        }
    }

    #release(amountNano: bigint, agreement: Agreement, participantId: string, slot: number | null): void {
        const purpose = { kind: 'release', agreementId: agreement.id, slot };
        this.book.move(amountNano, escrow(agreement.id, participantId), free(participantId), purpose);
    }
}

const placeOf = (carrier: string, slot: number): string => `${carrier} ${String(slot)}`;
