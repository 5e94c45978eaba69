import { agreed } from './lots.js';
import { least, magnitude } from './share.js';
import { type Terms, whole } from './statement.js';

/** Σ q|p| that a party pays from a slot on, to the end of what was signed. */
export function energyPart(terms: Terms, participantId: string, fromSlot: number): bigint {
    let sum = 0n;
    for (let slot = Math.max(fromSlot, terms.firstSlot); slot < terms.firstSlot + terms.slotCount; slot += 1) {
        for (const leg of terms.legs) {
            const { agreedWh, price } = agreed(terms, leg, slot);
            sum += (price < 0n ? leg.sellerId : leg.buyerId) === participantId ? agreedWh * magnitude(price) : 0n;
        }
    }
    return sum;
}

/** What a party may have to pay in default amounts. */
export function defaultPart(terms: Terms, participantId: string): bigint {
    const made = madeFrom(terms, participantId);
    let liableWh = 0n;
    for (const [index, leg] of terms.legs.entries()) {
        const sells = leg.sellerId === participantId || (made.has(index) && leg.buyerId !== participantId);
        const buys = leg.buyerId === participantId && !terms.takeOrPay && (terms.verification ?? 'meters') === 'meters';
        const isOwedFor = leg.carrier !== 'mobility' && (sells || buys);
        liableWh += isOwedFor ? leg.energyWh.reduce((sum, energy) => sum + whole(energy), 0n) : 0n;
    }
    return least(whole(terms.defaultRateMicroPerKwh) * liableWh, whole(terms.defaultCapNano));
}

/** Legs that are made from what a party sells, directly or over others. */
function madeFrom({ legs, conversions }: Terms, participantId: string): Set<number> {
    const sold = legs.flatMap((leg, index) => (leg.sellerId === participantId ? [index] : []));
    const made = new Set<number>();
    for (const input of [...sold]) {
        follow(input);
    }
    return made;

    function follow(input: number): void {
        for (const { inputLeg, outputLeg } of conversions) {
            if (inputLeg === input && !made.has(outputLeg)) {
                made.add(outputLeg);
                follow(outputLeg);
            }
        }
    }
}
