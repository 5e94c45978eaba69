import type { Claim } from './liability.js';
import { least, most } from './share.js';
import { type Agreement, whole } from './statement.js';

/** The order in which an agreement's carriers are settled. */
export const CARRIERS = ['gas', 'electricity', 'heat', 'cooling', 'mobility', 'coal', 'oil'];

type SlotClaims = { carrier: string; slot: number; claims: Claim[] };

/** What one party owes another for a slot more than before, or less. */
export type Change = { slot: number; liableId: string; payeeId: string; changeNano: bigint };

/** What agreements claim, slot by slot, and what is drawn of it from one cap for each party. */
export class Caps {
    readonly #byAgreement = new Map<string, SlotClaims[]>();

    drawnNano({ id }: Agreement, participantId: string): bigint {
        return (this.#byAgreement.get(id) ?? [])
            .flatMap(({ claims }) => claims)
            .reduce((sum, claim) => sum + (claim.liableId === participantId ? claim.drawnNano : 0n), 0n);
    }

    /** An initial run draws what the cap has left; slots and carriers come in turn. */
    draw(agreement: Agreement, carrier: string, slot: number, claims: Claim[]): void {
        const own = this.#of(agreement);
        own.push({ carrier, slot, claims });
        for (const claim of claims) {
            const left = whole(agreement.defaultCapNano) - this.drawnNano(agreement, claim.liableId);
            claim.drawnNano = most(0n, least(claim.claimedNano, left));
        }
    }

    /** A correction that claims otherwise draws all claims of the agreement anew; says what that changes. */
    redraw(agreement: Agreement, carrier: string, slot: number, claims: Claim[]): Change[] {
        const own = this.#of(agreement);
        const corrected = own.find((each) => each.carrier === carrier && each.slot === slot);
        if (corrected === undefined) {
            throw new Error(`${agreement.id} is corrected before it is settled`);
        }
        if (same(corrected.claims, claims)) {
            return [];
        }
        const before = drawnBy(own);
        corrected.claims = claims;
        own.sort((left, right) => left.slot - right.slot || turn(left) - turn(right));
        const drawn = new Map<string, bigint>();
        for (const claim of own.flatMap((each) => each.claims)) {
            const already = drawn.get(claim.liableId) ?? 0n;
            claim.drawnNano = least(claim.claimedNano, whole(agreement.defaultCapNano) - already);
            drawn.set(claim.liableId, already + claim.drawnNano);
        }
        const after = drawnBy(own);
        return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
            const known = after.get(key) ?? before.get(key);
            const changeNano = (after.get(key)?.changeNano ?? 0n) - (before.get(key)?.changeNano ?? 0n);
            return known === undefined || changeNano === 0n ? [] : [{ ...known, changeNano }];
        });
    }

    #of({ id }: Agreement): SlotClaims[] {
        const known = this.#byAgreement.get(id) ?? [];
        this.#byAgreement.set(id, known);
        return known;
    }
}

const turn = ({ carrier }: SlotClaims): number => CARRIERS.indexOf(carrier);

/** What is drawn by slot, who owes and whom. */
function drawnBy(all: SlotClaims[]): Map<string, Change> {
    const sums = new Map<string, Change>();
    for (const { slot, claims } of all) {
        for (const { liableId, payeeId, drawnNano } of claims) {
            const key = `${String(slot)} ${liableId} ${payeeId}`;
            const sum = sums.get(key) ?? { slot, liableId, payeeId, changeNano: 0n };
            sums.set(key, { ...sum, changeNano: sum.changeNano + drawnNano });
        }
    }
    return sums;
}

/** Whether the same is claimed, however much of it is drawn. */
const same = (left: Claim[], right: Claim[]): boolean => written(left) === written(right);
const written = (claims: Claim[]): string =>
    claims
        .filter(({ claimedNano }) => claimedNano > 0n)
        .map(({ leg, causeLeg, liableId, payeeId, claimedNano }) =>
            [leg, causeLeg, liableId, payeeId, claimedNano].map(String).join(' '),
        )
        .join();
