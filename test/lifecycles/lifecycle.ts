import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { INITIAL_RUN } from '@commonwatt/chaincode/domain/settlement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import * as commands from '../support/market-commands.js';
import { submitStatements } from '../support/metering-commands.js';
import { at, draftOf } from './drafting.js';
import { disturb } from './disturbances.js';
import { dueAt, WorldMeters } from './meters.js';
import type { Move, MoveKind, Plan } from './plan.js';
import { Player } from './player.js';
import { correctAll, dispute } from './corrections.js';
import { windUpAll } from './leavers.js';
import { recomputed } from './recomputed.js';
import { shuffled } from './shuffled.js';
import { statementsDueAt } from './sources.js';
import type { Tally } from './tally.js';
import { Trade } from './trade.js';
import { must } from './broken.js';
import { behind, POINTS, slotAt, SLOTS, vehicleAt, type World, type WorldPoint } from './world.js';

/** What is done before agreements are concluded at the same stage, because they depend on it. */
const FORESEEN: ReadonlySet<MoveKind> = new Set<MoveKind>([
    'limit',
    'mandate',
    'rotateKey',
    'loseKey',
    'certify',
    'require',
    'subsidise',
]);

/** One lifecycle, as it is played: stage 0 lies before the first slot, stage n while the n-th slot runs. */
export class Lifecycle {
    readonly player: Player;
    readonly trades: readonly Trade[];
    readonly plan: Plan;
    readonly meters: WorldMeters;
    readonly #carriers: ReadonlySet<Carrier>;
    readonly #lastStage: number;

    constructor(worlds: readonly World[], plan: Plan, tally: Tally) {
        const world = at(worlds, plan.rules);
        this.plan = plan;
        this.player = new Player(world, tally);
        this.meters = new WorldMeters(world);
        this.trades = plan.agreements.map(
            (drawn, index) => new Trade(this.player, drawn, draftOf(drawn.terms, index + 1), index + 1),
        );
        const traded = this.trades.flatMap(({ terms }) => terms.legs.map((leg) => leg.carrier));
        // What is handed over at a charge point is counted by a meter of electricity.
        this.#carriers = new Set(traded.includes('mobility') ? [...traded, 'electricity'] : traded);
        this.#lastStage = SLOTS + 1 + world.rules.readingDeadlineSlots;
    }

