import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { adminIdentity, connect, readConnectionProfile } from '@commonwatt/client';
import { openNetwork } from '@commonwatt/network';
import { recompute } from '../recompute/recompute.js';
import { type DemoJson, type KeptDemo, type Posting, runDemo, withKeptDemo } from '../support/kept-demo.js';
import { newStateDir } from '../support/network.js';

const scenarioFolder = fileURLToPath(new URL('../../../test-network-config/scenario', import.meta.url));
const PROSUMER = 'bld-05';
const PV_COLUMN = 'pv-5';
/** B⁻ and B⁺ of the demo's rules, µ/kWh. */
const LONG_MICRO = 50_000n;
const SHORT_MICRO = 240_000n;

describe('the demo', function () {
    this.timeout(300_000);
    const demo = withKeptDemo();

    it('keeps every promise, in a block where there is one', () => {
        const { checks, height } = demo().json;
        expect(checks.length).to.be.greaterThan(10);
        for (const { name, expected, observed, block } of checks) {
            expect(observed, name).to.equal(expected);
            expect(block === null || (block > 0 && block < height), name).to.equal(true);
        }
        const attacks = checks.filter(({ observed }) => observed === 'ENDORSEMENT_POLICY_FAILURE');
        expect(attacks.map(({ block }) => block === null)).to.deep.equal([false, false, false]);
    });

    it('trades four carriers between neighbours and with sellers, with shortfalls and one termination', () => {
        const { agreements, postings } = demo().json;
        const orgs = agreements.map(({ parties }) => parties.map(({ mspId }) => mspId).join());
        expect(orgs).to.include.members(['CommunityMSP,CommunityMSP', 'SupplierMSP,CommunityMSP']);
        expect(new Set(agreements.flatMap(({ legs }) => legs.map(({ carrier }) => carrier)))).to.deep.equal(
            new Set(['electricity', 'heat', 'cooling', 'gas']),
        );
        const states = agreements.map(({ state }) => state);
        expect(states.filter((state) => state === 'terminated')).to.have.length(1);
        expect(states.filter((state) => state === 'lapsed')).to.have.length(1);
        expect(states.filter((state) => state !== 'completed')).to.have.length(2);
        expect(agreements.length).to.be.greaterThan(90);
        expect(sum(postings, 'default', `free/`) > 0n, 'default amounts were paid').to.equal(true);
    });

    it('ends with sums of zero', () => {
        const { sums, postings } = demo().json;
        expect(sums.total).to.equal('0');
        expect(Object.values(sums.byKind).every((each) => each === '0')).to.equal(true);
        expect(sum(postings, null, '')).to.equal(0n);
    });

    it('agrees with an independent settlement from the CSV files, to the last nano', () => {
        expect(recompute(demo().json, scenarioFolder)).to.deep.equal([]);
    });

    it('would not agree with one changed digit in any kind of posting', () => {
        const { json } = demo();
        for (const kind of Object.keys(json.sums.byKind)) {
            const index = json.postings.findIndex((posting) => posting.kind === kind);
            const postings = json.postings.map((posting, position) =>
                position === index ? { ...posting, amountNano: otherLastDigit(posting.amountNano) } : posting,
            );
            expect(recompute({ ...json, postings }, scenarioFolder), kind).to.have.length.greaterThan(0);
        }
    });

    describe("with 0.4 kW more sun on the prosumer's roof", () => {
        let folder: string;
        let sunny: KeptDemo;
        before(async () => {
            folder = await sunnyScenario();
            sunny = await runDemo(['--data', folder]);
        });
        after(() => openNetwork({ stateDir: sunny.stateDir }).reset());

        it('its meter reports exactly 400 Wh more, by the readings on both ledgers', async () => {
            const [before, after] = [await netExports(demo()), await netExports(sunny)];
            expect(after.map((wh, index) => wh - (before[index] ?? 0n))).to.deep.equal([100n, 100n, 100n, 100n]);
        });

        it('it earns exactly the money that follows', async () => {
            const [before, after] = [await expectedMoney(demo()), await expectedMoney(sunny)];
            expect(after).to.not.deep.equal(before);
            expect(statedMoney(demo().json)).to.deep.equal(before);
            expect(statedMoney(sunny.json)).to.deep.equal(after);
        });

        it("everybody else's money follows, too, and only from the brighter profile", () => {
            expect(recompute(sunny.json, folder)).to.deep.equal([]);
            expect(recompute(sunny.json, scenarioFolder)).to.have.length.greaterThan(0);
        });
    });
});

/** A copy of the scenario in which the column has 0.4 kW more in the four slots of the demo. */
async function sunnyScenario(): Promise<string> {
    const folder = newStateDir();
    await cp(scenarioFolder, folder, { recursive: true });
    const file = join(folder, 'profiles', 'summer', 'pv_kw.csv');
    const [header = '', ...rows] = (await readFile(file, 'utf8')).split('\n');
    const column = header.split(',').indexOf(PV_COLUMN);
    const brighter = rows.map((row) => {
        const cells = row.split(',');
        const inDemo = /^2016-07-20T09:(00|15|30|45)Z$/.test(cells[0] ?? '');
        return cells.map((cell, index) => (inDemo && index === column ? plusTenths(cell, 4n) : cell)).join(',');
    });
    expect(brighter.filter((row, index) => row !== rows[index])).to.have.length(4);
    await writeFile(file, [header, ...brighter].join('\n'));
    return folder;
}

