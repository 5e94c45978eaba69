import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Halt, HaltStatement } from '@commonwatt/chaincode/domain/halt';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { haltCodec, haltCommandCodec, haltStatementCodec, liftCodec } from '@commonwatt/chaincode/wire/halt';
import { carrierQueryCodec } from '@commonwatt/chaincode/wire/query';
import { type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';
import type { ChaincodeRole } from './transport.js';

/** Suspensions of trade: the regulator's are kept by `supervision`, the network operator's by `exchange`. */
export class HaltClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /** @throws ForbiddenError CALLER_NOT_SEATED · InvalidError HALT_INVALID · ConflictError HALT_CONFLICT, SLOT_BEGUN */
    async set(role: ChaincodeRole, statement: HaltStatement): Promise<Committed<Halt>> {
        const body = haltStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/halt/1', role, body);
        return await this.#ledger.submit(
            role,
            'halt:set',
            () => haltCommandCodec.encode({ statement, signature }),
            haltCodec.decode,
            async () => {
                const latest = await orNull(this.show(role, statement.carrier));
                return latest?.statement.fromSlot === statement.fromSlot ? latest : null;
            },
        );
    }

    /**
     * Ends a halt early.
     * @param nextSlot the first slot that has not begun
     * @throws ForbiddenError CALLER_NOT_SEATED · NotFoundError HALT_MISSING {carrier} · ConflictError SLOT_BEGUN
     */
    async lift(role: ChaincodeRole, carrier: Carrier, nextSlot: SlotIndex): Promise<Committed<Halt>> {
        return await this.#ledger.submit(
            role,
            'halt:lift',
            () => liftCodec.encode({ carrier, nextSlot }),
            haltCodec.decode,
            async () => {
                const latest = await orNull(this.show(role, carrier));
                return latest?.liftedSlot === nextSlot ? latest : null;
            },
        );
    }

    /** The last halt of a carrier, running or over. @throws NotFoundError HALT_MISSING {carrier} */
    async show(role: ChaincodeRole, carrier: Carrier): Promise<Halt> {
        return await this.#ledger.evaluate(
            role,
            'halt:show',
            () => carrierQueryCodec.encode({ carrier }),
            haltCodec.decode,
        );
    }
}