    /** Plays it to the end; throws where a rule is broken. */
    async play(): Promise<void> {
        for (let stage = 0; stage <= this.#lastStage; stage += 1) {
            if (stage > 0) {
                await this.#begin(stage);
            }
            const moves = this.plan.moves.filter((each) => each.stage === stage);
            await this.#disturb(
                moves.filter(({ kind }) => FORESEEN.has(kind)),
                stage,
            );
            for (const trade of this.trades) {
                await this.#advance(trade, stage);
            }
            await this.#disturb(
                moves.filter(({ kind }) => !FORESEEN.has(kind)),
                stage,
            );
            await this.#settle(stage);
            for (const doubt of this.plan.doubts.filter((each) => each.stage === stage)) {
                await dispute(this, doubt);
            }
        }
        await this.#finish();
    }

    async #disturb(moves: readonly Move[], stage: number): Promise<void> {
        for (const move of moves) {
            await disturb(this, move, stage);
        }
    }

    /** The slot before this stage's begins; the meters count the one that is over, and readings arrive. */
    async #begin(stage: number): Promise<void> {
        const slot = slotAt(stage - 1);
        await this.player.exchange('platform', 'clock:advance', advanceCodec.encode({ fromSlot: slot, toSlot: slot }));
        const over = stage - 2;
        const drawn = this.plan.slots[over];
        if (drawn !== undefined) {
            POINTS.forEach((point, position) => {
                this.meters.count(point, at(drawn.readings, position), this.#meterNetWh(point, slotAt(over)));
            });
        }
        const due = dueAt(stage, this.plan.slots, this.#carriers).filter(({ point, index }) =>
            this.meters.tellsOf(point.pointId, index),
        );
        const readings = due.map(({ point, index }) => this.meters.reading(point.pointId, index));
        if (readings.length > 0) {
            await this.player.exchange('stranger', 'reading:submit', commands.submitReadings(...readings));
        }
        const statements = statementsDueAt(stage, this.plan.slots, this.player);
        if (statements.length > 0) {
            await this.player.exchange('stranger', 'statement:submit', submitStatements(...statements));
        }
    }

    /** What a point's meter would count if everybody whom it counts did as agreed. */
    #meterNetWh({ pointId }: WorldPoint, slot: number): bigint {
        const vehicle = vehicleAt(pointId);
        const vehicleWh = vehicle === null ? 0n : this.#agreedNetWh(vehicle, slot);
        const all = [pointId, ...behind(pointId).map((sub) => sub.pointId)];
        return vehicleWh === 0n ? all.reduce((net, each) => net + this.#agreedNetWh(each, slot), 0n) : vehicleWh;
    }

    #agreedNetWh(pointId: string, slot: number): bigint {
        let net = 0n;
        for (const { agreementId, state, endSlot } of this.player.watch.executions) {
            const terms = this.player.watch.agreement(agreementId)?.terms;
            if (terms === undefined || state === 'concluded' || state === 'lapsed' || slot >= endSlot) {
                continue;
            }
            for (const leg of terms.legs) {
                const agreed = leg.energyWh[slot - terms.firstSlot] ?? 0n;
                net += leg.sellerPoint === pointId ? agreed : 0n;
                net -= leg.buyerPoint === pointId ? agreed : 0n;
            }
        }
        return net;
    }

    /** What the parties and the regulator had in mind for an agreement at this stage. */
    async #advance(trade: Trade, stage: number): Promise<void> {
        const { terms, review, concludeLead, fundLead } = trade.drawn;
        const fundStage = terms.offset - fundLead < 0 ? 0 : terms.offset - fundLead;
        const concludeStage = Math.max(0, Math.min(fundStage, terms.offset - concludeLead));
        if (stage === concludeStage) {
            await trade.conclude();
            if (review === 'approve' || review === 'reject') {
                await trade.review(review === 'approve' ? 'approved' : 'rejected', trade.terms);
            }
        }
        if (stage === fundStage) {
            await trade.fund(stage);
        }
    }

    /** Anyone pushes any slot that is not settled, in whatever order. */
    async #settle(stage: number): Promise<void> {
        const order = this.plan.slots[stage % SLOTS]?.order ?? 0;
        for (const [carrier, index] of shuffled(this.#unsettled(stage - 1), order)) {
            await this.push(carrier, index);
        }
    }

    #unsettled(over: number): (readonly [Carrier, number])[] {
        return CARRIERS.flatMap((carrier) =>
            Array.from({ length: Math.max(0, Math.min(SLOTS, over)) }, (_, index) => [carrier, index] as const),
        ).filter(([carrier, index]) => this.#carriers.has(carrier) && !this.isSettled(carrier, index));
    }

    isSettled(carrier: Carrier, index: number): boolean {
        return this.player.watch.settlements.some(
            (settlement) => settlement.carrier === carrier && settlement.slot === slotAt(index),
        );
    }

    async push(carrier: Carrier, index: number): Promise<boolean> {
        const command = canonicalJson({ carrier, slot: slotAt(index) });
        return (await this.player.exchange('stranger', 'settlement:run', command)).changed;
    }

    /** With the deadline of the last slot behind them, keepers bring everything to its end. */
    async #finish(): Promise<void> {
        for (let settled = true; settled;) {
            settled = false;
            for (const [carrier, index] of this.#unsettled(SLOTS)) {
                settled = (await this.push(carrier, index)) || settled;
            }
        }
        must(this.#unsettled(SLOTS).length === 0, 'every slot can be settled in the end', {
            unsettled: this.#unsettled(SLOTS),
        });
        for (const trade of this.trades) {
            if (this.player.watch.execution(trade.agreementId)?.state === 'concluded') {
                must((await trade.lapse()).changed, 'what was never funded lapses', { agreementId: trade.agreementId });
            }
        }
        this.#checkRegisters();
        await correctAll(this, this.#carriers, this.plan.corrections, slotAt(this.#lastStage));
        await windUpAll(this.player);
        this.player.watch.checkEnd();
        const differences = recomputed(this.player.world.rules, this.player.watch, this.meters);
        must(differences.length === 0, 'a second settlement comes to the same', { differences });
    }

    /** Slot by slot, the results of a point add up to what its registers moved, or were taken to have moved. */
    #checkRegisters(): void {
        for (const { pointId, carrier, isMetered } of POINTS) {
            const counted = [pointId, ...behind(pointId).map((sub) => sub.pointId)];
            const results = this.player.watch.settlements
                .filter((settlement) => settlement.carrier === carrier && settlement.run === INITIAL_RUN)
                .flatMap((settlement) => settlement.points.filter((point) => counted.includes(point.pointId)));
            if (!isMetered || results.length === 0) {
                continue;
            }
            const { importWh, exportWh } = this.meters.state(pointId, SLOTS - 1);
            const settledWh = results.reduce((total, result) => total + result.meteredWh, 0n);
            const isConverted = carrier === 'gas' && this.player.watch.journal.calorificValues.length > 0;
            const isKnown = !isConverted && results.every((result) => result.quality === 'measured');
            must(!isKnown || settledWh === exportWh - importWh, 'the slots add up to the registers', { pointId });
        }
    }
}
