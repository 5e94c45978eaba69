import { Book, cover, escrow, free } from './book.js';
import { causesOf, divided, type Shortage, takenBy } from './causes.js';
import { type HandedOver, handedOver, ownExchanges } from './exchanges.js';
import { deliversIn, type Lot, lotsOf, mirror, purchases, sales, spread, total, wholeOf } from './lots.js';
import { type Crossing, Incentives } from './incentives.js';
import { defaultPart, energyPart } from './needs.js';
import type { Registers } from './registers.js';
import { least, magnitude, most } from './share.js';
import { partedByProof, statedNet } from './stated.js';
import { type Agreement, type Leg, type Point, type Statement, type Step, type Terms, whole } from './statement.js';
import { Waivers } from './waivers.js';

/** The order in which an agreement's carriers are settled. */
const CARRIERS = ['gas', 'electricity', 'heat', 'cooling', 'mobility', 'coal', 'oil'];

/** One run. */
type Run = { carrier: string; slot: number; earnedNano: Map<string, bigint> };

/** What a point accounts for in a run. */
type Account = Crossing & { netExportWh: bigint };

/** Everything that moves money from the first deposit to the last settled slot, from signed terms and meters. */
export class Market {
    readonly book = new Book();
    readonly #statement: Statement;
    readonly #registers: Registers;
    readonly #agreements: Agreement[];
    readonly #incentives = new Incentives();
    readonly #waivers: Waivers;
    readonly #coverNano = new Map<string, bigint>();
    /** Default amounts paid so far, by escrow account. */
    readonly #drawnNano = new Map<string, bigint>();
    /** What fell short in settled slots, by agreement, leg and slot. */
    readonly #shortages = new Map<string, Shortage>();
    /** Carriers and slots that are settled. */
    readonly #settled = new Set<string>();

