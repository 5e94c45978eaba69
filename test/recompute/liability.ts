import { divided } from './causes.js';
import { type Lot, wholeOf } from './lots.js';
import { least, magnitude, most } from './share.js';
import { whole } from './statement.js';

/** A default amount of a leg in a slot, before the cap and after it. */
export type Claim = {
    leg: number;
    causeLeg: number;
    liableId: string;
    payeeId: string;
    claimedNano: bigint;
    drawnNano: bigint;
};

/** Who owes for what was missed: the buyer, or the seller and those who caused it, in the order of their legs. */
export function claimsOf(lot: Lot, isExempt: (participantId: string) => boolean): Claim[] {
    const { agreement, leg, index } = lot;
    const missedWh = lot.shortWh - lot.heldBackWh;
    const tolerated = (lot.agreedWh * whole(agreement.toleranceBp)) / 10_000n;
    const beyond = magnitude(missedWh) - tolerated;
    if (beyond <= 0n) {
        return [];
    }
    const claim = (causeLeg: number, liableId: string, payeeId: string, wh: bigint): Claim[] =>
        isExempt(liableId) || liableId === payeeId
            ? []
            : [
                  {
                      leg: index,
                      causeLeg,
                      liableId,
                      payeeId,
                      claimedNano: whole(agreement.defaultRateMicroPerKwh) * wh,
                      drawnNano: 0n,
                  },
              ];
    if (missedWh < 0n) {
        return claim(index, leg.buyerId, leg.sellerId, beyond);
    }
    const passedOn = least(missedWh, wholeOf(lot.takenBy));
    const own = most(0n, missedWh - passedOn - tolerated);
    return [
        { leg: index, exempt: false, wh: own },
        ...divided(beyond - own, lot.takenBy).filter((cause) => !cause.exempt),
    ]
        .sort((left, right) => left.leg - right.leg)
        .filter(({ wh }) => wh > 0n)
        .flatMap((cause) => claim(cause.leg, agreement.legs[cause.leg]?.sellerId ?? '', leg.buyerId, cause.wh));
}
