import { z } from 'zod';
import type { Connection, ConnectionStatement } from '../domain/connection.js';
import { type Loading, LOADING_SLOTS } from '../domain/loading.js';
import { codec } from './codec.js';
import {
    carrierField,
    countField,
    hashField,
    idField,
    powerField,
    reasonField,
    resultEnergyField,
    signatureField,
    slotField,
    versionField,
} from './fields.js';

const HISTORY_BYTES_MAX = 1024 * 1024;

const statement = z.strictObject({
    carrier: carrierField,
    connectionPoint: idField,
    sequence: versionField,
    importMaxW: powerField,
    exportMaxW: powerField,
    reasonCode: reasonField,
});

export const connectionStatementCodec = codec<ConnectionStatement>(statement);
const connectionSchema = z.strictObject({
    statement,
    officerSubjectHash: hashField,
    keyId: hashField,
    signature: signatureField,
});
export const connectionCodec = codec<Connection>(connectionSchema);

/** Limits a connection point; where nothing limited it before, what is in force is counted from a slot on. */
export type SetConnectionCommand = Readonly<{
    statement: ConnectionStatement;
    signature: string;
    /** The first slot that has not begun. */
    fromSlot: number;
}>;
export const setConnectionCodec = codec<SetConnectionCommand>(
    z.strictObject({ statement, signature: signatureField, fromSlot: slotField }),
);

export const loadingCodec = codec<Loading>(
    z.strictObject({
        carrier: carrierField,
        connectionPoint: idField,
        firstSlot: slotField,
        flows: z
            .array(z.strictObject({ importWh: resultEnergyField, exportWh: resultEnergyField }))
            .length(LOADING_SLOTS),
    }),
);

/** Names an agreement in force that has a metering point at a connection point. */
export type ConnectedAgreement = Readonly<{
    carrier: Loading['carrier'];
    connectionPoint: string;
    firstSlot: number;
    agreementId: string;
}>;
export const connectedAgreementCodec = codec<ConnectedAgreement>(
    z.strictObject({ carrier: carrierField, connectionPoint: idField, firstSlot: slotField, agreementId: hashField }),
);

/** One statement of the operator, from the peer's history of the key. */
export type ConnectionChange = Readonly<{ transactionId: string; timestampMs: number; connection: Connection }>;
export const connectionHistoryCodec = codec<readonly ConnectionChange[]>(
    z.array(
        z.strictObject({
            transactionId: z.string().max(128),
            timestampMs: countField(0, Number.MAX_SAFE_INTEGER),
            connection: connectionSchema,
        }),
    ),
    HISTORY_BYTES_MAX,
);

export const connectionQueryCodec = codec(z.strictObject({ carrier: carrierField, connectionPoint: idField }));
export const loadingQueryCodec = codec(
    z.strictObject({ carrier: carrierField, connectionPoint: idField, slot: slotField }),
);
