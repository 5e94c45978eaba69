import type { SlotClaims } from '@commonwatt/chaincode/domain/claims';
import { INITIAL_RUN, type Settlement } from '@commonwatt/chaincode/domain/settlement';
import { must, sum } from './broken.js';
import type { Tally } from './tally.js';

/** Holds what is true of corrections, whatever they correct. */
export class CorrectionWatch {
    readonly #tally: Tally;
    /** The last run of each slot and carrier. */
    readonly #runs = new Map<string, number>();
    /** Claims of each agreement as they stand, by record. */
    readonly #claims = new Map<string, Map<string, SlotClaims>>();

    constructor(tally: Tally) {
        this.#tally = tally;
    }

    check({ carrier, slot, run, postings, isFinal }: Settlement): void {
        const place = `${carrier} ${slot}`;
        const last = this.#runs.get(place) ?? INITIAL_RUN - 1;
        must(run === last + 1, 'runs follow each other', { carrier, slot, run, last });
        this.#runs.set(place, run);
        if (run === INITIAL_RUN) {
            return;
        }
        const places = postings.map(({ account }) => account.split('/')[0] ?? '');
        const settled = places.every((each) => ['cover', 'escrow', 'system', 'subsidy'].includes(each));
        must(settled, 'corrections move nothing that is free', { carrier, slot, run });
        this.#tally.saw(isFinal ? 'final runs' : 'runs that are not final');
        for (const { kind, account, slot: of } of postings) {
            const what = kind === 'default' && of !== slot ? `${kind} of another slot` : kind;
            this.#tally.saw(`corrected ${what}${account.startsWith('escrow/') ? ' in escrow' : ''}`);
        }
    }

    /** A record of claims as it is written. */
    drawn(key: string, claims: SlotClaims): void {
        const { agreementId } = claims;
        const all = this.#claims.get(agreementId) ?? new Map<string, SlotClaims>();
        this.#claims.set(agreementId, all.set(key, claims));
        const each = [...all.values()].flatMap((record) => record.claims);
        for (const { liableId, drawnNano, claimedNano } of each) {
            must(drawnNano >= 0n && drawnNano <= claimedNano, 'no more is drawn than claimed', { key, liableId });
        }
    }

    /** Looked at when all records of a run are known. */
    checkCaps(capOf: (agreementId: string) => bigint): void {
        for (const [agreementId, records] of this.#claims) {
            const claims = [...records.values()].flatMap((record) => record.claims);
            for (const liableId of new Set(claims.map((claim) => claim.liableId))) {
                const own = claims.filter((claim) => claim.liableId === liableId);
                const drawn = sum(own.map(({ drawnNano }) => drawnNano));
                must(drawn <= capOf(agreementId), 'all runs draw at most the cap', { agreementId, liableId, drawn });
            }
        }
    }
}
