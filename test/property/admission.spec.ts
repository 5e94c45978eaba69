import { endSlot, type Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, energyWh, type PowerW, powerW } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import type { ExchangeVerb, SupervisionVerb } from '@commonwatt/chaincode/wire/verbs';
import { AGREEMENT, CONNECTION, EXECUTION, SHARE } from '@commonwatt/chaincode/store/keys';
import { expect } from 'chai';
import fc from 'fast-check';
import { saleOf } from '../support/amended.js';
import { registerFarPoint } from '../support/far-point.js';
import { raiseCover } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { admitted, all, countedPoints, inForce, limitOf, type Sums } from '../support/point-sums.js';
import { holds } from '../support/property.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const { standardId } = commands.STANDARD;
const DEMANDING: Rules = {
    ...RULES,
    carriers: { ...RULES.carriers, electricity: { ...ELECTRICITY_RULES, conformityStandards: [standardId] } },
};
/** Four slots on both sides of the end of a loading record, which is 1056. */
const FROM = FIRST_SLOT + 54;
const SLOTS = 4;
/** Of the second nothing is limited at first. */
const CONNECTIONS = ['bus-1', 'bus-2'] as const;
const AGREEMENTS = 5;

const KINDS = [
    'admit',
    'fund',
    'propose',
    'enact',
    'cancel',
    'terminate',
    'limit',
    'give',
    'certify',
    'standard',
    'tick',
] as const;
type Move = Readonly<{
    agreement: number;
    kind: (typeof KINDS)[number];
    energies: readonly bigint[];
    connection: (typeof CONNECTIONS)[number];
}>;

