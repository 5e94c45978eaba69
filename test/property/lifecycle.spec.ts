import type { AgreementState } from '@commonwatt/chaincode/domain/lifecycle';
import { FINAL_STATES, LIFECYCLE } from '@commonwatt/chaincode/domain/lifecycle';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import {
    EXECUTION,
    OFFER,
    QUALIFICATION,
    type RecordType,
    STANDING_VERDICT,
    VERDICT,
} from '@commonwatt/chaincode/store/keys';
import { expect } from 'chai';
import fc from 'fast-check';
import { withFolds } from '../support/folds.js';
import { journey, type JourneyStep } from '../support/journey.js';
import { heldByAccount, moneyIn } from '../support/ledger-money.js';
import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import * as commands from '../support/market-commands.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';

type Sent = Readonly<{ name: string; chaincode: 'exchange' | 'supervision'; verb: string; command: string }>;

/** States of every noun that has some, by key. */
function statesOf(ledger: LedgerDouble): Map<string, string> {
    const states = new Map<string, string>();
    const read = <Value>(
        chaincode: string,
        type: RecordType<Value>,
        noun: string,
        stateOf: (value: Value) => string,
    ): void => {
        for (const [key, { value }] of ledger.range(chaincode, `${type.name}/`, `${type.name}0`)) {
            states.set(`${noun} ${key}`, stateOf(type.codec.decode(value.toString('utf8'))));
        }
    };
    read('exchange', OFFER, 'offer', (offer) => offer.state);
    read('exchange', EXECUTION, 'agreement', (execution) => execution.state);
    read('supervision', QUALIFICATION, 'qualification', ({ statement }) => statement.status);
    read('supervision', VERDICT, 'verdict', ({ statement }) => statement.decision);
    read('supervision', STANDING_VERDICT, 'verdict', ({ statement }) => statement.status);
    return states;
}

const steps = (noun: string, verb: string, from: string | null): (string | null)[] =>
    LIFECYCLE.filter((step) => step.noun === noun && step.verb === verb && step.from.includes(from)).flatMap(
        (step) => step.to,
    );

/** Whether the table has a step from one state to the other by this verb; a settled agreement closes by itself. */
function isInTable(noun: string, verb: string, from: string | null, to: string): boolean {
    const [stepNoun, stepVerb] = verb.split(':');
    const reached = stepNoun === noun ? steps(noun, stepVerb ?? '', from) : [from];
    const closed = noun === 'agreement' ? reached.flatMap((state) => steps(noun, 'close', state)) : [];
    return [...reached, ...closed].includes(to);
}

/** Every command of the journey, and more that meet in between: slots begin, are read and settled one by one. */
async function commandPool(): Promise<{ opening: Sent[]; pool: Sent[] }> {
    const market = await StubMarket.bare();
    const all = journey(market).map((step: JourneyStep): Sent => ({ ...step, command: step.command() }));
    const opening = all.slice(
        0,
        all.findIndex((each) => each.verb === 'offer:make'),
    );
    const single = [0, 1, 2, 3, 4].flatMap((offset): Sent[] => {
        const slot = FIRST_SLOT + offset;
        const energyWh = BigInt(offset + 1);
        const readings = commands.submitReadings(
            market.reading('solar-point', slot, 0n, 90n * energyWh),
            market.reading('anna-point', slot, 80n * energyWh, 0n),
        );
        const next = advanceCodec.encode({ fromSlot: slot + 1, toSlot: slot + 1 });
        const settle = canonicalJson({ carrier: 'electricity', slot });
        return [
            { name: 'platform', chaincode: 'exchange', verb: 'clock:advance', command: next },
            { name: 'anna', chaincode: 'exchange', verb: 'reading:submit', command: readings },
            { name: 'stranger', chaincode: 'exchange', verb: 'settlement:run', command: settle },
        ];
    });
    const first: Sent = {
        name: 'platform',
        chaincode: 'exchange',
        verb: 'clock:advance',
        command: advanceCodec.encode({ fromSlot: FIRST_SLOT, toSlot: FIRST_SLOT }),
    };
    const withoutClock = all.filter((each) => each.verb !== 'clock:advance');
    return { opening, pool: [...withoutClock, first, ...single] };
}

