import { setTimeout as pause } from 'node:timers/promises';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS, type Carrier, type Charter } from '@commonwatt/chaincode/domain/charter';
import { ADVANCE_SLOTS_MAX, slotAt } from '@commonwatt/chaincode/domain/clock';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { demandWithinStanding, type StandingVerdict } from '@commonwatt/chaincode/domain/verdict';
import { CommonwattError } from './errors.js';
import { orNull } from './ledger.js';
import type { Market } from './market.js';
import { SettlementFrontier } from './settlement-frontier.js';
import type { Committed } from './submitter.js';
import { type KeeperPlace, Turns } from './turns.js';

/** A step whose conditions seem to hold; the ledger decides. */
type Step = Readonly<{ name: string; push: () => Promise<Committed<unknown>> }>;

/** What became of a step. */
export type KeeperReport = Readonly<{
    /** Verb and subject: `agreement:fund 3f…`, `settlement:run electricity/1632912`. */
    step: string;
    transactionId: string | null;
    blockNumber: number | null;
    /** Why it was not taken; `null` when it was. */
    refusal: CommonwattError | null;
}>;

const INTERVAL_MS = 1_000;

/**
 * Pushes every step whose conditions hold: slots that begin, agreements that are approved, amended, over, refused or
 * terminated, slots that can be settled. Anyone may run one; nobody's discretion is needed, so nobody can hold a trade
 * up by doing nothing.
 */
export class Keeper {
    readonly #market: Market;
    readonly #turns: Turns;
    readonly #frontiers = new Map<Carrier, SettlementFrontier>();
    #begunUpTo: SlotIndex | null = null;

    constructor(market: Market, place: KeeperPlace = { index: 0, count: 1 }) {
        this.#market = market;
        this.#turns = new Turns(place);
    }

