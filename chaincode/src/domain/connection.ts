import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import type { SignedStatement } from './signed-statement.js';
import type { PowerW } from './units.js';

/**
 * What the metering points of one connection point may take from their carrier's network and feed into it, together.
 * The network operator states it; a later sequence replaces it.
 */
export type ConnectionStatement = Readonly<{
    carrier: Carrier;
    /** Node of the carrier's network, as the metering points name it. */
    connectionPoint: string;
    sequence: number;
    importMaxW: PowerW;
    exportMaxW: PowerW;
    reasonCode: string;
}>;

export type Connection = SignedStatement<ConnectionStatement>;

/** @throws CONNECTION_CONFLICT {carrier, connectionPoint, sequence} unless the statement is the next one */
export function followsConnection(existing: Connection | null, statement: ConnectionStatement): void {
    const { carrier, connectionPoint } = statement;
    const sequence = existing?.statement.sequence ?? 0;
    demand(statement.sequence === sequence + 1, 'CONNECTION_CONFLICT', { carrier, connectionPoint, sequence });
}
