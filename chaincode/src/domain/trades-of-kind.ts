import { type Carrier, CARRIERS, isLot, LOT_CARRIERS } from './charter.js';
import { demand } from './errors.js';
import type { MeteringPoint } from './meter.js';
import type { ParticipantKind, Sector } from './participant-kind.js';

export const SIDES = ['buy', 'sell'] as const;
export type Side = (typeof SIDES)[number];

/** What a kind of subject is by its nature (paper §2.2); what one of them may do, its qualification chooses from that. */
type Kind = Readonly<{
    buys: readonly Carrier[];
    sells: readonly Carrier[];
    /** An end user: residential, commercial or industrial. */
    isEndUser?: true;
    /** Runs storages of any carrier of a network. */
    stores?: true;
    /** Feeds in what it makes itself, be it renewable or not. */
    generates?: true;
}>;

const NETWORK_CARRIERS = ['electricity', 'heat', 'cooling', 'gas'] as const satisfies readonly Carrier[];
const NETWORK_AND_LOT_CARRIERS = [...NETWORK_CARRIERS, ...LOT_CARRIERS] as const;

/**
 * Mobility is what charge points hand over to vehicles, and take back from them: nobody else has any. Coal and oil are
 * traded by the lot: by their holders, and by plants that run on them.
 */
const KINDS: Readonly<Record<ParticipantKind, Kind>> = {
    consumer: { buys: NETWORK_CARRIERS, sells: [], isEndUser: true },
    prosumer: { buys: NETWORK_CARRIERS, sells: NETWORK_CARRIERS, isEndUser: true, generates: true },
    prosumerWithStorage: {
        buys: NETWORK_CARRIERS,
        sells: NETWORK_CARRIERS,
        isEndUser: true,
        generates: true,
        stores: true,
    },
    storageProvider: { buys: NETWORK_CARRIERS, sells: NETWORK_CARRIERS, stores: true },
    energySeller: { buys: NETWORK_AND_LOT_CARRIERS, sells: NETWORK_AND_LOT_CARRIERS },
    plant: { buys: NETWORK_AND_LOT_CARRIERS, sells: NETWORK_AND_LOT_CARRIERS, generates: true },
    chargingOperator: { buys: ['electricity', 'mobility'], sells: ['electricity', 'mobility'] },
    evFleet: { buys: ['mobility'], sells: ['mobility'] },
    networkOperator: { buys: NETWORK_CARRIERS, sells: NETWORK_CARRIERS },
};

type Subject = Readonly<{ participantId: string; kind: ParticipantKind; sector: Sector | null }>;

/** Carriers that a subject trades on a side by its nature. Industrial end users burn what no network brings. */
export function tradesOf({ kind, sector }: Omit<Subject, 'participantId'>, side: Side): readonly Carrier[] {
    const { buys, sells, isEndUser = false } = KINDS[kind];
    const burnsLots = side === 'buy' && isEndUser && sector === 'industrial';
    const own: readonly Carrier[] = side === 'buy' ? buys : sells;
    return CARRIERS.filter((carrier) => own.includes(carrier) || (burnsLots && isLot(carrier)));
}

/** @throws TRADE_NOT_OF_KIND {participantId, kind, carrier, side} */
export function demandTradeOfKind(subject: Subject, carrier: Carrier, side: Side): void {
    const { participantId, kind } = subject;
    demand(tradesOf(subject, side).includes(carrier), 'TRADE_NOT_OF_KIND', { participantId, kind, carrier, side });
}

/** End users say which of the three they are, nobody else does. @throws SECTOR_INVALID {participantId, kind, sector} */
export function demandSectorOfKind({ participantId, kind, sector }: Subject): void {
    const isEndUser = KINDS[kind].isEndUser === true;
    demand((sector !== null) === isEndUser, 'SECTOR_INVALID', { participantId, kind, sector });
}

/**
 * A metering point is of a carrier that its owner trades; it stores or generates only if its owner does. A storage gives
 * back as renewable what it was charged with.
 * @throws POINT_NOT_OF_KIND {pointId, kind, reason}
 */
export function demandPointOfKind(point: MeteringPoint, owner: Subject): void {
    const { kind } = owner;
    const { pointId, carrier, storageEfficiencyBp, isRenewable } = point;
    const { stores = false, generates = false } = KINDS[kind];
    const refuse = (holds: boolean, reason: string): void => {
        demand(holds, 'POINT_NOT_OF_KIND', { pointId, kind, reason });
    };
    const isStore = storageEfficiencyBp !== null;
    const isTraded = SIDES.some((side) => tradesOf(owner, side).includes(carrier));
    refuse(isTraded, 'it trades nothing of this carrier');
    refuse(stores || !isStore, 'it stores nothing');
    refuse(generates || isStore || !isRenewable, 'it generates nothing');
}
