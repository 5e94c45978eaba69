import { isDeepStrictEqual } from 'node:util';
import { common } from '@hyperledger/fabric-protos';
import type { Finding } from './finding.js';
import { type Member, Members } from './members.js';
import type { Signed } from './signed.js';
import { ChannelPolicies } from './validation/channel-policies.js';
import { exactly, readOrNull } from './validation/exactly.js';
import * as schemas from './validation/schemas.js';

/** Maps of the package, whose types name a library without bringing it. */
type Named<Value> = Readonly<{
    get: (name: string) => Value | undefined;
    forEach: (visit: (value: Value, name: string) => void) => void;
}>;

type Element = Readonly<{ version: number; modPolicy: string; content: string }>;
type Elements = Readonly<Record<string, Element>>;
/** A part of the configuration: settings, policies, and further parts. */
type Group = Readonly<{
    version: number;
    modPolicy: string;
    values: Elements;
    policies: Elements;
    groups: Readonly<Record<string, Group>>;
}>;

const BLOCK_VALIDATION = '/Channel/Orderer/BlockValidation';
const ORGANIZATION_PARTS = ['Application', 'Orderer'] as const;

/** The channel's configuration as one transaction of type CONFIG states it. */
export class Configuration {
    readonly channelId: string;
    readonly members: Members;
    readonly policies: ChannelPolicies;
    /** Versions of Fabric's rules that the channel has agreed on, of the channel itself and of its applications. */
    readonly capabilities: Readonly<Record<'channel' | 'application', readonly string[]>>;
    /** The transaction. */
    readonly envelope: Uint8Array;
    readonly #channel: Group;

    /** @throws Error when it cannot be read */
    constructor(envelope: Uint8Array) {
        this.envelope = envelope;
        const channel = configEnvelopeOf(envelope).getConfig()?.getChannelGroup() ?? new common.ConfigGroup();
        this.channelId = channelIdIn(envelope);
        this.members = Members.of(channel);
        this.policies = new ChannelPolicies(channel);
        const groups = channel.getGroupsMap() as Named<common.ConfigGroup>;
        this.capabilities = {
            channel: capabilitiesIn(channel),
            application: capabilitiesIn(groups.get('Application')),
        };
        this.#channel = groupOf(channel);
    }

    /** Whether a transaction configures the channel. */
    static isIn(envelope: Uint8Array): boolean {
        return channelHeaderIn(envelope)?.getType() === common.HeaderType.CONFIG;
    }

    /** Whether those who may sign blocks have signed one, and everybody who is said to have. */
    isOrderedBy(signatures: readonly Signed[]): boolean {
        const signers = signatures.map((each) => this.members.signerOf(each));
        const genuine = signers.filter((each) => each !== null);
        const policy = this.policies.find(BLOCK_VALIDATION);
        return genuine.length === signers.length && policy?.(genuine) === true;
    }

    /**
     * What is wrong with it as the successor of another one: it has to follow from the update that it holds, and who
     * may change what changed has to have signed that. An organisation's own part is its administrator's matter,
     * everything else is everybody's together.
     */
    findingsAfter(before: Configuration): Pick<Finding, 'code' | 'operands'>[] {
        const update = updateIn(this.envelope);
        if (!this.#isFoundedOn(before, update)) {
            return [{ code: 'CONFIGURATION_NOT_REPRODUCED', operands: {} }];
        }
        const signers = update.signatures.flatMap((each) => before.members.signerOf(each) ?? []);
        const mspIds = before.#concerned(this).filter((mspId) => !signers.some(isAdministratorOf(mspId)));
        return mspIds.length === 0 ? [] : [{ code: 'CONFIGURATION_UNSIGNED', operands: { mspIds } }];
    }

