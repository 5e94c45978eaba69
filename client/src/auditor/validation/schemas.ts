import type { Field, Schema } from './protobuf.js';

/** What Fabric 2.5 reads of the messages in a transaction (fabric-protos: common, peer, ledger, msp). */

const bytes: Field = { kind: 'bytes' };
const text: Field = { kind: 'string' };
const number: Field = { kind: 'number' };
const int32: Field = { kind: 'int32' };
const flag: Field = { kind: 'flag' };
const message = (of: Schema): Field => ({ kind: 'message', of });
const messages = (of: Schema): Field => ({ kind: 'message', of, isRepeated: true });
const manyBytes: Field = { kind: 'bytes', isRepeated: true };

export const envelope: Schema = { 1: bytes, 2: bytes };
const header: Schema = { 1: bytes, 2: bytes };
export const payload: Schema = { 1: message(header), 2: bytes };
const timestamp: Schema = { 1: number, 2: int32 };
export const channelHeader: Schema = {
    1: int32,
    2: int32,
    3: message(timestamp),
    4: text,
    5: text,
    6: number,
    7: bytes,
    8: bytes,
};
export const signatureHeader: Schema = { 1: bytes, 2: bytes };

export const transaction: Schema = { 1: messages({ 1: bytes, 2: bytes }) };
const endorsement: Schema = { 1: bytes, 2: bytes };
export const actionPayload: Schema = { 1: bytes, 2: message({ 1: bytes, 2: messages(endorsement) }) };
export const responsePayload: Schema = { 1: bytes, 2: bytes };
const chaincodeId: Schema = { 1: text, 2: text, 3: text };
export const headerExtension: Schema = { 2: message(chaincodeId) };
export const chaincodeAction: Schema = {
    1: bytes,
    2: bytes,
    3: message({ 1: int32, 2: text, 3: bytes }),
    4: message(chaincodeId),
};
export const chaincodeEvent: Schema = { 1: text, 2: text, 3: text, 4: bytes };
const mapEntry: Schema = { 1: text, 2: bytes };
export const proposalPayload: Schema = { 1: bytes, 2: messages(mapEntry) };
const chaincodeInput: Schema = { 1: manyBytes, 2: messages(mapEntry), 3: flag };
const chaincodeSpec: Schema = { 1: int32, 2: message(chaincodeId), 3: message(chaincodeInput), 4: int32 };
export const invocationSpec: Schema = { 1: message(chaincodeSpec) };

const collection: Schema = { 1: text, 2: bytes, 3: bytes };
export const readWriteSet: Schema = { 1: int32, 2: messages({ 1: text, 2: bytes, 3: messages(collection) }) };
const version: Schema = { 1: number, 2: number };
const read: Schema = { 1: text, 2: message(version) };
const reads: Schema = { 1: messages(read) };
const merkleSummary: Schema = { 1: number, 2: number, 3: manyBytes };
const rangeQuery: Schema = {
    1: text,
    2: text,
    3: flag,
    4: { ...message(reads), oneOf: 'reads' },
    5: { ...message(merkleSummary), oneOf: 'reads' },
};
const metadataEntry: Schema = { 1: text, 2: bytes };
export const keySet: Schema = {
    1: messages(read),
    2: messages(rangeQuery),
    3: messages({ 1: text, 2: flag, 3: bytes }),
    4: messages({ 1: text, 2: messages(metadataEntry) }),
};
export const hashedKeySet: Schema = {
    1: messages({ 1: bytes, 2: message(version) }),
    2: messages({ 1: bytes, 2: flag, 3: bytes, 4: flag }),
    3: messages({ 1: bytes, 2: messages(metadataEntry) }),
};

export const identity: Schema = { 1: text, 2: bytes };
