import type { Json } from '@commonwatt/chaincode/wire/canonical';
import type { ChaincodeInterface, ChaincodeStub, Iterators } from 'fabric-shim';

/** Calls of the shim that a script can make, with what each answers: `null` for nothing; a missing value is the empty text. */
const OPERATIONS = {
    get: async (stub: ChaincodeStub, key: string): Promise<Json> => text(await stub.getState(key)),
    put: async (stub: ChaincodeStub, key: string, value: string): Promise<Json> => {
        await stub.putState(key, Buffer.from(value, 'utf8'));
        return null;
    },
    delete: async (stub: ChaincodeStub, key: string): Promise<Json> => {
        await stub.deleteState(key);
        return null;
    },
    policy: async (stub: ChaincodeStub, key: string, hex: string): Promise<Json> => {
        await stub.setStateValidationParameter(key, Buffer.from(hex, 'hex'));
        return null;
    },
    policyOf: async (stub: ChaincodeStub, key: string): Promise<Json> => {
        // The shim answers nothing for a key without a policy, whatever its types say.
        const policy = (await stub.getStateValidationParameter(key)) as Uint8Array | undefined;
        return Buffer.from(policy ?? []).toString('hex');
    },
    range: async (stub: ChaincodeStub, start: string, end: string, max: number): Promise<Json> =>
        await firstOf(await stub.getStateByRange(start, end), max),
    page: async (stub: ChaincodeStub, start: string, end: string, size: number, bookmark: string): Promise<Json> => {
        const page = await stub.getStateByRangeWithPagination(start, end, size, bookmark);
        // The shim leaves the metadata of an empty page out, whatever its types say.
        const metadata = page.metadata as typeof page.metadata | undefined;
        return [await firstOf(page.iterator, size), metadata?.fetchedRecordsCount ?? 0, metadata?.bookmark ?? ''];
    },
    history: async (stub: ChaincodeStub, key: string): Promise<Json> => await changes(await stub.getHistoryForKey(key)),
    event: (stub: ChaincodeStub, name: string, payload: string): Promise<Json> => {
        stub.setEvent(name, Buffer.from(payload, 'utf8'));
        return Promise.resolve(null);
    },
    call: async (
        stub: ChaincodeStub,
        chaincode: string,
        operations: readonly (readonly unknown[])[],
    ): Promise<Json> => {
        const response = await stub.invokeChaincode(chaincode, ['play', JSON.stringify(operations)], '');
        return [response.status, text(response.payload ?? new Uint8Array())];
    },
    transaction: (stub: ChaincodeStub): Promise<Json> =>
        Promise.resolve([
            stub.getTxID(),
            stub.getChannelID(),
            stub.getDateTimestamp().getTime(),
            stub.getCreator().mspid,
        ]),
    fail: (_stub: ChaincodeStub, message: string): Promise<Json> => Promise.reject(new Error(message)),
} as const;

type Name = keyof typeof OPERATIONS;
type Rest<Values> = Values extends readonly [unknown, ...infer Others] ? Others : never;

/** One call of the shim by its name and arguments; those of an inner call are operations, too. */
export type Operation = {
    [Each in Name]: readonly [Each, ...Rest<Parameters<(typeof OPERATIONS)[Each]>>];
}[Name];

type Call = (stub: ChaincodeStub, ...args: readonly unknown[]) => Promise<Json>;

/** A chaincode without a will of its own: its second argument says which calls of the shim it makes, in JSON. */
export const scriptedChaincode: ChaincodeInterface = {
    Init: () => Promise.resolve({ status: 200 }),
    Invoke: async (stub) => {
        const [, script = '[]'] = stub.getArgs();
        try {
            const answers: Json[] = [];
            for (const [name, ...args] of JSON.parse(script) as readonly Operation[]) {
                answers.push(await (OPERATIONS[name] as Call)(stub, ...args));
            }
            return { status: 200, payload: Buffer.from(JSON.stringify(answers), 'utf8') };
        } catch (error) {
            return { status: 500, message: error instanceof Error ? error.message : String(error) };
        }
    },
};

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** `key=value` of the first results, and no call of the shim beyond them. */
async function firstOf(iterator: Iterators.StateQueryIterator, max: number): Promise<Json> {
    const found: string[] = [];
    while (found.length < max) {
        const next = await iterator.next();
        if (next.done) {
            break;
        }
        found.push(`${next.value.key}=${text(next.value.value)}`);
    }
    await iterator.close();
    return found;
}

async function changes(iterator: Iterators.HistoryQueryIterator): Promise<Json> {
    const found: string[] = [];
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        found.push(next.value.isDelete ? 'deleted' : text(next.value.value));
    }
    await iterator.close();
    return found;
}
