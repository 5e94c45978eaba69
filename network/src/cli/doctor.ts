import type { Command } from 'commander';
import { examine, type Finding } from '../doctor/examine.js';
import { printJson, printLine, table } from './output.js';
import type { CommonOptions } from './network/options.js';

const marks = { ok: 'ok', warning: 'warning', error: 'ERROR' } as const;

/** Completes the command `doctor`. */
export function completeDoctor(command: Command): void {
    command.option('--json', 'print the findings as JSON').action(async () => {
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
