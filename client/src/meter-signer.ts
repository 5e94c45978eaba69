import type { Registers } from '@commonwatt/chaincode/domain/meter';
import { followsReading, type Reading, sameReading, type SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { readingCodec } from '@commonwatt/chaincode/wire/reading';
import type { SignatureDomain, SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { type DocumentSigner, signDocument } from './document-signer.js';
import { ConflictError, translated } from './errors.js';

/** What a meter shows: a gas meter tells volume and calorific value beside energy. */
export type MeterState = Registers & Readonly<{ volume?: Reading['volume'] }>;

/** Where a meter remembers its last reading. What `save` returns from must survive a crash. */
export interface MeterMemory {
    readonly last: Reading | null;
    save(reading: Reading): Promise<void>;
}

/** Remembers for as long as the process lives: for simulations. */
export class VolatileMemory implements MeterMemory {
    last: Reading | null = null;

    save(reading: Reading): Promise<void> {
        this.last = reading;
        return Promise.resolve();
    }
}

export type MeterSignerOptions = Readonly<{
    pointId: string;
    meterId: string;
    key: DocumentSigner;
    /** The exchange's: `market.ledger.scope('exchange')`. */
    scope: SignatureScope;
    memory: MeterMemory;
}>;

/**
 * The meter's side of a reading: counts the sequence without gaps and signs. A reading is remembered before its
 * signature leaves, so a meter never signs two readings of one sequence; the same registers again give the same
 * reading, so whoever lost it can ask again.
 */
export class MeterSigner {
    readonly #options: MeterSignerOptions;

    constructor(options: MeterSignerOptions) {
        this.#options = options;
    }

    /** Registers when the first slot begins, sequence 0: what registration of the metering point needs. */
    async baseline(firstSlot: SlotIndex, registers: MeterState): Promise<SignedReading> {
        const { meterId, memory } = this.#options;
        const reading = this.#reading(0, firstSlot - 1, registers);
        if (memory.last !== null && !sameReading(memory.last, reading)) {
            throw new ConflictError({ code: 'METER_IN_USE', operands: { meterId, sequence: memory.last.sequence } });
        }
        return await this.#remembered(reading);
    }

    /**
     * Registers at the end of a slot.
     * @throws ConflictError METER_WITHOUT_BASELINE {meterId}, READING_OUT_OF_ORDER · InvalidError READING_NOT_MONOTONIC
     */
    async read(slot: SlotIndex, registers: MeterState): Promise<SignedReading> {
        const { last } = this.#options.memory;
        if (last === null) {
            throw this.#withoutBaseline();
        }
        if (sameReading(last, this.#reading(last.sequence, slot, registers))) {
            return await this.#signed(last);
        }
        const next = this.#reading(last.sequence + 1, slot, registers);
        return await this.#remembered(translated(() => followsReading(last, next)));
    }

    /**
     * Where the registers stand when the meter is taken out, after the end of a slot and before the end of the next.
     * @throws ConflictError METER_WITHOUT_BASELINE {meterId}
     */
    async closing(slot: SlotIndex, registers: MeterState): Promise<SignedReading> {
        const { last } = this.#options.memory;
        if (last === null) {
            throw this.#withoutBaseline();
        }
        return await this.#signed(this.#reading(last.sequence + 1, slot, registers), 'commonwatt/closing/1');
    }

    #reading(sequence: number, slot: SlotIndex, { importWh, exportWh, volume = null }: MeterState): Reading {
        const { pointId, meterId } = this.#options;
        return { pointId, meterId, sequence, slot, importWh, exportWh, volume };
    }

    #withoutBaseline(): ConflictError {
        return new ConflictError({ code: 'METER_WITHOUT_BASELINE', operands: { meterId: this.#options.meterId } });
    }

    async #remembered(reading: Reading): Promise<SignedReading> {
        await this.#options.memory.save(reading);
        return await this.#signed(reading);
    }

    async #signed(reading: Reading, domain: SignatureDomain = 'commonwatt/reading/1'): Promise<SignedReading> {
        const { key, scope } = this.#options;
        const body = translated(() => readingCodec.toJson(reading));
        const { signature } = await signDocument(key, domain, scope, body);
        return { reading, signature };
    }
}
