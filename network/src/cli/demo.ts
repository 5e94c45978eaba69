import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DemoResult, runDemo } from '../demo/demo.js';
import { claimState, clearState, markState } from '../demo/state.js';
import { postingsTable } from '../demo/table.js';
import { openNetwork } from '../network.js';
import { configFolder } from '../project.js';
import { printJson, printLine } from './output.js';
import type { CommonOptions } from './network/options.js';
import { progressReporter } from './progress.js';

type SlotRange = Readonly<{ first: number; last: number }>;
type DemoCommandOptions = CommonOptions &
    Readonly<{ slots?: SlotRange; data: string; week: string; day?: string; report: string; keep?: boolean }>;

/** Completes the command `demo`. */
export function completeDemo(command: Command): void {
    command
        .addOption(
            new Option('--slots <first..last>', 'only these quarter hours of the day, counted from 0').argParser(
                slotRange,
            ),
        )
        .addOption(
            new Option('--data <dir>', 'scenario folder').default(
                join(configFolder, 'scenario'),
                'test-network-config/scenario',
            ),
        )
        .option('--week <name>', 'week of the scenario', 'summer')
        .option('--day <date>', 'day of the week (default: its third)')
        .option('--report <file>', 'where to write the report of the day', 'commonwatt-report.html')
        .option('--keep', 'leave the network running, for the other commands')
        .option('--json', 'print the result as one JSON object')
        .action(async () => {
            await demo(command.optsWithGlobals());
        });
}

async function demo(options: DemoCommandOptions): Promise<void> {
    const json = options.json === true;
    const keep = options.keep === true;
    const { stateDir } = openNetwork({ stateDir: options.state });
    await claimState(openNetwork({ stateDir }));
    const interrupted = (): void => {
        void clearState(stateDir).finally(() => process.exit(130));
    };
    process.once('SIGINT', interrupted);
    const reporter = progressReporter(json);
    let finished = false;
    try {
        const result = await runDemo({
            stateDir,
            directory: resolve(options.data),
            week: options.week,
            date: options.day ?? null,
            slots: options.slots ?? null,
            onProgress: reporter.onProgress,
            onNetworkUp: async () => {
                await reporter.finish();
                await markState(stateDir, false);
            },
            // The story is for people: with --json it goes to stderr, so that stdout is the one object.
            onLine: (line) => (json ? process.stderr : process.stdout).write(`${line}\n`),
        });
        finished = true;
        const reportFile = resolve(options.report);
        await writeFile(reportFile, result.report);
        report(result, json);
        process.stderr.write(`The report of the day: ${reportFile}\n`);
    } finally {
        process.off('SIGINT', interrupted);
        await (keep && finished ? markState(stateDir, true) : clearState(stateDir));
    }
    if (keep) {
        process.stderr.write(`The network runs on in ${stateDir}; \`npx commonwatt network reset\` removes it.\n`);
    }
}

function report(result: DemoResult, json: boolean): void {
    if (json) {
        printJson(result.json);
    } else {
        printLine('');
        for (const line of postingsTable(result.findings.postings, result.currency)) {
            printLine(line);
        }
        const kept = result.checks.length - result.broken.length;
        printLine(`\n${kept} of ${result.checks.length} promises kept, height ${result.findings.height}.`);
    }
    if (result.broken.length > 0) {
        process.exitCode = 1;
    }
}

function slotRange(text: string): SlotRange {
    const [, first, last] = /^(\d{1,2})\.\.(\d{1,2})$/.exec(text) ?? [];
    const range = { first: Number(first), last: Number(last) };
    if (first === undefined || range.first > range.last || range.last > 99) {
        throw new InvalidArgumentError('It must be like 36..39, from 0 to 99.');
    }
    return range;
}
