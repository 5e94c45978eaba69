import { InvalidArgumentError } from 'commander';

/** What every verb may be told: the program's own option and `--json`. */
export type CommonOptions = Readonly<{ state?: string; json?: boolean }>;

export function positiveInteger(text: string): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
        throw new InvalidArgumentError('It must be a whole number above zero.');
    }
    return value;
}
