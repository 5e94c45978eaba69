import { z } from 'zod';
import {
    type Connection,
    type ConnectionShare,
    type ConnectionStatement,
    GRANTS_MAX,
    type ShareTransfer,
    type SignedTransfer,
} from '../domain/connection.js';
import { codec } from './codec.js';
import {
    carrierField,
    countField,
    hashField,
    idField,
    powerField,
    reasonField,
    signatureField,
    slotField,
    versionField,
} from './fields.js';
import { page, type PageQuery } from './query.js';

const HISTORY_BYTES_MAX = 16 * 1024 * 1024;

const grants = z
    .array(z.strictObject({ pointId: idField, importW: powerField, exportW: powerField }))
    .max(GRANTS_MAX)
    .refine((each) => new Set(each.map(({ pointId }) => pointId)).size === each.length, 'a point named twice');

const statement = z.strictObject({
    carrier: carrierField,
    connectionPoint: idField,
    sequence: versionField,
    importMaxW: powerField,
    exportMaxW: powerField,
    grants,
    reasonCode: reasonField,
});

export const connectionStatementCodec = codec<ConnectionStatement>(statement);
const connectionSchema = z.strictObject({
    statement,
    officerSubjectHash: hashField,
    keyId: hashField,
    signature: signatureField,
    importSharedW: powerField,
    exportSharedW: powerField,
});
export const connectionCodec = codec<Connection>(connectionSchema);

/** Limits a connection point, and gives parts of what is nobody's yet to points. */
export type SetConnectionCommand = Readonly<{ statement: ConnectionStatement; signature: string }>;
export const setConnectionCodec = codec<SetConnectionCommand>(z.strictObject({ statement, signature: signatureField }));

const transfer = z
    .strictObject({
        carrier: carrierField,
        connectionPoint: idField,
        fromPointId: idField,
        sequence: versionField,
        toPointId: idField,
        importW: powerField,
        exportW: powerField,
    })
    .refine(({ fromPointId, toPointId }) => fromPointId !== toPointId, 'a point gives to another')
    .refine(({ importW, exportW }) => importW + exportW > 0n, 'something changes hands');
/** What the owner of the giving point signs. */
export const shareTransferCodec = codec<ShareTransfer>(transfer);
const signedTransfer = z.strictObject({ transfer, signature: signatureField });

export type TransferShareCommand = SignedTransfer &
    Readonly<{
        /** The first slot that has not begun. */
        fromSlot: number;
    }>;
export const transferShareCodec = codec<TransferShareCommand>(
    z.strictObject({ ...signedTransfer.shape, fromSlot: slotField }),
);

export const connectionShareCodec = codec<ConnectionShare>(
    z.strictObject({
        carrier: carrierField,
        connectionPoint: idField,
        pointId: idField,
        sequence: versionField,
        importMaxW: powerField,
        exportMaxW: powerField,
        transfer: signedTransfer.nullable(),
    }),
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

const connectionQuery = { carrier: carrierField, connectionPoint: idField };
export const connectionQueryCodec = codec(z.strictObject(connectionQuery));

/** Listing of the shares of one connection. */
export type SharePageQuery = PageQuery & Pick<ConnectionShare, 'carrier' | 'connectionPoint'>;
export const sharePageQueryCodec = codec<SharePageQuery>(z.strictObject({ ...page, ...connectionQuery }));
