import { type Lot, purchases, sales, total } from './lots.js';
import { least } from './share.js';
import { type Point, type Statement, whole } from './statement.js';

/** Legs that sources verify, settled by what they stated: nothing of what nobody has stated. The others are left to meters. */
export function partedByProof(
    lots: readonly Lot[],
    { statements = [] }: Pick<Statement, 'statements'>,
    slot: number,
): Record<'stated' | 'metered', Lot[]> {
    const isMetered = ({ agreement }: Lot): boolean => (agreement.verification ?? 'meters') === 'meters';
    const stated = lots.filter((lot) => !isMetered(lot));
    for (const lot of stated) {
        const receipt = statements.find(
            (each) => each.agreementId === lot.agreement.id && each.leg === lot.index && each.slot === slot,
        );
        lot.deliveredWh = least(lot.agreedWh, whole(receipt?.deliveredWh ?? '0'));
        lot.shortWh = lot.agreedWh - lot.deliveredWh;
    }
    return { stated, metered: lots.filter(isMetered) };
}

/** What a point gave under legs that sources verify, net of what it took. */
export const statedNet = (stated: Lot[], point: Point): bigint =>
    total(sales(stated, point), 'deliveredWh') - total(purchases(stated, point), 'deliveredWh');
