import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agreementIdOf, concludeCodec, consentBody, termsCodec } from '@commonwatt/chaincode/wire/agreement';
import { signedText, verifySignature } from '@commonwatt/chaincode/wire/signature';
// What verbs load when they run leaves globals, which would be taken for leaks of the tests.
import '@commonwatt/client';
import { CommanderError, Command } from 'commander';
import { NOUNS, registerClientCommands } from '@commonwatt/client/cli/main';
import { publicKeyHex } from '@commonwatt/client/native-signer';
import { expect } from 'chai';
import { stub } from 'sinon';
import { sampleProfile } from './sample-profile.js';
import { inTemporaryFolder } from './temporary-folder.js';

type Outcome = Readonly<{ stdout: string; stderr: string; exitCode: number }>;

/** Runs the command line in this process, with what it prints collected. */
async function run(...args: readonly string[]): Promise<Outcome> {
    const program = new Command('commonwatt').option('--state <dir>').exitOverride();
    const [out, err] = [stub(process.stdout, 'write'), stub(process.stderr, 'write')];
    out.returns(true);
    err.returns(true);
    const before = process.exitCode;
    let exitCode = 0;
    try {
        registerClientCommands(program);
        await program.parseAsync(['node', 'commonwatt', ...args]);
        exitCode = Number(process.exitCode ?? 0);
    } catch (error) {
        if (!(error instanceof CommanderError)) {
            throw error;
        }
        exitCode = error.exitCode;
    } finally {
        process.exitCode = before;
        out.restore();
        err.restore();
    }
    const textOf = (calls: readonly (readonly unknown[])[]): string => calls.map(([text]) => String(text)).join('');
    return { stdout: textOf(out.args), stderr: textOf(err.args), exitCode };
}

const pemOf = (key: ReturnType<typeof generateKeyPairSync>['privateKey']): string =>
    key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A state folder with a profile of which nothing answers and two identities. */
async function prepare(state: string): Promise<void> {
    await mkdir(join(state, 'organizations', 'community'), { recursive: true });
    await mkdir(join(state, 'wallets', 'community'), { recursive: true });
    await writeFile(join(state, 'organizations', 'community', 'connection.json'), JSON.stringify(sampleProfile()));
    for (const name of ['bld-12', 'bld-13']) {
        const keys = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
        const [transport, signing] = keys as [(typeof keys)[number], (typeof keys)[number]];
        const entry = {
            mspId: 'CommunityMSP',
            certificate: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
            privateKey: pemOf(transport),
            signingKey: { privateKey: pemOf(signing), publicKey: publicKeyHex(signing) },
        };
        await writeFile(join(state, 'wallets', 'community', `${name}.json`), JSON.stringify(entry));
    }
}

const DRAFT =
    'agreement draft --carrier electricity --seller bld-13 --seller-point mp-13 --buyer bld-12 --buyer-point mp-12 ' +
    '--first-slot 1632229 --energy 500,450 --price 0.21 --default-rate 0.1 --default-cap 2.5 --rules-version 1';

