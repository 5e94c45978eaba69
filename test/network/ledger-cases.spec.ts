import { fileURLToPath } from 'node:url';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { readBlock, readConnectionProfile } from '@commonwatt/client';
import { Auditor } from '@commonwatt/client/auditor/auditor';
import { blocksOfPeer } from '@commonwatt/client/auditor/block-source';
import { transactionInEnvelope } from '../support/transaction-in-envelope.js';
import { validationCodeName } from '@commonwatt/client/validation-code';
import { orgNames } from '@commonwatt/network';
import { EndorseError, type Transaction } from '@hyperledger/fabric-gateway';
import { gateway as protos } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { Actors } from '../support/actors.js';
import { counted } from '../support/counted.js';
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

    describe('after all of that', () => {
        it('is judged by the audit as the peers judged it, transaction for transaction', async () => {
            const { transport } = actors.as('script');
            const chaincodes = { exchange: 'exchange', supervision: 'supervision' };
            const auditor = new Auditor({ channel, chaincodes });
            const tally: Record<string, number> = {};
            for await (const block of blocksOfPeer(transport, 0)) {
                // What these chaincodes do is no market's business: only how it was judged is compared.
                const findings = (await auditor.take(block)).filter(({ code }) => JUDGED.test(code));
                expect(findings).to.deep.equal([]);
                for (const { validationCode } of readBlock(block).transactions) {
                    tally[validationCode] = (tally[validationCode] ?? 0) + 1;
                }
            }
            expect(auditor.isStopped).to.equal(false);
            expect(tally).to.include.keys('MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT', 'ENDORSEMENT_POLICY_FAILURE');
            counted(auditor.counts.transactions, `transactions judged: ${JSON.stringify(tally)}`);
        });
    });
});

const JUDGED = /^(BLOCK|VALIDATION|CODE|CONFIGURATION|GENESIS)/;

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
    const event = transactionInEnvelope(envelope?.serializeBinary() ?? new Uint8Array())?.event ?? null;
    return event === null ? null : { name: event.name, payload: event.payload };
}
