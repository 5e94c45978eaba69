import { join } from 'node:path';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { canonicalJson, type Json, parseCanonical } from '@commonwatt/chaincode/wire/canonical';
import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import {
    adminIdentity,
    callWithin,
    CommonwattError,
    connect,
    type Market,
    readConnectionProfile,
} from '@commonwatt/client';
import { Auditor } from '@commonwatt/client/auditor/auditor';
import { blocksOfPeer } from '@commonwatt/client/auditor/block-source';
import { openNetwork, orgNames } from '@commonwatt/network';
import { expect } from 'chai';
import fc from 'fast-check';
import { counted } from '../support/counted.js';
import { deformed, impossibleIn } from '../support/deformed.js';
import { withKeptDemo } from '../support/kept-demo.js';
import { EFFORT, holds } from '../support/property.js';
import { replayBlocks } from '../support/replay.js';

type Chaincode = 'exchange' | 'supervision';
/** A command that was on the ledger once, and who sent it when. */
type Sound = Readonly<{ chaincode: Chaincode; verb: string; command: Json; mspid: string; pem: string }>;

/** Somebody with an own connection, and as whom the chaincodes see it. */
type Asker = Readonly<{ market: Market; creator: Readonly<{ mspid: string; idBytes: Uint8Array }> }>;

/** Refusals that are a decision; the other kinds are faults. */
const DECIDED = ['invalid', 'limit', 'forbidden', 'conflict', 'notFound'];
/** Commands on their way to peers at once. */
const AT_ONCE = 20;
const COMMAND_BYTES_MAX = 4 * 1024 * 1024;

