import type { Calorific, CalorificStatement } from '@commonwatt/chaincode/domain/calorific';
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
     * Publishes the gross calorific value of the gas of slots that are over. The holder of a metering seat does.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError CALORIFIC_CONFLICT {slot}, SLOT_NOT_OVER
     */
    async publish(statement: CalorificStatement): Promise<Committed<CalorificStatement>> {
        const body = calorificStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/calorific/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'calorific:publish',
            () => publishCalorificCodec.encode({ statement, signature }),
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
