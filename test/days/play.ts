import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commonwatt } from '../support/commonwatt.js';
import type { DemoJson } from '../support/kept-demo.js';
import { newStateDir } from '../support/network.js';
import { childrenWorkedSeconds, workedSeconds } from './processor-time.js';

/** A day that was played; its network still runs. */
export type Played = Readonly<{
    stateDir: string;
    json: DemoJson;
    wallSeconds: number;
    /** Processor time in seconds: of the client, and of the network's processes by their kind. */
    worked: ReadonlyMap<string, number>;
}>;

/** Plays a whole day on a network of its own, as a user does; what it printed and its report go to a folder. */
export async function play(week: string, date: string, folder: string): Promise<Played> {
    mkdirSync(folder, { recursive: true });
    const stateDir = newStateDir();
    const report = join(folder, `${week}.html`);
    const args = ['--state', stateDir, 'demo', '--week', week, '--day', date, '--keep', '--json', '--report', report];
    const [startedMs, workedBefore] = [performance.now(), childrenWorkedSeconds()];
    const { exitCode, stdout, stderr } = await commonwatt(args);
    const wallSeconds = (performance.now() - startedMs) / 1_000;
    if (stdout === '') {
        throw new Error(`the demo failed with ${String(exitCode)}:\n${stderr}`);
    }
    const client = childrenWorkedSeconds() - workedBefore;
    writeFileSync(join(folder, `${week}.json`), stdout);
    const worked = new Map([['client', client], ...(await workedByKind(stateDir))]);
    return { stateDir, json: JSON.parse(stdout) as DemoJson, wallSeconds, worked };
}

async function workedByKind(stateDir: string): Promise<ReadonlyMap<string, number>> {
    const { stdout } = await commonwatt(['--state', stateDir, 'network', 'status', '--json']);
    const { processes } = JSON.parse(stdout) as { processes: readonly { kind: string; pid: number }[] };
    const worked = new Map<string, number>();
    for (const { kind, pid } of processes) {
        worked.set(kind, (worked.get(kind) ?? 0) + workedSeconds(pid));
    }
    return worked;
}
