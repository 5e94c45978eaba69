import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { decodeError, type WireError } from '@commonwatt/chaincode/wire/errors';
import type { Network, OrgName } from '@commonwatt/network';
import type { Actor } from './actors.js';

/** The invocation as `--args` prints it and `peer chaincode invoke -c` reads it. */
export type InvokeJson = Readonly<{ function?: string; Args: readonly string[] }>;

export type CliInvocation = Readonly<{
    chaincode: 'exchange' | 'supervision';
    invoke: InvokeJson;
    /** Whose peers are asked to endorse. */
    endorsers: readonly OrgName[];
    /** Whose admin invokes, or by whose MSP folder another identity of that organisation does. */
    as: OrgName;
    mspFolder?: string;
}>;

/** How it ended: a validation code by name, or what the chaincode refused with. */
export type CliOutcome = Readonly<{ status: string | null; error: WireError | null; text: string }>;

/** Invokes with the stock `peer` CLI, which asks exactly the named peers and sends whatever they endorse. */
export async function invokeWithPeerCli(network: Network, invocation: CliInvocation): Promise<CliOutcome> {
    const env = await network.env(invocation.as);
    const text = await peer(network, invocation, [
        ...['chaincode', 'invoke', '--orderer', env['ORDERER_ADDRESS'] ?? ''],
        ...['--tls', '--cafile', env['ORDERER_CA'] ?? '', '--channelID', env['CHANNEL_NAME'] ?? ''],
        ...['--name', invocation.chaincode, '--ctor', JSON.stringify(invocation.invoke), '--waitForEvent'],
        ...peerArgs(env, invocation.endorsers),
    ]);
    return { status: statusIn(text), error: refusalIn(text), text };
}

/** Arguments that name the peers of organisations. */
export const peerArgs = (env: Readonly<Record<string, string>>, orgs: readonly OrgName[]): string[] =>
    orgs.flatMap((org) => [
        ...['--peerAddresses', env[`${org.toUpperCase()}_PEER_ADDRESS`] ?? ''],
        ...['--tlsRootCertFiles', env[`${org.toUpperCase()}_PEER_CA`] ?? ''],
    ]);

/** Runs `peer` as an organisation's admin, or by another MSP folder, and returns all it printed, however it ended. */
export async function peer(
    network: Network,
    identity: Pick<CliInvocation, 'as' | 'mspFolder'>,
    args: readonly string[],
): Promise<string> {
    const env = await network.env(identity.as);
    const own = identity.mspFolder === undefined ? {} : { CORE_PEER_MSPCONFIGPATH: identity.mspFolder };
    const result = await execa('peer', args, { reject: false, all: true, timeout: 30_000, env: { ...env, ...own } });
    return result.all;
}

/** Lets the CLI act as somebody who is enrolled, by a folder as cryptogen would have written it. */
export async function withMspFolder<Result>(
    network: Network,
    { org, entry }: Actor,
    act: (mspFolder: string) => Promise<Result>,
): Promise<Result> {
    const folder = await mkdtemp(join(tmpdir(), 'commonwatt-msp-'));
    try {
        const { CORE_PEER_MSPCONFIGPATH: admin } = await network.env(org);
        await cp(admin ?? '', folder, { recursive: true });
        await replaceOnlyFile(join(folder, 'signcerts'), entry.certificate);
        await replaceOnlyFile(join(folder, 'keystore'), entry.privateKey);
        return await act(folder);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

async function replaceOnlyFile(folder: string, content: string): Promise<void> {
    for (const name of await readdir(folder)) {
        await writeFile(join(folder, name), content);
    }
}

/** The CLI names the code both when it is VALID and when it is not. */
function statusIn(text: string): string | null {
    const [, valid] = /committed with status \((\w+)\)/.exec(text) ?? [];
    const [, invalid] = /invalidated with status \((\w+)\)/.exec(text) ?? [];
    return valid ?? invalid ?? null;
}

/** The chaincode's message stands in Go's quotes. */
function refusalIn(text: string): WireError | null {
    const [, quoted] = /message:("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
    return quoted === undefined ? null : decodeError(JSON.parse(quoted) as string);
}