describe('command line', () => {
    it('drafts, signs and prepares an agreement without a network', async () => {
        await inTemporaryFolder(async (state) => {
            await prepare(state);
            const common = ['--org', 'community', '--state', state];
            const files = {
                draft: join(state, 'draft.json'),
                consents: ['bld-12', 'bld-13'].map((n) => join(state, n)),
            };
            await run(...DRAFT.split(' '), '--out', files.draft, ...common);
            const terms = termsCodec.fromJson(JSON.parse(await readFile(files.draft, 'utf8')) as string);
            expect(terms.legs[0]?.priceMicroPerKwh).to.deep.equal([210_000n, 210_000n]);
            expect(terms.defaultCapNano).to.equal(2_500_000_000n);
            for (const file of files.consents) {
                const name = file.endsWith('12') ? 'bld-12' : 'bld-13';
                await run('agreement', 'sign', files.draft, '--as', name, '--out', file, ...common);
            }
            const consents = files.consents.flatMap((file) => ['--consent', file]);
            const conclude = [
                'agreement',
                'conclude',
                files.draft,
                ...consents,
                '--no-fold',
                '--as',
                'bld-12',
                ...common,
            ];
            const { stdout, exitCode } = await run(...conclude, '--args');
            expect(exitCode).to.equal(0);

            const invocation = JSON.parse(stdout) as { function: string; Args: string[] };
            expect(Object.keys(invocation)).to.deep.equal(['function', 'Args']);
            expect(invocation.function).to.equal('agreement:conclude');
            expect(invocation.Args).to.have.length(1);
            const command = concludeCodec.decode(invocation.Args[0] ?? '');
            expect(command.terms).to.deep.equal(terms);
            const scope = { channel: 'commonwatt', chaincode: 'exchange' };
            for (const { participantId, signature } of command.consents) {
                const entry = await readFile(join(state, 'wallets', 'community', `${participantId}.json`), 'utf8');
                const { publicKey } = (JSON.parse(entry) as { signingKey: { publicKey: string } }).signingKey;
                const body = consentBody(agreementIdOf(terms), terms);
                verifySignature(signedText('commonwatt/agreement/1', scope, publicKey, body), publicKey, signature);
            }
        });
    });

    it('adds legs to a draft, and says what they are made from', async () => {
        await inTemporaryFolder(async (state) => {
            await prepare(state);
            const file = join(state, 'draft.json');
            await run(...DRAFT.split(' '), '--out', file, '--org', 'community', '--state', state);
            const heat =
                `agreement add-leg ${file} --carrier heat --seller bld-12 --seller-point mp-12-heat --buyer bld-14 ` +
                '--buyer-point mp-14 --buyer-lane 2 --energy 1500,1350 --price 0.08';
            const { stdout } = await run(...heat.split(' '), '--made-from', '0:3');
            expect(stdout)
                .to.match(/^Added leg 1; /)
                .and.to.include('made from leg 0, 3 kWh of each kWh');
            const terms = termsCodec.fromJson(JSON.parse(await readFile(file, 'utf8')) as string);
            expect(terms.parties.at(-1)).to.deep.equal({ participantId: 'bld-14', lane: 2 });
            expect(terms.legs.map((leg) => leg.energyWh)).to.deep.equal([
                [500n, 450n],
                [1_500n, 1_350n],
            ]);
            expect(terms.conversions).to.deep.equal([{ inputLeg: 0, outputLeg: 1, ratioBp: 30_000 }]);
            for (const wrong of ['0', '0:3:4', '0:0.12345', 'x:1']) {
                expect((await run(...heat.split(' '), '--made-from', wrong)).exitCode, wrong).to.equal(2);
            }
        });
    });

    it('refuses a signature that was given to another draft', async () => {
        await inTemporaryFolder(async (state) => {
            await prepare(state);
            const common = ['--org', 'community', '--state', state];
            const [first, second, consent] = ['a.json', 'b.json', 'c.json'].map((name) => join(state, name));
            await run(...DRAFT.split(' '), '--out', String(first), ...common);
            await run(...DRAFT.split(' '), '--out', String(second), ...common);
            await run('agreement', 'sign', String(first), '--as', 'bld-12', '--out', String(consent), ...common);
            const args = ['agreement', 'conclude', String(second), '--consent', String(consent), '--as', 'bld-12'];
            const { stdout, exitCode } = await run(...args, '--json', '--args', ...common);
            expect(exitCode).to.equal(1);
            expect((JSON.parse(stdout) as { error: { code: string } }).error.code).to.equal('CONSENT_OF_OTHER');
        });
    });

    it('tells usage, refusal and absence apart by the exit code', async () => {
        await inTemporaryFolder(async (state) => {
            await prepare(state);
            const common = ['--org', 'community', '--state', state];
            expect((await run('agreement', 'bogus')).exitCode).to.equal(2);
            expect((await run('account', 'deposit', 'bld-12', '--amount', '1e3', '--payment', 'p')).exitCode).to.equal(
                2,
            );
            expect((await run('participant', 'apply', '--kind', 'consumer', ...common)).exitCode).to.equal(2);
            const unknown = await run('participant', 'apply', '--kind', 'consumer', '--as', 'nobody', ...common);
            expect(unknown.exitCode).to.equal(1);
            expect(unknown.stderr.split('\n')).to.have.length(3);
            expect(unknown.stderr).to.match(/^error: not found: FILE_MISSING .*\n {2}What to do: /);
            const silent = await run('participant', 'list', '--as', 'bld-12', '--within', '1', '--json', ...common);
            expect(silent.exitCode).to.equal(3);
            expect((JSON.parse(silent.stdout) as { error: object }).error).to.deep.include({
                code: 'GATEWAY_UNAVAILABLE',
                kind: 'unavailable',
                operands: { peers: ['peer-community', 'peer-operator'] },
            });
        });
    });

    it('loads a verb by its name, and all verbs of a noun for its help', async () => {
        for (const { name, load } of NOUNS) {
            const namesOf = async (...args: readonly string[]): Promise<string[]> => {
                const noun = new Command(name);
                await load(noun, args);
                return noun.commands.map((verb) => verb.name());
            };
            const all = await namesOf('--help');
            expect(all, name).not.to.have.length(0);
            for (const verb of all) {
                expect(await namesOf('--org', 'community', verb, '--json'), name).to.deep.equal([verb]);
            }
        }
    });

    it('loads nothing of a network for help', () => {
        const help =
            "import('@commonwatt/client/cli/main').then(async ({ NOUNS }) => {\
            const { Command } = await import('commander');\
            await Promise.all(NOUNS.map(({ name, load }) => load(new Command(name), [])));\
            console.log(Object.keys(require('node:module')._cache).filter((file) => /grpc/.test(file)).length);\
        })";
        expect(execFileSync(process.execPath, ['-e', help], { encoding: 'utf8' })).to.equal('0\n');
    });

    it('explains every verb with an example of its own', async () => {
        for (const { name, load } of NOUNS) {
            const noun = new Command(name);
            await load(noun, []);
            for (const verb of noun.commands) {
                const { stdout } = await run(noun.name(), verb.name(), '--help');
                expect(stdout, `${noun.name()} ${verb.name()}`).to.include(
                    `Example:\n  commonwatt ${noun.name()} ${verb.name()}`,
                );
            }
        }
    });
});
