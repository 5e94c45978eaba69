import type { Registers } from '@commonwatt/chaincode/domain/meter';
import { followsReading, type Reading, sameReading, type SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { readingCodec } from '@commonwatt/chaincode/wire/reading';
import type { SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { type DocumentSigner, signDocument } from './document-signer.js';
import { ConflictError, translated } from './errors.js';

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
    async baseline(firstSlot: SlotIndex, registers: Registers): Promise<SignedReading> {
        const { pointId, meterId, memory } = this.#options;
        const { importWh, exportWh } = registers;
        const reading: Reading = { pointId, meterId, sequence: 0, slot: firstSlot - 1, importWh, exportWh };
        if (memory.last !== null && !sameReading(memory.last, reading)) {
            throw new ConflictError({ code: 'METER_IN_USE', operands: { meterId, sequence: memory.last.sequence } });
        }
        return await this.#remembered(reading);
    }

    /**
     * Registers at the end of a slot.
     * @throws ConflictError METER_WITHOUT_BASELINE {meterId}, READING_OUT_OF_ORDER · InvalidError READING_NOT_MONOTONIC
     */
    async read(slot: SlotIndex, registers: Registers): Promise<SignedReading> {
        const { pointId, meterId, memory } = this.#options;
        const { last } = memory;
        if (last === null) {
            throw new ConflictError({ code: 'METER_WITHOUT_BASELINE', operands: { meterId } });
        }
        const { importWh, exportWh } = registers;
        const again: Reading = { ...last, slot, importWh, exportWh };
        if (sameReading(last, again)) {
            return await this.#signed(last);
        }
        const next: Reading = { pointId, meterId, sequence: last.sequence + 1, slot, importWh, exportWh };
        return await this.#remembered(translated(() => followsReading(last, next)));
    }

    async #remembered(reading: Reading): Promise<SignedReading> {
        await this.#options.memory.save(reading);
        return await this.#signed(reading);
    }

    async #signed(reading: Reading): Promise<SignedReading> {
        const { key, scope } = this.#options;
        const body = translated(() => readingCodec.toJson(reading));
        const { signature } = await signDocument(key, 'commonwatt/reading/1', scope, body);
        return { reading, signature };
    }
}
