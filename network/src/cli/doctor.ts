import type { Command } from 'commander';
import { examine, type Finding } from '../doctor/examine.js';
import { printJson, printLine, table } from './output.js';
import type { CommonOptions } from './network/options.js';

const marks = { ok: 'ok', warning: 'warning', error: 'ERROR' } as const;

export function registerDoctorCommand(program: Command): void {
    program
        .command('doctor')
        .description('look for what keeps a network from running on this machine, and say the fix')
        .option('--json', 'print the findings as JSON')
        .action(async (_options: unknown, command: Command) => {
            const { state, json } = command.optsWithGlobals<CommonOptions>();
            const findings = await examine(state);
            if (json === true) {
                printJson({ findings });
            } else {
                printLine(table(findings.map((each) => [marks[each.state], each.check, text(each)])));
            }
            process.exitCode = findings.some((each) => each.state === 'error') ? 1 : 0;
        });
}

function text({ finding, fix }: Finding): string {
    return fix === undefined ? finding : `${finding} Fix: ${fix}`;
}
