import { join } from 'node:path';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import type { Finding } from '@commonwatt/client/auditor/finding';
import type { NetworkStatus } from '@commonwatt/network';
import { expect } from 'chai';
import { commonwatt } from '../support/commonwatt.js';
import { CARRIER, household, prosumer, TestMarket } from '../support/market.js';
import { newStateDir, withOwnNetwork } from '../support/network.js';
import { buildNextVersion } from '../support/next-version.js';
import { peerStates } from '../support/peer-states.js';
import { replayBlocks } from '../support/replay.js';
import { saleDraft } from '../support/sale.js';

const SELLER = prosumer('bld-05');
const BUYER = household('bld-04');

type Report = Readonly<{
    reproduced: number;
    versions: readonly Readonly<{ chaincode: string; version: string }>[];
    findings: readonly Finding[];
}>;

describe('a chaincode upgrade while an agreement is in force', function () {
    this.timeout(120_000);
    const network = withOwnNetwork();
    const next = join(newStateDir(), 'chaincode');
    let market: TestMarket;
    let agreementId: string;

    before(async () => {
        await network.up();
        market = await TestMarket.establish(network);
        await market.seatOfficers();
        await market.admit(SELLER, BUYER);
        const firstSlot = market.nextSlot + 1;
        const energyWh = [100n, 100n];
        const sale = { sellerId: SELLER.id, buyerId: BUYER.id, firstSlot, energyWh, priceMicroPerKwh: 150_000n };
        agreementId = await market.inForce(saleDraft(sale));
        await market.tick();
        await settleUntil(firstSlot);
        await buildNextVersion(next);
    });
    after(async () => {
        await market.actors.close();
    });

    /** Lets slots end, be read and settled until this one is. */
    async function settleUntil(last: number): Promise<void> {
        for (let slot = 0; slot < last;) {
            slot = await market.endSlot();
            await market.as(SELLER.id).settlements.run(CARRIER, slot);
        }
    }

    it('exchanges the processes, and no step fails meanwhile', async () => {
        const ended = new AbortController();
        const steps = depositUntil(ended.signal);
        const args = [
            '--state',
            network.stateDir,
            'network',
            'upgrade',
            '--entry',
            join(next, 'dist/server.js'),
            '--json',
        ];
        const { exitCode, stdout, stderr } = await commonwatt(args);
        ended.abort();
        expect(exitCode, stdout + stderr).to.equal(0);
        expect(await steps, 'deposits during the upgrade').to.be.greaterThan(5);
        const { state, processes } = JSON.parse(stdout) as NetworkStatus;
        expect(state).to.equal('running');
        const serving = processes.filter(({ kind }) => kind === 'chaincode').map(({ name }) => name);
        expect(serving).to.deep.equal(
            ['operator', 'community', 'supplier', 'regulator'].map((org) => `chaincode-${org}-v2`),
        );
    });

    /** One step after the other, each of which has to succeed. @returns how many */
    async function depositUntil(signal: AbortSignal): Promise<number> {
        for (let count = 0; ; count += 1) {
            if (signal.aborted) {
                return count;
            }
            const deposit = { paymentId: `during-${count}`, participantId: BUYER.id, amountNano: amountNano(1n) };
            await market.as('settlement').accounts.deposit(deposit);
        }
    }

    it('goes on with what was agreed, and migrates records when they are written next', async () => {
        const lastReadings = async (): Promise<Map<string, unknown>> => {
            const { state } = await replayBlocks(market.as('reviewer'));
            const keys = [SELLER, BUYER].map(({ id }) => [id, state.get(`exchange/last-reading/${id}`) ?? ''] as const);
            return new Map(keys.map(([id, text]) => [id, (JSON.parse(text) as { readings?: number }).readings]));
        };
        expect([...(await lastReadings()).values()]).to.deep.equal([undefined, undefined]);
        const slot = await market.endSlot();
        expect([...(await lastReadings()).values()]).to.deep.equal([1, 1]);
        await market.as(SELLER.id).settlements.run(CARRIER, slot);
        const { execution, agreement } = await market.as(BUYER.id).agreements.show(agreementId);
        expect(execution.state).to.equal('completed');
        expect(agreement.terms.version).to.equal(1);
    });

    it('leaves all peers alike', async () => {
        expect(new Set((await peerStates(network)).values()).size).to.equal(1);
    });

    async function audit(expectedExit: number, more: readonly string[] = []): Promise<Report> {
        const args = ['--state', network.stateDir, 'audit', 'run', '--org', 'regulator', '--json', ...more];
        const { exitCode, stdout, stderr } = await commonwatt(args);
        expect(exitCode, stdout + stderr).to.equal(expectedExit);
        return JSON.parse(stdout) as Report;
    }

    it('is audited across the upgrade, each transaction by the version that its endorsers ran', async () => {
        const { findings, versions } = await audit(0, ['--program', `2=${next}`]);
        expect(findings).to.deep.equal([]);
        const named = versions.map(({ chaincode, version }) => `${chaincode} ${version}`);
        expect(named).to.have.members(['exchange 1', 'supervision 1', 'exchange 2', 'supervision 2']);
    });

    it('without the program of the new version, an audit names the transactions that it cannot reproduce', async () => {
        const { findings } = await audit(1);
        const told = findings.map(
            ({ code, operands }) => `${code} ${String(operands['version'])} ${String(operands['verb'])}`,
        );
        expect([...new Set(told)]).to.deep.equal(['NOT_REPRODUCED 2 reading:submit']);
    });
});