    #isFoundedOn(before: Configuration, { read, write }: Update): boolean {
        try {
            const expected = updated({ before: before.#channel, read: groupOf(read), write: groupOf(write) });
            return isDeepStrictEqual(expected, this.#channel);
        } catch {
            return false;
        }
    }

    /** MSPs whose administrators have to agree to another configuration in place of this one. */
    #concerned(after: Configuration): readonly string[] {
        const changed = new Set<string>();
        let [rest, restAfter] = [this.#channel, after.#channel];
        for (const [part, name] of this.#organizations()) {
            const [own, ownAfter] = [organizationIn(rest, part, name), organizationIn(restAfter, part, name)];
            if (own === undefined || ownAfter === undefined) {
                continue; // who is a member is everybody's matter
            }
            if (!isDeepStrictEqual(own, ownAfter)) {
                changed.add(this.members.mspIdOf(name));
            }
            [rest, restAfter] = [without(rest, part, name), without(restAfter, part, name)];
        }
        return isDeepStrictEqual(rest, restAfter) ? [...changed] : this.members.mspIds;
    }

    /** Organisations by part and name. */
    #organizations(): (readonly [string, string])[] {
        return ORGANIZATION_PARTS.flatMap((part) =>
            Object.keys(this.#channel.groups[part]?.groups ?? {}).map((name) => [part, name] as const),
        );
    }
}

const organizationIn = (channel: Group, part: string, name: string): Group | undefined =>
    channel.groups[part]?.groups[name];

const isAdministratorOf =
    (mspId: string) =>
    (member: Member): boolean =>
        member.mspId === mspId && member.isAdministrator;

function without(channel: Group, part: string, name: string): Group {
    const { [part]: group, ...parts } = channel.groups;
    if (group === undefined) {
        return channel;
    }
    const others = Object.entries(group.groups).filter(([each]) => each !== name);
    return { ...channel, groups: { ...parts, [part]: { ...group, groups: Object.fromEntries(others) } } };
}

/** What is there of a part, what an update has read of it, and what it writes. */
type Change<Part> = Readonly<Record<'before' | 'read' | 'write', Part | undefined>>;

/**
 * What an update makes of a part, as Fabric does: what has another version in the written set than in the read one takes the
 * place of what was there, everything else stays.
 * @throws Error where a version is not the one that is there, or does not follow upon it
 */
function updated(change: Change<Group>): Group {
    const base = taken(change);
    const each = <Part>(
        partsOf: (group: Group) => Readonly<Record<string, Part>>,
        result: (change: Change<Part>) => Part,
    ): Readonly<Record<string, Part>> => {
        const of = (group: Group | undefined, name: string): Part | undefined => group && partsOf(group)[name];
        const { before, read, write } = change;
        const names = Object.keys(partsOf(base));
        return Object.fromEntries(
            names.map((name) => [
                name,
                result({ before: of(before, name), read: of(read, name), write: of(write, name) }),
            ]),
        );
    };
    return {
        ...base,
        values: each((group) => group.values, taken<Element>),
        policies: each((group) => group.policies, taken<Element>),
        groups: each((group) => group.groups, updated),
    };
}

function taken<Part extends Readonly<{ version: number }>>({ before, read, write }: Change<Part>): Part {
    const stays = write === undefined || read?.version === write.version;
    const part = stays ? before : write;
    const isRead = read === undefined || read.version === before?.version;
    if (part === undefined || !isRead || !(stays || write.version === (before?.version ?? -1) + 1)) {
        throw new Error('the update does not follow upon this configuration');
    }
    return part;
}

type Update = Readonly<{ read: common.ConfigGroup; write: common.ConfigGroup; signatures: readonly Signed[] }>;

/** The update from which a configuration follows, and who has signed it. */
function updateIn(envelope: Uint8Array): Update {
    const last = configEnvelopeOf(envelope).getLastUpdate()?.getPayload_asU8() ?? new Uint8Array();
    const bytes = common.Payload.deserializeBinary(last).getData_asU8();
    const signedUpdate = common.ConfigUpdateEnvelope.deserializeBinary(bytes);
    const content = signedUpdate.getConfigUpdate_asU8();
    const update = common.ConfigUpdate.deserializeBinary(content);
    return {
        read: update.getReadSet() ?? new common.ConfigGroup(),
        write: update.getWriteSet() ?? new common.ConfigGroup(),
        signatures: signedUpdate.getSignaturesList().map((each) => {
            const header = each.getSignatureHeader_asU8();
            const identity = common.SignatureHeader.deserializeBinary(header).getCreator_asU8();
            return { identity, signed: Buffer.concat([header, content]), signature: each.getSignature_asU8() };
        }),
    };
}

function configEnvelopeOf(envelope: Uint8Array): common.ConfigEnvelope {
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
    return common.ConfigEnvelope.deserializeBinary(payload.getData_asU8());
}

function capabilitiesIn(group: common.ConfigGroup | undefined): readonly string[] {
    const value = (group?.getValuesMap() as Named<common.ConfigValue> | undefined)?.get('Capabilities');
    const names: string[] = [];
    const capabilities = common.Capabilities.deserializeBinary(value?.getValue_asU8() ?? new Uint8Array());
    (capabilities.getCapabilitiesMap() as Named<common.Capability>).forEach((_, name) => names.push(name));
    return names;
}

/** The channel that a transaction names; empty where it names none. */
export const channelIdIn = (envelope: Uint8Array): string => channelHeaderIn(envelope)?.getChannelId() ?? '';

function channelHeaderIn(envelope: Uint8Array): common.ChannelHeader | null {
    return readOrNull(() => {
        const payload = exactly(common.Payload, schemas.payload, payloadOf(envelope)).getHeader();
        const header = payload?.getChannelHeader_asU8() ?? new Uint8Array();
        return exactly(common.ChannelHeader, schemas.channelHeader, header);
    });
}

const payloadOf = (envelope: Uint8Array): Uint8Array =>
    exactly(common.Envelope, schemas.envelope, envelope).getPayload_asU8();

function groupOf(group: common.ConfigGroup): Group {
    return {
        version: group.getVersion(),
        modPolicy: group.getModPolicy(),
        values: byName(group.getValuesMap() as Named<common.ConfigValue>, (value) =>
            elementOf(value, value.getValue_asU8()),
        ),
        policies: byName(group.getPoliciesMap() as Named<common.ConfigPolicy>, (policy) =>
            elementOf(policy, policy.getPolicy()?.serializeBinary() ?? new Uint8Array()),
        ),
        groups: byName(group.getGroupsMap() as Named<common.ConfigGroup>, groupOf),
    };
}

const elementOf = (element: common.ConfigValue | common.ConfigPolicy, content: Uint8Array): Element => ({
    version: element.getVersion(),
    modPolicy: element.getModPolicy(),
    content: Buffer.from(content).toString('base64'),
});

function byName<Value, Item>(map: Named<Value>, itemOf: (value: Value) => Item): Readonly<Record<string, Item>> {
    const items: [string, Item][] = [];
    map.forEach((value, name) => {
        items.push([name, itemOf(value)]);
    });
    return Object.fromEntries(items);
}
