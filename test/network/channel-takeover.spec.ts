import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '@commonwatt/client/auditor/configuration';
import { type OrgName, orgNames } from '@commonwatt/network';
import { common } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { type Answer, asAdmin } from '../support/commonwatt.js';
import { withNetwork } from '../support/network.js';

type Organization = { values: { MSP: { value: { config: { root_certs: string[]; admins: string[] } } } } };
/** As configtxlator tells it, as far as this test looks into it. */
type Groups = {
    Application: { groups: Record<string, Organization> };
    Orderer: { values: { BatchSize: { value: { max_message_count: number } } } };
};
type Config = { channel_group: { groups: Groups } };

const COALITION: readonly OrgName[] = ['operator', 'community', 'supplier'];

describe('organisations that sign a change of the channel', function () {
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
    /** The transaction that configured the channel last, as `readConfig` has read it. */
    async function readEnvelope(): Promise<Uint8Array> {
        const block = common.Block.deserializeBinary(await readFile(join(folder, 'config.block')));
        return block.getData()?.getDataList_asU8()[0] ?? new Uint8Array();
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

    /** What some sign and send: what the orderer answers, and the configuration before, as meant and after it. */
    async function send(
        signers: readonly OrgName[],
        change: (groups: Groups) => void,
    ): Promise<Answer & Record<'before' | 'meant' | 'after', Groups>> {
        const before = await readConfig();
        const meant = structuredClone(before);
        change(meant.channel_group.groups);
        await writeUpdate(before, meant);
        for (const org of signers) {
            await done(org, 'peer channel signconfigtx -f envelope.pb');
        }
        const sent = await shell(
            'operator',
            'peer channel update -f envelope.pb -c "$CHANNEL_NAME" -o "$ORDERER_ADDRESS" --tls --cafile "$ORDERER_CA"',
        );
        const groupsOf = ({ channel_group }: Config): Groups => channel_group.groups;
        return { ...sent, before: groupsOf(before), meant: groupsOf(meant), after: groupsOf(await readConfig()) };
    }
    /** What three of four sign is refused, and changes nothing; answers what the orderer says. */
    async function attempt(change: (groups: Groups) => void): Promise<string> {
        const { exitCode, stdout, stderr, before, after } = await send(COALITION, change);
        expect(exitCode, stdout + stderr).to.not.equal(0);
        expect(after).to.deep.equal(before);
        return stderr;
    }
    const largerBatches = ({ Orderer }: Groups): void => {
        Orderer.values.BatchSize.value.max_message_count += 1;
    };

    it('cannot, three of four, give the regulator other certificates', async () => {
        const refusal = await attempt(({ Application: { groups: organizations } }) => {
            const [regulator, operator] = [organizations['RegulatorMSP'], organizations['OperatorMSP']].map(configOf);
            regulator?.root_certs.splice(0, Infinity, ...(operator?.root_certs ?? []));
        });
        expect(refusal).to.match(/policy for \[Value\] +\/Channel\/Application\/RegulatorMSP\/MSP not satisfied/);
    });

    it('cannot, three of four, take the regulator out of the channel', async () => {
        const refusal = await attempt(({ Application }) => {
            delete Application.groups['RegulatorMSP'];
        });
        expect(refusal).to.match(/policy for \[Group\] +\/Channel\/Application not satisfied/);
    });

    it('cannot, three of four, change how transactions are ordered, whoever owns the ordering node', async () => {
        const refusal = await attempt(largerBatches);
        expect(refusal).to.match(/policy for \[Value\] +\/Channel\/Orderer\/BatchSize not satisfied/);
    });

    it('can, all four; and from the blocks an auditor tells who has agreed', async () => {
        await readConfig();
        const envelopeBefore = await readEnvelope();
        const { exitCode, stdout, stderr, before, meant, after } = await send(orgNames, largerBatches);
        expect(exitCode, stdout + stderr).to.equal(0);
        const sizes = [before, meant, after].map(({ Orderer }) => Orderer.values.BatchSize.value.max_message_count);
        expect(sizes[2]).to.equal(sizes[1]).and.not.to.equal(sizes[0]);

        const envelope = await readEnvelope();
        const judged = (stated: Uint8Array, previous = envelopeBefore): object[] =>
            new Configuration(stated).findingsAfter(new Configuration(previous));
        expect(judged(envelope)).to.deep.equal([]);
        expect(judged(withoutSignatures(envelope, 'RegulatorMSP'))).to.deep.equal([
            { code: 'CONFIGURATION_UNSIGNED', operands: { mspIds: ['RegulatorMSP'] } },
        ]);
        const notReproduced = [{ code: 'CONFIGURATION_NOT_REPRODUCED', operands: {} }];
        expect(judged(withConfigOf(envelope, envelopeBefore)), 'another one than was signed').to.deep.equal(
            notReproduced,
        );
        expect(judged(envelope, envelope), 'the same update again').to.deep.equal(notReproduced);
    });
});

const configOf = (
    organization: Organization | undefined,
): Organization['values']['MSP']['value']['config'] | undefined => organization?.values.MSP.value.config;

type Opened = Readonly<{ envelope: common.Envelope; payload: common.Payload; content: common.ConfigEnvelope }>;

function opened(bytes: Uint8Array): Opened {
    const envelope = common.Envelope.deserializeBinary(bytes);
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    return { envelope, payload, content: common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()) };
}

function closed({ envelope, payload, content }: Opened): Uint8Array {
    payload.setData(content.serializeBinary());
    envelope.setPayload(payload.serializeBinary());
    return envelope.serializeBinary();
}

/** The same configuration by the same update, as if an organisation had not signed it. */
function withoutSignatures(bytes: Uint8Array, mspId: string): Uint8Array {
    const configured = opened(bytes);
    const update = configured.content.getLastUpdate() ?? new common.Envelope();
    const payload = common.Payload.deserializeBinary(update.getPayload_asU8());
    const signed = common.ConfigUpdateEnvelope.deserializeBinary(payload.getData_asU8());
    const kept = signed
        .getSignaturesList()
        .filter((each) => !Buffer.from(each.getSignatureHeader_asU8()).includes(Buffer.from(mspId)));
    expect(kept).to.have.length(signed.getSignaturesList().length - 1);
    signed.setSignaturesList(kept);
    payload.setData(signed.serializeBinary());
    update.setPayload(payload.serializeBinary());
    return closed(configured);
}

/** The update of one transaction beside the configuration of another. */
function withConfigOf(bytes: Uint8Array, otherBytes: Uint8Array): Uint8Array {
    const configured = opened(bytes);
    configured.content.setConfig(opened(otherBytes).content.getConfig());
    return closed(configured);
}
