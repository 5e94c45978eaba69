import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import * as commands from '../support/market-commands.js';
import type { DrawnReading } from './plan.js';
import { at } from './drafting.js';
import { POINTS, slotAt, SLOTS, type World, type WorldPoint } from './world.js';

type Registers = Readonly<{ importWh: bigint; exportWh: bigint }>;

/** What the world's meters really counted, whether anybody hears of it or not. */
export class WorldMeters {
    readonly #world: World;
    readonly #registers = new Map<string, Registers[]>();

    constructor(world: World) {
        this.#world = world;
    }

    /** Lets a slot pass at a point: as agreed, or nearly, or as drawn. */
    count({ pointId }: WorldPoint, drawn: DrawnReading, agreedNetWh: bigint): void {
        const states = this.#registers.get(pointId) ?? [{ importWh: 0n, exportWh: 0n }];
        const energy = energyOf(drawn, agreedNetWh);
        const last = at(states, states.length - 1);
        states.push({ importWh: last.importWh + energy.importWh, exportWh: last.exportWh + energy.exportWh });
        this.#registers.set(pointId, states);
    }

    /** Registers at the end of the n-th slot of the world; −1 is the beginning. */
    state(pointId: string, index: number): Registers {
        const state = this.#registers.get(pointId)?.[index + 1];
        if (state === undefined) {
            throw new Error(`${pointId} has not counted slot ${index}`);
        }
        return state;
    }

    reading(pointId: string, index: number): SignedReading {
        const meter = this.#world.meters.get(pointId);
        if (meter === undefined) {
            throw new Error(`${pointId} has no meter`);
        }
        const { importWh, exportWh } = this.state(pointId, index);
        const carrier = POINTS.find((point) => point.pointId === pointId)?.carrier;
        const reading = commands.readingOf(pointId, slotAt(index), importWh, exportWh, carrier);
        return commands.signReading(meter, reading);
    }
}

function energyOf({ as, importWh, exportWh }: DrawnReading, agreedNetWh: bigint): Registers {
    if (as === 'drawn') {
        return { importWh, exportWh };
    }
    const net = agreedNetWh + (as === 'nearly' ? (exportWh % 20n) - (importWh % 20n) : 0n);
    return net > 0n ? { importWh: 0n, exportWh: net } : { importWh: -net, exportWh: 0n };
}

/** Readings of the world's points that become due at a stage: of a slot that is over, after their lag. */
export function dueAt(
    stage: number,
    slots: readonly Readonly<{ readings: readonly DrawnReading[] }>[],
    carriers: ReadonlySet<string>,
): readonly Readonly<{ point: WorldPoint; index: number }>[] {
    return slots.slice(0, SLOTS).flatMap(({ readings }, index) =>
        POINTS.flatMap((point, position) => {
            const lag = readings[position]?.lag ?? null;
            const isDue = lag !== null && index + 2 + lag === stage;
            return isDue && point.isMetered && carriers.has(point.carrier) ? [{ point, index }] : [];
        }),
    );
}