    constructor(statement: Statement, registers: Registers) {
        this.#statement = statement;
        this.#registers = registers;
        this.#waivers = new Waivers(statement);
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
            if (step.kind === 'run') {
                this.#settle({ ...step, earnedNano: new Map() });
            } else {
                this.#transfer(step);
            }
        }
    }

    #inOrder(): Step[] {
        const { slots } = this.#statement.scenario;
        if (slots.some((slot, index) => slot !== (slots[0] ?? 0) + index)) {
            throw new Error('slots are settled in order, none is left out');
        }
        const carriers = CARRIERS.filter((carrier) => carrier in this.#statement.rules.carriers);
        return [
            ...this.#statement.covers.map((transfer) => ({ kind: 'cover' as const, ...transfer })),
            ...slots.flatMap((slot) => carriers.map((carrier) => ({ kind: 'run' as const, carrier, slot }))),
        ];
    }

    /** Money that moves because somebody wants it to. */
    #transfer(step: Exclude<Step, { kind: 'run' }>): void {
        const amount = whole(step.amountNano);
        const move = (kind: string, from: string, to: string): void => {
            this.book.move(amount, from, to, { kind, agreementId: null, slot: null });
        };
        switch (step.kind) {
            case 'cover':
            case 'draw': {
                const [own, account] = [free(step.participantId), cover(step.participantId, step.carrier)];
                const [from, to, change] = step.kind === 'cover' ? [own, account, amount] : [account, own, -amount];
                move('cover', from, to);
                this.#coverNano.set(account, (this.#coverNano.get(account) ?? 0n) + change);
                break;
            }
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
        const lots = this.#agreements.flatMap((agreement) => lotsOf(agreement, carrier, slot));
        for (const lot of lots) {
            lot.takenBy = takenBy(
                lot,
                (leg) => this.#shortage(lot.agreement, leg, slot),
                (seller) => this.#waivers.exempt(lot.agreement, lot.leg, seller, slot),
            );
        }
        const points = this.#statement.points.filter((point) => point.carrier === carrier && point.fromSlot <= slot);
        const proven = partedByProof(lots, this.#statement, slot);
        const accounts = carrier === 'mobility' ? this.#mobility(points, lots, slot) : this.#grid(points, proven, slot);
        for (const lot of lots) {
            lot.heldBackWh = lot.agreement.takeOrPay && carrier !== 'mobility' ? 0n : lot.untakenWh;
            lot.deliveredWh = lot.agreedWh - most(lot.shortWh, lot.heldBackWh);
            this.#pay(lot, run);
            this.#penalise(lot, run);
            this.#remember(lot, slot);
        }
        this.#settled.add(`${carrier} ${String(slot)}`);
        this.#close(run);
        this.#balance(accounts, lots, run);
    }

    #grid(points: Point[], { stated, metered }: ReturnType<typeof partedByProof>, slot: number): Account[] {
        const exchanges = ownExchanges(points, this.#registers, slot);
        return points.map((point): Account => {
            const agreed = total(sales(metered, point), 'agreedWh') - total(purchases(metered, point), 'agreedWh');
            const own = exchanges.find((exchange) => exchange.point === point);
            const settledWh = statedNet(stated, point);
            const netExportWh = own?.netExportWh ?? agreed + settledWh;
            spread(point, metered, netExportWh - settledWh);
            return { point, netExportWh, importWh: own?.importWh ?? 0n, exportWh: own?.exportWh ?? 0n };
        });
    }

    #mobility(points: Point[], lots: Lot[], slot: number): Account[] {
        const chargePoints = this.#statement.points.filter(
            ({ carrier, pointId, chargePointId }) => carrier === 'electricity' && chargePointId === pointId,
        );
        const handed: HandedOver[] = handedOver(points, chargePoints, this.#registers, slot);
        for (const { vehicle, netExportWh } of handed) {
            mirror(vehicle, lots, netExportWh);
        }
        return points.map((point): Account => {
            const asVehicle = handed.find(({ vehicle }) => vehicle === point);
            const mirrored = handed.filter(({ station }) => station === point);
            const given = mirrored.reduce((sum, { netExportWh }) => sum - netExportWh, 0n);
            return { point, netExportWh: asVehicle?.netExportWh ?? given, importWh: 0n, exportWh: 0n };
        });
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

    /** Who owes for what was missed: the buyer, or the seller and those who caused it, in the order of their legs. */
    #penalise(lot: Lot, run: Run): void {
        const { agreement, leg, index } = lot;
        const missedWh = lot.shortWh - lot.heldBackWh;
        const tolerated = (lot.agreedWh * whole(agreement.toleranceBp)) / 10_000n;
        const beyond = magnitude(missedWh) - tolerated;
        if (beyond <= 0n) {
            return;
        }
        if (missedWh < 0n) {
            this.#draw(agreement, leg, [leg.buyerId, leg.sellerId], beyond, run);
            return;
        }
        const passedOn = least(missedWh, wholeOf(lot.takenBy));
        const own = most(0n, missedWh - passedOn - tolerated);
        const owed = [
            { leg: index, exempt: false, wh: own },
            ...divided(beyond - own, lot.takenBy).filter((cause) => !cause.exempt),
        ].sort((left, right) => left.leg - right.leg);
        for (const { leg: cause, wh } of owed) {
            const liable = agreement.legs[cause]?.sellerId ?? '';
            if (liable !== leg.buyerId) {
                this.#draw(agreement, leg, [liable, leg.buyerId], wh, run);
            }
        }
    }

    #draw(agreement: Agreement, leg: Leg, [liable, other]: [string, string], wh: bigint, run: Run): void {
        const { slot, earnedNano } = run;
        if (this.#waivers.exempt(agreement, leg, liable, slot)) {
            return;
        }
        const from = escrow(agreement.id, liable);
        const drawn = this.#drawnNano.get(from) ?? 0n;
        const left = whole(agreement.defaultCapNano) - drawn;
        const due = least(whole(agreement.defaultRateMicroPerKwh) * wh, left);
        this.book.move(due, from, free(other), { kind: 'default', agreementId: agreement.id, slot });
        this.#drawnNano.set(from, drawn + due);
        earnedNano.set(other, (earnedNano.get(other) ?? 0n) + due);
    }

    #remember(lot: Lot, slot: number): void {
        const { agreement, leg, index, agreedWh, shortWh } = lot;
        const causes = causesOf(lot, this.#waivers.exempt(agreement, leg, leg.sellerId, slot));
        this.#shortages.set(`${agreement.id} ${String(index)} ${String(slot)}`, { agreedWh, shortWh, causes });
    }

    #shortage({ id }: Agreement, leg: number, slot: number): Shortage {
        const known = this.#shortages.get(`${id} ${String(leg)} ${String(slot)}`);
        if (known === undefined) {
            throw new Error(`leg ${String(leg)} of ${id} is made use of before it is settled`);
        }
        return known;
    }

    /** Books imbalance and fee on the owners' covers; a cover below zero takes from what was earned in this run. */
    #balance(accounts: Account[], lots: Lot[], { carrier, slot, earnedNano }: Run): void {
        const prices = this.#statement.rules.carriers[carrier];
        if (prices === undefined) {
            throw new Error(`no rules for ${carrier}`);
        }
        const purpose = (kind: string): { kind: string; agreementId: null; slot: number } => ({
            kind,
            agreementId: null,
            slot,
        });
        const incentives = this.#incentives.settle(carrier, accounts, prices);
        for (const participantId of [...new Set(accounts.map(({ point }) => point.participantId))].sort()) {
            const own = accounts.filter(({ point }) => point.participantId === participantId);
            let [gained, fee, feeCredit, subsidy] = [0n, 0n, 0n, 0n];
            for (const one of own) {
                const { point, netExportWh, importWh } = one;
                const incentive = incentives[accounts.indexOf(one)];
                const traded = total(sales(lots, point), 'deliveredWh') - total(purchases(lots, point), 'deliveredWh');
                const imbalance = netExportWh - traded;
                const { imbalanceShortMicroPerKwh: short, imbalanceLongMicroPerKwh: long } = prices;
                gained += imbalance * whole(imbalance < 0n ? short : long);
                fee += importWh * whole(prices.networkFeeMicroPerKwh);
                feeCredit += incentive?.feeCreditNano ?? 0n;
                subsidy += incentive?.subsidyNano ?? 0n;
            }
            const account = cover(participantId, carrier);
            this.#book(account, imbalanceAccount(carrier), gained, purpose('imbalance'));
            this.#book(account, feesAccount(carrier), -fee, purpose('fee'));
            this.#book(account, feesAccount(carrier), feeCredit, purpose('feeCredit'));
            this.#book(account, subsidyAccount(carrier), subsidy, purpose('subsidy'));
            const balance = (this.#coverNano.get(account) ?? 0n) + gained - fee + feeCredit + subsidy;
            const repaid = least(most(0n, -balance), earnedNano.get(participantId) ?? 0n);
            this.book.move(repaid, free(participantId), account, purpose('debt'));
            this.#coverNano.set(account, balance + repaid);
        }
    }

    /** A gain into an account from another one, or a loss the other way. */
    #book(account: string, other: string, gained: bigint, purpose: Parameters<Book['move']>[3]): void {
        const [from, to] = gained < 0n ? [account, other] : [other, account];
        this.book.move(magnitude(gained), from, to, purpose);
    }

    /** Gives back what is left of the default parts of agreements of which nothing is left to settle. */
    #close({ carrier, slot }: Run): void {
        const through = this.#agreements.filter((agreement) => {
            const carriers = [...new Set(agreement.legs.map((leg) => leg.carrier))];
            const last = agreement.endSlot - 1;
            const delivers = carriers.includes(carrier) && slot === last && deliversIn(agreement, slot);
            return delivers && carriers.every((each) => this.#settled.has(`${each} ${String(last)}`));
        });
        for (const agreement of through) {
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

const subsidyAccount = (carrier: string): string => `subsidy/${carrier}`;
const feesAccount = (carrier: string): string => `system/fees/${carrier}`;
const imbalanceAccount = (carrier: string): string => `system/imbalance/${carrier}`;
