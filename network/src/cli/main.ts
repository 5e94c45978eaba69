import { readFile } from 'node:fs/promises';
import { NOUNS } from '@commonwatt/client/cli/main';
import { addCommands, type LazyCommand } from '@commonwatt/client/cli/noun';
import { Command, CommanderError } from 'commander';
import { network } from './network/index.js';
import { printFailure } from './output.js';

const doctor: LazyCommand = {
    name: 'doctor',
    summary: 'look for what keeps a network from running on this machine, and say the fix',
    load: async (command) => {
        (await import('./doctor.js')).completeDoctor(command);
    },
};
const demo: LazyCommand = {
    name: 'demo',
    summary: 'play a day of a real community, quarter hour by quarter hour, on a network of its own',
    load: async (command) => {
        (await import('./demo.js')).completeDemo(command);
    },
};

/** Every noun of the command line, in the order of the help. */
const COMMANDS = [network, doctor, demo, ...NOUNS];

export async function run(argv: readonly string[]): Promise<void> {
    const program = new Command('commonwatt')
        .description('A weak-central, multi-energy exchange on Hyperledger Fabric')
        .version(await packageVersion())
        .option('--state <dir>', 'state folder of the network (default: COMMONWATT_STATE, else .commonwatt)')
        .showHelpAfterError('(add --help for the options)')
        .exitOverride();
    addCommands(program, COMMANDS);
    try {
        await program.parseAsync(withHelpLast(argv));
    } catch (error) {
        if (error instanceof CommanderError) {
            process.exitCode = error.exitCode; // commander has said what is wrong, or has printed the help
            return;
        }
        printFailure(error, argv.includes('--json'));
        process.exitCode = 1;
    }
}

/** `help noun verb` asks for what `noun verb --help` prints; only the latter dispatches the noun, which loads its verbs. */
function withHelpLast(argv: readonly string[]): string[] {
    const [node = '', script = '', first, ...rest] = argv;
    return first === 'help' ? [node, script, ...rest, '--help'] : [...argv];
}

async function packageVersion(): Promise<string> {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
}
