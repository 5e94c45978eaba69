import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import { Devices, type Registers } from './devices.js';
import type { Owner } from '../support/metering-commands.js';
import type { DrawnReading } from './plan.js';
import { at } from './drafting.js';
import { POINTS, SLOTS, type World, type WorldPoint } from './world.js';

/** Who signs that another meter counts at a point. */
function ownerAt({ people }: World, pointId: string): Owner {
    const participantId = POINTS.find((each) => each.pointId === pointId)?.participantId ?? '';
    const key = people.get(participantId)?.key;
    if (key === undefined) {
        throw new Error(`nobody owns ${pointId}`);
    }
    return { participantId, key };
}

/** What the world's meters really counted, whether anybody hears of it or not. */
export class WorldMeters {
    readonly #registers = new Map<string, Registers[]>();
    readonly #devices: ReadonlyMap<string, Devices>;
    /** Of the slot that runs, before a meter was exchanged. */
    readonly #parts = new Map<string, Registers>();

    constructor(world: World) {
        this.#devices = new Map(
            [...world.meters].map(([pointId, key]) => [pointId, new Devices(pointId, key, ownerAt(world, pointId))]),
        );
    }

    /** Lets a slot pass at a point: as agreed, or nearly, or as drawn. */
    count({ pointId }: WorldPoint, drawn: DrawnReading, agreedNetWh: bigint): void {
        const states = this.#registers.get(pointId) ?? [{ importWh: 0n, exportWh: 0n }];
        const energy = energyOf(drawn, agreedNetWh);
        const last = at(states, states.length - 1);
        states.push(plus(plus(last, energy), this.#parts.get(pointId)));
        this.#parts.delete(pointId);
        this.#registers.set(pointId, states);
    }

    /** Something passes in the slot that runs, besides what it will come to. */
    countPart(pointId: string, energy: Registers): void {
        this.#parts.set(pointId, plus(energy, this.#parts.get(pointId)));
    }

    /** The device that takes the place of the present one while the slot after this one runs. */
    following(pointId: string, index: number, shown: Registers): ReturnType<Devices['following']> {
        const counted = plus(this.state(pointId, index), this.#parts.get(pointId));
        return this.#devicesAt(pointId).following(index, counted, shown);
    }

    install(pointId: string, device: Parameters<Devices['install']>[0]): void {
        this.#devicesAt(pointId).install(device);
    }

    /** Whether the device that counted a slot is still heard. */
    tellsOf(pointId: string, index: number): boolean {
        return this.#devicesAt(pointId).tellsOf(index);
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
        return this.#devicesAt(pointId).reading(index, this.state(pointId, index));
    }

    #devicesAt(pointId: string): Devices {
        const devices = this.#devices.get(pointId);
        if (devices === undefined) {
            throw new Error(`${pointId} has no meter`);
        }
        return devices;
    }
}

const plus = (left: Registers, right: Registers = { importWh: 0n, exportWh: 0n }): Registers => ({
    importWh: left.importWh + right.importWh,
    exportWh: left.exportWh + right.exportWh,
});

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
