import { execa } from 'execa';
import { commonwattBin } from './network.js';

export type Answer = Readonly<{ exitCode: number | undefined; stdout: string; stderr: string }>;

/** Runs the command as a user does and returns what it answered, whether or not it succeeded. */
export async function commonwatt(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const result = await execa(process.execPath, [commonwattBin, ...args], { reject: false, env });
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** What `network env` prints: it costs more than most lines that need it, and stays the same while a network is up. */
const environments = new Map<string, Promise<string>>();

async function environmentOf(stateDir: string, org: string): Promise<string> {
    const { exitCode, stdout, stderr } = await commonwatt(['--state', stateDir, 'network', 'env', org]);
    if (exitCode !== 0) {
        throw new Error(stderr);
    }
    return stdout;
}

/** Runs a line of shell after `eval "$(commonwatt network env ORG)"`. */
export async function asAdmin(stateDir: string, org: string, line: string): Promise<Answer> {
    const key = `${stateDir} ${org}`;
    const environment = environments.get(key) ?? environmentOf(stateDir, org);
    environments.set(key, environment);
    const script = `eval "$ENVIRONMENT"; ${line}`;
    const result = await execa('sh', ['-c', script], { reject: false, env: { ENVIRONMENT: await environment } });
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}
