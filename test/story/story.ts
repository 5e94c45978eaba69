import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Deposit } from '@commonwatt/chaincode/domain/account';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Halt } from '@commonwatt/chaincode/domain/halt';
import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Qualification } from '@commonwatt/chaincode/domain/qualification';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { Seat } from '@commonwatt/chaincode/domain/seat';
import { energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { StandingVerdict, Verdict } from '@commonwatt/chaincode/domain/verdict';
import type { Committed, Market, Reviewed, SettlementRef } from '@commonwatt/client';
import {
    CARRIER,
    type Officer,
    OFFICERS,
    officers,
    RETAILER,
    type Subject,
    type TestMarket,
} from '../support/market.js';
import { type ByName, forEach } from './by-name.js';
import {
    countedWh,
    dispute,
    type Disputed,
    type Estimated,
    exported,
    OVERCOUNTED_WH,
    RUN_AFTER_SLOTS,
    settleOnEstimate,
} from './correction.js';
import {
    type AgreementName,
    BUYER,
    DELIVERY_SLOTS,
    DRAFTS,
    NEIGHBOUR,
    PROSUMER,
    QUALIFIED,
    STANDING_ID,
    SUBJECTS,
} from './cast.js';
import { WIDE_EXPOSURE } from '../support/wide-bounds.js';

/** Quarter hours between the beginning of the clock and of delivery: the time in which the story's steps are agreed. */
const PREPARATION_SLOTS = 8;
/** The regulator stops trade for one slot; the network operator for ten, and lifts its halt after the first of them. */
export const REGULATORS_HALT = { from: 5, until: 6 } as const;
export const OPERATORS_HALT = { from: 7, until: 17, lifted: 8 } as const;

export type Concluded = Committed<Execution> & Readonly<{ terms: Terms }>;
export type Qualified = Readonly<{
    applied: ByName<Committed<Participant>>;
    granted: ByName<Committed<Qualification>>;
    registered: ByName<Committed<MeteringPoint>>;
    deposited: ByName<Committed<Deposit>>;
}>;
export type Reported = Readonly<{
    readings: readonly SignedReading[];
    submitted: Committed<Readonly<{ accepted: number }>>;
}>;

/** The run that the first dispute about a final slot opens. */
export const REOPENED_RUN = 4;

/** One trade told in order. Every act is played once, after the acts before it, whoever asks first. */
export class Story {
    readonly market: TestMarket;
    readonly #acts = new Map<string, Promise<unknown>>();

    constructor(market: TestMarket) {
        this.market = market;
    }

    /** First slot of delivery. */
    get firstSlot(): SlotIndex {
        return this.market.firstSlot + PREPARATION_SLOTS;
    }

    /** A slot counted from the first of delivery. */
    slot(offset: number): SlotIndex {
        return this.firstSlot + offset;
    }

    as(name: string): Market {
        return this.market.as(name);
    }

    /** Every officer takes the seat of its kind. */
    seated(): Promise<ByName<Committed<Seat>>> {
        return this.#once('seated', () =>
            forEach(officers, String, async (officer: Officer) => {
                await this.market.actors.enrol(officer, OFFICERS[officer]);
                return await this.market.actors.seat(officer, officer);
            }),
        );
    }

    /** Everyone applies and gets a meter; all but the newcomer are qualified and bring money. */
    qualified(): Promise<Qualified> {
        return this.#once('qualified', async () => {
            await this.seated();
            const { market } = this;
            const idOf = ({ id }: Subject): string => id;
            const applied = await forEach(SUBJECTS, idOf, (subject) => market.apply(subject));
            const [granted, registered, deposited] = await Promise.all([
                forEach(QUALIFIED, idOf, (subject) => market.qualify(subject)),
                forEach(SUBJECTS, idOf, (subject) => market.register(subject, this.firstSlot)),
                forEach(QUALIFIED, idOf, (subject) => market.deposit(subject)),
            ]);
            return { applied, granted, registered, deposited };
        });
    }

    concluded(): Promise<Readonly<Record<AgreementName, Concluded>>> {
        return this.#once('concluded', async () => {
            await this.qualified();
            const conclude = (name: AgreementName): Promise<Concluded> =>
                this.market.conclude(DRAFTS[name](this.firstSlot));
            return {
                trade: await conclude('trade'),
                supply: await conclude('supply'),
                operatorsTrade: await conclude('operatorsTrade'),
                abusive: await conclude('abusive'),
                rejected: await conclude('rejected'),
            };
        });
    }

    /** Ordinary trade is approved in advance; of the two agreements at another price one is approved, one rejected. */
    reviewed(): Promise<
        Readonly<{ standing: Committed<StandingVerdict>; approved: Committed<Verdict>; rejected: Committed<Verdict> }>
    > {
        return this.#once('reviewed', async () => {
            const { abusive, rejected } = await this.concluded();
            const { verdicts } = this.as('reviewer');
            const standing = await verdicts.standing({
                standingId: STANDING_ID,
                status: 'granted',
                carriers: [CARRIER],
                participantKinds: ['consumer', 'prosumer', 'energySeller'],
                priceMinMicroPerKwh: priceMicroPerKwh(0n),
                priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
                agreementEnergyMaxWh: energyWh(20_000n),
                exposure: WIDE_EXPOSURE,
                firstSlot: this.firstSlot,
                endSlot: this.slot(96),
                reasonCode: 'ordinaryTrade',
            });
            return {
                standing,
                approved: await verdicts.approve(reviewedOf(abusive), 'noObjection'),
                rejected: await verdicts.reject(reviewedOf(rejected), 'unusualPrice'),
            };
        });
    }

    funded(): Promise<Readonly<Record<Exclude<AgreementName, 'rejected'>, Committed<Execution>>>> {
        return this.#once('funded', async () => {
            const { trade, supply, operatorsTrade, abusive } = await this.concluded();
            await this.reviewed();
            const { agreements } = this.as(RETAILER.id); // anyone may push it
            return {
                trade: await agreements.fund(trade.value.agreementId, STANDING_ID),
                supply: await agreements.fund(supply.value.agreementId, STANDING_ID),
                operatorsTrade: await agreements.fund(operatorsTrade.value.agreementId, STANDING_ID),
                abusive: await agreements.fund(abusive.value.agreementId, null),
            };
        });
    }

    /** The first two slots are over and read. */
    metered(): Promise<readonly [Reported, Reported]> {
        return this.#once('metered', async () => {
            await this.funded();
            await this.tickUntil(this.slot(2));
            return [await this.#report(this.slot(0)), await this.#report(this.slot(1))] as const;
        });
    }

    /** The first two slots are settled. */
    settled(): Promise<readonly [Committed<SettlementRef>, Committed<SettlementRef>]> {
        return this.#once('settled', async () => {
            await this.metered();
            return [await this.#settle(this.slot(0)), await this.#settle(this.slot(1))] as const;
        });
    }

    /** The regulator ends the abusive agreement while the fourth slot runs. */
    terminated(): Promise<Readonly<{ verdict: Committed<Verdict>; released: Committed<Execution> }>> {
        return this.#once('terminated', async () => {
            await this.settled();
            await this.tickUntil(this.slot(3));
            await this.#report(this.slot(2));
            await this.#settle(this.slot(2));
            const { abusive } = await this.concluded();
            const verdict = await this.as('reviewer').verdicts.terminate(reviewedOf(abusive), 'abusivePrice');
            const { agreementId } = abusive.value;
            return { verdict, released: await this.as(NEIGHBOUR.id).agreements.release(agreementId, this.slot(4)) };
        });
    }

    /** The regulator stops trade, while the slot before runs. */
    haltedByRegulator(): Promise<Committed<Halt>> {
        return this.#once('haltedByRegulator', async () => {
            await this.terminated();
            await this.deliverUntil(this.slot(REGULATORS_HALT.from - 1));
            return await this.as('reviewer').halts.set('supervision', {
                carrier: CARRIER,
                fromSlot: this.slot(REGULATORS_HALT.from),
                untilSlot: this.slot(REGULATORS_HALT.until),
                reasonCode: 'voltageOutOfBounds',
            });
        });
    }

    /** The network operator stops trade, while the slot before runs. */
    haltedByOperator(): Promise<Committed<Halt>> {
        return this.#once('haltedByOperator', async () => {
            await this.haltedByRegulator();
            await this.deliverUntil(this.slot(OPERATORS_HALT.from - 1));
            return await this.as('dispatcher').halts.set('exchange', {
                carrier: CARRIER,
                fromSlot: this.slot(OPERATORS_HALT.from),
                untilSlot: this.slot(OPERATORS_HALT.until),
                reasonCode: 'cableRepair',
            });
        });
    }

    lifted(): Promise<Committed<Halt>> {
        return this.#once('lifted', async () => {
            await this.haltedByOperator();
            await this.deliverUntil(this.slot(OPERATORS_HALT.lifted - 1));
            return await this.as('dispatcher').halts.lift('exchange', CARRIER, this.slot(OPERATORS_HALT.lifted));
        });
    }

    /** Everything is delivered and settled. */
    ended(): Promise<void> {
        return this.#once('ended', async () => {
            await this.lifted();
            await this.deliverUntil(this.slot(DELIVERY_SLOTS));
        });
    }

    /** Afterwards a reading gets lost, and its slot is settled on an estimate. */
    estimated(): Promise<Estimated> {
        return this.#once('estimated', async () => {
            await this.ended();
            return await settleOnEstimate(this);
        });
    }

    /** The reading comes, and the first reconciliation runs of the slots on both its sides take it up. */
    corrected(): Promise<readonly [Committed<SettlementRef>, Committed<SettlementRef>]> {
        return this.#once('corrected', async () => {
            const { slot, late } = await this.estimated();
            await this.as(PROSUMER.id).readings.submit([late]);
            return [await this.#reconcile(slot, 1), await this.#reconcile(slot + 1, 1)] as const;
        });
    }

    /** The buyer says that the meter counted too much, and the regulator confirms what the operator found instead. */
    disputed(): Promise<Disputed> {
        return this.#once('disputed', async () => {
            await this.corrected();
            const estimated = await this.estimated();
            const right = { raisedBy: BUYER.id, agreementId: estimated.sale.value.agreementId };
            return await dispute(this, estimated, right, exported(countedWh(this, estimated.slot) - OVERCOUNTED_WH));
        });
    }

    /** The other two dated runs take it up; the slot is final. */
    final(): Promise<readonly [Committed<SettlementRef>, Committed<SettlementRef>]> {
        return this.#once('final', async () => {
            await this.disputed();
            const { slot } = await this.estimated();
            return [await this.#reconcile(slot, 2), await this.#reconcile(slot, 3)] as const;
        });
    }

    /** The prosumer has the meter examined again, and is found right after all. */
    reopened(): Promise<Disputed & Readonly<{ reconciled: Committed<SettlementRef> }>> {
        return this.#once('reopened', async () => {
            await this.final();
            const estimated = await this.estimated();
            const { slot } = estimated;
            const right = { raisedBy: PROSUMER.id, agreementId: null };
            const disputed = await dispute(this, estimated, right, exported(countedWh(this, slot)));
            return {
                ...disputed,
                reconciled: await this.as(NEIGHBOUR.id).settlements.reconcile(CARRIER, slot, REOPENED_RUN),
            };
        });
    }

    /** Lets slots begin until this one has. */
    async tickUntil(slot: SlotIndex): Promise<void> {
        while (this.market.nextSlot <= slot) {
            await this.market.tick(slot);
        }
    }

    /** Lets slots end, be read and settled until this one has begun. */
    async deliverUntil(slot: SlotIndex): Promise<void> {
        while (this.market.nextSlot <= slot) {
            await this.#settle(await this.market.endSlot());
        }
    }

    async #report(slot: SlotIndex): Promise<Reported> {
        const readings = await this.market.readings(slot);
        return { readings, submitted: await this.as(BUYER.id).readings.submit(readings) };
    }

    /** Anyone may. */
    async #settle(slot: SlotIndex): Promise<Committed<SettlementRef>> {
        return await this.as(NEIGHBOUR.id).settlements.run(CARRIER, slot);
    }

    /** Makes a dated reconciliation run once it is due; anyone may. */
    async #reconcile(slot: SlotIndex, run: 1 | 2 | 3): Promise<Committed<SettlementRef>> {
        await this.tickUntil(slot + 1 + (RUN_AFTER_SLOTS[run - 1] ?? 0));
        return await this.as(NEIGHBOUR.id).settlements.reconcile(CARRIER, slot, run);
    }

    #once<Value>(act: string, play: () => Promise<Value>): Promise<Value> {
        const played = this.#acts.get(act) ?? play();
        this.#acts.set(act, played);
        return played as Promise<Value>;
    }
}

/** What is reviewed: an agreement as the parties signed it. */
export const reviewedOf = ({ value, terms }: Concluded): Reviewed => ({
    agreementId: value.agreementId,
    termsHash: value.termsHash,
    terms,
});