const energies = fc.array(fc.bigInt({ min: 0n, max: 300n }), { minLength: SLOTS, maxLength: SLOTS });
const move: fc.Arbitrary<Move> = fc.record({
    agreement: fc.nat({ max: AGREEMENTS - 1 }),
    kind: fc.oneof(
        { weight: 6, arbitrary: fc.constant('admit' as const) },
        { weight: 5, arbitrary: fc.constantFrom('fund', 'propose', 'enact') },
        { weight: 3, arbitrary: fc.constantFrom(...KINDS) },
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

const counted = { admitted: 0, left: 0, funded: 0, enacted: 0, cancelled: 0, terminated: 0, given: 0, 'not given': 0 };

class Run {
    readonly #market: StubMarket;
    #next = FROM;
    readonly #proposed = new Map<string, number>();

    constructor(market: StubMarket) {
        this.#market = market;
    }

    async take(move: Move): Promise<void> {
        const market = this.#market;
        const before = { loaded: admitted(market, 'sums'), inForce: inForce(market), counted: countedPoints(market) };
        await this.#send(move);
        this.#expectBounded(before);
    }

    /** Everybody gives up. */
    async end(): Promise<void> {
        for (const kind of ['cancel', 'admit'] as const) {
            for (let agreement = 0; agreement < AGREEMENTS; agreement += 1) {
                await this.take({ agreement, kind, energies: [0n], connection: 'bus-1' });
            }
        }
        for (const [key] of admitted(this.#market, 'sums')) {
            expect(Number(key.split(' ')[2]), `${key} is given back`).to.be.below(this.#next);
        }
    }

    async #send({ agreement, kind, energies, connection }: Move): Promise<void> {
        const market = this.#market;
        const first = START[agreement] ?? termsOf(0, []);
        const agreementId = agreementIdOf(first);
        const { version } = this.#executionOf(agreementId);
        const [wh = 0n] = energies;
        const next = this.#proposed.get(agreementId) ?? version;
        const steps: Readonly<Record<Move['kind'], () => Promise<unknown>>> = {
            admit: () => this.#admit(agreementId, wh % 2n === 0n ? version : next),
            fund: () => this.#try('funded', 'agreement:fund', commands.fund(first)),
            propose: () => this.#propose(first, agreement, energies),
            enact: () => this.#try('enacted', 'amendment:enact', commands.enact(agreementId, next, this.#next)),
            cancel: () => {
                const command = commands.cancel({ ...first, version }, this.#next, market.people, agreementId);
                return this.#try('cancelled', 'agreement:cancel', command);
            },
            terminate: () => this.#terminate(first),
            limit: () => this.#limit(connection, wh),
            give: () => this.#give(connection, wh),
            certify: () => this.#certify(connection === 'bus-1' ? 'solar-point' : 'solar-far', wh * 8n + 400n),
            standard: () => this.#publish(),
            tick: async () => {
                await market.advance(this.#next);
                this.#next += 1;
            },
        };
        await steps[kind]();
    }

    async #terminate(first: Terms): Promise<void> {
        const { version, termsHash } = this.#executionOf(agreementIdOf(first));
        const reviewer = this.#market.who('reviewer');
        await this.#say('verdict:terminate', commands.decide(reviewer, first, 'terminated', { version, termsHash }));
        await this.#try('terminated', 'agreement:release', commands.release(first, this.#next));
    }

    async #publish(): Promise<void> {
        const standard = commands.publishStandard(this.#market.who('reviewer'), { fromSlot: FROM + 1 });
        await this.#say('standard:publish', standard);
        for (const pointId of ['solar-point', 'solar-far']) {
            await this.#certify(pointId, 1_600n);
        }
    }

    async #certify(pointId: string, watts: bigint): Promise<void> {
        const sequence = (this.#certificates.get(pointId) ?? 0) + 1;
        const changes = { pointId, sequence, ratedW: powerW(watts) };
        if (await this.#say('conformity:certify', commands.certify(this.#market.who('reviewer'), changes))) {
            this.#certificates.set(pointId, sequence);
        }
    }
    readonly #certificates = new Map<string, number>();

    #executionOf(agreementId: string): Execution {
        const execution = all(this.#market, EXECUTION).find((each) => each.agreementId === agreementId);
        if (execution === undefined) {
            throw new Error('every agreement is concluded');
        }
        return execution;
    }

    async #admit(agreementId: string, version: number): Promise<void> {
        const command = commands.admit([agreementId], version, this.#next);
        const answer = await this.#market.do('stranger', 'exchange', 'admission:run', command);
        counted[answer.payload.includes('"reason":null') ? 'admitted' : 'left'] += 1;
    }

    async #propose(first: Terms, index: number, wh: readonly bigint[]): Promise<void> {
        const agreementId = agreementIdOf(first);
        const current = all(this.#market, AGREEMENT).find((each) => each.agreementId === agreementId)?.terms ?? first;
        const begun = this.#next - FROM;
        const next = termsOf(index, wh);
        const kept = current.legs[0]?.energyWh.slice(0, begun) ?? [];
        const energyWhs = [...kept, ...(next.legs[0]?.energyWh.slice(begun) ?? [])].map((each) => energyWh(each));
        const version = Math.max(this.#proposed.get(agreementId) ?? 1, current.version) + 1;
        const amended: Terms = {
            ...next,
            version,
            previousHash: termsHashOf(current),
            concludeBeforeSlot: endSlot(next),
            legs: next.legs.map((leg) => ({ ...leg, energyWh: energyWhs })),
        };
        const propose = commands.proposeAmendment(agreementId, amended, this.#market.people);
        const proposed = await this.#market.endorse('stranger', 'exchange', 'amendment:propose', propose);
        if (proposed.status === 200) {
            this.#market.ledger.commit(proposed);
            this.#proposed.set(agreementId, version);
        }
    }

    /** The first statement gives all to two points; a later one gives what it adds. */
    async #limit(connectionPoint: string, wh: bigint): Promise<void> {
        const known = all(this.#market, CONNECTION).find(
            ({ statement }) => statement.connectionPoint === connectionPoint,
        );
        const watts = powerW(wh * 8n + 400n);
        const [free, half] = [watts - (known?.importSharedW ?? 0n), powerW(watts / 2n)];
        const [taker, feeder] =
            connectionPoint === 'bus-1'
                ? (['anna-point', 'solar-point'] as const)
                : (['anna-far', 'solar-far'] as const);
        const part = powerW(known === undefined ? half : free > 0n ? free : 0n);
        await this.#market.do(
            'dispatcher',
            'exchange',
            'connection:set',
            commands.setConnection(this.#market.who('dispatcher'), {
                connectionPoint,
                sequence: (known?.statement.sequence ?? 0) + 1,
                importMaxW: watts,
                exportMaxW: watts,
                grants: [
                    { pointId: taker, importW: part, exportW: powerW(0n) },
                    { pointId: feeder, importW: powerW(0n), exportW: powerW(known === undefined ? half : 0n) },
                ],
            }),
        );
    }

    async #give(connectionPoint: string, wh: bigint): Promise<void> {
        const [fromPointId, toPointId] =
            connectionPoint === 'bus-1' ? ['anna-point', 'bert-point'] : ['anna-far', 'solar-far'];
        const share = all(this.#market, SHARE).find(({ pointId }) => pointId === fromPointId);
        const importW: PowerW = powerW(wh % ((share?.importMaxW ?? 0n) + 1n) || 1n);
        const transfer = { connectionPoint, fromPointId, toPointId, importW, sequence: (share?.sequence ?? 0) + 1 };
        const command = commands.transferShare(this.#market.who('anna'), transfer, this.#next);
        const answer = await this.#market.endorse('stranger', 'exchange', 'connection:transfer', command);
        if (answer.status === 200) {
            expect(this.#market.ledger.commit(answer)).to.equal('VALID');
        }
        counted[answer.status === 200 ? 'given' : 'not given'] += 1;
    }

    async #say(verb: SupervisionVerb, command: string): Promise<boolean> {
        const answer = await this.#market.endorse('reviewer', 'supervision', verb, command);
        const isSaid = answer.status === 200 && answer.writes.length > 0;
        return isSaid && this.#market.ledger.commit(answer) === 'VALID';
    }

    async #try(done: keyof typeof counted, verb: ExchangeVerb, command: string): Promise<void> {
        const answer = await this.#market.endorse('stranger', 'exchange', verb, command);
        expect(answer.message, verb).not.to.include('INVARIANT_BROKEN');
        if (answer.status === 200 && answer.writes.length > 0) {
            expect(this.#market.ledger.commit(answer)).to.equal('VALID');
            counted[done] += 1;
        }
    }

    /** Sums are those of all admissions, rise within limits alone, and hold all that is in force. */
    #expectBounded(before: Before): void {
        const loaded = admitted(this.#market, 'sums');
        expect([...loaded].sort()).to.deep.equal([...admitted(this.#market, 'admissions')].sort());
        for (const [flow, wh] of loaded) {
            const earlier = before.counted.has(pointOf(flow)) ? before.loaded : before.inForce;
            const limit = limitOf(this.#market, flow, standardId);
            const isWithin = limit === null || wh <= limit || wh <= (earlier.get(flow) ?? 0n);
            expect(isWithin, `${flow}: ${wh} of ${limit}`).to.equal(true);
        }
        this.#expectAdmitted(before, loaded);
    }

    #expectAdmitted(before: Before, loaded: Sums): void {
        const points = countedPoints(this.#market);
        for (const [flow, wh] of inForce(this.#market)) {
            const isCounted = points.has(pointOf(flow));
            const hasRisen = wh > (before.inForce.get(flow) ?? 0n);
            const isLimited = limitOf(this.#market, flow, standardId) !== null;
            expect(isCounted || !hasRisen || !isLimited, `${flow} is counted`).to.equal(true);
            expect(!isCounted || wh <= (loaded.get(flow) ?? 0n), `${flow}: ${wh} was admitted`).to.equal(true);
        }
    }
}

type Before = Readonly<{ loaded: Sums; inForce: Sums; counted: ReadonlySet<string> }>;

const pointOf = (flow: string): string => flow.split(' ')[0] ?? '';

const START = Array.from({ length: AGREEMENTS }, (_, index) => termsOf(index, [100n, 200n, 150n, 250n]));

async function startMarket(): Promise<StubMarket> {
    const market = await StubMarket.ready(CHARTER, DEMANDING);
    for (const owner of ['solar', 'anna']) {
        await registerFarPoint(market, owner);
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
    return market;
}

const step = (agreement: number, kind: Move['kind'], ...wh: readonly bigint[]): Move => ({
    agreement,
    kind,
    energies: wh,
    connection: 'bus-2',
});
/** Every step once, and something that is left. */
const EXAMPLE: readonly Move[] = [
    step(0, 'fund'),
    step(0, 'limit', 300n),
    step(0, 'admit', 0n),
    step(2, 'admit', 0n),
    step(2, 'fund'),
    step(1, 'admit', 0n),
    step(1, 'fund'),
    step(0, 'standard'),
    step(3, 'admit', 0n),
    step(3, 'certify', 100n),
    step(0, 'propose', 0n, 10n, 20n, 30n),
    step(0, 'admit', 1n),
    step(0, 'tick'),
    step(0, 'enact'),
    step(0, 'admit', 0n),
    step(0, 'give', 7n),
    step(0, 'give', 299n),
    step(1, 'terminate'),
    step(0, 'cancel'),
];

describe('any order of admitting, funding, amending and ending at points that are limited', function () {
    this.timeout(60_000);

    it('keeps what is admitted within shares and ratings, counts it exactly, and gives back all of it', async () => {
        const start = await startMarket();
        await holds(
            fc.asyncProperty(fc.array(move, { minLength: 8, maxLength: 20 }), async (moves: readonly Move[]) => {
                const run = new Run(start.copy());
                for (const each of moves) {
                    await run.take(each);
                }
                await run.end();
            }),
            { runs: 40, seconds: 25 },
            [[EXAMPLE]],
        );
        process.stdout.write(
            `      ${Object.entries(counted)
                .map(([what, times]) => `${times} ${what}`)
                .join(', ')}\n`,
        );
        expect(Object.entries(counted).filter(([, times]) => times === 0)).to.deep.equal([]);
    });
});
