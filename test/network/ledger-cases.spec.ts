import { fileURLToPath } from 'node:url';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { readConnectionProfile } from '@commonwatt/client';
import { transactionContent } from '@commonwatt/client/auditor/transaction-content';
import { validationCodeName } from '@commonwatt/client/validation-code';
import { orgNames } from '@commonwatt/network';
import { EndorseError, type Transaction } from '@hyperledger/fabric-gateway';
import { gateway as protos } from '@hyperledger/fabric-protos';
import { Actors } from '../support/actors.js';
import { describeLedgerCases } from '../support/ledger-cases/describe-ledger-cases.js';
import { equalChains } from '../support/listings.js';
import { withOwnNetwork } from '../support/network.js';
import { type RawCall, RawGateway, submitLate } from '../support/raw-gateway.js';

const ENTRY = fileURLToPath(new URL('../support/ledger-cases/serve-scripted.js', import.meta.url));

describe('a real ledger', function () {
    this.timeout(120_000);
    const network = withOwnNetwork();
    let actors: Actors;
    let gateway: RawGateway;
    let channel: string;

    before(async () => {
        // A block for each transaction, as on the double: nobody waits for a block to fill.
        await network.up({ maxMessageCount: 1 });
        actors = new Actors(network);
        const caller = await actors.enrol('script', 'operator');
        ({ channel } = await readConnectionProfile(network.profilePath('operator')));
        gateway = await RawGateway.open(network, caller);
        for (const org of orgNames) {
            await network.restart(`chaincode-${org}`, { entry: ENTRY });
        }
    });
    after(async () => {
        gateway.close();
        await actors.close();
    });

    describeLedgerCases(() => ({
        endorse: async (operations, { chaincode = 'exchange', endorsers = orgNames } = {}) => {
            // A peer that is behind would endorse something else.
            await equalChains(gateway, channel);
            const call: RawCall = { chaincode, verb: 'play', args: [JSON.stringify(operations)] };
            const transaction = await endorsed(() => gateway.endorse(call, endorsers));
            return {
                answers: JSON.parse(Buffer.from(transaction.getResult()).toString('utf8')) as Json[],
                event: eventOf(transaction),
                commit: async () => validationCodeName(await submitLate(transaction)),
            };
        },
    }));
});

/** What the first peer says against it stands in the details. */
async function endorsed(endorse: () => Promise<Transaction>): Promise<Transaction> {
    try {
        return await endorse();
    } catch (error) {
        throw error instanceof EndorseError
            ? new Error(error.details.map(({ message }) => message).join('; '), { cause: error })
            : error;
    }
}

function eventOf(transaction: Transaction): { name: string; payload: string } | null {
    const envelope = protos.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope();
    const event = transactionContent(envelope?.serializeBinary() ?? new Uint8Array())?.event ?? null;
    return event === null ? null : { name: event.name, payload: event.payload };
}
