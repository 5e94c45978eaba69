import type { Admission } from '../domain/admission.js';
import { type Agreement, DELIVERY_SLOTS_MAX, endSlot } from '../domain/agreement.js';
import { marketError } from '../domain/errors.js';
import type { Execution } from '../domain/escrow.js';
import { changeLoading, emptyLoading, type Load, type Loading, loadKey, loadsOf, startsOf } from '../domain/loading.js';
import type { SlotIndex } from '../domain/units.js';
import { admissionCodec, type CountedPoint, loadingCodec } from '../wire/admission.js';
import { ADMISSION, AGREEMENT_AT_POINT, COUNTED_POINT, LOADING } from '../store/keys.js';
import { demandNext, loadAgreement, loadPoints } from './parties.js';
import { type Bounds, demandRoom, UNBOUND } from './point-bounds.js';
import type { TradeContext } from './trade-context.js';

/** A key part above that of every slot. */
const AFTER_EVERY_SLOT = 9_999_999_999;
/** Agreements in force that one transaction counts at a point which is limited for the first time. */
export const COUNT_MAX = 128;
/** Loading records that one transaction changes before it leaves the rest to another. */
export const ROUND_LOADINGS_MAX = 512;
/**
 * Points that one transaction looks at before it leaves the rest to another. Versions that do not fit change nothing and are
 * read all the same: whoever concludes many large ones must not make everybody's rounds too long for an endorser.
 */
export const ROUND_POINTS_MAX = 512;

type PointRef = Pick<Load, 'carrier' | 'pointId'>;

/**
 * What one transaction changes of the sums at points. The sum at a point is that of all admissions, always; it is read and
 * written here and nowhere else, so that whoever concludes, funds or ends an agreement shares no key with strangers.
 */
export class LoadBook {
    readonly #ctx: TradeContext;
    readonly #fromSlot: SlotIndex;
    readonly #stored = new Map<string, Loading>();
    readonly #loadings = new Map<string, Loading>();
    readonly #admissions = new Map<string, Admission>();
    readonly #changed = new Set<string>();
    readonly #counted = new Map<string, CountedPoint | null>();
    readonly #counting: CountedPoint[] = [];
    #points = 0;

    /** @param fromSlot the first slot that has not begun */
    constructor(ctx: TradeContext, fromSlot: SlotIndex) {
        this.#ctx = ctx;
        this.#fromSlot = fromSlot;
    }

    /** What is set aside for an agreement. */
    async admission(agreementId: string): Promise<Admission> {
        const known = this.#admissions.get(agreementId) ?? (await this.#ctx.ledger.get(ADMISSION, agreementId));
        const found = known ?? { agreementId, amendmentVersion: null, loads: [] };
        this.#admissions.set(agreementId, found);
        return found;
    }

