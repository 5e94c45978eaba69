import type { Carrier } from './charter.js';
import { type Delivery, type FundedAgreement, paymentOf } from './delivery.js';
import { assert } from './errors.js';
import { closeWhenSettled, type Execution } from './escrow.js';
import type { Liability } from './liability.js';
import { escrowAccount, freeAccount, type Posting, transfer } from './posting.js';
import { advance } from './progress.js';
import { absolute, type AmountNano, minus, type SlotIndex, smaller, valueOf } from './units.js';
import { reserveOf } from './worst-case.js';

/** What a party owed for a leg that failed, and what its cap still paid of it. */
export type DefaultAmount = Readonly<{
    liableId: string;
    payeeId: string;
    /** The leg in which the liable party failed. */
    causeLeg: number;
    /** Before the cap: rate × liable energy. */
    claimedNano: AmountNano;
    /** After it: what left the escrow. */
    drawnNano: AmountNano;
}>;

/** Moves escrow leg by leg, in the order of the legs, so that caps are drawn the same way by everyone. */
export class EscrowBook {
    readonly postings: Posting[] = [];
    readonly #carrier: Carrier;
    readonly #slot: SlotIndex;
    readonly #executions: Map<string, Execution>;

    constructor(carrier: Carrier, slot: SlotIndex, agreements: readonly FundedAgreement[]) {
        this.#carrier = carrier;
        this.#slot = slot;
        this.#executions = new Map(agreements.map(({ execution }) => [execution.agreementId, execution]));
    }

    get executions(): Execution[] {
        return [...this.#executions.values()];
    }

    /** Pays what was delivered and gives back the rest of the slot's reserve. */
    payEnergy(delivery: Delivery): void {
        const { leg, offset, agreement } = delivery.slotLeg;
        const { agreementId } = agreement;
        const { payerId, payeeId, reserveNano } = reserveOf(leg, offset);
        const paidNano = absolute(paymentOf(delivery));
        this.#draw(agreementId, payerId, 'energyNano', reserveNano);
        this.#pay(agreementId, payerId, payeeId, 'energy', paidNano);
        this.#pay(agreementId, payerId, payerId, 'release', minus(reserveNano, paidNano));
    }

    /** rate × liable energy, at most what is left of each party's cap. */
    drawDefaults({ slotLeg }: Delivery, liabilities: readonly Liability[]): DefaultAmount[] {
        const { agreementId, terms } = slotLeg.agreement;
        return liabilities.flatMap(({ liableWh, ...parties }) => {
            const { liableId, payeeId } = parties;
            const claimedNano = valueOf(liableWh, terms.defaultRateMicroPerKwh);
            const drawnNano = smaller(claimedNano, this.#holding(agreementId, liableId).defaultNano);
            this.#draw(agreementId, liableId, 'defaultNano', drawnNano);
            this.#pay(agreementId, liableId, payeeId, 'default', drawnNano);
            return claimedNano === 0n ? [] : [{ ...parties, claimedNano, drawnNano }];
        });
    }

    /** Marks the slot as settled and gives back what the agreements that are through still hold. */
    finishSlot(): void {
        for (const execution of this.#executions.values()) {
            const progress = advance(execution.progress, this.#carrier);
            const closed = closeWhenSettled({ ...execution, progress }, this.#slot);
            this.#executions.set(execution.agreementId, closed.execution);
            this.postings.push(...closed.postings);
        }
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
        const reason = { kind, agreementId, slot: this.#slot };
        this.postings.push(...transfer(escrowAccount(agreementId, payerId), freeAccount(payeeId), paid, reason));
    }
}
