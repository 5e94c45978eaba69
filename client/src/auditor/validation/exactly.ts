import { Malformed, rewritten, type Schema } from './protobuf.js';

type Message = Readonly<{ serializeBinary: () => Uint8Array }>;
type MessageType<Read extends Message> = Readonly<{ deserializeBinary: (bytes: Uint8Array) => Read }>;

/**
 * Reads a message as every peer reads it. One that is written as Fabric's programs write it has one reading; any other is
 * written anew first.
 * @throws Malformed what a peer refuses to read
 */
export function exactly<Read extends Message>(type: MessageType<Read>, schema: Schema, bytes: Uint8Array): Read {
    return usual(type, bytes) ?? type.deserializeBinary(rewritten(schema, bytes));
}

/** What is read of bytes that are written in the usual way; `null` of any others. */
export function usual<Read extends Message>(type: MessageType<Read>, bytes: Uint8Array): Read | null {
    try {
        const read = type.deserializeBinary(bytes);
        return Buffer.from(read.serializeBinary()).equals(bytes) ? read : null;
    } catch {
        return null;
    }
}

/** What a reading gives; `null` where a peer refuses to read. */
export function readOrNull<Read>(read: () => Read): Read | null {
    try {
        return read();
    } catch (error) {
        if (error instanceof Malformed) {
            return null;
        }
        throw error;
    }
}
