import { readFileSync } from 'node:fs';

/** Linux counts the processor time of processes in hundredths of a second. */
const TICKS_PER_SECOND = 100;
/** Fields of /proc/PID/stat after the name of the program: own time in and out of the kernel, that of ended children. */
const OWN = [11, 12];
const ENDED_CHILDREN = [13, 14];

/** Seconds that a process has worked so far, on all cores together. */
export const workedSeconds = (pid: number): number => seconds(String(pid), OWN);

/** Seconds that ended children of this process worked. */
export const childrenWorkedSeconds = (): number => seconds('self', ENDED_CHILDREN);

function seconds(process: string, fields: readonly number[]): number {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.reduce((sum, field) => sum + Number(values[field] ?? 0), 0) / TICKS_PER_SECOND;
}
