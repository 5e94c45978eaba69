import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../binaries/tools.js';
import type { Deployment } from '../deployment.js';
import { NetworkError } from '../network-error.js';
import { portOf } from '../process/ports.js';
import { renderConfig } from '../template.js';
import { peersOf, processesOf, type ProcessSpec } from '../topology.js';
import { adminEnvironment } from './admin.js';
import { inTurn } from './in-turn.js';

/** Renders the channel's configuration for the chosen ports and makes its first block. */
export async function createGenesisBlock(deployment: Deployment): Promise<string> {
    const { folder, settings, binaries } = deployment;
    if (existsSync(folder.genesisBlock)) {
        return 'present';
    }
    await mkdir(folder.channelFolder, { recursive: true });
    const ports = Object.entries(settings.ports).map(([name, { port }]) => [`${name}.port`, port ?? 0] as const);
    const unusedOrderers = { 'orderer-2.port': 0, 'orderer-3.port': 0 }; // the profile of one orderer skips them
    await renderConfig(
        'configtx.yaml',
        {
            ...unusedOrderers,
            ...Object.fromEntries(ports),
            organizations: folder.organizations,
            'batch.timeout': `${String(settings.batchTimeoutMs)}ms`,
            'batch.maxMessageCount': settings.maxMessageCount,
        },
        join(folder.channelFolder, 'configtx.yaml'),
    );
    const partial = `${folder.genesisBlock}.partial`;
    const profile = settings.orderers === 1 ? 'OneOrderer' : 'ThreeOrderers';
    await runTool(
        binaries,
        'configtxgen',
        ['-profile', profile, '-channelID', settings.channel, '-outputBlock', partial],
        { FABRIC_CFG_PATH: folder.channelFolder },
    );
    await rename(partial, folder.genesisBlock);
    return `"${settings.channel}", ${profile === 'OneOrderer' ? '1 orderer' : '3 orderers'}`;
}

/** Lets every orderer and every peer join the channel, those that have not. */
export async function joinChannel(deployment: Deployment): Promise<string> {
    const orderers = processesOf(deployment.settings).filter((spec) => spec.kind === 'orderer');
    let count = 0;
    const counting = async (joining: Promise<boolean>): Promise<void> => {
        if (await joining) {
            count += 1;
        }
    };
    await Promise.all([
        ...orderers.map((spec) => counting(joinOrderer(deployment, spec))),
        inTurn(peersOf(deployment.settings), (peer) => counting(joinPeer(deployment, peer))),
    ]);
    return count === 0 ? 'all members' : `${String(count)} joined`;
}

async function joinOrderer(deployment: Deployment, spec: ProcessSpec): Promise<boolean> {
    const { settings, folder } = deployment;
    const listed = await osnadmin(deployment, spec, ['list', '--channelID', settings.channel]);
    if (listed.includes('Status: 200')) {
        return false;
    }
    const answer = await osnadmin(deployment, spec, [
        'join',
        '--channelID',
        settings.channel,
        '--config-block',
        folder.genesisBlock,
    ]);
    // osnadmin ends with 0 whatever the orderer says.
    if (!answer.includes('Status: 201')) {
        throw new NetworkError(`${spec.name} did not join channel "${settings.channel}".`, {
            subject: spec.name,
            logExcerpt: answer.trim(),
            remedy: `Read \`commonwatt network logs ${spec.name}\`; \`commonwatt network reset\` starts over.`,
        });
    }
    return true;
}

async function osnadmin(deployment: Deployment, spec: ProcessSpec, args: readonly string[]): Promise<string> {
    const { binaries, folder, settings } = deployment;
    const tls = join(folder.identity(spec), 'tls');
    return runTool(binaries, 'osnadmin', [
        'channel',
        ...args,
        '--orderer-address',
        `127.0.0.1:${String(portOf(settings.ports, spec.name, 'adminPort'))}`,
        '--ca-file',
        join(tls, 'ca.crt'),
        '--client-cert',
        join(tls, 'server.crt'),
        '--client-key',
        join(tls, 'server.key'),
    ]);
}

async function joinPeer(deployment: Deployment, { org, name }: ProcessSpec): Promise<boolean> {
    const { binaries, folder, settings } = deployment;
    const env = adminEnvironment(deployment, org, name);
    const listed = await runTool(binaries, 'peer', ['channel', 'list'], env);
    if (listed.split('\n').includes(settings.channel)) {
        return false;
    }
    await runTool(binaries, 'peer', ['channel', 'join', '--blockpath', folder.genesisBlock], env);
    return true;
}

/** The channel's height at a peer; undefined when the peer does not answer. */
export async function heightAt(
    deployment: Pick<Deployment, 'folder' | 'settings' | 'binaries'>,
    { org, name }: ProcessSpec,
): Promise<number | undefined> {
    const { binaries, settings } = deployment;
    const args = ['channel', 'getinfo', '--channelID', settings.channel];
    try {
        const answer = await runTool(binaries, 'peer', args, adminEnvironment(deployment, org, name));
        const height = /"height":(\d+)/.exec(answer)?.[1];
        return height === undefined ? undefined : Number(height);
    } catch {
        return undefined;
    }
}
