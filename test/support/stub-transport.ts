import { Readable } from 'node:stream';
import type { common } from '@hyperledger/fabric-protos';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import type { ConnectionProfile } from '@commonwatt/client';
import { type Call, Market, type Receipt, type Stream, type Transport } from '@commonwatt/client';
import { refusal } from '@commonwatt/client/errors';
import { blockOf } from './stub-blocks.js';
import type { StubMarket } from './stub-market.js';
import type { Identity } from './stub-identity.js';

const PROFILE: ConnectionProfile = {
    org: 'community',
    mspId: 'CommunityMSP',
    mspIds: ['CommunityMSP', 'OperatorMSP', 'SupplierMSP', 'RegulatorMSP'],
    channel: 'market',
    chaincodes: { supervision: 'supervision', exchange: 'exchange' },
    gateways: [],
    orderers: [],
    developmentCa: null,
    admin: null,
};

/** Carries the client's calls to the channel in memory. Every organisation is there; who was named is written down. */
export class StubTransport implements Transport {
    readonly isClosed = false;
    /** Submissions in their order, each with the organisations named to endorse it. */
    readonly submitted: Readonly<{ verb: string; endorsers: readonly string[]; validationCode: string }>[] = [];
    /** Queries in their order. */
    readonly evaluated: string[] = [];
    readonly #stub: StubMarket;
    readonly #identity: Identity;

    constructor(stub: StubMarket, identity: Identity) {
        this.#stub = stub;
        this.#identity = identity;
    }

    async evaluate(call: Call): Promise<string> {
        this.evaluated.push(call.verb);
        return (await this.#endorse(call)).payload;
    }

    async submit(call: Call, endorsers: readonly string[]): Promise<Receipt> {
        const { ledger } = this.#stub;
        const endorsed = await this.#endorse(call);
        const validationCode = ledger.commit(endorsed);
        this.submitted.push({ verb: call.verb, endorsers, validationCode });
        const { payload, txId: transactionId } = endorsed;
        return { payload, transactionId, blockNumber: ledger.height, endorsementMs: 0, validationCode };
    }

    /** Block 0 is the channel's own. */
    height(): Promise<number> {
        return Promise.resolve(this.#stub.ledger.height + 1);
    }

    /** Blocks there are; it does not wait for more. */
    blocks(fromBlock: number): Promise<Stream<common.Block>> {
        const { transactions } = this.#stub.ledger;
        const blocks = transactions.filter(({ blockNumber }) => blockNumber >= fromBlock).map((each) => blockOf(each));
        return Promise.resolve(Object.assign(Readable.from(blocks), { close: () => undefined }));
    }

    close(): void {
        // Nothing is open.
    }

    async #endorse({ chaincode, verb, command }: Call): ReturnType<StubMarket['ledger']['endorse']> {
        const { creator } = this.#identity;
        const endorsed = await this.#stub.ledger.endorse({ chaincode, args: [verb, command], creator });
        const error = decodeError(endorsed.message);
        if (endorsed.status !== 200) {
            throw error === null ? new Error(endorsed.message) : refusal(error, endorsed.txId);
        }
        return endorsed;
    }
}

/** The client as one member of the small market uses it. */
export function clientOf(stub: StubMarket, name: string): Readonly<{ market: Market; transport: StubTransport }> {
    const member = stub.who(name);
    const { key, mspId } = member;
    const transport = new StubTransport(stub, member);
    const identity = {
        mspId,
        certificate: Buffer.from(member.creator.idBytes).toString('utf8'),
        signer: (): Promise<Uint8Array> => Promise.reject(new Error('the channel in memory needs no signatures')),
        documents: { publicKey: key.publicKey, sign: (text: string) => Promise.resolve(key.sign(text)) },
    };
    return { market: new Market(PROFILE, identity, transport), transport };
}
