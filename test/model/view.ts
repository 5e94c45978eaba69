import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import { type Halt, haltEndSlot, isLiftedUnbegun } from '@commonwatt/chaincode/domain/halt';
import type { AccountName, Posting } from '@commonwatt/chaincode/domain/posting';
import type { AmountNano } from '@commonwatt/chaincode/domain/units';
import {
    AGREEMENT,
    COVER,
    CREDIT,
    EXECUTION,
    HALT,
    LANE,
    PAYOUT,
    type RecordType,
    SETTLEMENT,
    SUBSIDY_FUND,
    TICK,
} from '@commonwatt/chaincode/store/keys';
import type { Scene } from './scene.js';
import type { Cell, Content, State, World } from './world.js';

type Held = readonly (readonly [AccountName, AmountNano])[];

/** What a record of one kind holds for whom. */
const heldIn =
    <Value>(type: RecordType<Value>) =>
    (world: World, content: Content): Held => {
        const value = world.decode(type, content);
        return value === null ? [] : (type.money?.(value) ?? []);
    };

const HELD_IN: ReadonlyMap<string, (world: World, content: Content) => Held> = new Map([
    [LANE.name, heldIn(LANE)],
    [CREDIT.name, heldIn(CREDIT)],
    [COVER.name, heldIn(COVER)],
    [EXECUTION.name, heldIn(EXECUTION)],
    [PAYOUT.name, heldIn(PAYOUT)],
    [SUBSIDY_FUND.name, heldIn(SUBSIDY_FUND)],
]);

/** What states of a scene say, read as the product reads them. */
export class View {
    readonly scene: Scene;
    readonly execution: Cell;
    readonly agreement: Cell;
    readonly #halts: readonly Cell[];
    readonly #ticks = new Map<number, Cell>();

    constructor(scene: Scene) {
        const { world, agreementId } = scene;
        this.scene = scene;
        this.execution = world.cellOf('exchange', EXECUTION, agreementId);
        this.agreement = world.cellOf('exchange', AGREEMENT, agreementId);
        this.#halts = [world.cellOf('exchange', HALT, 'electricity'), world.cellOf('supervision', HALT, 'electricity')];
    }

    executionIn(state: State): Execution | null {
        return this.#read(state, EXECUTION, this.execution);
    }

    agreementIn(state: State): Agreement | null {
        return this.#read(state, AGREEMENT, this.agreement);
    }

    hasBegun(state: State, slot: number): boolean {
        const tick = this.#ticks.get(slot) ?? this.scene.world.cellOf('exchange', TICK, slot);
        this.#ticks.set(slot, tick);
        return this.scene.world.contentAt(state, tick).text !== null;
    }

    /** Halts that anybody has set, lifted ones included. */
    haltsIn(state: State): Halt[] {
        return this.#halts.flatMap((cell) => this.#read(state, HALT, cell) ?? []);
    }

    /** Whether a halt keeps new trade from being agreed: those of the scene cover all its slots. */
    isHalted(state: State): boolean {
        return this.haltsIn(state).some((halt) => !isLiftedUnbegun(halt) && !this.hasBegun(state, haltEndSlot(halt)));
    }

    /** Money in escrow. */
    escrowNano(state: State): bigint {
        const holdings = this.executionIn(state)?.holdings ?? [];
        return holdings.reduce((sum, held) => sum + held.energyNano + held.defaultNano, 0n);
    }

    /** What a key holds for whom. */
    moneyOf({ key }: Cell, content: Content): Held {
        return HELD_IN.get(key.slice(0, key.indexOf('/')))?.(this.scene.world, content) ?? [];
    }

    /** Postings of the settlement that stands under a key, if one does. */
    postingsOf(cell: Cell, content: Content): readonly Posting[] {
        const isSettlement = cell.key.startsWith(`${SETTLEMENT.name}/`);
        return isSettlement ? (this.scene.world.decode(SETTLEMENT, content)?.postings ?? []) : [];
    }

    #read<Value>(state: State, type: RecordType<Value>, cell: Cell): Value | null {
        return this.scene.world.decode(type, this.scene.world.contentAt(state, cell));
    }
}
