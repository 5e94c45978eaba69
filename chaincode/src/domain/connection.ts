import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { SignedStatement } from './signed-statement.js';
import { energyOfPower, type EnergyWh, minus, NO_POWER, plus, powerShareFloor, type PowerW } from './units.js';

/** Most points that one statement gives shares to. */
export const GRANTS_MAX = 128;

/** What a metering point gets of its connection, besides what it has; from then on it is its own. */
export type ShareGrant = Readonly<{ pointId: string; importW: PowerW; exportW: PowerW }>;

/**
 * What the metering points of one connection point may take from their carrier's network and feed into it, together, and
 * who gets what of it that nobody has yet. The network operator states it; a later sequence replaces the limits. What a
 * point has got it never loses by a statement.
 */
export type ConnectionStatement = Readonly<{
    carrier: Carrier;
    /** Node of the carrier's network, as the metering points name it. */
    connectionPoint: string;
    sequence: number;
    importMaxW: PowerW;
    exportMaxW: PowerW;
    grants: readonly ShareGrant[];
    reasonCode: string;
}>;

export type Connection = SignedStatement<ConnectionStatement> &
    Readonly<{
        /** Sums of all shares ever granted; transfers do not change them. */
        importSharedW: PowerW;
        exportSharedW: PowerW;
    }>;

/** Part of a share that its owner, who signs it, gives to another point of the connection. */
export type ShareTransfer = Readonly<{
    carrier: Carrier;
    connectionPoint: string;
    fromPointId: string;
    /** Of the giving share, so that it counts once. */
    sequence: number;
    toPointId: string;
    importW: PowerW;
    exportW: PowerW;
}>;

export type SignedTransfer = Readonly<{ transfer: ShareTransfer; signature: string }>;

/** What one metering point has of its connection. */
export type ConnectionShare = Readonly<{
    carrier: Carrier;
    connectionPoint: string;
    pointId: string;
    /** Of the last grant or transfer. */
    sequence: number;
    importMaxW: PowerW;
    exportMaxW: PowerW;
    /** What changed it last; `null` for a grant, which stands in the operator's statement. */
    transfer: SignedTransfer | null;
}>;

export const noShare = (carrier: Carrier, connectionPoint: string, pointId: string): ConnectionShare => ({
    carrier,
    connectionPoint,
    pointId,
    sequence: 0,
    importMaxW: NO_POWER,
    exportMaxW: NO_POWER,
    transfer: null,
});

const SIDES = [
    { side: 'import', maxW: 'importMaxW', sharedW: 'importSharedW', partW: 'importW' },
    { side: 'export', maxW: 'exportMaxW', sharedW: 'exportSharedW', partW: 'exportW' },
] as const;

/**
 * Sums of the shares after a statement: what it grants fits into the connection beside all that was granted before.
 * @throws CONNECTION_CONFLICT {carrier, connectionPoint, sequence} unless the statement is the next one · SHARE_EXCEEDED
 * {carrier, connectionPoint, pointId: null, side, askedW, freeW}
 */
export function followsConnection(
    existing: Connection | null,
    statement: ConnectionStatement,
): Pick<Connection, 'importSharedW' | 'exportSharedW'> {
    const { carrier, connectionPoint, grants } = statement;
    const sequence = existing?.statement.sequence ?? 0;
    demand(statement.sequence === sequence + 1, 'CONNECTION_CONFLICT', { carrier, connectionPoint, sequence });
    const sums = { importSharedW: NO_POWER, exportSharedW: NO_POWER };
    for (const { side, maxW, sharedW, partW } of SIDES) {
        const before = existing?.[sharedW] ?? NO_POWER;
        const askedW = grants.reduce((sum, grant) => plus(sum, grant[partW]), NO_POWER);
        const freeW = minus(statement[maxW], before);
        const fits = askedW === 0n || askedW <= freeW;
        demand(fits, 'SHARE_EXCEEDED', { carrier, connectionPoint, pointId: null, side, askedW, freeW });
        sums[sharedW] = plus(before, askedW);
    }
    return sums;
}

export const grantShare = (share: ConnectionShare, { importW, exportW }: ShareGrant): ConnectionShare => ({
    ...share,
    sequence: share.sequence + 1,
    importMaxW: plus(share.importMaxW, importW),
    exportMaxW: plus(share.exportMaxW, exportW),
    transfer: null,
});

/**
 * Both shares after a transfer; whether the giver needs what it gives is for the caller to check.
 * @throws SHARE_CONFLICT {carrier, connectionPoint, pointId, sequence} unless it follows the giving share · SHARE_EXCEEDED
 * {carrier, connectionPoint, pointId, side, askedW, freeW}
 */
export function transferShare(
    { giver, taker }: Readonly<{ giver: ConnectionShare; taker: ConnectionShare }>,
    signed: SignedTransfer,
): { giver: ConnectionShare; taker: ConnectionShare } {
    const { carrier, connectionPoint, pointId, sequence } = giver;
    const { transfer } = signed;
    demand(transfer.sequence === sequence + 1, 'SHARE_CONFLICT', { carrier, connectionPoint, pointId, sequence });
    for (const { side, maxW, partW } of SIDES) {
        const [askedW, freeW] = [transfer[partW], giver[maxW]];
        demand(askedW <= freeW, 'SHARE_EXCEEDED', { carrier, connectionPoint, pointId, side, askedW, freeW });
    }
    const [importMaxW, exportMaxW] = [
        minus(giver.importMaxW, transfer.importW),
        minus(giver.exportMaxW, transfer.exportW),
    ];
    return {
        giver: { ...giver, sequence: transfer.sequence, importMaxW, exportMaxW, transfer: signed },
        taker: { ...grantShare(taker, { ...transfer, pointId: taker.pointId }), transfer: signed },
    };
}

/**
 * Most energy of a slot that a point takes and feeds in by its share. Where the connection carries less than all shares
 * together, since the operator has lowered it, each has its part of that.
 */
export function shareLimits(
    { statement, importSharedW, exportSharedW }: Connection,
    { importMaxW, exportMaxW }: Pick<ConnectionShare, 'importMaxW' | 'exportMaxW'>,
    slotMinutes: number,
): Readonly<{ importWh: EnergyWh; exportWh: EnergyWh }> {
    const limit = (share: PowerW, max: PowerW, shared: PowerW): EnergyWh =>
        energyOfPower(max < shared ? powerShareFloor(share, max, shared) : share, slotMinutes);
    return {
        importWh: limit(importMaxW, statement.importMaxW, importSharedW),
        exportWh: limit(exportMaxW, statement.exportMaxW, exportSharedW),
    };
}
