import { InvalidArgumentError, type Command } from 'commander';

export type CommonOptions = Readonly<{ state?: string; json?: boolean }>;

/** The verb's own options together with those of the program. */
export function optionsOf<T extends CommonOptions>(command: Command): T {
    return command.optsWithGlobals<T>();
}

export function positiveInteger(text: string): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
        throw new InvalidArgumentError('It must be a whole number above zero.');
    }
    return value;
}
