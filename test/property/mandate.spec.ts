import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { MandateStatement } from '@commonwatt/chaincode/domain/mandate';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementCodec, agreementIdOf, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { mandateIdOf, mandateRefCodec } from '@commonwatt/chaincode/wire/mandate';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import fc from 'fast-check';
import * as commands from '../support/market-commands.js';
import { negotiableTerms } from '../support/offer-commands.js';
import { holds } from '../support/property.js';
import { FIRST_SLOT, sampleLeg } from '../support/sample-market.js';
import type { Endorsement } from '@commonwatt/chaincode/ledger-double';
import { StubMarket } from '../support/stub-market.js';

const DELIVERY = FIRST_SLOT + 8;

/** One attempt: a mandate given or taken back, an agreement or the next version of one signed by an agent. */
type Attempt = Readonly<{
    move: 'grant' | 'revoke' | 'conclude' | 'amend';
    principal: 'anna' | 'bert';
    /** Which mandate, and which agreement. */
    target: number;
    energy: readonly number[];
    price: number;
    max: number;
    until: number;
    /** Whether the command is endorsed at once and committed after the next attempt. */
    late: boolean;
}>;

const attempt: fc.Arbitrary<Attempt> = fc.record({
    move: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom('grant' as const, 'amend' as const) },
        { weight: 1, arbitrary: fc.constant('revoke' as const) },
        { weight: 5, arbitrary: fc.constant('conclude' as const) },
    ),
    principal: fc.constantFrom('anna', 'bert'),
    target: fc.nat(5),
    energy: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 3 }),
    price: fc.integer({ min: -2, max: 12 }),
    max: fc.integer({ min: 100, max: 500 }),
    until: fc.integer({ min: 1, max: 4 }),
    late: fc.boolean(),
});

/** Honest bookkeeping of what each mandate allows and what its principal was bound to under it. */
class Agency {
    readonly #market: StubMarket;
    readonly #mandates: MandateStatement[] = [];
    readonly #revoked = new Set<string>();
    /** Energy bound under a mandate, by mandate and slot. */
    readonly #bound = new Map<string, bigint>();
    readonly #agreements: Terms[] = [];
    readonly #waiting: (() => void)[] = [];
    #salt = 0;
    binding = 0;

    constructor(market: StubMarket) {
        this.#market = market;
    }

    async try(each: Attempt): Promise<void> {
        const waiting = this.#waiting.splice(0);
        const mandate = this.#mandates[each.target % Math.max(1, this.#mandates.length)];
        if (each.move === 'grant') {
            await this.#grant(each);
        } else if (mandate !== undefined) {
            await this.#tryUnder(mandate, each);
        }
        waiting.forEach((commit) => {
            commit();
        });
    }

