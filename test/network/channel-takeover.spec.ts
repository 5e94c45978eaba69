import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrgName } from '@commonwatt/network';
import { expect } from 'chai';
import { type Answer, asAdmin } from '../support/commonwatt.js';
import { withNetwork } from '../support/network.js';

type Organization = { values: { MSP: { value: { config: { root_certs: string[]; admins: string[] } } } } };
/** As configtxlator tells it, as far as this test looks into it. */
type Config = { channel_group: { groups: { Application: { groups: Record<string, Organization> } } } };

const COALITION: readonly OrgName[] = ['operator', 'community', 'supplier'];

describe('three organisations that sign a change of the channel', function () {
    this.timeout(60_000);
    const network = withNetwork();
    let folder: string;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'commonwatt-takeover-'));
    });
    after(async () => {
        await rm(folder, { recursive: true, force: true });
    });

    async function shell(org: OrgName, line: string): Promise<Answer> {
        return await asAdmin(network().stateDir, org, `cd ${folder} && ${line}`);
    }
    async function done(org: OrgName, line: string): Promise<void> {
        const { exitCode, stdout, stderr } = await shell(org, line);
        expect(exitCode, stdout + stderr).to.equal(0);
    }
    async function readConfig(): Promise<Config> {
        await done('operator', 'peer channel fetch config config.block -c "$CHANNEL_NAME"');
        await done(
            'operator',
            'configtxlator proto_decode --type common.Block --input config.block --output block.json',
        );
        const block = JSON.parse(await readFile(join(folder, 'block.json'), 'utf8')) as {
            data: { data: { payload: { data: { config: Config } } }[] };
        };
        const config = block.data.data[0]?.payload.data.config;
        if (config === undefined) {
            throw new Error('the block holds no configuration');
        }
        return config;
    }
    /** The change as an update of the channel that organisations can sign. */
    async function writeUpdate(from: Config, to: Config): Promise<void> {
        for (const [name, config] of [
            ['from', from],
            ['to', to],
        ] as const) {
            await writeFile(join(folder, `${name}.json`), JSON.stringify(config));
            await done(
                'operator',
                `configtxlator proto_encode --type common.Config --input ${name}.json --output ${name}.pb`,
            );
        }
        await done(
            'operator',
            'configtxlator compute_update --channel_id "$CHANNEL_NAME" --original from.pb --updated to.pb --output update.pb',
        );
        await done(
            'operator',
            'configtxlator proto_decode --type common.ConfigUpdate --input update.pb --output update.json',
        );
        const config_update = JSON.parse(await readFile(join(folder, 'update.json'), 'utf8')) as { channel_id: string };
        const channel_header = { channel_id: config_update.channel_id, type: 2 };
        const envelope = { payload: { header: { channel_header }, data: { config_update } } };
        await writeFile(join(folder, 'envelope.json'), JSON.stringify(envelope));
        await done(
            'operator',
            'configtxlator proto_encode --type common.Envelope --input envelope.json --output envelope.pb',
        );
    }

    /** What three of four sign and send; answers what the orderer says. */
    async function attempt(change: (organizations: Record<string, Organization>) => void): Promise<string> {
        const config = await readConfig();
        const taken = structuredClone(config);
        change(taken.channel_group.groups.Application.groups);
        await writeUpdate(config, taken);
        for (const org of COALITION) {
            await done(org, 'peer channel signconfigtx -f envelope.pb');
        }
        const sent = await shell(
            'operator',
            'peer channel update -f envelope.pb -c "$CHANNEL_NAME" -o "$ORDERER_ADDRESS" --tls --cafile "$ORDERER_CA"',
        );
        expect(sent.exitCode, sent.stdout + sent.stderr).to.not.equal(0);
        expect(await readConfig()).to.deep.equal(config);
        return sent.stderr;
    }

    it('cannot give the regulator other certificates', async () => {
        const refusal = await attempt((organizations) => {
            const [regulator, operator] = [organizations['RegulatorMSP'], organizations['OperatorMSP']].map(configOf);
            regulator?.root_certs.splice(0, Infinity, ...(operator?.root_certs ?? []));
        });
        expect(refusal).to.match(/policy for \[Value\] +\/Channel\/Application\/RegulatorMSP\/MSP not satisfied/);
    });

    it('cannot take the regulator out of the channel', async () => {
        const refusal = await attempt((organizations) => {
            delete organizations['RegulatorMSP'];
        });
        expect(refusal).to.match(/policy for \[Group\] +\/Channel\/Application not satisfied/);
    });
});

const configOf = (
    organization: Organization | undefined,
): Organization['values']['MSP']['value']['config'] | undefined => organization?.values.MSP.value.config;
