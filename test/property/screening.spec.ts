import { endSlot, type Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import { amountNano, energyWh, powerW } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import {
    AGREEMENT,
    CONNECTION,
    EXECUTION,
    LOADING,
    METERING_POINT,
    type RecordType,
} from '@commonwatt/chaincode/store/keys';
import { expect } from 'chai';
import fc from 'fast-check';
import { saleOf } from '../support/amended.js';
import { raiseCover } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT, sampleLeg } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

/** Four slots on both sides of the end of a loading record, which is 1056. */
const FROM = FIRST_SLOT + 54;
const SLOTS = 4;
/** Both shared by two points; of the second nothing is limited at first. */
const CONNECTIONS = ['bus-1', 'bus-2'] as const;
const AGREEMENTS = 5;

type Move = Readonly<{
    agreement: number;
    kind: 'fund' | 'amend' | 'cancel' | 'terminate' | 'limit' | 'tick';
    energies: readonly bigint[];
    connection: (typeof CONNECTIONS)[number];
}>;

const energies = fc.array(fc.bigInt({ min: 0n, max: 300n }), { minLength: SLOTS, maxLength: SLOTS });
const move: fc.Arbitrary<Move> = fc.record({
    agreement: fc.nat({ max: AGREEMENTS - 1 }),
    kind: fc.oneof(
        { weight: 5, arbitrary: fc.constant('fund' as const) },
        { weight: 4, arbitrary: fc.constant('amend' as const) },
        { weight: 1, arbitrary: fc.constantFrom('cancel', 'terminate', 'limit', 'tick') },
    ),
    energies,
    connection: fc.constantFrom(...CONNECTIONS),
});

/** Even agreements are sold from `bus-1`, odd ones from `bus-2`; the buyer sits at the other. */
function termsOf(index: number, wh: readonly bigint[]): Terms {
    const [sellerPoint, buyerPoint] = index % 2 === 0 ? ['solar-point', 'anna-far'] : ['solar-far', 'anna-point'];
    const sale = saleOf(wh.map((energy, slot) => (slot === 0 ? energy + 1n : energy)));
    const [leg] = sale.legs;
    return {
        ...sale,
        salt: `${index}0`.repeat(32),
        firstSlot: FROM,
        concludeBeforeSlot: FROM,
        defaultCapNano: amountNano(0n),
        legs: [sampleLeg({ ...leg, sellerPoint, buyerPoint })],
    };
}

/** Records that were read before: most stay as they are from step to step. */
const decoded = new Map<string, unknown>();

function all<Value>(market: StubMarket, type: RecordType<Value>): Value[] {
    return market.ledger.range('exchange', `${type.name}/`, `${type.name}0`).map(([, { value }]) => {
        const text = value.toString('utf8');
        const known = (decoded.get(text) ?? type.codec.decode(text)) as Value;
        decoded.set(text, known);
        return known;
    });
}

type Sums = Map<string, bigint>;

/** What the agreements themselves say is in force, from their own records. */
function inForce(market: StubMarket): Sums {
    const sums: Sums = new Map();
    const points = new Map(all(market, METERING_POINT).map((point) => [point.pointId, point.connectionPoint]));
    const executions = new Map(all(market, EXECUTION).map((execution) => [execution.agreementId, execution]));
    for (const { agreementId, terms } of all(market, AGREEMENT)) {
        const execution = executions.get(agreementId);
        const delivers = execution !== undefined && execution.state !== 'concluded' && execution.state !== 'lapsed';
        for (const leg of delivers ? terms.legs : []) {
            leg.energyWh.forEach((energy, offset) => {
                const slot = terms.firstSlot + offset;
                const agreed = slot < (execution?.endSlot ?? 0) ? energy : 0n;
                for (const key of [
                    `${points.get(leg.buyerPoint)} import ${slot}`,
                    `${points.get(leg.sellerPoint)} export ${slot}`,
                ]) {
                    sums.set(key, (sums.get(key) ?? 0n) + agreed);
                }
            });
        }
    }
    return sums;
}

/** What the loading records say. */
function loaded(market: StubMarket): Sums {
    const sums: Sums = new Map();
    for (const { connectionPoint, firstSlot, flows } of all(market, LOADING)) {
        for (const [offset, { importWh, exportWh }] of flows.entries()) {
            sums.set(`${connectionPoint} import ${firstSlot + offset}`, importWh);
            sums.set(`${connectionPoint} export ${firstSlot + offset}`, exportWh);
        }
    }
    return sums;
}

