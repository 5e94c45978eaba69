import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import { demandWithinStanding, type StandingVerdict } from '@commonwatt/chaincode/domain/verdict';
import type { Market } from './market.js';

/** Finds the standing verdict that covers terms; a party's kind, which decides with them, never changes. */
export class StandingCover {
    readonly #market: Market;
    readonly #participants = new Map<string, Participant>();

    constructor(market: Market) {
        this.#market = market;
    }

    /** Id of a standing verdict that covers the terms; `undefined` when none does. */
    async of(terms: Terms, standing: readonly StandingVerdict[]): Promise<string | undefined> {
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
