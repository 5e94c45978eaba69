import { readFile } from 'node:fs/promises';
import { registerClientCommands } from '@commonwatt/client/cli/main';
import { Command, CommanderError } from 'commander';
import { registerDemoCommand } from './demo.js';
import { registerDoctorCommand } from './doctor.js';
import { registerNetworkCommands } from './network/index.js';
import { printFailure } from './output.js';

/** Every noun of the command line, in the order of the help. */
const registrations: readonly ((program: Command) => void)[] = [
    registerNetworkCommands,
    registerDoctorCommand,
    registerDemoCommand,
    registerClientCommands,
];

export async function run(argv: readonly string[]): Promise<void> {
    const program = new Command('commonwatt')
        .description('A weak-central, multi-energy exchange on Hyperledger Fabric')
        .version(await packageVersion())
        .option('--state <dir>', 'state folder of the network (default: COMMONWATT_STATE, else .commonwatt)')
        .showHelpAfterError('(add --help for the options)')
        .exitOverride();
    for (const register of registrations) {
        register(program);
    }
    try {
        await program.parseAsync(argv);
    } catch (error) {
        if (error instanceof CommanderError) {
            process.exitCode = error.exitCode; // commander has said what is wrong, or has printed the help
            return;
        }
        printFailure(error, argv.includes('--json'));
        process.exitCode = 1;
    }
}

async function packageVersion(): Promise<string> {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
}
