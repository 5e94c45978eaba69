import type { Charter } from '@commonwatt/chaincode/domain/charter';
import { ADVANCE_SLOTS_MAX, slotAt } from '@commonwatt/chaincode/domain/clock';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { GovernanceSteps } from './keeper-governance.js';
import { type KeeperReport, Patience, report, type Step } from './keeper-step.js';
import { SettlementSteps } from './keeper-settlement.js';
import { TradeSteps } from './keeper-trade.js';
import type { Market } from './market.js';
import type { Committed } from './submitter.js';
import { takeTurns } from './take-turns.js';
import { type KeeperPlace, Turns } from './turns.js';

/**
 * Pushes every step whose conditions hold: slots that begin, rules that are voted for, offers that are accepted or past their deadline, agreements
 * that are approved, amended, over, refused or terminated, slots that can be settled or corrected. Anyone may run one;
 * nobody's discretion is needed, so nobody can hold a trade up by doing nothing.
 */
export class Keeper {
    readonly #market: Market;
    readonly #turns: Turns;
    readonly #governance: GovernanceSteps;
    readonly #trade: TradeSteps;
    readonly #patience = new Patience();
    readonly #settlement: SettlementSteps;
    #begunUpTo: SlotIndex | null = null;

    constructor(market: Market, place: KeeperPlace = { index: 0, count: 1 }) {
        this.#market = market;
        this.#turns = new Turns(place);
        this.#governance = new GovernanceSteps(market);
        this.#trade = new TradeSteps(market);
        this.#settlement = new SettlementSteps(market);
    }

    /** Looks once and pushes what can be pushed. @throws UnavailableError when nothing can be read */
    async turn(): Promise<readonly KeeperReport[]> {
        const charter = await this.#market.charter.show();
        const clockSteps = await this.#clockSteps(charter);
        const tradeSteps = [...(await this.#governance.steps()), ...(await this.#trade.steps())];
        const settlementSteps = await this.#settlement.steps();
        const due = new Set([...clockSteps, ...this.#patience.round(tradeSteps), ...settlementSteps]);
        const reports: KeeperReport[] = [];
        for (const step of this.#turns.round([...clockSteps, ...tradeSteps, ...settlementSteps])) {
            if (due.has(step)) {
                const reported = await report(step);
                reports.push(reported);
                if (reported.refusal !== null) {
                    this.#patience.refused(step);
                }
            }
        }
        return reports;
    }

    /** Takes turns until aborted. @throws UnavailableError when nothing can be read in the first turn */
    run(signal: AbortSignal): AsyncGenerator<KeeperReport> {
        // One step often makes the next possible.
        return takeTurns(
            () => this.turn(),
            signal,
            (reports) => reports.some(({ refusal }) => refusal === null),
        );
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
}
