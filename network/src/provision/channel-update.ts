import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../binaries/tools.js';
import type { Deployment } from '../deployment.js';
import type { OrgName } from '../topology.js';
import { adminEnvironment, ordererArgs } from './admin.js';

type OrganizationConfig = { values: { MSP: { value: { config: { revocation_list?: string[] | null } } } } };
/** As configtxlator tells it, as far as changes look into it. */
export type ChannelConfig = {
    channel_group: {
        groups: Record<'Application' | 'Orderer', { groups: Partial<Record<string, OrganizationConfig>> }>;
    };
};
type ConfigBlock = { data: { data: [{ payload: { data: { config: ChannelConfig } } }] } };

/** `common.HeaderType` of a change of the channel's configuration. */
const CONFIG_UPDATE = 2;

/** Changes the channel's configuration as far as one organization's administrator may alone. */
export async function updateChannel(
    deployment: Deployment,
    org: OrgName,
    change: (config: ChannelConfig) => void,
): Promise<void> {
    const folder = join(deployment.folder.root, 'channel-update.partial');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    const update = new ChannelUpdate(deployment, org, folder);
    const config = await update.fetch();
    await update.encode('Config', config, 'from.pb');
    change(config);
    await update.encode('Config', config, 'to.pb');
    await update.send();
    await rm(folder, { recursive: true });
}

/** The steps of one change, by files in a folder of its own. */
class ChannelUpdate {
    readonly #deployment: Deployment;
    readonly #org: OrgName;
    readonly #folder: string;

    constructor(deployment: Deployment, org: OrgName, folder: string) {
        this.#deployment = deployment;
        this.#org = org;
        this.#folder = folder;
    }

    /** The configuration in force. */
    async fetch(): Promise<ChannelConfig> {
        await this.#peer('fetch', 'config', this.#file('block.pb'), ...ordererArgs(this.#deployment));
        const block = (await this.#decode('Block', 'block.pb')) as ConfigBlock;
        return block.data.data[0].payload.data.config;
    }

    async encode(type: 'Config' | 'Envelope', value: unknown, output: string): Promise<void> {
        await writeFile(this.#file('value.json'), JSON.stringify(value));
        const files = ['--input', this.#file('value.json'), '--output', this.#file(output)];
        await this.#translate('proto_encode', '--type', `common.${type}`, ...files);
    }

    /** Has what leads from one configuration to the other ordered; `peer` signs it as the administrator. */
    async send(): Promise<void> {
        const { channel } = this.#deployment.settings;
        const files = ['--original', this.#file('from.pb'), '--updated', this.#file('to.pb')];
        await this.#translate('compute_update', '--channel_id', channel, ...files, '--output', this.#file('update.pb'));
        const envelope = {
            payload: {
                header: { channel_header: { channel_id: channel, type: CONFIG_UPDATE } },
                data: { config_update: await this.#decode('ConfigUpdate', 'update.pb') },
            },
        };
        await this.encode('Envelope', envelope, 'envelope.pb');
        await this.#peer('update', '--file', this.#file('envelope.pb'), ...ordererArgs(this.#deployment));
    }

    async #decode(type: 'Block' | 'ConfigUpdate', input: string): Promise<unknown> {
        const files = ['--input', this.#file(input), '--output', this.#file('decoded.json')];
        await this.#translate('proto_decode', '--type', `common.${type}`, ...files);
        return JSON.parse(await readFile(this.#file('decoded.json'), 'utf8'));
    }

    async #translate(...args: readonly string[]): Promise<void> {
        await runTool(this.#deployment.binaries, 'configtxlator', args);
    }

    async #peer(verb: string, ...args: readonly string[]): Promise<void> {
        const { binaries, settings } = this.#deployment;
        const channel = ['--channelID', settings.channel];
        const env = adminEnvironment(this.#deployment, this.#org);
        await runTool(binaries, 'peer', ['channel', verb, ...args, ...channel], env);
    }

    #file(name: string): string {
        return join(this.#folder, name);
    }
}