    /** Whether a point's sum is kept. */
    async isCounted(point: PointRef): Promise<boolean> {
        return (await this.#countOf(point)) !== null;
    }

    /**
     * Counts what is in force at a point when its sum is asked for the first time, as far as one transaction goes; whatever
     * comes into force there from now on is admitted first. It scans what funding writes: it fails, while nothing is counted
     * there yet, when an agreement is funded there at the same time, and is sent again.
     * @throws ROUND_FULL {} while more is to be counted · SLOT_BEGUN · SLOT_NOT_OVER
     */
    async count(point: PointRef): Promise<void> {
        const { carrier, pointId } = point;
        const count = await this.#countOf(point);
        if (count?.next !== null && !this.#counting.some((each) => loadKey(each) === loadKey(point))) {
            await demandNext(this.#ctx, await this.#ctx.charter(), this.#fromSlot);
            const firstSlot = Math.max(0, this.#fromSlot - DELIVERY_SLOTS_MAX + 1);
            const from = count === null ? [firstSlot] : [count.next.firstSlot, count.next.agreementId];
            const found = await this.#ctx.ledger.scanFirst(
                AGREEMENT_AT_POINT,
                [carrier, pointId, ...from],
                [carrier, pointId, AFTER_EVERY_SLOT],
                COUNT_MAX + 1,
            );
            for (const { agreementId } of found.slice(0, COUNT_MAX)) {
                await this.#countAgreement(point, agreementId);
            }
            const next = found[COUNT_MAX] ?? null;
            const counted = {
                carrier,
                pointId,
                next: next && { firstSlot: next.firstSlot, agreementId: next.agreementId },
            };
            this.#counted.set(loadKey(point), counted);
            this.#counting.push(counted);
        }
        if ((await this.#countOf(point))?.next !== null) {
            throw marketError('ROUND_FULL', {});
        }
    }

    /** What is admitted at a point from the record of a slot on, with what this transaction has counted. */
    async loadings({ carrier, pointId }: PointRef, start: SlotIndex): Promise<readonly Loading[]> {
        const to = [carrier, pointId, AFTER_EVERY_SLOT];
        const stored = await this.#ctx.ledger.scan(LOADING, [carrier, pointId, start], to);
        const own = [...this.#loadings.values()].filter((each) => loadKey(each) === loadKey({ carrier, pointId }));
        return [...new Map([...stored, ...own].map((loading) => [loading.firstSlot, loading])).values()];
    }

    /**
     * Before more points are looked at, whether anything comes of them or not.
     * @throws ROUND_FULL {} when the transaction has changed or looked at as much as it may
     */
    lookAt(points: number): void {
        if (this.#loadings.size >= ROUND_LOADINGS_MAX || this.#points >= ROUND_POINTS_MAX) {
            throw marketError('ROUND_FULL', {});
        }
        this.#points += points;
    }

    /**
     * Sets aside something else for an agreement than before.
     * @param bounds what limits its points; none for what is in force already, which stands whatever the limits say now
     * @throws CONNECTION_OVERLOADED · CONFORMITY_EXCEEDED, and then nothing of it is kept
     */
    async change(after: Admission, bounds: readonly Bounds[]): Promise<void> {
        const before = await this.admission(after.agreementId);
        if (admissionCodec.isSame(before, after)) {
            return;
        }
        const [old, next] = [loadsByKey(before), loadsByKey(after)];
        const changed = new Map<string, Loading>();
        for (const [key, load] of new Map([...old, ...next])) {
            const [gone, come] = [old.get(key), next.get(key)];
            const starts = new Set([gone, come].flatMap((each) => (each === undefined ? [] : startsOf(each))));
            for (const start of starts) {
                const loading = await this.#loading(load, start);
                const brought = changeLoading(loading, gone, come);
                for (const each of bounds) {
                    demandRoom(loading, brought, each.get(key) ?? UNBOUND);
                }
                changed.set(recordKey(brought), brought);
            }
        }
        for (const [key, loading] of changed) {
            this.#loadings.set(key, loading);
        }
        this.#admissions.set(after.agreementId, after);
        this.#changed.add(after.agreementId);
    }

    /** Writes what has changed; says whether anything has. */
    put(): boolean {
        const { ledger } = this.#ctx;
        for (const [key, loading] of this.#loadings) {
            const before = this.#stored.get(key);
            if (before === undefined || !loadingCodec.isSame(before, loading)) {
                ledger.put(LOADING, loading);
            }
        }
        for (const agreementId of this.#changed) {
            const admission = this.#admissions.get(agreementId);
            if (admission !== undefined) {
                ledger.put(ADMISSION, admission);
            }
        }
        for (const counted of this.#counting) {
            ledger.put(COUNTED_POINT, counted);
        }
        return this.#changed.size + this.#counting.length > 0;
    }

    async #countOf(point: PointRef): Promise<CountedPoint | null> {
        const key = loadKey(point);
        const known = this.#counted.get(key);
        const count =
            known === undefined ? await this.#ctx.ledger.get(COUNTED_POINT, point.carrier, point.pointId) : known;
        this.#counted.set(key, count);
        return count;
    }

    async #countAgreement(point: PointRef, agreementId: string): Promise<void> {
        const { agreement, execution } = await loadAgreement(this.#ctx, agreementId);
        const loads = await loadsInForce(this.#ctx, agreement, execution);
        const own = loads.filter((load) => loadKey(load) === loadKey(point));
        const before = await this.admission(agreementId);
        await this.change({ ...before, loads: [...before.loads, ...own] }, []);
    }

    async #loading({ carrier, pointId }: PointRef, firstSlot: SlotIndex): Promise<Loading> {
        const key = recordKey({ carrier, pointId, firstSlot });
        const known = this.#loadings.get(key) ?? this.#stored.get(key);
        if (known !== undefined) {
            return known;
        }
        const loading = await this.#ctx.ledger.get(LOADING, carrier, pointId, firstSlot);
        const found = loading ?? emptyLoading(carrier, pointId, firstSlot);
        this.#stored.set(key, found);
        return found;
    }
}

/** What an agreement that was funded brings to its points, until it ends. */
export async function loadsInForce(
    ctx: TradeContext,
    { terms }: Agreement,
    { state, endSlot: untilSlot }: Execution,
): Promise<Load[]> {
    const isInForce = state !== 'concluded' && state !== 'lapsed';
    return isInForce ? loadsOf(terms, await loadPoints(ctx, terms), Math.min(untilSlot, endSlot(terms))) : [];
}

const recordKey = ({ carrier, pointId, firstSlot }: Pick<Loading, 'carrier' | 'pointId' | 'firstSlot'>): string =>
    `${loadKey({ carrier, pointId })}/${String(firstSlot)}`;

const loadsByKey = ({ loads }: Admission): Map<string, Load> => new Map(loads.map((load) => [loadKey(load), load]));
