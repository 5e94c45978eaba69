import { type Cause, type Lot, wholeOf } from './lots.js';
import { least, share } from './share.js';
import { whole } from './statement.js';

/** What is known of a leg of a slot that was settled before. */
export type Shortage = { agreedWh: bigint; shortWh: bigint; causes: Cause[] };

const yieldOf = (wh: bigint, ratioBp: number | string): bigint => (wh * whole(ratioBp)) / 10_000n;

/** What the shortages of a leg's inputs take from it, by who caused them; who is exempt in this run, is so from here on. */
export function takenBy(lot: Lot, inputOf: (leg: number) => Shortage, isExempt: (seller: string) => boolean): Cause[] {
    const taken = lot.agreement.conversions
        .filter(({ outputLeg }) => outputLeg === lot.index)
        .flatMap(({ inputLeg, ratioBp }) => {
            const { agreedWh, shortWh, causes } = inputOf(inputLeg);
            const missing = yieldOf(agreedWh, ratioBp) - yieldOf(agreedWh - shortWh, ratioBp);
            return divided(missing, causes);
        });
    return collected(
        taken.map((cause) => ({
            ...cause,
            exempt: cause.exempt || isExempt(lot.agreement.legs[cause.leg]?.sellerId ?? ''),
        })),
    );
}

/** Who caused the shortage of a leg: who took from it, up to the shortage, and its own seller for the rest. */
export function causesOf({ shortWh, takenBy: taken, index }: Lot, sellerIsExempt: boolean): Cause[] {
    const passed = least(shortWh, wholeOf(taken));
    const own = { leg: index, exempt: sellerIsExempt, wh: shortWh - passed };
    return collected([...divided(passed, taken), own]);
}

/** Shares energy over causes in proportion to what each caused. */
export function divided(wh: bigint, causes: Cause[]): Cause[] {
    const shares = share(
        wh,
        causes.map((cause) => cause.wh),
    );
    return causes.map((cause, position) => ({ ...cause, wh: shares[position] ?? 0n }));
}

/** Each cause once, in the order that settles ties. */
function collected(causes: Cause[]): Cause[] {
    const sums: Cause[] = [];
    for (const { leg, exempt, wh } of causes) {
        const same = sums.find((sum) => sum.leg === leg && sum.exempt === exempt);
        if (same === undefined) {
            sums.push({ leg, exempt, wh });
        } else {
            same.wh += wh;
        }
    }
    return sums
        .filter(({ wh }) => wh > 0n)
        .sort((left, right) => left.leg - right.leg || Number(left.exempt) - Number(right.exempt));
}
