import type { Charter } from '@commonwatt/chaincode/domain/charter';
import { ADVANCE_SLOTS_MAX, slotAt } from '@commonwatt/chaincode/domain/clock';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { followRules } from './followed-rules.js';
import { DepartureSteps } from './keeper-departures.js';
import { GovernanceSteps } from './keeper-governance.js';
import { type KeeperReport, Patience, report, type Step } from './keeper-step.js';
import { SettlementSteps } from './keeper-settlement.js';
import { TradeSteps } from './keeper-trade.js';
import { RecordsInBlocks } from './kept-records.js';
import type { Market } from './market.js';
import type { RulesVersions } from './rules-versions.js';
import type { Committed } from './submitter.js';
import { takeTurns } from './take-turns.js';
import { type KeeperPlace, Turns } from './turns.js';

/**
 * Pushes every step whose conditions hold: slots that begin, rules that are voted for, offers that are accepted or past
 * their deadline, agreements that are approved, amended, over, refused or terminated, slots that can be settled or
 * corrected, participants that leave and have nothing open. Anyone may run one; nobody's discretion is needed, so nobody
 * can hold a trade up by doing nothing.
 */
export class Keeper {
    readonly #market: Market;
    readonly #turns: Turns;
    readonly #records: RecordsInBlocks;
    readonly #rules: () => RulesVersions;
    readonly #governance: GovernanceSteps;
    readonly #trade: TradeSteps;
    readonly #patience = new Patience();
    readonly #departures: DepartureSteps;
    readonly #settlement: SettlementSteps;
    #charter: Charter | null = null;
    #begunUpTo: SlotIndex | null = null;

    constructor(market: Market, place: KeeperPlace = { index: 0, count: 1 }) {
        this.#market = market;
        this.#turns = new Turns(place);
        this.#records = new RecordsInBlocks(market);
        this.#rules = followRules(market, this.#records);
        this.#governance = new GovernanceSteps(market, this.#records);
        this.#trade = new TradeSteps(market, this.#records);
        this.#departures = new DepartureSteps(market, this.#records);
        this.#settlement = new SettlementSteps(market, this.#records);
    }

    /** Looks once and pushes what can be pushed. @throws UnavailableError when nothing can be read */
    async turn(): Promise<readonly KeeperReport[]> {
        this.#charter ??= await this.#market.charter.show(); // it never changes
        await this.#records.refresh();
        const rules = this.#rules();
        const clockSteps = await this.#clockSteps(this.#charter);
        const tradeSteps = [
            ...(await this.#governance.steps(rules)),
            ...(await this.#trade.steps(rules)),
            ...this.#departures.steps(),
        ];
        const settlementSteps = await this.#settlement.steps(rules);
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
