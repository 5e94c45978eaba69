import { execa } from 'execa';
import { commonwattBin } from './network.js';

export type Answer = Readonly<{ exitCode: number | undefined; stdout: string; stderr: string }>;

/** Runs the command as a user does and returns what it answered, whether or not it succeeded. */
export async function commonwatt(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const result = await execa(process.execPath, [commonwattBin, ...args], { reject: false, env });
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** Runs a line of shell after `eval "$(commonwatt network env ORG)"`. */
export async function asAdmin(stateDir: string, org: string, line: string): Promise<Answer> {
    const script = `eval "$("$NODE" "$COMMONWATT" --state "$STATE" network env "$ORG")"; ${line}`;
    const result = await execa('sh', ['-c', script], {
        reject: false,
        env: { NODE: process.execPath, COMMONWATT: commonwattBin, STATE: stateDir, ORG: org },
    });
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}
