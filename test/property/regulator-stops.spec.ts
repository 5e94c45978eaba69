import { agreementIdOf, agreementViewCodec } from '@commonwatt/chaincode/wire/agreement';
import { enactCodec } from '@commonwatt/chaincode/wire/amendment';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import * as commands from '../support/market-commands.js';
import { EFFORT } from '../support/property.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const FIRST = saleOf([100n, 100n, 100n]);
const ID = agreementIdOf(FIRST);
const NEXT = following(FIRST, saleOf([100n, 90n, 80n]));

/** What anybody does to one agreement, in whatever order; each either changes the ledger or is refused. */
type Move = Readonly<{ name: string; play: (market: StubMarket) => Promise<StubMarket | null> }>;

const DECISIONS = { approve: 'approved', reject: 'rejected', terminate: 'terminated' } as const;
type Word = keyof typeof DECISIONS;

/** The market after a step; `null` when the step is refused or changes nothing. */
async function after(market: StubMarket, ...step: Parameters<StubMarket['endorse']>): Promise<StubMarket | null> {
    const answer = await market.endorse(...step);
    if (answer.message !== '' || answer.writes.length === 0) {
        return null;
    }
    const next = market.copy();
    expect(next.ledger.commit(answer)).to.equal('VALID');
    return next;
}

const TICK = `tick/${String(FIRST_SLOT).padStart(10, '0')}`;
const nextSlot = ({ ledger }: StubMarket): number =>
    ledger.read('exchange', TICK) === undefined ? FIRST_SLOT : FIRST_SLOT + 1;

async function executionIn(market: StubMarket): Promise<Execution> {
    const { payload } = await market.endorse(
        'stranger',
        'exchange',
        'agreement:show',
        canonicalJson({ agreementId: ID }),
    );
    return agreementViewCodec.decode(payload).execution;
}

/** Twice the states for the same question: in long runs. */
const firstSlotBegins: Move = {
    name: 'the first slot begins',
    play: (market) => {
        const command = advanceCodec.encode({ fromSlot: FIRST_SLOT, toSlot: FIRST_SLOT });
        return after(market, 'platform', 'exchange', 'clock:advance', command);
    },
};

const decide = (market: StubMarket, word: Word, version: number): string =>
    commands.decide(market.who('reviewer'), version === 1 ? FIRST : NEXT, DECISIONS[word], { agreementId: ID });

function moves(cast: StubMarket): Move[] {
    const say = (word: Word, version: 1 | 2): Move => {
        const command = decide(cast, word, version);
        return {
            name: `${word} version ${version}`,
            play: (market) => after(market, 'reviewer', 'supervision', `verdict:${word}`, command),
        };
    };
    const revocation = commands.standing(cast.who('reviewer'), { sequence: 2, status: 'revoked' });
    const proposal = commands.proposeAmendment(ID, NEXT, cast.people);
    const fund = (standingId: string | null): Move => ({
        name: `fund under ${standingId ?? 'its own verdict'}`,
        play: (market) => after(market, 'stranger', 'exchange', 'agreement:fund', commands.fund(FIRST, standingId)),
    });
    const enact = (standingId: string | null): Move => ({
        name: `enact under ${standingId ?? 'its own verdict'}`,
        play: (market) => {
            const command = enactCodec.encode({
                agreementId: ID,
                version: 2,
                fromSlot: nextSlot(market),
                standingId,
                folds: [],
            });
            return after(market, 'stranger', 'exchange', 'amendment:enact', command);
        },
    });
    return [
        ...(['approve', 'reject', 'terminate'] as const).flatMap((word) => [say(word, 1), say(word, 2)]),
        {
            name: 'revoke the standing verdict',
            play: (market) => after(market, 'reviewer', 'supervision', 'verdict:standing', revocation),
        },
        fund(null),
        fund('ordinary'),
        {
            name: 'propose version 2',
            play: (market) => after(market, 'stranger', 'exchange', 'amendment:propose', proposal),
        },
        enact(null),
        enact('ordinary'),
        ...(EFFORT > 1 ? [firstSlotBegins] : []),
        { name: 'release', play: release },
    ];
}

const release = (market: StubMarket): Promise<StubMarket | null> =>
    after(market, 'stranger', 'exchange', 'agreement:release', commands.release(FIRST, nextSlot(market)));

/** What tells two states of this market apart. */
const keyOf = ({ ledger }: StubMarket): string =>
    canonicalJson(
        [
            ['supervision', `verdict/${ID}/0000000001`],
            ['supervision', `verdict/${ID}/0000000002`],
            ['supervision', `termination/${ID}`],
            ['supervision', 'standing-verdict/ordinary'],
            ['exchange', `execution/${ID}`],
            ['exchange', `amendment/${ID}/0000000002`],
            ['exchange', TICK],
        ].map(([chaincode = '', key = '']) => factsOf(ledger.read(chaincode, key)?.value.toString('utf8') ?? null)),
    );

/** A record without signatures, which differ from one time to the next. */
const factsOf = (value: string | null): string | null => value?.replace(/"signature":"[0-9a-f]+"/g, '') ?? null;

/** By the regulator's own word about the version in force and anybody's release, nothing later is delivered. */
async function demandStoppable(market: StubMarket, all: readonly Move[], way: readonly string[]): Promise<void> {
    const told = way.join(', ');
    const { version } = await executionIn(market);
    const command = decide(market, 'terminate', version);
    const stopped = (await after(market, 'reviewer', 'supervision', 'verdict:terminate', command)) ?? market;
    const ended = await executionIn((await release(stopped)) ?? stopped);
    if (ended.state === 'concluded') {
        for (const fund of all.filter(({ name }) => name.startsWith('fund'))) {
            expect(await fund.play(stopped), `${told}, terminate, ${fund.name}`).to.equal(null);
        }
    } else {
        expect(ended.state, told).to.be.oneOf(['windingDown', 'terminated', 'lapsed']);
        expect(ended.endSlot, told).to.be.at.most(nextSlot(market));
    }
}

describe('whatever came first', function () {
    this.timeout(120_000);

    it('a rejection a second after funding, a word on another version or a late amendment: the regulator can stop', async () => {
        const start = await StubMarket.ready();
        await start.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(FIRST, start.people));
        const seen = new Set([keyOf(start)]);
        const open: { market: StubMarket; way: string[] }[] = [{ market: start, way: [] }];
        const played = new Set<string>();
        const all = moves(start);
        for (let state = open.pop(); state !== undefined; state = open.pop()) {
            await demandStoppable(state.market, all, state.way);
            for (const { name, play } of all) {
                const market = await play(state.market);
                const key = market === null ? '' : keyOf(market);
                if (market !== null && !seen.has(key)) {
                    seen.add(key);
                    played.add(name);
                    open.push({ market, way: [...state.way, name] });
                }
            }
        }
        process.stdout.write(`      ${seen.size} states of one agreement, each with a way to stop it\n`);
        expect(played.size, 'every move changes something').to.equal(all.length);
        expect(seen.size).to.be.greaterThan(200);
    });
});
