import { execa, ExecaError } from 'execa';
import { NetworkError } from '../network-error.js';

export const toolNames = ['peer', 'orderer', 'cryptogen', 'configtxgen', 'configtxlator', 'osnadmin'] as const;
export type ToolName = (typeof toolNames)[number];

export type Binaries = Readonly<{
    source: 'FABRIC_BIN' | 'PATH' | 'cache' | 'built' | 'release';
    version: string;
    tools: Readonly<Record<ToolName, string>>;
}>;

const excerptLines = 12;

/** Runs one of the Fabric tools to its end and returns what it printed (stdout and stderr together). */
export async function runTool(
    binaries: Binaries,
    tool: ToolName,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
): Promise<string> {
    try {
        const { all } = await execa(binaries.tools[tool], args, {
            env: { ...inheritedEnvironment(), ...env },
            extendEnv: false,
            all: true,
            timeout: 60_000,
        });
        return all;
    } catch (error) {
        const output = error instanceof ExecaError && typeof error.all === 'string' ? error.all : String(error);
        throw new NetworkError(
            `\`${tool} ${args.slice(0, 3).join(' ')}\` failed: ${telling(output)[0] ?? 'no output'}`,
            {
                subject: tool,
                logExcerpt: telling(output).join('\n'),
                remedy: 'Run `commonwatt network up` again; if it fails again, `commonwatt network logs NAME` of the process it talks to and `commonwatt doctor`.',
                cause: error,
            },
        );
    }
}

/** FABRIC_*, CORE_* and ORDERER_* of the caller's shell must not reach into this network. */
export function inheritedEnvironment(): Record<string, string> {
    const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];
    return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** The lines worth reading: from the first that speaks of an error, else the last. */
function telling(output: string): string[] {
    const lines = output.split('\n').filter((line) => /\S/.test(line));
    const first = lines.findIndex((line) => /^Error|panic|PANI|FATA|ERRO/.test(line));
    return first === -1 ? lines.slice(-excerptLines) : lines.slice(first, first + excerptLines);
}
