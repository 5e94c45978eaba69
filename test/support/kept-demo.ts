import { join } from 'node:path';
import { commonwatt } from './commonwatt.js';
import { newStateDir, requireBinaries } from './network.js';

/** What `commonwatt demo --json` printed, and where it left its report and its network. */
export type KeptDemo = Readonly<{ stateDir: string; reportFile: string; json: DemoJson }>;

type Amount = string;
/** The demo's JSON, as far as tests look into it. */
export type DemoJson = Readonly<{
    channel: string;
    height: number;
    scenario: Readonly<{ slots: readonly number[] }>;
    agreements: readonly Readonly<{
        id: string;
        parties: readonly Readonly<{ participantId: string; mspId: string }>[];
        legs: readonly Readonly<{
            carrier: string;
            sellerId: string;
            buyerId: string;
            energyWh: readonly string[];
            priceMicroPerKwh: readonly string[];
        }>[];
        state: string;
        funded: boolean;
        endSlot: number;
        firstSlot: number;
        defaultRateMicroPerKwh: Amount;
        defaultCapNano: Amount;
        toleranceBp: number;
        takeOrPay: boolean;
    }>[];
    steps: readonly Readonly<{ kind: string }>[];
    postings: readonly Posting[];
    sums: Readonly<{ byKind: Readonly<Record<string, Amount>>; total: Amount }>;
    checks: readonly Readonly<{ name: string; expected: string; observed: string; block: number | null }>[];
}>;
export type Posting = Readonly<{
    account: string;
    agreementId: string | null;
    kind: string;
    slot: number | null;
    amountNano: Amount;
}>;

/** Eleven to twelve in the morning, 09:00Z: one hour of the day is enough for what tests look at. */
const SLOTS = '44..47';

/** Runs the demo on a network of its own, which stays until the test run ends. */
export async function runDemo(more: readonly string[] = []): Promise<KeptDemo> {
    const stateDir = newStateDir();
    const reportFile = join(stateDir, 'report.html');
    const args = ['--state', stateDir, 'demo', '--json', '--keep', '--slots', SLOTS, '--report', reportFile, ...more];
    const { exitCode, stdout, stderr } = await commonwatt(args);
    if (exitCode !== 0) {
        throw new Error(`the demo failed:\n${stderr}\n${stdout.slice(0, 4_000)}`);
    }
    return { stateDir, reportFile, json: JSON.parse(stdout) as DemoJson };
}

let kept: Promise<KeptDemo> | undefined;

/** The one demo of this mocha run: whoever asks first has it played. */
export function withKeptDemo(): () => KeptDemo {
    let demo: KeptDemo | undefined;
    before(async function () {
        this.timeout(400_000);
        await requireBinaries();
        kept ??= runDemo();
        demo = await kept;
    });
    return () => {
        if (demo === undefined) {
            throw new Error('the demo is there only while tests run');
        }
        return demo;
    };
}
