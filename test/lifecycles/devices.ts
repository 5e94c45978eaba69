import type { Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import * as commands from '../support/market-commands.js';
import { exchangeMeter, type Owner } from '../support/metering-commands.js';
import { SigningKey } from '../support/signing-key.js';
import { POINTS, slotAt } from './world.js';

export type Registers = Readonly<{ importWh: bigint; exportWh: bigint }>;

/** One device at a point: what it showed, and what the point had counted, when it began. */
type Device = Readonly<{
    meterId: string;
    key: SigningKey;
    /** Last slot of the world that was over when it came; −1 for the first one. */
    since: number;
    base: Registers;
    shown: Registers;
}>;

const NOTHING: Registers = { importWh: 0n, exportWh: 0n };

/** The devices that count at a point of the world, one after the other. */
export class Devices {
    readonly #pointId: string;
    readonly #owner: Owner;
    readonly #all: Device[];

    constructor(pointId: string, key: SigningKey, owner: Owner) {
        this.#pointId = pointId;
        this.#owner = owner;
        this.#all = [{ meterId: `${pointId}-meter`, key, since: -1, base: NOTHING, shown: NOTHING }];
    }

    /** Whether the market still hears of a slot: a device that is taken out is heard no more. */
    tellsOf(index: number): boolean {
        return index > this.#last.since;
    }

    /** What the device that was there then signs at the end of a slot, when the point has counted so much. */
    reading(index: number, counted: Registers): SignedReading {
        const device = this.#all.findLast(({ since }) => index > since) ?? this.#last;
        return commands.signReading(device.key, this.#readingOf(device, index, counted));
    }

    /**
     * The next device, which comes after a slot is over and shows something already.
     * @param counted by the point at that moment
     */
    following(index: number, counted: Registers, shown: Registers): { command: string; device: Device } {
        const last = this.#last;
        const meterId = `${this.#pointId}-meter-${this.#all.length + 1}`;
        const device: Device = { meterId, key: new SigningKey(), since: index, base: counted, shown };
        const closing = this.#readingOf(last, index, counted);
        const slot = slotAt(index);
        const command = exchangeMeter(
            this.#pointId,
            slot,
            { ...closing, key: last.key, sequence: closing.sequence + 1 },
            { ...this.#readingOf(device, index, counted), key: device.key },
            { owner: this.#owner },
        );
        return { command, device };
    }

    install(device: Device): void {
        this.#all.push(device);
    }

    get #last(): Device {
        const last = this.#all.at(-1);
        if (last === undefined) {
            throw new Error('a metered point has a device');
        }
        return last;
    }

    #readingOf({ meterId, since, base, shown }: Device, index: number, counted: Registers): Reading {
        const carrier = POINTS.find(({ pointId }) => pointId === this.#pointId)?.carrier;
        const importWh = shown.importWh + counted.importWh - base.importWh;
        const exportWh = shown.exportWh + counted.exportWh - base.exportWh;
        const reading = commands.readingOf(this.#pointId, slotAt(index), importWh, exportWh, carrier);
        return { ...reading, meterId, sequence: index - since };
    }
}
