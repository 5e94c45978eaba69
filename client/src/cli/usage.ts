import { type Command, CommanderError } from 'commander';
import { EXIT_USAGE } from './failure.js';

/** A wrong command line is told apart from a refusal by its exit code. */
export function exitsAsUsage(command: Command): Command {
    return command.exitOverride((error) => {
        throw error.exitCode === 0 ? error : new CommanderError(EXIT_USAGE, error.code, error.message);
    });
}