/** Exact decimal addition of tenths. */
function plusTenths(decimal: string, tenths: bigint): string {
    const [whole = '0', fraction = ''] = decimal.split('.');
    const digits = fraction.padEnd(1, '0');
    const sum = BigInt(whole + digits) + tenths * 10n ** BigInt(digits.length - 1);
    const text = sum.toString().padStart(digits.length + 1, '0');
    return `${text.slice(0, -digits.length)}.${text.slice(-digits.length)}`;
}

/** Net export of the prosumer in each slot, from the registers that its meter signed. */
async function netExports({ stateDir, json }: KeptDemo): Promise<bigint[]> {
    const profile = await readConnectionProfile(openNetwork({ stateDir }).profilePath('community'));
    const market = await connect({ profile, identity: await adminIdentity(profile) });
    try {
        const registers = new Map(
            (await market.readings.list(PROSUMER)).map(({ reading }) => [
                reading.slot,
                reading.exportWh - reading.importWh,
            ]),
        );
        return json.scenario.slots.map((slot) => (registers.get(slot) ?? 0n) - (registers.get(slot - 1) ?? 0n));
    } finally {
        market.close();
    }
}

type Money = Readonly<{ energyNano: bigint; defaultNano: bigint; imbalanceNano: bigint }>;

/** What the prosumer earns and owes, by `docs/settlement.md`, from its meter and what it sold; its buyers take or pay. */
async function expectedMoney(kept: KeptDemo): Promise<Money> {
    const exports = await netExports(kept);
    const sold = kept.json.agreements
        .filter(({ legs }) => legs[0]?.sellerId === PROSUMER)
        .sort((left, right) => (left.id < right.id ? -1 : 1));
    const drawn = new Map<string, bigint>();
    let [energyNano, defaultNano, imbalanceNano] = [0n, 0n, 0n];
    exports.forEach((meteredWh, offset) => {
        const agreed = sold.map(({ legs }) => BigInt(legs[0]?.energyWh[offset] ?? 0));
        const soldWh = agreed.reduce((total, wh) => total + wh, 0n);
        const shorts = split(meteredWh < soldWh ? soldWh - meteredWh : 0n, agreed);
        let deliveredWh = 0n;
        sold.forEach((agreement, index) => {
            const [q, short] = [agreed[index] ?? 0n, shorts[index] ?? 0n];
            deliveredWh += q - short;
            energyNano += (q - short) * BigInt(agreement.legs[0]?.priceMicroPerKwh[offset] ?? 0);
            const beyond = short - (q * BigInt(agreement.toleranceBp)) / 10_000n;
            const owed = beyond > 0n ? beyond * BigInt(agreement.defaultRateMicroPerKwh) : 0n;
            const left = BigInt(agreement.defaultCapNano) - (drawn.get(agreement.id) ?? 0n);
            const paid = owed < left ? owed : left;
            drawn.set(agreement.id, (drawn.get(agreement.id) ?? 0n) + paid);
            defaultNano += paid;
        });
        const imbalanceWh = meteredWh - deliveredWh;
        imbalanceNano += imbalanceWh * (imbalanceWh < 0n ? SHORT_MICRO : LONG_MICRO);
    });
    return { energyNano, defaultNano, imbalanceNano };
}

/** Largest remainder over the weights, ties to the earlier. */
function split(total: bigint, weights: readonly bigint[]): bigint[] {
    const all = weights.reduce((sum, weight) => sum + weight, 0n);
    const parts = weights.map((weight) => (total * weight) / all);
    const left = Number(total - parts.reduce((sum, part) => sum + part, 0n));
    const order = weights
        .map((weight, index) => ({ index, remainder: (total * weight) % all }))
        .sort((one, other) => Number(other.remainder - one.remainder) || one.index - other.index);
    const raised = new Set(order.slice(0, left).map(({ index }) => index));
    return parts.map((part, index) => (raised.has(index) ? part + 1n : part));
}

/** The same as the demo's postings have it. */
function statedMoney({ postings }: DemoJson): Money {
    return {
        energyNano: sum(postings, 'energy', `free/${PROSUMER}`),
        defaultNano: -postings
            .filter(
                ({ account, kind }) =>
                    kind === 'default' && account.startsWith('escrow/') && account.endsWith(`/${PROSUMER}`),
            )
            .reduce((total, { amountNano }) => total + BigInt(amountNano), 0n),
        imbalanceNano: sum(postings, 'imbalance', `cover/${PROSUMER}/electricity`),
    };
}

const sum = (postings: readonly Posting[], kind: string | null, account: string): bigint =>
    postings
        .filter((posting) => (kind === null || posting.kind === kind) && posting.account.startsWith(account))
        .reduce((total, { amountNano }) => total + BigInt(amountNano), 0n);

const otherLastDigit = (amount: string): string => amount.slice(0, -1) + String((Number(amount.slice(-1)) + 1) % 10);
