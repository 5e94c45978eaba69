import { expect } from 'chai';
import type { BlockTransaction, Committed, Market } from '@commonwatt/client';
import { decodeEvent, type MarketEvent } from '@commonwatt/chaincode/wire/events';

/** A transaction as the block that holds it says, wherever it came from. */
export async function transactionInBlock(
    market: Market,
    { blockNumber, transactionId }: Pick<Committed<unknown>, 'blockNumber' | 'transactionId'>,
): Promise<BlockTransaction> {
    if (blockNumber === null) {
        throw new Error(`transaction ${transactionId} was found by its record, not in a block`);
    }
    // Followed, not fetched: the peer that is asked may not have the block yet.
    for await (const { transactions } of market.blocks({ fromBlock: blockNumber })) {
        const found = transactions.find((each) => each.transactionId === transactionId);
        if (found !== undefined) {
            return found;
        }
        break;
    }
    throw new Error(`transaction ${transactionId} is not in block ${blockNumber}`);
}

/** What a block must say of a step that changed the ledger. */
export type Recorded = Readonly<{
    chaincode: 'exchange' | 'supervision';
    verb: string;
    /** Keys written or deleted, all of them. */
    keys: readonly string[];
    /** Keys that were given an endorsement policy of their own. */
    policyKeys?: readonly string[];
    event: MarketEvent;
}>;

const REGULATOR = 'RegulatorMSP';

/** Whether these MSPs, each counted once, satisfy the chaincode's endorsement policy. */
export function satisfiesPolicy(chaincode: 'exchange' | 'supervision', endorsers: readonly string[]): boolean {
    const orgs = new Set(endorsers);
    if (chaincode === 'exchange') {
        return orgs.size >= 3;
    }
    return orgs.has(REGULATOR) && orgs.size >= 3;
}

/** Expects a step in its block: valid, properly endorsed, with exactly these writes and this one event. */
export async function expectInBlock(market: Market, committed: Committed<unknown>, expected: Recorded): Promise<void> {
    const transaction = await transactionInBlock(market, committed);
    const { chaincode, verb, validationCode, endorserMspIds, writes, event } = transaction;
    expect({ chaincode, verb, validationCode }).to.deep.equal({
        chaincode: expected.chaincode,
        verb: expected.verb,
        validationCode: 'VALID',
    });
    expect(satisfiesPolicy(expected.chaincode, endorserMspIds), `endorsed by ${endorserMspIds.join()}`).to.equal(true);
    expect(writes.map((each) => each.namespace)).to.deep.equal([expected.chaincode]);
    expect(writes.flatMap((each) => each.keys)).to.have.members(expected.keys);
    expect(writes.flatMap((each) => each.policyKeys)).to.have.members(expected.policyKeys ?? []);
    expect(event?.chaincode).to.equal(expected.chaincode);
    expect(decodeEvent(event?.name ?? '', event?.payload ?? '')).to.deep.equal(expected.event);
}

/** Expects a repeated step in its block: valid, and nothing happened. */
export async function expectNothingWritten(market: Market, committed: Committed<unknown>): Promise<void> {
    const { validationCode, writes, event } = await transactionInBlock(market, committed);
    expect({ validationCode, writes, event }).to.deep.equal({ validationCode: 'VALID', writes: [], event: null });
}