const counted = { funded: 0, amended: 0, refused: 0, cancelled: 0, terminated: 0 };

class Run {
    readonly #market: StubMarket;
    #next = FROM;
    /** Slot from which each connection is counted. */
    readonly #countedFrom = new Map<string, number>();

    constructor(market: StubMarket) {
        this.#market = market;
    }

    async take(move: Move): Promise<void> {
        const before = inForce(this.#market);
        await this.#send(move);
        this.#expectBounded(before);
    }

    /** Everybody gives up. */
    async end(): Promise<void> {
        for (let index = 0; index < AGREEMENTS; index += 1) {
            await this.take({ agreement: index, kind: 'cancel', energies: [], connection: 'bus-1' });
        }
        for (const [key, sum] of loaded(this.#market)) {
            expect(Number(key.split(' ')[2]) < this.#next || sum === 0n, `${key} is given back`).to.equal(true);
        }
    }

    #executionOf(terms: Terms): Execution {
        const execution = all(this.#market, EXECUTION).find(({ agreementId }) => agreementId === agreementIdOf(terms));
        if (execution === undefined) {
            throw new Error('every agreement is concluded');
        }
        return execution;
    }

    async #send({ agreement, kind, energies, connection }: Move): Promise<void> {
        const market = this.#market;
        const first = START[agreement] ?? termsOf(0, []);
        switch (kind) {
            case 'fund':
                return this.#try('funded', 'agreement:fund', commands.fund(first));
            case 'amend':
                return this.#amend(first, agreement, energies);
            case 'cancel': {
                const current = { ...first, version: this.#executionOf(first).version };
                const cancellation = commands.cancel(current, this.#next, market.people, agreementIdOf(first));
                return this.#try('cancelled', 'agreement:cancel', cancellation);
            }
            case 'terminate': {
                const { version, termsHash } = this.#executionOf(first);
                const verdict = commands.decide(market.who('reviewer'), first, 'terminated', { version, termsHash });
                await market.endorse('reviewer', 'supervision', 'verdict:terminate', verdict).then((answer) => {
                    market.ledger.commit(answer);
                });
                return this.#try('terminated', 'agreement:release', commands.release(first, this.#next));
            }
            case 'limit': {
                const sequence =
                    (all(market, CONNECTION).find(({ statement }) => statement.connectionPoint === connection)
                        ?.statement.sequence ?? 0) + 1;
                const watts = powerW((energies[0] ?? 0n) * 8n + 400n);
                const changes = { connectionPoint: connection, sequence, importMaxW: watts, exportMaxW: watts };
                const set = commands.setConnection(market.who('dispatcher'), changes, this.#next);
                await market.do('dispatcher', 'exchange', 'connection:set', set);
                if (sequence === 1) {
                    this.#countedFrom.set(connection, this.#next);
                }
                return;
            }
            case 'tick':
                await market.advance(this.#next);
                this.#next += 1;
        }
    }

    async #amend(first: Terms, index: number, wh: readonly bigint[]): Promise<void> {
        const agreementId = agreementIdOf(first);
        const current = all(this.#market, AGREEMENT).find((each) => each.agreementId === agreementId)?.terms ?? first;
        const begun = this.#next - FROM;
        const next = termsOf(index, wh);
        const kept = current.legs[0]?.energyWh.slice(0, begun) ?? [];
        const energyWhs = [...kept, ...(next.legs[0]?.energyWh.slice(begun) ?? [])].map((each) => energyWh(each));
        const amended: Terms = {
            ...next,
            version: this.#version(agreementId),
            previousHash: termsHashOf(current),
            concludeBeforeSlot: endSlot(next),
            legs: next.legs.map((leg) => ({ ...leg, energyWh: energyWhs })),
        };
        const propose = commands.proposeAmendment(agreementId, amended, this.#market.people);
        const proposed = await this.#market.endorse('stranger', 'exchange', 'amendment:propose', propose);
        if (proposed.status === 200) {
            this.#market.ledger.commit(proposed);
            await this.#try('amended', 'amendment:enact', commands.enact(agreementId, amended.version, this.#next));
        }
    }

    /** The next version that nobody has proposed. */
    #version(agreementId: string): number {
        this.#proposed.set(agreementId, (this.#proposed.get(agreementId) ?? 1) + 1);
        return this.#proposed.get(agreementId) ?? 2;
    }
    readonly #proposed = new Map<string, number>();

    /** Does what the ledger lets it do; a refusal for want of capacity is counted, any other is the state's. */
    async #try(
        done: keyof typeof counted,
        verb: Parameters<StubMarket['do']>[2] & `${string}:${string}`,
        command: string,
    ): Promise<void> {
        const answer = await this.#market.endorse('stranger', 'exchange', verb as never, command);
        expect(answer.message, verb).not.to.include('INVARIANT_BROKEN');
        if (answer.status === 200 && answer.writes.length > 0) {
            expect(this.#market.ledger.commit(answer)).to.equal('VALID');
            counted[done] += 1;
        }
        counted.refused += answer.message.includes('CONNECTION_OVERLOADED') ? 1 : 0;
    }

    /** Records say what is in force, and no step takes it beyond a limit. */
    #expectBounded(before: Sums): void {
        const after = inForce(this.#market);
        const records = loaded(this.#market);
        for (const { statement } of all(this.#market, CONNECTION)) {
            const { connectionPoint } = statement;
            for (let slot = this.#countedFrom.get(connectionPoint) ?? 0; slot < FROM + SLOTS; slot += 1) {
                for (const [side, watts] of [
                    ['import', statement.importMaxW],
                    ['export', statement.exportMaxW],
                ] as const) {
                    const key = `${connectionPoint} ${side} ${slot}`;
                    const sum = after.get(key) ?? 0n;
                    expect(records.get(key) ?? 0n, key).to.equal(sum);
                    expect(sum <= watts / 4n || sum <= (before.get(key) ?? 0n), `${key} is bounded`).to.equal(true);
                }
            }
        }
    }
}

const START = Array.from({ length: AGREEMENTS }, (_, index) => termsOf(index, [100n, 200n, 150n, 250n]));

async function startMarket(): Promise<StubMarket> {
    const market = await StubMarket.ready();
    for (const owner of ['solar', 'anna']) {
        const far = { ...commands.pointOf(owner), pointId: `${owner}-far`, connectionPoint: 'bus-2' };
        await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(far, new SigningKey()));
    }
    await market.advance(FIRST_SLOT, FROM - 1);
    for (const participantId of ['solar', 'anna']) {
        const transfer = {
            transferId: 'top-up',
            participantId,
            carrier: 'electricity',
            lane: 0,
            amountNano: amountNano(1n),
        } as const;
        const sourceIds = [`deposit.pay-${participantId}`]; // the whole deposit comes into the lane
        const command = raiseCover(market.who(participantId), transfer, sourceIds);
        await market.do(participantId, 'exchange', 'account:cover', command);
    }
    for (const terms of START) {
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
    }
    const watts = { importMaxW: powerW(2_000n), exportMaxW: powerW(2_000n) };
    const set = commands.setConnection(market.who('dispatcher'), watts, FROM);
    await market.do('dispatcher', 'exchange', 'connection:set', set);
    return market;
}

const step = (agreement: number, kind: Move['kind'], ...wh: readonly bigint[]): Move => ({
    agreement,
    kind,
    energies: wh,
    connection: 'bus-2',
});
/** Every step once, and a refusal. */
const EXAMPLE: readonly Move[] = [
    step(0, 'fund'),
    step(1, 'fund'),
    step(2, 'fund'),
    step(3, 'limit', 300n),
    step(3, 'fund'),
    step(1, 'amend', 10n, 20n, 30n, 40n),
    step(0, 'tick'),
    step(1, 'terminate'),
    step(0, 'amend', 0n, 0n, 300n, 300n),
    step(0, 'cancel'),
];

describe('any order of funding, amending and ending at connections that are limited', function () {
    this.timeout(30_000);

    it('keeps what is in force within the limits, counts it exactly, and gives back all of it', async () => {
        const start = await startMarket();
        await holds(
            fc.asyncProperty(fc.array(move, { minLength: 8, maxLength: 20 }), async (moves: readonly Move[]) => {
                const run = new Run(start.copy());
                for (const each of moves) {
                    await run.take(each);
                }
                await run.end();
            }),
            { runs: 40, seconds: 6 },
            [[EXAMPLE]],
        );
        process.stdout.write(
            `      ${Object.entries(counted)
                .map(([what, count]) => `${count} ${what}`)
                .join(', ')}\n`,
        );
        expect(Math.min(...Object.values(counted)), 'every step and refusals are drawn').to.be.above(0);
    });
});
