import { expect } from 'chai';
import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { callWithin, type Committed, CommonwattError, draftTerms, type Market } from '@commonwatt/client';
import { orgNames } from '@commonwatt/network';
import { expectNothingWritten, transactionInBlock } from '../support/in-block.js';
import { digestOf, equalChains, listingsAt } from '../support/listings.js';
import { CARRIER, DEPOSIT_NANO, household, prosumer, RETAILER, withMarket } from '../support/market.js';
import { RawGateway } from '../support/raw-gateway.js';
import { expectRefusal } from '../support/refusal.js';
import { replayBlocks, type ReplayedTransaction } from '../support/replay.js';
import { saleDraft } from '../support/sale.js';

const SELLER = prosumer('bld-05');
const BUYER = household('bld-04');

/** Commands sent again at the same time: all at once, busy peers would turn some away. */
const AT_ONCE = 16;

describe('the same command again', function () {
    this.timeout(60_000);
    const market = withMarket();
    /** Three clients of three organisations, each by way of its own peer. */
    const clients = (): Market[] => [SELLER.id, RETAILER.id, 'settlement'].map((name) => market().as(name));

    before(async () => {
        await market().admit(SELLER, BUYER, RETAILER);
        await market().endSlot();
    });

    /** Every client does it at once; what they did has happened once. */
    async function together<Value>(act: (client: Market) => Promise<Committed<Value>>): Promise<Committed<Value>[]> {
        return await Promise.all(clients().map(act));
    }

    /** Transactions of several senders that wrote anything. */
    async function writers(committed: readonly Committed<unknown>[]): Promise<string[]> {
        const inBlocks = committed.filter(({ blockNumber }) => blockNumber !== null);
        const found = await Promise.all(inBlocks.map((each) => transactionInBlock(market().as(BUYER.id), each)));
        const wrote = found.filter((each) => each.validationCode === 'VALID' && each.writes.length > 0);
        return wrote.map(({ transactionId }) => transactionId);
    }

    describe('by three clients at once', () => {
        it('concludes one agreement, and sets its escrow aside once', async () => {
            const terms = draftTerms(sale());
            const consents = await market().consents(terms);
            const freeNano = async (): Promise<bigint> =>
                (await market().as(BUYER.id).accounts.show(BUYER.id)).freeNano;
            const before = await freeNano();
            const concluded = await together((client) => client.agreements.conclude(terms, consents));
            const [agreementId = '', ...others] = new Set(concluded.map(({ value }) => value.agreementId));
            expect(others).to.deep.equal([]);
            const { agreement } = await market().as(BUYER.id).agreements.show(agreementId);
            await market().as('reviewer').verdicts.approve(agreement, 'noObjection');

            await together((client) => client.agreements.fund(agreementId, null));
            expect(before - (await freeNano())).to.equal(10n * 100_000n);
            const history = await market().as(BUYER.id).agreements.history(agreementId);
            const states = history.flatMap(({ execution }) => (execution === null ? [] : [execution.state]));
            expect(states).to.deep.equal(['concluded', 'inForce']);
            expect(history.filter((change) => change.agreement !== null)).to.have.length(1);
        });

        it('records a reading once, and refuses another of the same slot', async () => {
            const slot = market().nextSlot - 1;
            await market().tick();
            const readings = await market().readings(slot);
            const submitted = await together((client) => client.readings.submit(readings));
            expect(await writers(submitted)).to.have.length(1);
            expect(submitted.map(({ value }) => value.accepted)).to.include(readings.length);
            const list = await market().as(BUYER.id).readings.list(SELLER.id);
            expect(list.filter(({ reading }) => reading.slot === slot)).to.have.length(1);
            await expectNothingWritten(market().as(BUYER.id), await market().as(BUYER.id).readings.submit(readings));
            const [first] = readings;
            if (first === undefined) {
                throw new Error('some meter reads');
            }
            const { pointId, exportWh } = first.reading;
            const more = { ...first.reading, exportWh: (exportWh + 1n) as typeof exportWh };
            const altered = await market().signAsMeter(pointId, more);
            await expectRefusal(market().as(BUYER.id).readings.submit([altered]), 'conflict READING_CONFLICT');
        });

        it('settles a slot once, and pays once', async () => {
            const slot = await market().endSlot();
            const settled = await together((client) => client.settlements.run(CARRIER, slot));
            expect(await writers(settled)).to.have.length(1);
            const accounts = async () =>
                Promise.all([SELLER, BUYER, RETAILER].map(({ id }) => market().as(BUYER.id).accounts.show(id)));
            const before = await accounts();
            const again = await market().as(SELLER.id).settlements.run(CARRIER, slot);
            await expectNothingWritten(market().as(SELLER.id), again);
            expect(await accounts()).to.deep.equal(before);
        });
    });

    describe('word for word, long afterwards', () => {
        it('every command that the blocks hold would be refused or change nothing', async () => {
            await coverOnce('lender');
            const { transactions } = await replayBlocks(market().as('settlement'));
            const commands = transactions.filter(isCommand);
            const verbs = new Set(commands.map(({ verb }) => verb));
            expect(verbs.size, [...verbs].join()).to.be.greaterThan(12);

            const before = await everything();
            const outcomes: string[] = [];
            for (let first = 0; first < commands.length; first += AT_ONCE) {
                outcomes.push(...(await Promise.all(commands.slice(first, first + AT_ONCE).map(resend))));
            }
            expect(outcomes.filter((outcome) => outcome !== 'nothing' && outcome !== 'refused')).to.deep.equal([]);
            expect(outcomes.filter((outcome) => outcome === 'nothing').length).to.be.greaterThan(12);
            expect(await everything()).to.deep.equal(before);
        });
    });

    const sale = (): ReturnType<typeof saleDraft> =>
        saleDraft({
            sellerId: SELLER.id,
            buyerId: BUYER.id,
            firstSlot: market().nextSlot + 40,
            energyWh: [10n],
            priceMicroPerKwh: 100_000n,
        });

    /** The one step that no other test here takes: somebody sets money aside as credit cover. */
    async function coverOnce(participantId: string): Promise<void> {
        const own = (await market().actors.enrol(participantId, 'community')).market;
        const subject = { kind: 'consumer', sector: 'residential', beneficialOwnerMspId: null } as const;
        await own.participants.apply({ participantId, ...subject });
        const amountNano = DEPOSIT_NANO;
        await market().as('settlement').accounts.deposit({ paymentId: 'loan', participantId, amountNano });
        await own.accounts.cover({ transferId: 'once', participantId, carrier: CARRIER, lane: 0, amountNano });
    }

    /** Sends a command again as whoever sent it first, and tells what came of it. */
    async function resend({ chaincode, verb, command, creatorPem }: ReplayedTransaction): Promise<string> {
        const sender = await market().actors.holderOf(creatorPem);
        if (sender === null || chaincode === null || verb === null) {
            return `nobody holds the certificate of ${verb ?? 'a transaction'}`;
        }
        try {
            const receipt = await sender.transport.submit(
                callWithin({ chaincode, verb, command }),
                sender.profile.mspIds,
            );
            const { validationCode, writes, event } = await transactionInBlock(sender, receipt);
            const silent = validationCode === 'VALID' && writes.length === 0 && event === null;
            return silent ? 'nothing' : `${verb} in block ${receipt.blockNumber} did it again`;
        } catch (error) {
            if (error instanceof CommonwattError && error.kind !== 'internal' && error.kind !== 'unavailable') {
                return 'refused';
            }
            throw error;
        }
    }

    async function everything(): Promise<string[]> {
        const gateway = await RawGateway.open(market().network, market().actors.get(BUYER.id));
        try {
            await equalChains(gateway, market().as(BUYER.id).profile.channel);
            const digests = [];
            for (const org of orgNames) {
                digests.push(digestOf(await listingsAt(gateway, org)));
            }
            return digests;
        } finally {
            gateway.close();
        }
    }
});

/** A valid transaction of a verb of the market. */
function isCommand({ chaincode, verb, validationCode }: ReplayedTransaction): boolean {
    const verbs = { exchange: EXCHANGE_VERBS, supervision: SUPERVISION_VERBS } as const;
    const own = chaincode === 'exchange' || chaincode === 'supervision' ? verbs[chaincode] : {};
    return validationCode === 'VALID' && Object.hasOwn(own, verb ?? '');
}
