import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { ParticipantKind } from './participant-kind.js';

/** Most members of a pilot group: every transaction reads the rules. */
export const PILOT_MEMBERS_MAX = 64;

/**
 * Who may trade a carrier with whom (paper §4 (1)). `peerToPeer`: anybody with anybody. `singleBuyer`: everybody sells to
 * one participant and buys from it, as where a state-owned enterprise runs the trade. `pilotGroup`: the members trade
 * with each other; everybody else, and they too, with energy sellers.
 */
export type TradingRelation =
    | Readonly<{ kind: 'peerToPeer' }>
    | Readonly<{ kind: 'singleBuyer'; buyerId: string }>
    | Readonly<{ kind: 'pilotGroup'; memberIds: readonly string[] }>;

/** One side of a trade. */
export type Trader = Readonly<{ participantId: string; kind: ParticipantKind }>;

/** @throws RELATION_NOT_PERMITTED {carrier, relation, sellerId, buyerId} */
export function demandRelation(carrier: Carrier, relation: TradingRelation, seller: Trader, buyer: Trader): void {
    demand(isPermitted(relation, seller, buyer), 'RELATION_NOT_PERMITTED', {
        carrier,
        relation: relation.kind,
        sellerId: seller.participantId,
        buyerId: buyer.participantId,
    });
}

function isPermitted(relation: TradingRelation, ...sides: readonly [Trader, Trader]): boolean {
    switch (relation.kind) {
        case 'peerToPeer':
            return true;
        case 'singleBuyer':
            return sides.some(({ participantId }) => participantId === relation.buyerId);
        case 'pilotGroup':
            return (
                sides.some(({ kind }) => kind === 'energySeller') ||
                sides.every(({ participantId }) => relation.memberIds.includes(participantId))
            );
    }
}
