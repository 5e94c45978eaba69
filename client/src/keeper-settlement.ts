import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { DATED_RUNS } from '@commonwatt/chaincode/domain/reconciliation';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { CommonwattError } from './errors.js';
import type { Step } from './keeper-step.js';
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
    /** Runs opened by disputes that are made. */
    readonly #reopenedRuns = new Set<string>();

    constructor(market: Market) {
        this.#market = market;
    }

    /** What can be pushed now. */
    async steps(): Promise<Step[]> {
        const rules = await this.#market.charter.rulesVersions();
        await this.#watchNewCarriers();
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
    async #watchNewCarriers(): Promise<void> {
        const unknown = CARRIERS.filter((carrier) => !this.#frontiers.has(frontierKey(carrier, 0)));
        const points = unknown.length === 0 ? [] : await this.#market.meters.list();
        for (const carrier of unknown) {
            const fromSlots = points.filter((point) => point.carrier === carrier).map((point) => point.fromSlot);
            for (let run = 0; run <= DATED_RUNS && fromSlots.length > 0; run += 1) {
                this.#frontiers.set(frontierKey(carrier, run), new SettlementFrontier(Math.min(...fromSlots)));
            }
        }
    }

    /** Decisions that the regulator has confirmed. */
    async #ofDisputes(): Promise<Step[]> {
        const { disputes } = this.#market;
        const steps: Step[] = [];
        for (const dispute of (await disputes.list()).filter(({ state }) => state === 'decided')) {
            const { pointId, slot, raisedBy } = dispute.objection;
            if ((await disputes.review(dispute))?.statement.finding === 'confirmed') {
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
        const reopened = [...(await settlements.reopened())].sort(
            (left, right) => left.slot - right.slot || CARRIERS.indexOf(left.carrier) - CARRIERS.indexOf(right.carrier),
        );
        for (const { carrier, slot, lastRun: run } of reopened) {
            const name = runName({ carrier, slot, run });
            if (this.#reopenedRuns.has(name)) {
                continue;
            }
            if (await this.#isMade({ carrier, slot, run })) {
                this.#reopenedRuns.add(name);
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
