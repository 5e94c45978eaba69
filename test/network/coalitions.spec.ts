import { fileURLToPath } from 'node:url';
import { encodePolicy, termsPolicy } from '@commonwatt/chaincode/store/policies';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { validationCodeName } from '@commonwatt/client/validation-code';
import { mspIdOf, type OrgName, orgNames } from '@commonwatt/network';
import { expect } from 'chai';
import { Actors } from '../support/actors.js';
import { type Attack, ATTACK_VERB } from '../support/attack.js';
import { counted } from '../support/counted.js';
import { COALITIONS } from '../support/coalitions.js';
import { withOwnNetwork } from '../support/network.js';
import { RawGateway, submitLate } from '../support/raw-gateway.js';
import { securityTable } from '../support/security-page.js';

const ENTRY = fileURLToPath(new URL('../support/coalition-chaincode.js', import.meta.url));

/** What can be done to a record. */
const ATTACKS = ['write', 'update', 'policy', 'recreate'] as const;
type AttackName = (typeof ATTACKS)[number];

/** Records of one protection: where they are, and which coalitions the promise lets change what is there. */
type Protection = Readonly<{
    title: string;
    chaincode: 'exchange' | 'supervision';
    records: readonly string[];
    /** Organisations of the parties, whose key policy the record has. */
    signatories: readonly OrgName[] | null;
    mayChange: (coalition: readonly OrgName[]) => boolean;
}>;

const isAnyThree = (coalition: readonly OrgName[]): boolean => coalition.length >= 3;
const PROTECTIONS: readonly Protection[] = [
    {
        title: 'execution state',
        chaincode: 'exchange',
        records: ['lane', 'execution', 'reading', 'settlement'],
        signatories: null,
        mayChange: isAnyThree,
    },
    {
        title: 'terms between members of community',
        chaincode: 'exchange',
        records: ['agreement'],
        signatories: ['community'],
        mayChange: (coalition) =>
            isAnyThree(coalition) && coalition.includes('regulator') && coalition.includes('community'),
    },
    {
        title: 'terms between community and supplier',
        chaincode: 'exchange',
        records: ['agreement'],
        signatories: ['community', 'supplier'],
        mayChange: (coalition) =>
            ['regulator', 'community', 'supplier'].every((org) => coalition.includes(org as OrgName)),
    },
    {
        title: 'word of the weak centre',
        chaincode: 'supervision',
        records: ['verdict', 'qualification', 'seat', 'halt'],
        signatories: null,
        mayChange: (coalition) => isAnyThree(coalition) && coalition.includes('regulator'),
    },
];

describe('coalitions of organisations that run modified chaincode', function () {
    this.timeout(180_000);
    const network = withOwnNetwork();
    let actors: Actors;
    let gateway: RawGateway;
    /** Attacks that were valid, by protection and coalition. */
    const succeeded = new Map<string, Set<AttackName>>();

    before(async () => {
        await network.up();
        actors = new Actors(network);
        gateway = await RawGateway.open(network, await actors.enrol('attacker', 'operator'));
        for (const org of orgNames) {
            await network.restart(`chaincode-${org}`, { entry: ENTRY });
        }
    });
    after(async () => {
        gateway.close();
        await actors.close();
    });

    const attack = async (
        chaincode: Protection['chaincode'],
        coalition: readonly OrgName[],
        command: Attack,
    ): Promise<string> => {
        const call = { chaincode, verb: ATTACK_VERB, args: [canonicalJson(command)] };
        return validationCodeName(await submitLate(await gateway.endorse(call, coalition)));
    };

    for (const protection of PROTECTIONS) {
        const { title, chaincode, records, signatories, mayChange } = protection;
        const policy =
            signatories === null
                ? null
                : Buffer.from(
                      encodePolicy(termsPolicy(mspIdOf('regulator'), signatories.map(mspIdOf), orgNames.map(mspIdOf))),
                  ).toString('hex');
        const loose = Buffer.from(encodePolicy(termsPolicy(mspIdOf('operator'), [], orgNames.map(mspIdOf)))).toString(
            'hex',
        );

        it(`${title}: every coalition, every attack`, async () => {
            const outcomes = await Promise.all(
                COALITIONS.flatMap((coalition) =>
                    records.flatMap((record) => ATTACKS.map((name) => play(coalition, record, name))),
                ),
            );
            counted(outcomes.length, 'attacks by coalitions');
            for (const { coalition, name, isValid, code } of outcomes) {
                const expected = name === 'write' ? mayWrite(protection, coalition) : mayChange(coalition);
                expect(isValid, `${name} by ${coalition.join(' + ')}: ${code}`).to.equal(expected);
                if (isValid) {
                    const key = `${title} ${coalition.join()}`;
                    succeeded.set(key, (succeeded.get(key) ?? new Set()).add(name));
                }
            }
        });

        /** One attack on a key of its own, which all four have written before, but for the first write. */
        const play = async (coalition: readonly OrgName[], record: string, name: AttackName) => {
            const key = `${record}/${name}-${coalition.join('-')}-${String(signatories?.length ?? 0)}`;
            const text = 'as all four have it';
            if (name !== 'write') {
                expect(await attack(chaincode, orgNames, { key, text, policy })).to.equal('VALID');
            }
            const changes: Record<AttackName, Attack> = {
                write: { key, text: 'forged', policy: null },
                update: { key, text: 'forged', policy: null },
                policy: { key, text, policy: loose },
                recreate: { key, text: null, policy: null },
            };
            const code = await attack(chaincode, coalition, changes[name]);
            const isValid = code === 'VALID';
            if (name === 'recreate' && isValid) {
                expect(await attack(chaincode, coalition, changes.write)).to.equal('VALID');
            }
            return { coalition, name, isValid, code };
        };
    }

    it('are what the security page says', async () => {
        const rows = COALITIONS.map((coalition) => [
            coalition.join(' + '),
            ...PROTECTIONS.map(({ title }) => {
                const names = ATTACKS.filter((name) => succeeded.get(`${title} ${coalition.join()}`)?.has(name));
                return names.length === 0 ? '—' : names.length === ATTACKS.length ? 'everything' : names.join(', ');
            }),
        ]);
        const header = ['organisations', ...PROTECTIONS.map(({ title }) => title)];
        expect(await securityTable('coalitions')).to.deep.equal([header, ...rows]);
    });
});

/** The first write of any key is judged by the chaincode's policy, whatever the key's own will be. */
const mayWrite = ({ chaincode, mayChange }: Protection, coalition: readonly OrgName[]): boolean =>
    chaincode === 'exchange' ? isAnyThree(coalition) : mayChange(coalition);
