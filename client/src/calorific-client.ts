import type { Attestation, Calorific, CalorificStatement } from '@commonwatt/chaincode/domain/calorific';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { calorificCodec, calorificStatementCodec, publishCalorificCodec } from '@commonwatt/chaincode/wire/calorific';
import { slotQueryCodec } from '@commonwatt/chaincode/wire/query';
import type { Ledger } from './ledger.js';
import type { Committed } from './submitter.js';

/** Calorific values of gas, slot by slot. */
export class CalorificClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Publishes the gross calorific value of the gas of slots that are over, or a correction of it. The holder of a
     * metering seat does. The first that a laboratory attests in time counts at once, any other when the regulator has
     * confirmed it, as the fact `calorific` by the hash of the statement.
     * @throws ForbiddenError CALLER_NOT_SEATED, FACT_NOT_CONFIRMED: no such laboratory · ConflictError CALORIFIC_CONFLICT
     * {slot, version}, SLOT_NOT_OVER
     */
    async publish(
        statement: CalorificStatement,
        attestation: Attestation | null = null,
    ): Promise<Committed<CalorificStatement>> {
        const body = calorificStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/calorific/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'calorific:publish',
            () => publishCalorificCodec.encode({ statement, signature, attestation }),
            calorificStatementCodec.decode,
            () => Promise.resolve(null), // the same values sent again change nothing
        );
    }

    /** @throws NotFoundError CALORIFIC_MISSING {slot} */
    async show(slot: SlotIndex): Promise<Calorific> {
        return await this.#ledger.evaluate(
            'exchange',
            'calorific:show',
            () => slotQueryCodec.encode({ slot }),
            calorificCodec.decode,
        );
    }
}
