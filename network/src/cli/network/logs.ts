import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { openNetwork } from '../../network.js';
import { readFrom, sizeOf } from '../../process/log-excerpt.js';
import { printJson, printLine } from '../output.js';
import { positiveInteger, type CommonOptions } from './options.js';

type LogsOptions = CommonOptions & Readonly<{ lines: number; follow?: boolean }>;

export function logsCommand(network: Command): void {
    network
        .command('logs')
        .description('the last lines that a process logged')
        .argument('<name>', 'process name, for instance peer-operator')
        .option('--lines <count>', 'how many lines', positiveInteger, 50)
        .option('--follow', 'go on printing until interrupted')
        .option('--json', 'print the file and the lines as JSON')
        .action(async (name: string, _options: unknown, command: Command) => {
            const { state, json, lines, follow } = command.optsWithGlobals<LogsOptions>();
            const opened = openNetwork({ stateDir: state });
            const text = await opened.logs(name, { lines });
            if (json === true) {
                printJson({ name, file: opened.logFile(name), lines: text.split('\n') });
                return;
            }
            printLine(text);
            if (follow === true) {
                await followLog(opened.logFile(name));
            }
        });
}

async function followLog(file: string): Promise<void> {
    let offset = await sizeOf(file);
    for (;;) {
        const added = await readFrom(file, offset);
        process.stdout.write(added);
        offset += Buffer.byteLength(added);
        await sleep(300);
    }
}
