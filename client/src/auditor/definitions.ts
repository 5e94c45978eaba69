import { peer } from '@hyperledger/fabric-protos';
import type { TransactionContent } from './transaction-content.js';

/** A version of a chaincode that all organisations approved, and where it came into force. */
export type Definition = Readonly<{ chaincode: string; version: string; blockNumber: number; timeMs: number }>;

/** The chaincode of every peer that keeps the definitions of the others. */
const LIFECYCLE = '_lifecycle';
const COMMIT = 'CommitChaincodeDefinition';
/**
 * What was endorsed before an upgrade may be ordered after it. Endorsers refuse transactions older than this, so that a
 * transaction of the old version is at most this much younger than the upgrade.
 */
const IN_FLIGHT_MS = 60_000;

/** The versions of the market's chaincodes, as the blocks tell them. */
export class Definitions {
    readonly #all: Definition[];

    constructor(known: readonly Definition[] = []) {
        this.#all = [...known];
    }

    get all(): readonly Definition[] {
        return this.#all;
    }

    /** Takes a valid transaction in, if it puts a version into force. */
    take({ chaincode, args, timeMs }: TransactionContent, blockNumber: number): void {
        const [verb, definition] = args;
        if (
            chaincode === LIFECYCLE &&
            Buffer.from(verb ?? []).toString('utf8') === COMMIT &&
            definition !== undefined
        ) {
            const committed = peer.lifecycle.CommitChaincodeDefinitionArgs.deserializeBinary(definition);
            const [name, version] = [committed.getName(), committed.getVersion()];
            this.#all.push({ chaincode: name, version, blockNumber, timeMs });
        }
    }

    /** The version in force; the empty text before there is one. */
    inForce(chaincode: string): string {
        return this.#all.findLast((each) => each.chaincode === chaincode)?.version ?? '';
    }

    /** Whether a transaction may say that this version was run: the one in force, or one superseded while it was under way. */
    mayState({ chaincode, version, timeMs }: TransactionContent): boolean {
        const own = this.#all.filter((each) => each.chaincode === chaincode);
        const index = own.findLastIndex((each) => each.version === version);
        const successor = own[index + 1];
        return index >= 0 && (successor === undefined || timeMs <= successor.timeMs + IN_FLIGHT_MS);
    }
}
