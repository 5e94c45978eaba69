import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { recompute } from '../recompute/recompute.js';
import { commonwatt } from '../support/commonwatt.js';
import { newStateDir, requireBinaries } from '../support/network.js';
import { longestChain } from './dependent-runs.js';
import { disagreements } from './ledger-balances.js';
import { play } from './play.js';

/** A day of summer, one of winter, and the one of which summer time takes an hour. */
const DAYS: Readonly<Record<string, string>> = { summer: '2016-07-20', winter: '2016-01-06', spring_dst: '2016-03-27' };
/** On two cores that have nothing else to do. */
const SECONDS_MAX = 240;
const CORES = 2;
/** Of which each waits for the one before it, in a slot. */
const COMMITS_MAX = 3;
const SHOWN_MAX = 10;

const USAGE = `Plays whole days on networks of their own, one after the other, and settles each a second time from the CSV files.

  npm run test:days -- [WEEK …] [--out DIR]

  WEEK   ${Object.keys(DAYS).join(', ')}; all of them unless named
  --out  folder for what each day printed and for its report`;

const scenarioFolder = fileURLToPath(new URL('../../../test-network-config/scenario', import.meta.url));
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Whether everything about the day is as it should be. */
async function judge(week: string, date: string, folder: string): Promise<boolean> {
    const { stateDir, json, wallSeconds, worked } = await play(week, date, folder);
    const unequal = await disagreements(stateDir, json.postings);
    await commonwatt(['--state', stateDir, 'network', 'reset']);
    const differences = recompute(json, scenarioFolder);
    const broken = json.checks.filter(({ expected, observed }) => expected !== observed);
    const total = [...worked.values()].reduce((sum, each) => sum + each, 0);
    const parts = [...worked].map(([kind, seconds]) => `${kind} ${seconds.toFixed(0)}`).join(', ');
    const corrections = json.steps.filter(({ kind }) => kind === 'reconciliation').length;
    say(`${date} (${week}): ${json.scenario.slots.length} slots, ${json.agreements.length} agreements`);
    say(`  ${json.checks.length - broken.length} of ${json.checks.length} promises kept, ${corrections} corrections`);
    say(`  ${json.postings.length} postings recomputed from the CSV files: ${differences.length} differences`);
    say(`  ${json.height} blocks replayed: ${unequal.length} accounts hold something else`);
    const chain = longestChain(json.agreements);
    say(`  at most ${chain} dependent commits in a slot`);
    say(`  ${wallSeconds.toFixed(0)} s; ${total.toFixed(0)} s of processor time (${parts})`);
    for (const { name, expected, observed } of broken) {
        say(`  BROKEN ${name}: expected ${expected}, observed ${observed}`);
    }
    for (const { problem, subject, recomputed, stated } of differences.slice(0, SHOWN_MAX)) {
        say(`  ${problem}: ${subject}: recomputed ${recomputed ?? '-'}, stated ${stated ?? '-'}`);
    }
    for (const { account, posted, held } of unequal.slice(0, SHOWN_MAX)) {
        say(`  UNEQUAL ${account}: posted ${posted}, in the blocks ${held}`);
    }
    const isQuick = total <= SECONDS_MAX * CORES && chain <= COMMITS_MAX;
    if (!isQuick) {
        say(`  more than ${SECONDS_MAX} s of ${CORES} cores, or ${COMMITS_MAX} commits`);
    }
    return differences.length + unequal.length === 0 && broken.length === 0 && isQuick;
}

async function main(): Promise<void> {
    const { positionals: chosen, values } = parseArgs({
        allowPositionals: true,
        options: { out: { type: 'string' }, help: { type: 'boolean', default: false } },
    });
    if (values.help) {
        say(USAGE);
        return;
    }
    await requireBinaries();
    const unknown = chosen.filter((week) => !(week in DAYS));
    if (unknown.length > 0) {
        throw new Error(`there is no ${unknown.join(', ')}: one of ${Object.keys(DAYS).join(', ')}`);
    }
    const days = Object.entries(DAYS).filter(([week]) => chosen.length === 0 || chosen.includes(week));
    let kept = 0;
    for (const [week, date] of days) {
        kept += (await judge(week, date, values.out ?? newStateDir())) ? 1 : 0;
    }
    say(`${kept} of ${days.length} days hold`);
    process.exitCode = kept === days.length ? 0 : 1;
}

try {
    await main();
} catch (error) {
    process.stderr.write(`test:days: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
}
