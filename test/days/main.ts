import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { recompute } from '../recompute/recompute.js';
import { commonwatt } from '../support/commonwatt.js';
import type { DemoJson } from '../support/kept-demo.js';
import { newStateDir, requireBinaries } from '../support/network.js';
import { childrenWorkedSeconds, workedSeconds } from './processor-time.js';

/** A day of summer, one of winter, and the one of which summer time takes an hour. */
const DAYS: Readonly<Record<string, string>> = { summer: '2016-07-20', winter: '2016-01-06', spring_dst: '2016-03-27' };
/** On two cores that have nothing else to do. */
const SECONDS_MAX = 240;
const CORES = 2;
const SHOWN_MAX = 10;

const scenarioFolder = fileURLToPath(new URL('../../../test-network-config/scenario', import.meta.url));
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

type Played = Readonly<{ stateDir: string; json: DemoJson; wallSeconds: number; clientSeconds: number }>;
type Worked = ReadonlyMap<string, number>;

/** Plays a whole day on a network of its own, as a user does. */
async function play(week: string, date: string): Promise<Played> {
    const stateDir = newStateDir();
    const report = join(stateDir, 'report.html');
    const args = ['--state', stateDir, 'demo', '--week', week, '--day', date, '--keep', '--json', '--report', report];
    const [startedMs, workedBefore] = [performance.now(), childrenWorkedSeconds()];
    const { exitCode, stdout, stderr } = await commonwatt(args);
    const wallSeconds = (performance.now() - startedMs) / 1_000;
    if (stdout === '') {
        throw new Error(`the demo failed with ${String(exitCode)}:\n${stderr}`);
    }
    const clientSeconds = childrenWorkedSeconds() - workedBefore;
    return { stateDir, json: JSON.parse(stdout) as DemoJson, wallSeconds, clientSeconds };
}

/** Seconds that the processes of a network have worked, by their kind. */
async function workedByKind(stateDir: string): Promise<Worked> {
    const { stdout } = await commonwatt(['--state', stateDir, 'network', 'status', '--json']);
    const { processes } = JSON.parse(stdout) as { processes: readonly { kind: string; pid: number }[] };
    const worked = new Map<string, number>();
    for (const { kind, pid } of processes) {
        worked.set(kind, (worked.get(kind) ?? 0) + workedSeconds(pid));
    }
    return worked;
}

/** Whether everything about the day is as it should be. */
async function judge(week: string, date: string): Promise<boolean> {
    const { stateDir, json, wallSeconds, clientSeconds } = await play(week, date);
    const worked = new Map([['client', clientSeconds], ...(await workedByKind(stateDir))]);
    await commonwatt(['--state', stateDir, 'network', 'reset']);
    const differences = recompute(json, scenarioFolder);
    const broken = json.checks.filter(({ expected, observed }) => expected !== observed);
    const total = [...worked.values()].reduce((sum, each) => sum + each, 0);
    const parts = [...worked].map(([kind, seconds]) => `${kind} ${seconds.toFixed(0)}`).join(', ');
    const corrections = json.steps.filter(({ kind }) => kind === 'reconciliation').length;
    say(`${date} (${week}): ${json.scenario.slots.length} slots, ${json.agreements.length} agreements`);
    say(`  ${json.checks.length - broken.length} of ${json.checks.length} promises kept, ${corrections} corrections`);
    say(`  ${json.postings.length} postings recomputed from the CSV files: ${differences.length} differences`);
    say(`  ${wallSeconds.toFixed(0)} s; ${total.toFixed(0)} s of processor time (${parts})`);
    for (const { name, expected, observed } of broken) {
        say(`  BROKEN ${name}: expected ${expected}, observed ${observed}`);
    }
    for (const { problem, subject, recomputed, stated } of differences.slice(0, SHOWN_MAX)) {
        say(`  ${problem}: ${subject}: recomputed ${recomputed ?? '-'}, stated ${stated ?? '-'}`);
    }
    const isQuick = total <= SECONDS_MAX * CORES;
    if (!isQuick) {
        say(`  more than ${SECONDS_MAX} s of ${CORES} cores`);
    }
    return differences.length === 0 && broken.length === 0 && isQuick;
}

/** `npm run test:days [-- WEEK …]`: plays whole days one after the other and settles each a second time. */
async function main(chosen: readonly string[]): Promise<void> {
    await requireBinaries();
    const unknown = chosen.filter((week) => !(week in DAYS));
    if (unknown.length > 0) {
        throw new Error(`there is no ${unknown.join(', ')}: one of ${Object.keys(DAYS).join(', ')}`);
    }
    const days = Object.entries(DAYS).filter(([week]) => chosen.length === 0 || chosen.includes(week));
    let kept = 0;
    for (const [week, date] of days) {
        kept += (await judge(week, date)) ? 1 : 0;
    }
    say(`${kept} of ${days.length} days hold`);
    process.exitCode = kept === days.length ? 0 : 1;
}

try {
    await main(process.argv.slice(2));
} catch (error) {
    process.stderr.write(`test:days: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
}
