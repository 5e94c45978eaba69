import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { decodeEvent } from '@commonwatt/chaincode/wire/events';
import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { orgNames } from '@commonwatt/network';
import { recompute } from '../recompute/recompute.js';
import { balancesIn, moneyIn, totalOf } from '../support/held-money.js';
import { satisfiesPolicy } from '../support/in-block.js';
import { digestOf, equalChains, type Listings, listingsAt } from '../support/listings.js';
import { RawGateway, withGateway } from '../support/raw-gateway.js';
import { type Replay, replayBlocks, type ReplayedTransaction } from '../support/replay.js';
import { statementFromBlocks } from '../support/statement-from-blocks.js';
import { BUYER, DELIVERY_SLOTS, PROSUMER, SUBJECTS } from './cast.js';
import { CORRECTED_SLOTS } from './correction.js';
import { withStory } from './with-story.js';

const scenarioFolder = fileURLToPath(new URL('../../../test-network-config/scenario', import.meta.url));

describe('09 audit', function () {
    this.timeout(60_000);
    const story = withStory((each) => each.reopened());
    let replay: Replay;
    const gateway = withGateway(() => RawGateway.open(story().market.network, story().market.actors.get(BUYER.id)));
    before(async () => {
        replay = await replayBlocks(story().as('settlement'));
    });

    /** Valid transactions of the market's two chaincodes. */
    const valid = (): (ReplayedTransaction & { chaincode: 'exchange' | 'supervision' })[] =>
        replay.transactions.filter(isOfMarket).filter(({ validationCode }) => validationCode === 'VALID');

    describe('by the blocks alone', () => {
        it('every block has the data and the predecessor that its header states', () => {
            expect(replay.brokenBlocks).to.deep.equal([]);
            expect(replay.height).to.be.greaterThan(50);
        });

        it('nothing else was ordered than verbs of the two chaincodes, their definitions and the channel', () => {
            const verbs: readonly string[] = [...Object.keys(EXCHANGE_VERBS), ...Object.keys(SUPERVISION_VERBS)];
            for (const { type, chaincode, verb, blockNumber } of replay.transactions) {
                if (type === 'CONFIG') {
                    continue;
                }
                expect(chaincode, `block ${blockNumber}`).to.be.oneOf(['exchange', 'supervision', '_lifecycle']);
                expect(chaincode === '_lifecycle' || verbs.includes(verb ?? ''), `verb ${verb ?? ''}`).to.equal(true);
            }
        });

        it('every valid transaction carries the endorsements that its chaincode demands', () => {
            for (const { chaincode, verb, endorserMspIds } of valid()) {
                expect(satisfiesPolicy(chaincode, endorserMspIds), `${verb ?? ''}: ${endorserMspIds.join()}`).to.equal(
                    true,
                );
            }
        });

        it('terms were written once, under a key policy set in the same transaction, which nobody else has', () => {
            const policyKeys = valid().flatMap(({ writes }) => writes.flatMap((each) => each.policyKeys));
            const termsKeys = valid().flatMap(({ writes }) =>
                writes.flatMap((each) => each.keys.filter((key) => key.startsWith('agreement/'))),
            );
            expect(termsKeys.length).to.be.greaterThan(5);
            expect(new Set(termsKeys).size).to.equal(termsKeys.length);
            expect(policyKeys).to.deep.equal(termsKeys);
        });

        it('every valid transaction wrote in its own namespace, with one event of its own, or wrote nothing', () => {
            for (const { chaincode, verb, writes, event, blockNumber } of valid()) {
                const where = `${verb ?? ''} in block ${blockNumber}`;
                if (writes.length === 0) {
                    expect(event, where).to.equal(null);
                    continue;
                }
                expect(
                    writes.map((each) => each.namespace),
                    where,
                ).to.deep.equal([chaincode]);
                expect(event?.chaincode, where).to.equal(chaincode);
                expect(decodeEvent(event?.name ?? '', event?.payload ?? ''), where).to.not.equal(null);
            }
        });

        it('what came too late is in the blocks as invalid, and nothing tried to pass the policies', () => {
            for (const { validationCode, blockNumber } of replay.transactions) {
                const codes = ['VALID', 'MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT'];
                expect(validationCode, `block ${blockNumber}`).to.be.oneOf(codes);
            }
        });
    });

    describe('money', () => {
        it('moves only from one account to another, in every transaction', () => {
            const state = new Map<string, string>();
            for (const { changes, verb, blockNumber } of valid()) {
                let moved = 0n;
                for (const { key, value } of changes) {
                    moved += sumOf(key, value) - sumOf(key, state.get(key) ?? null);
                    state.set(key, value ?? '');
                }
                expect(moved, `${verb ?? ''} in block ${blockNumber}`).to.equal(0n);
            }
        });

        it('is in the accounts that the peers tell', async () => {
            const balances = balancesIn(replay.state);
            for (const { id } of SUBJECTS) {
                const { freeNano, covers } = await story().as(id).accounts.show(id);
                expect(freeNano, id).to.equal(balances.get(`free/${id}`) ?? 0n);
                expect(covers.map(({ carrier, balanceNano }) => [`cover/${id}/${carrier}`, balanceNano])).to.deep.equal(
                    [...balances].filter(([account]) => account.startsWith(`cover/${id}/`)),
                );
            }
            for (const { agreementId, holdings } of await story().as(BUYER.id).agreements.list()) {
                for (const { participantId, energyNano, defaultNano } of holdings) {
                    const account = `escrow/${agreementId}/${participantId}`;
                    expect(energyNano + defaultNano, account).to.equal(balances.get(account));
                }
            }
        });

        it("is what was deposited, less what the market's own accounts took", () => {
            const balances = balancesIn(replay.state);
            expect(totalOf(balances)).to.equal(0n);
            expect(Number(balances.get('system/external'))).to.be.lessThan(0);
        });

        it("is, posting for posting, what follows from the signed terms and the meters' own files", () => {
            const statement = statementFromBlocks(replay, 'summer', scenarioFolder);
            expect(statement.scenario.slots.length).to.be.at.least(DELIVERY_SLOTS + CORRECTED_SLOTS);
            expect(statement.gaps.map(({ pointId }) => pointId)).to.deep.equal([PROSUMER.id]);
            const corrections = statement.steps?.filter(({ kind }) => kind === 'reconciliation');
            expect(corrections, 'four runs of one slot, one of the next').to.have.length(5);
            expect(statement.halts).to.have.length(2);
            expect(statement.postings.length).to.be.greaterThan(100);
            expect(statement.sums.total).to.equal('0');
            expect(recompute(statement, scenarioFolder)).to.deep.equal([]);
        });
    });

    describe('all four peers', () => {
        it('have the same blocks', async () => {
            const { channel } = story().as(BUYER.id).profile;
            const { height, lastHash } = replay;
            for (const [org, chain] of await equalChains(gateway(), channel)) {
                expect(chain, org).to.deep.equal({ height, lastHash });
            }
        });

        it('list the same records, which are those that the blocks wrote', async () => {
            const digests = new Map<string, string>();
            for (const org of orgNames) {
                const listings = await listingsAt(gateway(), org);
                digests.set(digestOf(listings), org);
                expectListedAsWritten(listings);
            }
            expect([...digests.keys()], 'one digest for all').to.have.length(1);
        });
    });

    function expectListedAsWritten(listings: Listings): void {
        for (const [type, records] of listings) {
            const written = [...replay.state].filter(([key]) => key.startsWith(`${type}/`)).map(([, text]) => text);
            expect(records.length > 0, type).to.equal(!UNPLAYED.has(type));
            expect(records, type).to.have.members(written);
        }
    }
});

/** Kinds of records of which the story has none. */
const UNPLAYED = new Set(['exchange/subsidy-fund', 'exchange/subsidy-payment', 'exchange/payout']);

const isOfMarket = (
    transaction: ReplayedTransaction,
): transaction is ReplayedTransaction & { chaincode: 'exchange' | 'supervision' } =>
    transaction.chaincode === 'exchange' || transaction.chaincode === 'supervision';

/** Money in a record, over all its accounts; nothing in one that is not there. */
function sumOf(key: string, text: string | null): bigint {
    const held = text === null || text === '' ? [] : moneyIn(key, text);
    return held.reduce((sum, [, amountNano]) => sum + amountNano, 0n);
}
