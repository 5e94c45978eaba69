import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadScenario, openNetwork, registersOf, type Scenario } from '@commonwatt/network';
import { commonwatt } from '../support/commonwatt.js';
import { withKeptDemo } from '../support/kept-demo.js';
import { newStateDir } from '../support/network.js';
import { type InvokeJson, invokeWithPeerCli } from '../support/peer-cli.js';

const scenarioFolder = fileURLToPath(new URL('../../../test-network-config/scenario', import.meta.url));
/** The new household consumes what one of the buildings does. */
const NEW = 'new-home';
/** What its fuse carries. */
const FUSE_W = 15_000n;
const ALIKE = 'bld-09';
const RETAILER = 'retailer-1';
const AGREED_WH = 40;
/** `readingDeadlineSlots` of the demo's rules: nobody else reads its meter any more, so they are estimated. */
const DEADLINE_SLOTS = 4;

type Committed = Readonly<{ value: Record<string, unknown>; blockNumber: number }>;

describe('a new household trades by the command line alone', function () {
    this.timeout(60_000);
    const demo = withKeptDemo();
    let folder: string;
    let scenario: Scenario;
    /** The slot that runs when the demo is over, and the next, in which the household buys. */
    let [running, delivery] = [0, 0];
    let agreementId: string;

    before(async () => {
        folder = newStateDir();
        scenario = await loadScenario(scenarioFolder, 'summer');
        running = (demo().json.scenario.slots.at(-1) ?? 0) + 1;
        delivery = running + 1;
    });

    const file = (name: string): string => join(folder, name);
    const run = (line: string): ReturnType<typeof commonwatt> =>
        commonwatt(['--state', demo().stateDir, ...line.trim().split(/\s+/)]);
    /** Runs a verb with --json and returns the one object that it prints. */
    async function verb<Answer = Committed>(line: string): Promise<Answer> {
        const { exitCode, stdout, stderr } = await run(`${line} --json`);
        expect(exitCode, `${line}\n${stdout}${stderr}`).to.equal(0);
        return JSON.parse(stdout) as Answer;
    }
    const registers = (slot: number): string => {
        const state = registersOf(scenario, { buildingId: ALIKE })[slot - scenario.firstSlot];
        return `--import ${String(state?.importWh)} --export ${String(state?.exportWh)}`;
    };

    it('creates a certificate and applies', async () => {
        const created = await verb<Record<string, string>>(`identity create ${NEW} --org community`);
        expect(created).to.include({ name: NEW, mspId: 'CommunityMSP' });
        const applied = await verb(
            `participant apply --org community --as ${NEW} --kind consumer --sector residential`,
        );
        expect(applied.value).to.include({ participantId: NEW, subjectHash: created['subjectHash'] });
    });

    it('is qualified by the reviewer, gets a meter, a share of the connection, and brings money', async () => {
        const granted = await verb(`qualification grant ${NEW} --buy electricity --org regulator --as reviewer`);
        expect(granted.blockNumber).to.be.greaterThan(0);
        await verb<unknown>(
            `meter draft ${NEW} --participant ${NEW} --carrier electricity --connection-point bus-25
             --from-slot ${delivery} --meter-key ${file('meter.json')} ${registers(running)}
             --out ${file('point.json')} --org operator`,
        );
        await verb<unknown>(`meter sign ${file('point.json')} --org community --as ${NEW} --out ${file('owner.json')}`);
        const registered = await verb(
            `meter register ${file('point.json')} --consent ${file('owner.json')} --org operator --as metering`,
        );
        expect(registered.value).to.include({ pointId: NEW, participantId: NEW, fromSlot: delivery });
        const { connection } = await verb<{ connection: { statement: Record<'importMaxW' | 'exportMaxW', string> } }>(
            `connection show bus-25 --carrier electricity --org operator`,
        );
        const { importMaxW, exportMaxW } = connection.statement;
        await verb(
            `connection set bus-25 --carrier electricity --import-max ${BigInt(importMaxW) + FUSE_W}
             --export-max ${exportMaxW} --grant ${NEW}=${FUSE_W}/0 --org operator --as dispatcher`,
        );
        await verb(`account deposit ${NEW} --amount 20 --payment bank-17 --org operator --as settlement`);
        const account = await verb<{ freeNano: string }>(`account show ${NEW} --org community --as ${NEW}`);
        expect(account.freeNano).to.equal('20000000000');
    });

    it('drafts, has it signed by both, and concludes', async () => {
        const drafted = await verb<Record<string, string>>(draft('draft.json'));
        agreementId = drafted['agreementId'] ?? '';
        await sign('draft.json');
        const concluded = await verb(
            `agreement conclude ${file('draft.json')} ${consents()} --org community --as ${NEW}`,
        );
        expect(concluded.value).to.include({ agreementId, state: 'concluded' });
    });

    it('funds it under the standing verdict', async () => {
        const [admitted] = (
            await verb<{ value: { reason: unknown }[] }>(`admission run ${agreementId} --org community --as ${NEW}`)
        ).value;
        expect(admitted).to.include({ agreementId, isChanged: true, reason: null });
        const funded = await verb(
            `agreement fund ${agreementId} --standing ordinary-trade --org community --as ${NEW}`,
        );
        expect(funded.value).to.include({ state: 'inForce', standingId: 'ordinary-trade' });
        const again = await verb<{ execution: { state: string } }>(`agreement show ${agreementId} --org community`);
        expect(again.execution.state).to.equal('inForce');
    });

    it('is metered while time goes on', async () => {
        await verb(`clock advance --to ${delivery + 1 + DEADLINE_SLOTS} --org operator --as platform`);
        const signed = await verb<{ reading: { slot: number } }>(
            `reading sign --meter-key ${file('meter.json')} --slot ${delivery} ${registers(delivery)}
             --out ${file(`${NEW}-${delivery}.json`)} --org community`,
        );
        expect(signed.reading.slot).to.equal(delivery);
    });

    it('the stock peer CLI takes what --args prints', async () => {
        const line = `reading submit ${file(`${NEW}-${delivery}.json`)} --org community --as ${NEW} --args`;
        const { stdout, stderr, exitCode } = await run(line);
        expect(exitCode, stderr).to.equal(0);
        const invoke = JSON.parse(stdout) as InvokeJson;
        expect(invoke.function).to.equal('reading:submit');
        const network = openNetwork({ stateDir: demo().stateDir });
        const endorsers = ['operator', 'community', 'supplier'] as const;
        const outcome = await invokeWithPeerCli(network, { chaincode: 'exchange', invoke, endorsers, as: 'community' });
        expect(outcome.status, outcome.text).to.equal('VALID');
        const readings = await verb<{ reading: { slot: number } }[]>(`reading list ${NEW} --org community`);
        expect(readings.map(({ reading }) => reading.slot)).to.deep.equal([running, delivery]);
    });

    it('is settled, and pays for what was delivered', async () => {
        for (const slot of [running, delivery]) {
            await verb(`settlement run --carrier electricity --slot ${slot} --org community --as ${NEW}`);
        }
        const settlement = await verb<{ legs: { agreementId: string; deliveredWh: string; paymentNano: string }[] }>(
            `settlement show --carrier electricity --slot ${delivery} --org community`,
        );
        const leg = settlement.legs.find((each) => each.agreementId === agreementId);
        expect(leg).to.include({ deliveredWh: String(AGREED_WH), paymentNano: String(AGREED_WH * 210_000) });
        const { execution } = await verb<{ execution: { state: string } }>(
            `agreement show ${agreementId} --org community`,
        );
        expect(execution.state).to.equal('completed');
    });

    it('is told what is wrong, by code and exit status', async () => {
        const late = await run(`${draft('late.json')} --json`);
        expect(late.exitCode, late.stderr).to.equal(0);
        await sign('late.json');
        const refused = await run(
            `agreement conclude ${file('late.json')} ${consents()} --org community --as ${NEW} --json`,
        );
        expect(refused.exitCode).to.equal(1);
        const { error } = JSON.parse(refused.stdout) as { error: { code: string; kind: string } };
        expect(error).to.include({ code: 'SLOT_BEGUN', kind: 'conflict' });
    });

    const draft = (name: string): string =>
        `agreement draft --out ${file(name)} --carrier electricity --seller ${RETAILER}
         --seller-point ${RETAILER}-slack --buyer ${NEW} --buyer-point ${NEW} --first-slot ${delivery}
         --energy ${AGREED_WH} --price 0.21 --org community`;
    const consents = (): string => `--consent ${file('consent-new.json')} --consent ${file('consent-retailer.json')}`;

    async function sign(name: string): Promise<void> {
        await verb(`agreement sign ${file(name)} --org community --as ${NEW} --out ${file('consent-new.json')}`);
        await verb(
            `agreement sign ${file(name)} --org supplier --as ${RETAILER} --out ${file('consent-retailer.json')}`,
        );
    }
});
