import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import { demandWithinStanding, type StandingVerdict } from '@commonwatt/chaincode/domain/verdict';
import { standingVerdictCodec } from '@commonwatt/chaincode/wire/verdict';
import type { KeptRecords, RecordsInBlocks } from './kept-records.js';
import type { Market } from './market.js';

/** Finds the standing verdict that covers terms; a party's kind, which decides with them, never changes. */
export class StandingCover {
    readonly #market: Market;
    readonly #standing: KeptRecords<StandingVerdict>;
    readonly #participants = new Map<string, Participant>();

    /** @param records to be refreshed before each turn */
    constructor(market: Market, records: RecordsInBlocks) {
        this.#market = market;
        this.#standing = records.keep({
            role: 'supervision',
            name: 'standing-verdict',
            codec: standingVerdictCodec,
            idOf: ({ statement }) => statement.standingId,
            list: () => market.verdicts.listStanding(),
            isOpen: ({ statement }) => statement.status === 'granted',
        });
    }

    /** Id of a standing verdict that covers the terms; `undefined` when none does. */
    async of(terms: Terms): Promise<string | undefined> {
        const standing = this.#standing.open;
        const parties: Participant[] = [];
        for (const { participantId } of standing.length === 0 ? [] : terms.parties) {
            const known = this.#participants.get(participantId);
            const party = known ?? (await this.#market.participants.show(participantId));
            this.#participants.set(participantId, party);
            parties.push(party);
        }
        return standing.find((verdict) => covers(verdict, terms, parties))?.statement.standingId;
    }
}

function covers(verdict: StandingVerdict, terms: Terms, parties: readonly Participant[]): boolean {
    try {
        demandWithinStanding(terms, parties, verdict, verdict.statement.standingId);
        return true;
    } catch {
        return false;
    }
}
