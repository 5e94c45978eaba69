import { demand } from './errors.js';
import { columns, endOf, energyAt, type Load, loadKey, type Side, SIDE_NAMES, SIDES } from './loading.js';
import { type EnergyWh, larger } from './units.js';

/** What is set aside for one agreement: it enters into force within that. */
export type Admission = Readonly<{
    agreementId: string;
    /** The version besides the one in force that it is set aside for; `null` where there is none. */
    amendmentVersion: number | null;
    loads: readonly Load[];
}>;

/** Slot by slot the larger of what two versions of an agreement bring. */
export function largerLoads(left: readonly Load[], right: readonly Load[]): Load[] {
    const rights = new Map(right.map((load) => [loadKey(load), load]));
    const lefts = new Map(left.map((load) => [loadKey(load), load]));
    return [...new Map([...lefts, ...rights]).values()].map(({ carrier, pointId, firstSlot }) => {
        const [one, other] = [lefts.get(loadKey({ carrier, pointId })), rights.get(loadKey({ carrier, pointId }))];
        const end = Math.max(...[one, other].map((load) => (load === undefined ? firstSlot : endOf(load))));
        const of = (side: Side, offset: number): EnergyWh =>
            larger(energyAt(one, side, firstSlot + offset), energyAt(other, side, firstSlot + offset));
        return { carrier, pointId, firstSlot, ...columns(end - firstSlot, of) };
    });
}

/** @throws CAPACITY_MISSING {agreementId, version, carrier, pointId, side, slot} unless a load is set aside */
export function demandSetAside(
    { agreementId, version }: Readonly<{ agreementId: string; version: number }>,
    admission: Admission | null,
    load: Load,
): void {
    const { carrier, pointId, firstSlot } = load;
    const aside = admission?.loads.find((each) => loadKey(each) === loadKey(load));
    for (let slot = firstSlot; slot < endOf(load); slot += 1) {
        for (const side of SIDES) {
            const holds = energyAt(load, side, slot) <= energyAt(aside, side, slot);
            demand(holds, 'CAPACITY_MISSING', { agreementId, version, carrier, pointId, side: SIDE_NAMES[side], slot });
        }
    }
}