    /** Looks once and pushes what can be pushed. @throws UnavailableError when nothing can be read */
    async turn(): Promise<readonly KeeperReport[]> {
        const charter = await this.#market.charter.show();
        const executions = await this.#market.agreements.list();
        const standing = await this.#market.verdicts.listStanding();
        const steps: Step[] = await this.#clockSteps(charter);
        for (const execution of executions) {
            steps.push(...(await this.#agreementSteps(execution, standing)));
        }
        steps.push(...(await this.#settlementSteps()));
        const reports: KeeperReport[] = [];
        for (const step of this.#turns.round(steps)) {
            reports.push(await report(step));
        }
        return reports;
    }

    /** Takes turns until aborted. @throws UnavailableError when nothing can be read in the first turn */
    async *run(signal: AbortSignal): AsyncGenerator<KeeperReport> {
        let isFirst = true;
        while (!signal.aborted) {
            try {
                const reports = await this.turn();
                isFirst = false;
                yield* reports;
                if (reports.some(({ refusal }) => refusal === null)) {
                    continue; // one step often makes the next possible
                }
            } catch (error) {
                if (isFirst || !(error instanceof CommonwattError)) {
                    throw error;
                }
            }
            await pause(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
        }
    }

    /** By a real clock, slots begin when somebody says that they are due. */
    async #clockSteps(charter: Charter): Promise<Step[]> {
        const nowSlot = slotAt(charter, Date.now());
        if (charter.clock === 'virtual' || nowSlot < charter.firstSlot || this.#begunUpTo === nowSlot) {
            return [];
        }
        const { clock } = this.#market;
        const fromSlot = await clock.nextToBegin(this.#begunUpTo ?? charter.firstSlot, nowSlot);
        const toSlot = Math.min(nowSlot, fromSlot + ADVANCE_SLOTS_MAX - 1);
        const push = async (): Promise<Committed<unknown>> => {
            const done = await clock.advance({ fromSlot, toSlot });
            this.#begunUpTo = toSlot;
            return done;
        };
        return [{ name: `clock:advance ${String(fromSlot)}`, push }];
    }

    async #agreementSteps(execution: Execution, standing: readonly StandingVerdict[]): Promise<Step[]> {
        const { agreementId, state, version } = execution;
        const { agreements, clock, verdicts } = this.#market;
        if (state !== 'concluded' && state !== 'inForce') {
            return [];
        }
        const decision = (await orNull(verdicts.show(agreementId, version)))?.statement.decision;
        const { terms } = (await agreements.show(agreementId)).agreement;
        if (state === 'inForce') {
            const fromSlot = await clock.firstNotBegun(terms.firstSlot, execution.endSlot);
            const cuts = decision === 'terminated' && fromSlot < execution.endSlot;
            const push = (): Promise<Committed<unknown>> => agreements.release(agreementId, fromSlot);
            return cuts
                ? [{ name: `agreement:release ${agreementId}`, push }]
                : await this.#amendmentSteps(execution, standing);
        }
        const isLate = await clock.hasBegun(terms.firstSlot);
        if (isLate || decision === 'rejected' || decision === 'terminated') {
            return [{ name: `agreement:lapse ${agreementId}`, push: () => agreements.lapse(agreementId) }];
        }
        const standingId = decision === 'approved' ? null : await this.#standingFor(terms, standing);
        const push = (): Promise<Committed<unknown>> => agreements.fund(agreementId, standingId ?? null);
        const amends = await this.#amendmentSteps(execution, standing);
        return standingId === undefined ? amends : [...amends, { name: `agreement:fund ${agreementId}`, push }];
    }

    /** The next version, where it is proposed, approved and not void yet; parties that skip a number push themselves. */
    async #amendmentSteps(execution: Execution, standing: readonly StandingVerdict[]): Promise<Step[]> {
        const { agreementId } = execution;
        const version = execution.version + 1;
        const { amendments, clock, verdicts } = this.#market;
        const amendment = await orNull(amendments.show(agreementId, version));
        if (amendment === null || (await clock.hasBegun(amendment.terms.concludeBeforeSlot))) {
            return [];
        }
        const decision = (await orNull(verdicts.show(agreementId, version)))?.statement.decision;
        if (decision === 'rejected' || decision === 'terminated') {
            return [];
        }
        const standingId = decision === 'approved' ? null : await this.#standingFor(amendment.terms, standing);
        const push = (): Promise<Committed<unknown>> => amendments.enact(agreementId, version, standingId ?? null);
        return standingId === undefined ? [] : [{ name: `amendment:enact ${agreementId}`, push }];
    }

    /** A standing verdict that covers the terms; `undefined` when none does. */
    async #standingFor(terms: Terms, standing: readonly StandingVerdict[]): Promise<string | undefined> {
        const parties: Participant[] = [];
        for (const { participantId } of standing.length === 0 ? [] : terms.parties) {
            parties.push(await this.#market.participants.show(participantId));
        }
        return standing.find((verdict) => covers(verdict, terms, parties))?.statement.standingId;
    }

    /**
     * Slots that are over, slot by slot and within a slot in the order of the carriers, in which the ledger takes those
     * that agreements tie together; whether their readings are complete the ledger says.
     */
    async #settlementSteps(): Promise<Step[]> {
        const runs: { carrier: Carrier; slot: SlotIndex; frontier: SettlementFrontier }[] = [];
        for (const carrier of CARRIERS) {
            const frontier = this.#frontiers.get(carrier) ?? (await this.#frontierOf(carrier));
            if (frontier !== null) {
                this.#frontiers.set(carrier, frontier);
                runs.push(...(await this.#dueSlots(carrier, frontier)).map((slot) => ({ carrier, slot, frontier })));
            }
        }
        return runs
            .sort((left, right) => left.slot - right.slot) // stable: of a slot the carriers keep their order
            .map(({ carrier, slot, frontier }) => ({
                name: `settlement:run ${carrier}/${String(slot)}`,
                push: () => this.#settle(carrier, slot, frontier),
            }));
    }

    #dueSlots(carrier: Carrier, frontier: SettlementFrontier): Promise<readonly SlotIndex[]> {
        const { clock, settlements } = this.#market;
        return frontier.round(
            (slot) => clock.hasBegun(slot + 1),
            async (slot) => (await orNull(settlements.show(carrier, slot))) !== null,
        );
    }

    async #settle(carrier: Carrier, slot: SlotIndex, frontier: SettlementFrontier): Promise<Committed<unknown>> {
        try {
            const done = await this.#market.settlements.run(carrier, slot);
            frontier.settled(slot);
            return done;
        } catch (error) {
            if (error instanceof CommonwattError && error.code === 'SETTLEMENT_OUT_OF_ORDER') {
                frontier.outOfOrder(slot);
            }
            throw error;
        }
    }

    /** Begins where something of the carrier is first metered. */
    async #frontierOf(carrier: Carrier): Promise<SettlementFrontier | null> {
        const points = (await this.#market.meters.list()).filter((point) => point.carrier === carrier);
        return points.length === 0 ? null : new SettlementFrontier(Math.min(...points.map((point) => point.fromSlot)));
    }
}

function covers(verdict: StandingVerdict, terms: Terms, parties: readonly Participant[]): boolean {
    try {
        demandWithinStanding(terms, parties, verdict, verdict.statement.standingId);
        return true;
    } catch {
        return false;
    }
}

async function report({ name, push }: Step): Promise<KeeperReport> {
    try {
        const { transactionId, blockNumber } = await push();
        return { step: name, transactionId, blockNumber, refusal: null };
    } catch (error) {
        if (error instanceof CommonwattError) {
            return { step: name, transactionId: error.transactionId, blockNumber: null, refusal: error };
        }
        throw error;
    }
}
