import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import { type MandateStatement, USE_SLOTS } from '@commonwatt/chaincode/domain/mandate';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { costWithin, type WorstCase, worstCase } from '@commonwatt/chaincode/domain/worst-case';
import { agreementCodec, agreementIdOf, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { mandateIdOf } from '@commonwatt/chaincode/wire/mandate';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import fc from 'fast-check';
import * as commands from '../support/market-commands.js';
import { DEADLINE, negotiableTerms } from '../support/offer-commands.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT, sampleLeg } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const DELIVERY = FIRST_SLOT + 8;

/** Somebody signs an agreement of its own making, or the next version of one that is there, for `anna`. */
const move = fc.record({
    /** Under which mandate; `null` for the principal itself. */
    under: fc.option(fc.nat({ max: 2 }), { freq: 5, nil: null }),
    /** Which agreement is amended; `null` for a new one. */
    amends: fc.option(fc.nat({ max: 5 }), { freq: 2, nil: null }),
    energy: fc.array(fc.nat({ max: 120 }), { minLength: 1, maxLength: 3 }),
    price: fc.integer({ min: -4, max: 12 }),
    sells: fc.boolean(),
    rate: fc.constantFrom(0n, 50_000n, 400_000n, 10_000_000n),
    cap: fc.constantFrom(0n, 5_000_000n, 40_000_000n, 10n ** 15n),
    takeOrPay: fc.boolean(),
    cancels: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
});
type Move = typeof move extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const bounds = fc.record({
    mayChangeOthers: fc.boolean(),
    slotEnergyMaxWh: fc.bigInt({ min: 50n, max: 600n }).map(energyWh),
    slotCostMaxNano: fc.bigInt({ min: 5n, max: 90n }).map((drawn) => amountNano(drawn * 1_000_000n)),
    dayCostMaxNano: fc.bigInt({ min: 5n, max: 150n }).map((drawn) => amountNano(drawn * 1_000_000n)),
    totalCostMaxNano: fc.bigInt({ min: 5n, max: 200n }).map((drawn) => amountNano(drawn * 1_000_000n)),
    totalDefaultMaxNano: fc.bigInt({ min: 0n, max: 60n }).map((drawn) => amountNano(drawn * 1_000_000n)),
});

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** An agent with three mandates of one principal, who signs beside it; the seller agrees to whatever is asked. */
class Agency {
    readonly #market: StubMarket;
    readonly #mandates: MandateStatement[] = [];
    readonly #first: Terms[] = [];
    #salt = 0;
    signed = 0;

    constructor(market: StubMarket) {
        this.#market = market;
    }

    async grant(drawn: Partial<MandateStatement>): Promise<void> {
        const anna = this.#market.who('anna');
        const statement = commands.mandateOf(anna, this.#market.who('retail'), {
            ...drawn,
            sides: ['buy', 'sell'],
            priceMinMicroPerKwh: priceMicroPerKwh(-100_000n),
            priceMaxMicroPerKwh: priceMicroPerKwh(300_000n),
            salt: this.#nextSalt(),
        });
        await this.#market.do('anna', 'exchange', 'mandate:grant', commands.grantMandate(anna, statement));
        this.#mandates.push(statement);
    }

    async try(each: Move): Promise<void> {
        const first = each.amends === null ? undefined : this.#first[each.amends];
        if (first === undefined) {
            await this.#conclude(each);
        } else if (each.cancels) {
            const { terms } = this.#inForce(first);
            await this.#send(
                'agreement:cancel',
                commands.cancel(terms, DELIVERY, this.#signers(each), agreementIdOf(first)),
            );
        } else {
            await this.#amend(first, each);
        }
        this.#check();
    }

    async #conclude(each: Move): Promise<void> {
        const terms = this.#terms(each);
        if (await this.#send('agreement:conclude', commands.conclude(terms, this.#signers(each)))) {
            this.#first.push(terms);
        }
    }

    async #amend(first: Terms, each: Move): Promise<void> {
        const { terms: before } = this.#inForce(first);
        const [leg] = before.legs;
        const changed = this.#terms({ ...each, sells: leg?.sellerId === 'anna' });
        // Versions are numbered by attempt: one that is refused later stays on record.
        const version = before.version + 1 + (this.#salt % 200);
        const next = { ...changed, salt: first.salt, version, previousHash: termsHashOf(before) };
        const agreementId = agreementIdOf(first);
        if (await this.#send('amendment:propose', commands.proposeAmendment(agreementId, next, this.#signers(each)))) {
            await this.#send('amendment:enact', commands.enact(agreementId, version, DELIVERY));
        }
    }

    async #send(verb: ExchangeVerb, command: string): Promise<boolean> {
        const answer = await this.#market.endorse('stranger', 'exchange', verb, command);
        expect(answer.message).not.to.contain('INVARIANT_BROKEN');
        const done = answer.status === 200 && answer.writes.length > 0;
        if (done) {
            expect(this.#market.ledger.commit(answer)).to.equal('VALID');
        }
        return done;
    }

    /** What binds the principal under a mandate costs it no more than that says, by whatever way it came about. */
    #check(): void {
        const agreements = this.#first.map((first) => this.#inForce(first));
        for (const mandate of this.#mandates) {
            const under = agreements.filter(({ consents }) =>
                consents.some(({ mandateId }) => mandateId === mandateIdOf(mandate)),
            );
            this.signed += under.length;
            const worst = under.map(({ terms }) => worstCase(terms, 'anna'));
            const all = (of: (each: WorstCase) => bigint): bigint => sum(worst.map(of));
            expect(all(({ costNano }) => costNano) <= mandate.totalCostMaxNano, 'in all').to.equal(true);
            expect(all(({ defaultNano }) => defaultNano) <= mandate.totalDefaultMaxNano, 'defaults').to.equal(true);
            const day = Math.floor(DELIVERY / USE_SLOTS) * USE_SLOTS;
            const ofDay = all((each) => costWithin(each, day, day + USE_SLOTS).costNano);
            expect(ofDay <= mandate.dayCostMaxNano, 'in a day').to.equal(true);
            for (let slot = DELIVERY; slot < DELIVERY + 3; slot += 1) {
                const ofSlot = all((each) => costWithin(each, slot, slot + 1).costNano);
                expect(ofSlot <= mandate.slotCostMaxNano, 'in a slot').to.equal(true);
                const energy = all(({ slots }) => {
                    const at = slots[slot - DELIVERY];
                    return (at?.soldWh ?? 0n) + (at?.boughtWh ?? 0n);
                });
                expect(energy <= mandate.slotEnergyMaxWh, 'energy').to.equal(true);
            }
        }
    }

    #inForce(first: Terms): Agreement {
        const stored = this.#market.ledger.read('exchange', `agreement/${agreementIdOf(first)}`);
        return agreementCodec.decode(stored?.value.toString('utf8') ?? '');
    }

    #signers({ under }: Move): commands.Signers {
        const mandate = under === null ? undefined : this.#mandates[under];
        const anna =
            mandate === undefined ? this.#market.who('anna') : commands.agentOf(this.#market.who('retail'), mandate);
        return { solar: this.#market.who('solar'), anna };
    }

    #terms({ energy, price, sells, rate, cap, takeOrPay }: Move): Terms {
        const ends = sells
            ? { sellerId: 'anna', sellerPoint: 'anna-point', buyerId: 'solar', buyerPoint: 'solar-point' }
            : {};
        const energies = energy.some((wh) => wh > 0) ? energy : [1];
        return negotiableTerms({
            firstSlot: DELIVERY,
            concludeBeforeSlot: DEADLINE,
            slotCount: energies.length,
            salt: this.#nextSalt(),
            defaultRateMicroPerKwh: priceMicroPerKwh(rate),
            defaultCapNano: amountNano(cap),
            takeOrPay,
            legs: [
                sampleLeg({
                    ...ends,
                    energyWh: energies.map((wh) => energyWh(BigInt(wh))),
                    priceMicroPerKwh: energies.map(() => priceMicroPerKwh(BigInt(price * 25_000))),
                }),
            ],
        });
    }

    #nextSalt(): string {
        this.#salt += 1;
        return this.#salt.toString(16).padStart(64, '0');
    }
}

describe('no sequence of signatures under a mandate', () => {
    it('costs the principal more than its bounds: agreements, versions to and fro, its own beside them, other mandates', async function () {
        this.timeout(120_000);
        let signed = 0;
        const drawn = fc.record({
            mandates: fc.array(bounds, { minLength: 3, maxLength: 3 }),
            moves: fc.array(move, { minLength: 6, maxLength: 24 }),
        });
        await holds(
            fc.asyncProperty(drawn, async ({ mandates, moves }) => {
                const agency = new Agency(await StubMarket.ready());
                for (const each of mandates) {
                    await agency.grant(each);
                }
                for (const each of moves) {
                    await agency.try(each);
                }
                signed += agency.signed;
            }),
            { runs: 200, seconds: 12 },
        );
        expect(signed, 'some agreements stand under mandates').to.be.above(50);
    });
});
