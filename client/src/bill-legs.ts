import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { LegResult, Settlement } from '@commonwatt/chaincode/domain/settlement';

/** A leg's result as one of its two sides sees it. */
export type OwnLeg = Readonly<{ result: LegResult; side: 'bought' | 'sold'; counterpartyId: string }>;

/** Legs of settlements that a participant buys or sells under. */
export function legsOf(
    { participantId, terms }: Readonly<{ participantId: string; terms: ReadonlyMap<string, Terms> }>,
    settlements: readonly Settlement[],
): OwnLeg[] {
    return settlements.flatMap(({ legs }) =>
        legs.flatMap((result): OwnLeg[] => {
            const leg = terms.get(result.agreementId)?.legs[result.leg];
            return [
                ...(leg?.sellerId === participantId
                    ? [{ result, side: 'sold' as const, counterpartyId: leg.buyerId }]
                    : []),
                ...(leg?.buyerId === participantId
                    ? [{ result, side: 'bought' as const, counterpartyId: leg.sellerId }]
                    : []),
            ];
        }),
    );
}
