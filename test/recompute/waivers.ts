import { rulesOf, type RulesVersions } from './rules.js';
import type { Agreement, Leg, Party, Statement } from './statement.js';

/** Who owes nothing for a leg in a slot, because of a halt of its carrier or of what struck it at its own point. */
export class Waivers {
    readonly #statement: Pick<Statement, 'halts' | 'struck'> & RulesVersions;

    constructor(statement: Pick<Statement, 'halts' | 'struck'> & RulesVersions) {
        this.#statement = statement;
    }

    exempt(agreement: Agreement, leg: Leg, participantId: string, slot: number): boolean {
        const party = agreement.parties.find((candidate) => candidate.participantId === participantId);
        return (
            (agreement.exemptions.includes('halt') && this.#halted(leg.carrier, party, slot)) ||
            (agreement.exemptions.includes('forceMajeure') && this.#isStruck(leg, party, slot))
        );
    }

    #halted(carrier: string, party: Party | undefined, slot: number): boolean {
        const { haltGraceSlots } = rulesOf(this.#statement, slot);
        const { halts } = this.#statement;
        return halts.some((halt) => {
            const halted = halt.endSlot > halt.fromSlot && slot >= halt.fromSlot;
            const covers = halted && slot < halt.endSlot + haltGraceSlots;
            return halt.carrier === carrier && covers && !isOwnSide(party, halt.mspId);
        });
    }

    #isStruck({ sellerId, sellerPoint, buyerId, buyerPoint }: Leg, party: Party | undefined, slot: number): boolean {
        const struck = (this.#statement.struck ?? []).filter((each) => each.slot === slot);
        const ends = [
            { participantId: sellerId, pointId: sellerPoint },
            { participantId: buyerId, pointId: buyerPoint },
        ];
        return struck.some(
            ({ pointId, mspId }) =>
                !isOwnSide(party, mspId) &&
                ends.some((end) => end.participantId === party?.participantId && end.pointId === pointId),
        );
    }
}

/** Nobody profits from what its own side declares. */
const isOwnSide = (party: Party | undefined, mspId: string): boolean =>
    party?.mspId === mspId || party?.beneficialOwnerMspId === mspId;
