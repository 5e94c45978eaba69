import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import {
    connect,
    type ConnectOptions,
    draftTerms,
    identityOf,
    type Market,
    OutcomeUnknownError,
    readConnectionProfile,
    type Receipt,
    type Submitter,
} from '@commonwatt/client';
import { household, prosumer, RETAILER, withMarket } from '../support/market.js';
import { newStateDir } from '../support/network.js';
import { refusalOf } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';

const SELLER = prosumer('bld-05');
const BUYER = household('bld-04');
const projectFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** What somebody gives a call who does not want to wait long. */
const WITHIN_MS = 8_000;

describe('fabric-network as the transport', function () {
    this.timeout(90_000);
    const market = withMarket();
    const opened: Market[] = [];

    before(async () => {
        await market().admit(SELLER, BUYER, RETAILER);
    });
    after(() => {
        opened.forEach((each) => {
            each.close();
        });
    });

    async function open(
        name: string,
        transport: NonNullable<ConnectOptions['transport']>,
        submitter?: Submitter,
    ): Promise<Market> {
        const { org, entry } = market().actors.get(name);
        const profile = await readConnectionProfile(market().network.profilePath(org));
        const client = await connect({
            profile,
            identity: identityOf(entry),
            transport,
            ...(submitter && { submitter }),
        });
        opened.push(client);
        return client;
    }

    const sale = (): ReturnType<typeof saleDraft> =>
        saleDraft({
            sellerId: SELLER.id,
            buyerId: BUYER.id,
            firstSlot: market().nextSlot + 8,
            energyWh: [100n],
            priceMicroPerKwh: 100_000n,
        });

    it('serves the application in the README from a wallet of its own format', async () => {
        const readme = await readFile(`${projectFolder}README.md`, 'utf8');
        const [program] = /(?<=```js\n)[^`]*fabric-network.*?(?=```)/s.exec(readme) ?? [''];
        expect(program).to.contain("transport: 'fabric-network'");
        const { entry } = market().actors.get(SELLER.id);
        const wallet = join(newStateDir(), 'wallet');
        await mkdir(wallet);
        const { mspId, certificate, privateKey } = entry;
        const stored = { credentials: { certificate, privateKey }, mspId, type: 'X.509', version: 1 };
        await writeFile(join(wallet, `${SELLER.id}.id`), JSON.stringify(stored));
        await writeFile(join(wallet, 'signing-key.pem'), entry.signingKey.privateKey);
        const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
            cwd: projectFolder,
            env: { WALLET: wallet, PROFILE: market().network.profilePath('community') },
            timeout: 30_000,
        });
        expect(stdout).to.match(new RegExp(`^${SELLER.id} \\d+n$`));
    });

    it('yields the same blocks, byte for byte', async () => {
        const [gateway, other] = [await open(SELLER.id, 'gateway'), await open(SELLER.id, 'fabric-network')];
        const height = await gateway.transport.height();
        expect(await other.transport.height()).to.be.at.least(height);
        expect(await blockBytes(other, height)).to.deep.equal(await blockBytes(gateway, height));
    });

    it('tells refusals of queries and of submissions alike', async () => {
        const [gateway, other] = [await open(SELLER.id, 'gateway'), await open(SELLER.id, 'fabric-network')];
        for (const refused of [
            (client: Market) => client.participants.show('nobody'),
            (client: Market) => client.clock.advance({ fromSlot: market().nextSlot, toSlot: market().nextSlot }),
        ]) {
            const [expected, told] = [await refusalOf(refused(gateway)), await refusalOf(refused(other))];
            const { kind, code, operands } = expected;
            expect(told).to.deep.include({ kind, code, operands });
        }
    });

    it('tells how the peers judged a transaction that too few had endorsed', async () => {
        const terms = draftTerms({ ...sale(), firstSlot: sale().firstSlot + 2 });
        const consents = await market().consents(terms);
        const { transport } = await open(SELLER.id, 'fabric-network');
        let receipt: Receipt | null = null;
        const byTwo: Submitter = {
            submit: async ({ call }) => {
                receipt = await transport.submit(call, ['CommunityMSP', 'SupplierMSP']);
                throw new Error('this client does not go on');
            },
        };
        const other = await open(SELLER.id, transport, byTwo);
        await other.agreements.conclude(terms, consents).catch(() => undefined);
        expect(receipt).to.include({ validationCode: 'ENDORSEMENT_POLICY_FAILURE' });
    });

    it('goes on by other peers while the own one is away, and says who is missing where it is needed', async () => {
        const other = await open(SELLER.id, 'fabric-network');
        const reviewer = await open('reviewer', 'fabric-network');
        const concluded = await market().conclude(sale());
        const { agreement } = await other.agreements.show(concluded.value.agreementId);
        process.kill(await market().network.pid('peer-community'), 'SIGKILL');
        process.kill(await market().network.pid('peer-regulator'), 'SIGKILL');
        try {
            expect((await other.participants.show(SELLER.id)).participantId).to.equal(SELLER.id);
            const startedMs = performance.now();
            const approval = await refusalOf(reviewer.within(WITHIN_MS).verdicts.approve(agreement, 'noObjection'));
            expect(performance.now() - startedMs, 'ms until the answer').to.be.within(WITHIN_MS / 2, WITHIN_MS + 5_000);
            expect(approval).to.deep.include({ kind: 'unavailable', code: 'PEER_UNAVAILABLE' });
            expect(approval.operands['organizations']).to.include('RegulatorMSP');
        } finally {
            await market().network.up();
        }
        const approved = await reviewer.verdicts.approve(agreement, 'noObjection');
        expect(approved.value.statement.decision).to.equal('approved');
    });

    it('calls the outcome unknown when no orderer says that it took a transaction, and the same command succeeds later', async () => {
        const other = await open(SELLER.id, 'fabric-network');
        const terms = draftTerms({ ...sale(), firstSlot: sale().firstSlot + 1 });
        const consents = await market().consents(terms);
        process.kill(await market().network.pid('orderer-1'), 'SIGKILL');
        try {
            const outcome = await refusalOf(other.agreements.conclude(terms, consents));
            expect(outcome).to.deep.include({ kind: 'outcomeUnknown', code: 'OUTCOME_UNKNOWN' });
            expect(outcome.transactionId).to.match(/^[0-9a-f]{64}$/);
        } finally {
            await market().network.up();
        }
        const { value } = await onceOrdered(() => other.agreements.conclude(terms, consents));
        expect((await other.agreements.show(value.agreementId)).execution.state).to.equal('concluded');
    });
});

/** An orderer that comes back refuses until it is elected; so long the outcome stays unknown. */
async function onceOrdered<Value>(submit: () => Promise<Value>, attempts = 5): Promise<Value> {
    try {
        return await submit();
    } catch (error) {
        if (error instanceof OutcomeUnknownError && attempts > 1) {
            return await onceOrdered(submit, attempts - 1);
        }
        throw error;
    }
}

async function blockBytes(client: Market, count: number): Promise<string[]> {
    const stream = await client.transport.blocks(0);
    const blocks: string[] = [];
    for await (const block of stream) {
        blocks.push(Buffer.from(block.serializeBinary()).toString('hex'));
        if (blocks.length === count) {
            break;
        }
    }
    stream.close();
    return blocks;
}