/** Most commands in their order, some left out, some too early or too late, some anywhere once more. */
const disorder = (count: number): fc.Arbitrary<number[]> =>
    fc
        .record({
            kept: fc.subarray(
                Array.from({ length: count }, (_, index) => index),
                { minLength: Math.floor(count / 2) },
            ),
            moves: fc.array(fc.record({ from: fc.nat(), to: fc.nat() }), { maxLength: 4 }),
            extra: fc.array(fc.record({ index: fc.nat({ max: count - 1 }), at: fc.nat() }), { maxLength: 8 }),
        })
        .map(({ kept, moves, extra }) => {
            const order = [...kept];
            for (const { from, to } of moves) {
                const [index = 0] = order.splice(from % order.length, 1);
                order.splice(to % order.length, 0, index);
            }
            for (const { index, at } of extra) {
                order.splice(at % order.length, 0, index);
            }
            return order;
        });

const MONEY_NANO = 2n * DEPOSIT_NANO;

describe('any order of commands', function () {
    this.timeout(20_000);

    it('moves nothing outside the lifecycle, loses no money, and does nothing twice', async () => {
        const { opening, pool } = await commandPool();
        const start = await StubMarket.bare();
        for (const { name, chaincode, verb, command } of opening) {
            await start.ledger.submit({ chaincode, args: [verb, command], creator: start.who(name).creator });
        }
        expect(moneyIn(start.ledger), 'the opening pays in').to.equal(MONEY_NANO);
        const moved = new Set<string>();
        await holds(
            fc.asyncProperty(disorder(pool.length), async (order) => {
                const ledger = start.ledger.copy();
                for (const index of order) {
                    const sent = pool[index];
                    if (sent !== undefined && (await submit(ledger, start, sent))) {
                        moved.add(`${sent.chaincode} ${sent.verb}`);
                    }
                }
            }),
            { runs: 40, seconds: 5 },
            [[pool.map((_, index) => index)]],
        );
        expect([...moved], 'orders are drawn in which trades reach their end').to.include.members([
            'exchange agreement:fund',
            'exchange settlement:run',
            'supervision verdict:terminate',
        ]);
    });
});

/** Submits once and once more; says whether the first changed anything. */
async function submit(
    ledger: LedgerDouble,
    market: StubMarket,
    { name, chaincode, verb, command }: Sent,
): Promise<boolean> {
    const before = statesOf(ledger);
    const text = verb === 'agreement:conclude' ? withFolds(ledger, command) : command;
    const proposal = { chaincode, args: [verb, text], creator: market.who(name).creator };
    const first = await ledger.submit(proposal);
    if (first.writes.length === 0) {
        expect(first.event, `${verb} tells of nothing`).to.equal(null);
        return false;
    }
    expect(first.status, verb).to.equal(200);
    for (const [key, state] of statesOf(ledger)) {
        const [noun = ''] = key.split(' ');
        const last = before.get(key) ?? null;
        if (state !== last) {
            expect(isInTable(noun, verb, last, state), `${verb}: ${key} ${String(last)} → ${state}`).to.equal(true);
            expect(FINAL_STATES.includes(last as AgreementState), `${key} was final`).to.equal(false);
        }
    }
    for (const [account, nano] of heldByAccount(ledger)) {
        expect(nano >= 0n || account.startsWith('cover/'), `${account} after ${verb}`).to.equal(true);
    }
    expect(moneyIn(ledger), `money after ${verb}`).to.equal(MONEY_NANO);
    const again = await ledger.endorse(proposal);
    expect(again.writes, `${verb} again`).to.deep.equal([]);
    return true;
}
