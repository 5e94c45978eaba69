import type { Context } from 'fabric-contract-api';
import { type ChaincodeInterface, type ChaincodeResponse, type ChaincodeStub, Shim } from 'fabric-shim';
import { demand, MarketError, marketError } from './domain/errors.js';
import type { MarketContext } from './store/market-context.js';
import type { Handler, MarketContract } from './store/market-contract.js';
import { encodeError } from './wire/errors.js';
import { CONSTITUTING_VERBS } from './wire/verbs.js';

/** What tools ask a chaincode to describe itself. */
const METADATA_VERB = 'org.hyperledger.fabric:GetMetadata';

/** The shim's arguments before it decodes them; its published types leave them out. */
type StubWithBytes = ChaincodeStub & Readonly<{ getBufferArgs: () => Buffer[] }>;

/** A contract and its verbs, by name on the wire. */
export type VerbTable<Ctx extends MarketContext> = Readonly<Record<string, Handler<Ctx>>>;

/**
 * Serves contracts to the peer through an explicit table of verbs, so that no method becomes a transaction by accident,
 * and turns every refusal into a coded message. Nothing thrown in a verb leaves this class: an uncaught error would end
 * the process, and the gateway would retry the same input on the next peer.
 */
export class ContractChaincode<Ctx extends MarketContext> implements ChaincodeInterface {
    readonly #name: string;
    readonly #contract: MarketContract;
    readonly #verbs: VerbTable<Ctx>;

    constructor(name: string, contract: MarketContract, verbs: VerbTable<Ctx>) {
        this.#name = name;
        this.#contract = contract;
        this.#verbs = verbs;
    }

    /** Nothing to prepare: the market is established by a transaction like any other. */
    async Init(): Promise<ChaincodeResponse> {
        return Promise.resolve(Shim.success());
    }

    async Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse> {
        try {
            return Shim.success(Buffer.from(await this.#answer(stub), 'utf8'));
        } catch (error) {
            return Shim.error(encodeError(asMarketError(error)));
        }
    }

    async #answer(stub: ChaincodeStub): Promise<string> {
        const [verb = '', command, ...rest] = (stub as StubWithBytes).getBufferArgs().map(decodeUtf8);
        if (verb === METADATA_VERB) {
            return this.#describe();
        }
        const handler = Object.hasOwn(this.#verbs, verb) ? this.#verbs[verb] : undefined;
        demand(handler !== undefined, 'VERB_UNKNOWN', { chaincode: this.#name, verb: verb.slice(0, 64) });
        demand(command !== undefined && rest.length === 0, 'INPUT_INVALID', { reason: 'a verb takes one argument' });
        const ctx = this.#contract.createContext() as Context & Ctx;
        ctx.stub = stub;
        await this.#contract.beforeTransaction(ctx);
        if (!CONSTITUTING_VERBS.has(verb)) {
            await ctx.demandInForce();
        }
        const answer = await handler(ctx, command);
        await this.#contract.afterTransaction(ctx, answer);
        return answer;
    }

    #describe(): string {
        const transactions = Object.keys(this.#verbs).map((name) => ({
            name,
            parameters: [{ name: 'command', schema: { type: 'string' } }],
            returns: { type: 'string' },
        }));
        return JSON.stringify({
            info: { title: this.#name, version: '1' },
            contracts: { [this.#name]: { name: this.#name, transactions, default: true } },
            components: { schemas: {} },
        });
    }
}

function decodeUtf8(bytes: Buffer): string {
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        throw marketError('INPUT_INVALID', { reason: 'not UTF-8' });
    }
}

/** An error that no decision foresaw is still answered, with what it says of itself. */
function asMarketError(error: unknown): MarketError {
    if (error instanceof MarketError) {
        return error;
    }
    const invariant = error instanceof Error ? `${error.name}: ${error.message}` : 'not an error';
    return marketError('INVARIANT_BROKEN', { invariant: invariant.slice(0, 256).toWellFormed() });
}