describe('deformed commands of a whole hour of trade', function () {
    this.timeout(120_000 * EFFORT);
    const demo = withKeptDemo();
    let market: Market;
    /** The administrator of each organisation, who asks its own peer. */
    let askers: readonly Asker[];
    let auditor: Auditor;
    let sound: readonly Sound[];
    let lastMs = 0;

    before(async () => {
        askers = await Promise.all(
            orgNames.map(async (org) => {
                const file = join(demo().stateDir, 'organizations', org, 'connection.json');
                const profile = await readConnectionProfile(file);
                const identity = await adminIdentity(profile);
                const creator = { mspid: identity.mspId, idBytes: Buffer.from(identity.certificate) };
                return { market: await connect({ profile, identity }), creator };
            }),
        );
        ({ market } = askerOf(0));
        const { profile } = market;
        const { transactions } = await replayBlocks(market);
        const valid = transactions.filter(
            ({ validationCode, chaincode }) => validationCode === 'VALID' && isMarket(chaincode),
        );
        lastMs = valid.at(-1)?.timestampMs ?? 0;
        sound = valid.map(({ chaincode, verb, command, creatorMspId, creatorPem }) => ({
            chaincode: chaincode as Chaincode,
            verb: verb ?? '',
            command: parseCanonical(command, COMMAND_BYTES_MAX),
            mspid: creatorMspId ?? '',
            pem: creatorPem,
        }));
        auditor = new Auditor({ channel: profile.channel, chaincodes: profile.chaincodes });
        for await (const block of blocksOfPeer(market.transport, 0)) {
            expect(await auditor.take(block)).to.deep.equal([]);
        }
    });
    after(() => {
        askers.forEach((each) => {
            each.market.close();
        });
    });

    /** Each organisation's in its turn. */
    function askerOf(index: number): Asker {
        const asker = askers[index % askers.length];
        if (asker === undefined) {
            throw new Error('there are organisations');
        }
        return asker;
    }

    /** A sound command, of each verb as often as of the others, and what is sent in its place. */
    const attempts = (): fc.Arbitrary<Sound> => {
        const verbs = [...new Set(sound.map(({ chaincode, verb }) => `${chaincode} ${verb}`))];
        return fc
            .constantFrom(...verbs)
            .chain((name) => fc.constantFrom(...sound.filter((each) => `${each.chaincode} ${each.verb}` === name)))
            .chain((each) => deformed(fc.constant(each.command)).map((command) => ({ ...each, command })));
    };

    it('covers most verbs that change the ledger', () => {
        const submitting = [...Object.entries(EXCHANGE_VERBS), ...Object.entries(SUPERVISION_VERBS)];
        const all = submitting.filter(([, { mode }]) => mode === 'submit').length;
        const covered = new Set(sound.map(({ chaincode, verb }) => `${chaincode} ${verb}`)).size;
        expect(covered, `of ${String(all)}`).to.be.greaterThan(20);
    });

    it('are refused by a decision, or do what a sound command does; never a fault', async () => {
        let tried = 0;
        const property = fc.asyncProperty(attempts(), async ({ chaincode, verb, command, mspid, pem }) => {
            tried += 1;
            const creator = { mspid, idBytes: Buffer.from(pem, 'utf8') };
            const args = [verb, canonicalJson(command)];
            const answer = await auditor.ledger.endorse({ chaincode, args, creator, timeMs: lastMs });
            const refusal = answer.status === 200 ? null : decodeError(answer.message);
            if (impossibleIn(command) !== null) {
                expect(refusal?.code, `${verb} ${canonicalJson(command)}`).to.equal('INPUT_INVALID');
            }
            if (answer.status !== 200) {
                expect(refusal?.kind, answer.message).to.be.oneOf(DECIDED);
                expect([answer.writes, answer.event]).to.deep.equal([[], null]);
                expect(answer.message.length).to.be.lessThan(1_000);
            }
        });
        await holds(property, { runs: 1_000, seconds: 60 });
        counted(tried, 'deformed commands in memory', 1_000 * EFFORT);
    });

    it('are answered by real peers as by the ledger in memory, and no process ends', async () => {
        const network = openNetwork({ stateDir: demo().stateDir });
        const pids = async (): Promise<readonly (number | null)[]> =>
            (await network.status()).processes.map(({ pid }) => pid);
        const before = [await pids(), await market.transport.height()];
        let [tried, refused] = [0, 0];
        const batch = fc.array(attempts(), { minLength: AT_ONCE, maxLength: AT_ONCE });
        const property = fc.asyncProperty(batch, async (commands) => {
            const codes = await Promise.all(commands.map((each, index) => askBoth(each, askerOf(index))));
            tried += codes.length;
            refused += codes.filter((code) => code !== ANSWERED).length;
        });
        await holds(property, { runs: 50, seconds: 60 });
        expect([await pids(), await market.transport.height()]).to.deep.equal(before);
        counted(tried, 'deformed commands at peers', 50 * AT_ONCE * EFFORT);
        counted(refused, 'of them refused by a typed decision, the others answered');
    });

    /** How the asker's own peer ended it: as the ledger in memory does for the same caller. */
    async function askBoth({ chaincode, verb, command }: Sound, asker: Asker): Promise<string> {
        const call = callWithin({ chaincode, verb, command: canonicalJson(command) });
        const proposal = { chaincode, args: [verb, call.command], creator: asker.creator, timeMs: lastMs };
        const { status, message } = await auditor.ledger.endorse(proposal);
        const inMemory = status === 200 ? ANSWERED : decodeError(message)?.code;
        const real = await codeOf(asker.market.transport.evaluate(call));
        expect(real, `${verb} ${call.command}`).to.equal(inMemory);
        return real;
    }
});

const ANSWERED = 'answered';

/** How a call ended: the code of its refusal, or that it was answered. @throws whatever is no decision */
async function codeOf(call: Promise<string>): Promise<string> {
    try {
        await call;
        return ANSWERED;
    } catch (error) {
        if (error instanceof CommonwattError && DECIDED.includes(error.kind)) {
            return error.code;
        }
        throw error;
    }
}

const isMarket = (chaincode: string | null): boolean => chaincode === 'exchange' || chaincode === 'supervision';
