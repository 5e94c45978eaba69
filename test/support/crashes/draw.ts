import { createHash } from 'node:crypto';

/** A number from 0 to before `end`, always the same of a seed and a name: repeated runs differ in nothing but timing. */
export function drawn(seed: number, name: string, end: number): number {
    return createHash('sha256').update(`${seed}/${name}`).digest().readUInt32BE() % end;
}
