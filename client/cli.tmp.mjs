import { Command, CommanderError } from 'commander';
import { registerClientCommands } from './dist/cli/main.js';
const program = new Command('commonwatt').option('--state <dir>').exitOverride();
registerClientCommands(program);
try {
    await program.parseAsync(process.argv);
} catch (e) {
    if (e instanceof CommanderError) process.exitCode = e.exitCode;
    else throw e;
}
