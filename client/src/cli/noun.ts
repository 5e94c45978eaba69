import type { Command } from 'commander';
import { exitsAsUsage } from './usage.js';

/** Adds a verb to its noun. */
type Registration = (noun: Command) => void;

/** A command whose modules are loaded when the command line names it, so that no verb waits for those of the others. */
export type LazyCommand = Readonly<{
    name: string;
    summary: string;
    /** Completes the command. @param args what follows it on the command line */
    load: (command: Command, args: readonly string[]) => Promise<void>;
}>;

/** A noun: of its verbs the one named is loaded, or all of them where the help lists them. */
export function nounOf(
    name: string,
    summary: string,
    verbs: Readonly<Record<string, () => Promise<Registration>>>,
): LazyCommand {
    return {
        name,
        summary,
        load: async (noun, args) => {
            const named = args.find((arg) => Object.hasOwn(verbs, arg));
            for (const [verb, registration] of Object.entries(verbs)) {
                if (named === undefined || named === verb) {
                    (await registration())(noun);
                }
            }
        },
    };
}

/** Adds commands by name and summary; what else there is to them is loaded when one is dispatched. */
export function addCommands(program: Command, commands: readonly LazyCommand[]): void {
    for (const { name, summary } of commands) {
        exitsAsUsage(program.command(name).description(summary));
    }
    program.hook('preSubcommand', async (_, command) => {
        const named = commands.find(({ name }) => name === command.name());
        await named?.load(command, program.args.slice(1));
    });
}
