import type { Departure } from '@commonwatt/chaincode/domain/departure';
import { departureCodec } from '@commonwatt/chaincode/wire/participant';
import type { Step } from './keeper-step.js';
import type { KeptRecords, RecordsInBlocks } from './kept-records.js';
import type { Market } from './market.js';

/** Steps that wind up participants who leave. Whether all they agreed is closed for good, the ledger says. */
export class DepartureSteps {
    readonly #market: Market;
    readonly #leaving: KeptRecords<Departure>;

    constructor(market: Market, records: RecordsInBlocks) {
        this.#market = market;
        this.#leaving = records.keep({
            role: 'exchange',
            name: 'departure',
            codec: departureCodec,
            idOf: ({ participantId }) => participantId,
            list: () => market.participants.departures(),
            isOpen: ({ isWoundUp }) => !isWoundUp,
        });
    }

    steps(): Step[] {
        const { participants } = this.#market;
        return this.#leaving.open.map(({ participantId }) => ({
            name: `participant:wind-up ${participantId}`,
            push: () => participants.windUp(participantId),
        }));
    }
}
