import { type Carrier, isLot, isUpstream } from './charter.js';
import { assert, demand } from './errors.js';
import { type EnergyWh, minus, NO_ENERGY, plus, shareFloor, splitByLargestRemainder, sumEnergy } from './units.js';

/** Most that is made of a Wh, in hundredths of a percent: ten for a heat pump on its best day. */
export const RATIO_BP_MAX = 100_000;

/** One leg is made from another: the buyer of the input is the seller of the output. */
export type Conversion = Readonly<{
    /** Positions among the legs. */
    inputLeg: number;
    outputLeg: number;
    /** Wh of the output for 10 000 Wh of the input. */
    ratioBp: number;
}>;

type ConvertingLeg = Readonly<{
    carrier: Carrier;
    sellerId: string;
    buyerId: string;
    energyWh: readonly EnergyWh[];
}>;
type ConvertingTerms = Readonly<{ legs: readonly ConvertingLeg[]; conversions: readonly Conversion[] }>;

/** Part of what a leg lacks, by the leg whose seller caused it. */
export type Cause = Readonly<{
    causeLeg: number;
    energyWh: EnergyWh;
    /** Nobody owes for it. */
    isExempt: boolean;
}>;

/** What became of a leg in a slot, for the legs that are made from it. */
export type InputResult = Readonly<{
    agreedWh: EnergyWh;
    /** s: what its seller fell short of. */
    shortWh: EnergyWh;
    /** Whose failure that was; together it is `shortWh`. */
    causes: readonly Cause[];
}>;

/** Refuses conversions that nobody could carry out. @throws TERMS_INVALID {reason, conversion} · {reason, leg, offset} */
export function checkConversions({ legs, conversions }: ConvertingTerms): void {
    const pairs = conversions.map(({ inputLeg, outputLeg }) => `${inputLeg}/${outputLeg}`);
    demand(new Set(pairs).size === pairs.length, 'TERMS_INVALID', { reason: 'conversions each once' });
    conversions.forEach(({ inputLeg, outputLeg }, conversion) => {
        const invalid = (holds: boolean, reason: string): void => {
            demand(holds, 'TERMS_INVALID', { reason, conversion });
        };
        const [input, output] = [legs[inputLeg], legs[outputLeg]];
        demand(input !== undefined && output !== undefined, 'TERMS_INVALID', {
            reason: 'legs of the agreement are converted',
            conversion,
        });
        invalid(input.buyerId === output.sellerId, 'who buys the input sells the output');
        invalid(
            isUpstream(input.carrier, output.carrier),
            'the input comes before the output in the order of carriers',
        );
        invalid(!isLot(output.carrier), 'lots are not made from other energy');
    });
    for (const outputLeg of new Set(conversions.map((conversion) => conversion.outputLeg))) {
        demandYield({ legs, conversions }, outputLeg);
    }
}

/** No output promises more in a slot than its inputs yield. */
function demandYield({ legs, conversions }: ConvertingTerms, outputLeg: number): void {
    const inputs = conversions.filter((conversion) => conversion.outputLeg === outputLeg);
    legs[outputLeg]?.energyWh.forEach((promisedWh, offset) => {
        const yieldWh = sumEnergy(
            inputs.map(({ inputLeg, ratioBp }) => shareFloor(legs[inputLeg]?.energyWh[offset] ?? NO_ENERGY, ratioBp)),
        );
        demand(promisedWh <= yieldWh, 'TERMS_INVALID', {
            reason: 'an output promises at most what its inputs yield',
            leg: outputLeg,
            offset,
            yieldWh,
        });
    });
}

/** Carriers whose legs are made into legs of this one. */
export function carriersInto({ legs, conversions }: ConvertingTerms, carrier: Carrier): Carrier[] {
    const inputs = conversions.filter(({ outputLeg }) => legs[outputLeg]?.carrier === carrier);
    return [
        ...new Set(
            inputs.map(({ inputLeg }) => {
                const input = legs[inputLeg];
                assert(input !== undefined, 'a conversion names legs of the agreement');
                return input.carrier;
            }),
        ),
    ];
}

/** Legs made from these, directly or over others, and these themselves. */
export function downstreamOf(
    { conversions }: Pick<ConvertingTerms, 'conversions'>,
    legs: Iterable<number>,
): Set<number> {
    const reached = new Set(legs);
    for (const leg of reached) {
        // A set hands out what is added while it is walked; positions are finite, so the walk ends.
        conversions.filter(({ inputLeg }) => inputLeg === leg).forEach(({ outputLeg }) => reached.add(outputLeg));
    }
    return reached;
}

/**
 * What the shortage of its inputs takes from an output, by cause: for each input ⌊q × ratio⌋ − ⌊(q − s) × ratio⌋. So
 * a converter that made all it could of what came is not a Wh short by its own fault.
 */
export function lostThrough(
    { conversions }: Pick<ConvertingTerms, 'conversions'>,
    outputLeg: number,
    inputOf: (leg: number) => InputResult,
): Cause[] {
    const lost = conversions
        .filter((conversion) => conversion.outputLeg === outputLeg)
        .flatMap(({ inputLeg, ratioBp }) => {
            const { agreedWh, shortWh, causes } = inputOf(inputLeg);
            const lostWh = minus(shareFloor(agreedWh, ratioBp), shareFloor(minus(agreedWh, shortWh), ratioBp));
            return shareOut(lostWh, causes);
        });
    return byCause(lost);
}

/** Splits energy over causes in proportion to their parts, by largest remainder in the order of `byCause`. */
export function shareOut(total: EnergyWh, causes: readonly Cause[]): Cause[] {
    const parts = splitByLargestRemainder(
        total,
        causes.map((cause) => cause.energyWh),
    );
    const shares = causes.map((cause, position) => ({ ...cause, energyWh: parts[position] ?? NO_ENERGY }));
    assert(sumEnergy(shares.map((share) => share.energyWh)) === total, 'what is lost has a cause');
    return shares;
}

/** One entry per leg and exemption, in their order; none of nothing. */
export function byCause(causes: readonly Cause[]): Cause[] {
    const sums = new Map<string, Cause>();
    for (const cause of causes) {
        const key = `${cause.causeLeg}/${String(cause.isExempt)}`;
        sums.set(key, { ...cause, energyWh: plus(sums.get(key)?.energyWh ?? NO_ENERGY, cause.energyWh) });
    }
    return [...sums.values()]
        .filter((cause) => cause.energyWh > 0n)
        .sort((left, right) => left.causeLeg - right.causeLeg || Number(left.isExempt) - Number(right.isExempt));
}
