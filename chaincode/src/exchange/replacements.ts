import type { Carrier } from '../domain/charter.js';
import type { ReplacedReading } from '../domain/dispute.js';
import type { RegisterState } from '../domain/estimation.js';
import type { Registers } from '../domain/meter.js';
import type { SlotIndex } from '../domain/units.js';
import { REPLACED_READING } from '../store/keys.js';
import type { TradeContext } from './trade-context.js';

/** What decided disputes have put in the place of readings at both ends of a slot. */
export class Replacements {
    readonly #replaced: readonly ReplacedReading[];

    private constructor(replaced: readonly ReplacedReading[]) {
        this.#replaced = replaced;
    }

    static async around(ctx: TradeContext, carrier: Carrier, slot: SlotIndex): Promise<Replacements> {
        const from = Math.max(0, slot - 1);
        return new Replacements(await ctx.ledger.scan(REPLACED_READING, [carrier, from], [carrier, slot + 1]));
    }

    /** Registers at the end of a slot. */
    registers(pointId: string, slot: SlotIndex): RegisterState | null {
        const registers = this.#find(pointId, slot, 'registers');
        return registers === null ? null : { ...registers, volume: null, quality: 'replaced' };
    }

    /** Energy of a slot. */
    energy(pointId: string, slot: SlotIndex): Registers | null {
        return this.#find(pointId, slot, 'energy');
    }

    #find(pointId: string, slot: SlotIndex, kind: ReplacedReading['kind']): Registers | null {
        const found = this.#replaced.find(
            (each) => each.pointId === pointId && each.slot === slot && each.kind === kind,
        );
        return found === undefined ? null : { importWh: found.importWh, exportWh: found.exportWh };
    }
}