    finish(): void {
        this.#waiting.splice(0).forEach((commit) => {
            commit();
        });
    }

    async #tryUnder(mandate: MandateStatement, each: Attempt): Promise<void> {
        if (each.move === 'revoke') {
            await this.#revoke(mandate);
        } else if (each.move === 'conclude') {
            await this.#conclude(mandate, each);
        } else {
            await this.#amend(mandate, each);
        }
    }

    async #grant({ principal, max, until, price }: Attempt): Promise<void> {
        const identity = this.#market.who(principal);
        const statement = commands.mandateOf(identity, this.#market.who('retail'), {
            principalId: principal,
            priceMaxMicroPerKwh: priceMicroPerKwh(BigInt(Math.max(0, price) * 25_000)),
            slotEnergyMaxWh: energyWh(BigInt(max)),
            untilSlot: DELIVERY + until,
            salt: this.#nextSalt(),
        });
        await this.#market.do(principal, 'exchange', 'mandate:grant', commands.grantMandate(identity, statement));
        this.#mandates.push(statement);
    }

    async #revoke(mandate: MandateStatement): Promise<void> {
        const { principalId } = mandate;
        const mandateId = mandateIdOf(mandate);
        const command = mandateRefCodec.encode({ principalId, mandateId });
        await this.#market.do(principalId, 'exchange', 'mandate:revoke', command);
        this.#revoked.add(mandateId);
    }

    async #conclude(mandate: MandateStatement, each: Attempt): Promise<void> {
        const terms = this.#termsFor(each);
        const command = commands.conclude(terms, this.#signers(mandate, each.principal));
        const answer = await this.#market.endorse('stranger', 'exchange', 'agreement:conclude', command);
        expect(answer.message).not.to.contain('INVARIANT_BROKEN');
        const allowed = mandate.principalId === each.principal && this.#allows(mandate, terms, null);
        expect(answer.status === 200, answer.message).to.equal(allowed);
        this.#settle(answer, each.late, mandate, terms, null, () => {
            this.#agreements.push(terms);
        });
    }

    async #amend(mandate: MandateStatement, each: Attempt): Promise<void> {
        const before = this.#agreements[each.target % Math.max(1, this.#agreements.length)];
        const principal = before?.legs[0]?.buyerId;
        if (before === undefined || principal === undefined) {
            return;
        }
        const stored = this.#market.ledger.read('exchange', `agreement/${agreementIdOf(before)}`);
        const current = agreementCodec.decode(stored?.value.toString('utf8') ?? '').terms;
        const next: Terms = {
            ...this.#termsFor({ ...each, principal: principal as Attempt['principal'] }),
            salt: before.salt,
            version: current.version + 1 + each.target,
            previousHash: termsHashOf(current),
        };
        const agreementId = agreementIdOf(before);
        const signers = this.#signers(mandate, principal);
        const run = async (verb: ExchangeVerb, command: string): Promise<Endorsement> =>
            this.#market.endorse('stranger', 'exchange', verb, command);
        const proposed = await run('amendment:propose', commands.proposeAmendment(agreementId, next, signers));
        if (proposed.status !== 200 || proposed.writes.length === 0) {
            return;
        }
        expect(this.#market.ledger.commit(proposed)).to.equal('VALID');
        const answer = await run('amendment:enact', commands.enact(agreementId, next.version, DELIVERY));
        this.#settle(answer, each.late, mandate, next, current, () => undefined);
    }

    /** Commits now or after the next attempt; whatever binds then must have been allowed at that moment. */
    #settle(
        answer: Endorsement,
        late: boolean,
        mandate: MandateStatement,
        terms: Terms,
        before: Terms | null,
        then: () => void,
    ): void {
        if (answer.status !== 200 || answer.writes.length === 0) {
            return;
        }
        const commit = (): void => {
            if (this.#market.ledger.commit(answer) === 'VALID') {
                expect(this.#allows(mandate, terms, before), 'what binds is allowed').to.equal(true);
                this.#count(mandate, terms, before);
                this.binding += 1;
                then();
            }
        };
        if (late) {
            this.#waiting.push(commit);
        } else {
            commit();
        }
    }

    #allows(mandate: MandateStatement, terms: Terms, before: Terms | null): boolean {
        const [leg] = terms.legs;
        const prices = leg?.priceMicroPerKwh ?? [];
        return (
            !this.#revoked.has(mandateIdOf(mandate)) &&
            leg?.buyerId === mandate.principalId &&
            prices.every((price) => price >= 0n && price <= mandate.priceMaxMicroPerKwh) &&
            terms.firstSlot + terms.slotCount <= mandate.untilSlot &&
            leg.energyWh.every(
                (energy, offset) =>
                    energy <= mandate.slotEnergyMaxWh &&
                    this.#boundAt(mandate, offset) + this.#added(terms, before, offset) <= mandate.slotEnergyMaxWh,
            )
        );
    }

    #count(mandate: MandateStatement, terms: Terms, before: Terms | null): void {
        for (let offset = 0; offset < terms.slotCount; offset += 1) {
            const sum = this.#boundAt(mandate, offset) + this.#added(terms, before, offset);
            this.#bound.set(`${mandateIdOf(mandate)} ${String(offset)}`, sum);
        }
    }

    #boundAt(mandate: MandateStatement, offset: number): bigint {
        return this.#bound.get(`${mandateIdOf(mandate)} ${String(offset)}`) ?? 0n;
    }

    #added(terms: Terms, before: Terms | null, offset: number): bigint {
        const change = (terms.legs[0]?.energyWh[offset] ?? 0n) - (before?.legs[0]?.energyWh[offset] ?? 0n);
        return change > 0n ? change : 0n;
    }

    #signers(mandate: MandateStatement, principal: string): commands.Signers {
        const agent = commands.agentOf(this.#market.who('retail'), mandate);
        return { solar: this.#market.who('solar'), [principal]: agent };
    }

    #termsFor({ principal, energy, price }: Attempt): Terms {
        return negotiableTerms({
            firstSlot: DELIVERY,
            slotCount: energy.length,
            salt: this.#nextSalt(),
            parties: ['solar', principal].map((participantId) => ({ participantId, lane: 0 })),
            legs: [
                sampleLeg({
                    buyerId: principal,
                    buyerPoint: `${principal}-point`,
                    energyWh: energy.map((wh) => energyWh(BigInt(wh))),
                    priceMicroPerKwh: energy.map(() => priceMicroPerKwh(BigInt(price * 25_000))),
                }),
            ],
        });
    }

    #nextSalt(): string {
        this.#salt += 1;
        return this.#salt.toString(16).padStart(64, '0');
    }
}

describe('no move of an agent', () => {
    it('binds its principal outside the bounds of its mandate, or after the mandate was taken back', async function () {
        this.timeout(60_000);
        let binding = 0;
        await holds(
            fc.asyncProperty(fc.array(attempt, { minLength: 6, maxLength: 24 }), async (attempts) => {
                const agency = new Agency(await StubMarket.ready());
                for (const each of attempts) {
                    await agency.try(each);
                }
                agency.finish();
                binding += agency.binding;
            }),
            { runs: 120, seconds: 8 },
        );
        expect(binding, 'some moves bind').to.be.above(0);
    });
});
