import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Dispute } from '@commonwatt/chaincode/domain/dispute';
import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import { DATED_RUNS, type Reopening } from '@commonwatt/chaincode/domain/reconciliation';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { meteringPointCodec } from '@commonwatt/chaincode/wire/meter';
import { reopeningCodec } from '@commonwatt/chaincode/wire/reconciliation';
import { keepDecidedDisputes } from './decided-disputes.js';
import { CommonwattError } from './errors.js';
import type { Step } from './keeper-step.js';
import type { KeptRecords, RecordsInBlocks } from './kept-records.js';
import { orNull } from './ledger.js';
import type { Market } from './market.js';
import type { RulesVersions } from './rules-versions.js';
import type { SettlementRef } from './settlement-client.js';
import { SettlementFrontier } from './settlement-frontier.js';
import type { Committed } from './submitter.js';

/** Steps that settle what was delivered, and correct it by what is known later. */
export class SettlementSteps {
    readonly #market: Market;
    /** Of each carrier and run. */
    readonly #frontiers = new Map<string, SettlementFrontier>();
    /** Points of carriers that have no frontier yet. */
    readonly #newPoints: KeptRecords<MeteringPoint>;
    readonly #disputes: KeptRecords<Dispute>;
    /** Slots for which a dispute has opened a run that is not known to be made. */
    readonly #reopenings: KeptRecords<Reopening>;

    constructor(market: Market, records: RecordsInBlocks) {
        this.#market = market;
        this.#newPoints = records.keep({
            role: 'exchange',
            name: 'metering-point',
            codec: meteringPointCodec,
            idOf: ({ pointId }) => pointId,
            list: () => market.meters.list(),
            isOpen: ({ carrier }) => !this.#frontiers.has(frontierKey(carrier, 0)),
        });
        this.#disputes = keepDecidedDisputes(market, records);
        this.#reopenings = records.keep({
            role: 'exchange',
            name: 'reopening',
            codec: reopeningCodec,
            idOf: ({ carrier, slot }) => `${carrier}/${String(slot)}`,
            list: () => market.settlements.reopened(),
            isOpen: () => true,
        });
    }

    /** What can be pushed now. */
    async steps(rules: RulesVersions): Promise<Step[]> {
        this.#watchNewCarriers();
        const steps: Step[] = [];
        for (let run = 0; run <= DATED_RUNS; run += 1) {
            steps.push(...(await this.#ofRun(run, rules)));
        }
        return [...steps, ...(await this.#ofDisputes()), ...(await this.#ofReopenings())];
    }

    /**
     * Runs that are due, the initial ones or those that correct them: slot by slot and within a slot in the order of the
     * carriers, in which the ledger takes those that agreements tie together. Whether the readings are complete, or the
     * run before is made, the ledger says.
     */
    async #ofRun(run: number, rules: RulesVersions): Promise<Step[]> {
        const runs: { carrier: Carrier; slot: SlotIndex; frontier: SettlementFrontier }[] = [];
        for (const carrier of CARRIERS) {
            const frontier = this.#frontiers.get(frontierKey(carrier, run));
            if (frontier !== undefined) {
                const slots = await this.#dueSlots({ carrier, run }, rules, frontier);
                runs.push(...slots.map((slot) => ({ carrier, slot, frontier })));
            }
        }
        return runs
            .sort((left, right) => left.slot - right.slot) // stable: of a slot the carriers keep their order
            .map(({ carrier, slot, frontier }) => ({
                name: runName({ carrier, slot, run }),
                push: () => this.#settle({ carrier, slot, run }, frontier),
            }));
    }

    #dueSlots(
        { carrier, run }: Omit<SettlementRef, 'slot'>,
        rules: RulesVersions,
        frontier: SettlementFrontier,
    ): Promise<readonly SlotIndex[]> {
        const { clock } = this.#market;
        return frontier.round(
            (slot) => clock.hasBegun(slot + 1 + afterSlots(run, rules.at(slot))),
            (slot) => this.#isMade({ carrier, slot, run }),
        );
    }

    async #settle(ref: SettlementRef, frontier: SettlementFrontier): Promise<Committed<SettlementRef>> {
        const { carrier, slot, run } = ref;
        const { settlements } = this.#market;
        try {
            const done = await (run === 0 ? settlements.run(carrier, slot) : settlements.reconcile(carrier, slot, run));
            frontier.settled(slot);
            return done;
        } catch (error) {
            if (error instanceof CommonwattError && error.code === 'SETTLEMENT_OUT_OF_ORDER') {
                frontier.outOfOrder(slot);
            }
            throw error;
        }
    }

    /** The runs of a carrier begin where something of it is first metered. */
    #watchNewCarriers(): void {
        const points = this.#newPoints.open;
        for (const carrier of new Set(points.map((point) => point.carrier))) {
            const ofCarrier = points.filter((point) => point.carrier === carrier);
            const fromSlot = ofCarrier.reduce((first, point) => Math.min(first, point.fromSlot), Infinity);
            for (let run = 0; run <= DATED_RUNS; run += 1) {
                this.#frontiers.set(frontierKey(carrier, run), new SettlementFrontier(fromSlot));
            }
        }
        for (const point of points) {
            this.#newPoints.forget(point);
        }
    }

    /** Decisions that the regulator has confirmed. */
    async #ofDisputes(): Promise<Step[]> {
        const { disputes } = this.#market;
        const steps: Step[] = [];
        for (const dispute of this.#disputes.open) {
            const { pointId, slot, raisedBy } = dispute.objection;
            const finding = (await disputes.review(dispute))?.statement.finding;
            if (finding === 'rejected') {
                this.#disputes.forget(dispute); // until it is decided otherwise
            }
            if (finding === 'confirmed') {
                const name = `dispute:close ${pointId}/${String(slot)}/${raisedBy}`;
                steps.push({ name, push: () => disputes.close(dispute.objection) });
            }
        }
        return steps;
    }

    /** Runs that disputes have opened, inputs before what is made from them. */
    async #ofReopenings(): Promise<Step[]> {
        const { settlements } = this.#market;
        const steps: Step[] = [];
        const reopened = [...this.#reopenings.open].sort(
            (left, right) => left.slot - right.slot || CARRIERS.indexOf(left.carrier) - CARRIERS.indexOf(right.carrier),
        );
        for (const reopening of reopened) {
            const { carrier, slot, lastRun: run } = reopening;
            const name = runName({ carrier, slot, run });
            if (await this.#isMade({ carrier, slot, run })) {
                this.#reopenings.forget(reopening);
            } else {
                steps.push({ name, push: () => settlements.reconcile(carrier, slot, run) });
            }
        }
        return steps;
    }

    async #isMade({ carrier, slot, run }: SettlementRef): Promise<boolean> {
        return (await orNull(this.#market.settlements.show(carrier, slot, run))) !== null;
    }
}

/** Slots after the end of a slot from which a run of it may be made. */
const afterSlots = (run: number, { reconciliationAfterSlots }: Rules): number =>
    [0, ...reconciliationAfterSlots][run] ?? 0;

const frontierKey = (carrier: Carrier, run: number): string => `${carrier}/${String(run)}`;

/** `settlement:run electricity/1632912`, `settlement:reconcile electricity/1632912/1`. */
const runName = ({ carrier, slot, run }: SettlementRef): string =>
    run === 0
        ? `settlement:run ${carrier}/${String(slot)}`
        : `settlement:reconcile ${carrier}/${String(slot)}/${String(run)}`;
