import type { Agreement, Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { amendExecution, checkAmendment, demandAmendable, VERSIONS_MAX } from '@commonwatt/chaincode/domain/amendment';
import { type Execution, fundExecution, heldBy, openExecution, windDown } from '@commonwatt/chaincode/domain/escrow';
import { AGREEMENT_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import { amountNano, energyWh, priceMicroPerKwh, sumAmounts } from '@commonwatt/chaincode/domain/units';
import { termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { expect } from 'chai';
import { following, saleOf } from '../../support/amended.js';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, RULES, sampleLeg } from '../../support/sample-market.js';

const ID = '1'.repeat(64);
const agreementOf = (terms: Terms): Agreement => ({
    agreementId: ID,
    termsHash: termsHashOf(terms),
    terms,
    consents: [],
});
const FOUR = saleOf([100n, 100n, 100n, 100n]);
const CURRENT = agreementOf(FOUR);
const FOUR_SLOTS = {
    energyWh: [100n, 100n, 100n, 100n].map(energyWh),
    priceMicroPerKwh: [200_000n, 200_000n, 200_000n, 200_000n].map(priceMicroPerKwh),
};

const inForce = (terms: Terms): Execution => fundExecution(openExecution(agreementOf(terms)).execution, null);

describe('an amendment', () => {
    const check = (next: Terms, fromSlot = FIRST_SLOT): void => checkAmendment(CURRENT, next, fromSlot, RULES);
    const refused = (next: Terms, fromSlot: number, reason: string): void =>
        expectRefusal(() => check(next, fromSlot), 'TERMS_INVALID', { reason });

    it('changes energy, price, period and liability as long as nothing has begun', () => {
        check(following(FOUR, saleOf([300n, 0n, 1n], [1n, -2n, 3n])));
        check(following(FOUR, saleOf([1n, 2n, 3n, 4n, 5n, 6n])));
        check(
            following(FOUR, FOUR, {
                defaultRateMicroPerKwh: priceMicroPerKwh(5n),
                defaultCapNano: amountNano(7n),
                toleranceBp: 100,
                takeOrPay: false,
                curtailable: true,
                exemptions: [],
            }),
        );
    });

    it('changes what has not begun, once delivery has', () => {
        check(following(FOUR, saleOf([100n, 100n, 7n, 8n, 9n])), FIRST_SLOT + 2);
        for (const energies of [
            [100n, 99n, 100n, 100n],
            [101n, 100n, 100n, 100n],
        ]) {
            refused(following(FOUR, saleOf(energies)), FIRST_SLOT + 2, 'what has begun to be delivered stays');
        }
        const prices = [200_000n, 200_001n, 200_000n, 200_000n];
        const dearer = following(FOUR, saleOf([100n, 100n, 100n, 100n], prices));
        refused(dearer, FIRST_SLOT + 2, 'what has begun to be delivered stays');
        check(dearer, FIRST_SLOT + 1);
    });

    it('may end delivery with the slot that runs, not earlier', () => {
        check(following(FOUR, saleOf([100n, 100n])), FIRST_SLOT + 2);
        refused(following(FOUR, saleOf([100n])), FIRST_SLOT + 2, 'slots that have begun are delivered');
    });

    it('may prolong delivery up to its end, not take it up again after a gap', () => {
        const longer = following(FOUR, saleOf([100n, 100n, 100n, 100n, 0n, 50n]));
        check(longer, FIRST_SLOT + 4);
        refused(longer, FIRST_SLOT + 5, 'delivery that has ended is not taken up again');
    });

    it('leaves the liability alone once delivery has begun', () => {
        const changes: readonly Partial<Terms>[] = [
            { defaultRateMicroPerKwh: priceMicroPerKwh(5n) },
            { defaultCapNano: amountNano(7n) },
            { toleranceBp: 100 },
            { takeOrPay: false },
            { curtailable: true },
            { exemptions: [] },
        ];
        for (const change of changes) {
            check(following(FOUR, FOUR, change), FIRST_SLOT);
            refused(following(FOUR, FOUR, change), FIRST_SLOT + 1, 'liability stays once delivery has begun');
        }
    });

    it('leaves parties, lanes, legs, points, carrier, proposer and first slot alone', () => {
        const leg = sampleLeg();
        const cases: readonly (readonly [Partial<Terms>, string])[] = [
            [{ proposerId: 'anna' }, 'proposer and first slot stay'],
            [{ firstSlot: FIRST_SLOT + 1 }, 'proposer and first slot stay'],
            [{ parties: [...FOUR.parties].reverse() }, 'the parties and their lanes stay'],
            [{ parties: FOUR.parties.map((party) => ({ ...party, lane: 1 })) }, 'the parties and their lanes stay'],
            [{ legs: [...FOUR.legs, ...FOUR.legs] }, 'the legs stay'],
        ];
        for (const [change, reason] of cases) {
            refused(following(FOUR, FOUR, change), FIRST_SLOT, reason);
        }
        for (const end of [{ sellerPoint: 'elsewhere' }, { buyerPoint: 'elsewhere' }, { carrier: 'heat' }] as const) {
            const legs = FOUR.legs.map((each) => ({ ...each, ...end }));
            refused(following(FOUR, FOUR, { legs }), FIRST_SLOT, 'carrier, parties and points of a leg stay');
        }
        const [from, to] = [leg.sellerId, leg.buyerId];
        const swapped = FOUR.legs.map((each) => ({ ...each, sellerId: to, buyerId: from }));
        refused(following(FOUR, FOUR, { legs: swapped }), FIRST_SLOT, 'carrier, parties and points of a leg stay');
    });

    it('lets no single party, lane or side of a leg be exchanged', () => {
        const [first, second] = FOUR.parties;
        const exchanged: readonly Terms['parties'][] = [
            FOUR.parties.map((party) => (party === second ? { ...party, lane: 1 } : party)),
            FOUR.parties.map((party) => (party === first ? { ...party, lane: 1 } : party)),
        ];
        for (const parties of exchanged) {
            refused(following(FOUR, FOUR, { parties }), FIRST_SLOT, 'the parties and their lanes stay');
        }
        const parties = [...FOUR.parties, { participantId: 'bert', lane: 0 }];
        const back = sampleLeg({ sellerId: 'anna', buyerId: 'bert', ...FOUR_SLOTS });
        const aside = sampleLeg({ sellerId: 'solar', buyerId: 'bert', ...FOUR_SLOTS });
        const three = { ...FOUR, parties, legs: [...FOUR.legs, back, aside] };
        for (const end of [{ sellerId: 'bert' }, { buyerId: 'bert' }]) {
            const [leg, ...others] = three.legs;
            const next = following(three, three, { legs: [{ ...leg, ...FOUR_SLOTS, ...end } as Leg, ...others] });
            expectRefusal(() => checkAmendment(agreementOf(three), next, FIRST_SLOT, RULES), 'TERMS_INVALID', {
                reason: 'carrier, parties and points of a leg stay',
            });
        }
    });

    it('lets the same verify delivery as before', () => {
        const stated = following(FOUR, FOUR, { verification: { sourceId: 'oracle' } });
        refused(stated, FIRST_SLOT, 'who verifies delivery stays');
        const other = following(stated, stated, { verification: { sourceId: 'other' } });
        expectRefusal(() => checkAmendment(agreementOf(stated), other, FIRST_SLOT, RULES), 'TERMS_INVALID', {
            reason: 'who verifies delivery stays',
        });
    });

    it('leaves what is made from what alone once delivery has begun', () => {
        const power = (buyerId: string): Leg => sampleLeg({ buyerId, buyerPoint: `${buyerId}-point`, ...FOUR_SLOTS });
        const heat = { ...power('anna'), carrier: 'heat', sellerId: 'bert', sellerPoint: 'bert-heat' } as const;
        const made = (inputLeg: number, ratioBp: number): Terms['conversions'][number] => ({
            inputLeg,
            outputLeg: 2,
            ratioBp,
        });
        const before: Terms = {
            ...FOUR,
            parties: [...FOUR.parties, { participantId: 'bert', lane: 0 }],
            legs: [power('bert'), power('bert'), heat],
            conversions: [made(0, 10_000)],
        };
        for (const conversions of [[], [made(0, 20_000)], [made(1, 10_000)], [made(0, 10_000), made(1, 10_000)]]) {
            const next = following(before, { ...before, conversions });
            checkAmendment(agreementOf(before), next, FIRST_SLOT, RULES);
            expectRefusal(() => checkAmendment(agreementOf(before), next, FIRST_SLOT + 1, RULES), 'TERMS_INVALID', {
                reason: 'liability stays once delivery has begun',
            });
        }
        checkAmendment(agreementOf(before), following(before, before), FIRST_SLOT + 1, RULES);
    });

    it('follows the version in force and no other', () => {
        const operands = { agreementId: ID, inForce: 1 };
        for (const change of [{ version: 1 }, { previousHash: null }, { previousHash: '0'.repeat(64) }]) {
            expectRefusal(() => check(following(FOUR, FOUR, change)), 'VERSION_STALE', operands);
        }
        check(following(FOUR, FOUR, { version: 9 }));
        const third = following(following(FOUR, FOUR), FOUR);
        expectRefusal(() => check(third), 'VERSION_STALE', { ...operands, version: 3 });
    });

    it('keeps to the rules, and is agreed before delivery ends', () => {
        refused(following(FOUR, FOUR, { rulesVersion: 2 }), FIRST_SLOT, 'the rules in force are others');
        refused(following(FOUR, saleOf([1n], [10_000_000n])), FIRST_SLOT, 'price above the cap');
        refused(following(FOUR, saleOf([0n, 0n])), FIRST_SLOT, 'some energy is delivered');
        refused(
            following(FOUR, FOUR, { concludeBeforeSlot: FIRST_SLOT + 5 }),
            FIRST_SLOT,
            'agreed before delivery ends',
        );
    });

    it('measures by the rules in force what it changes, slot by slot', () => {
        const { electricity } = RULES.carriers;
        const tight = electricity && {
            ...RULES,
            carriers: {
                electricity: {
                    ...electricity,
                    priceCapMicroPerKwh: priceMicroPerKwh(199_999n),
                    slotEnergyMaxWh: energyWh(99n),
                },
            },
        };
        const checked = (energies: readonly bigint[], prices: readonly bigint[]): void =>
            checkAmendment(CURRENT, following(FOUR, saleOf(energies, prices)), FIRST_SLOT, tight ?? RULES);
        const [stays, price] = [100n, 200_000n];
        checked([stays, stays, 99n, 99n], [price, price, 199_999n, 0n]);
        expectRefusal(() => checked([stays, 99n], [price, price]), 'TERMS_INVALID', { reason: 'price above the cap' });
        expectRefusal(() => checked([stays, stays], [price, 199_999n]), 'TERMS_LIMIT', {
            reason: 'energy of a slot above the rules',
            leg: 0,
            energyWh: 100n,
            slotEnergyMaxWh: 99n,
        });
    });

    it('may be followed by others, up to a limit', () => {
        check(following(FOUR, FOUR, { version: VERSIONS_MAX }));
        expectRefusal(() => check(following(FOUR, FOUR, { version: VERSIONS_MAX + 1 })), 'TERMS_LIMIT', {
            reason: 'too many versions',
            version: VERSIONS_MAX + 1,
        });
    });

    it('is made of what waits for its funds or delivers without an end in sight', () => {
        for (const state of AGREEMENT_STATES) {
            const decide = (): void => demandAmendable({ ...inForce(FOUR), state }, 'propose');
            if (state === 'concluded' || state === 'inForce') {
                decide();
            } else {
                expectRefusal(decide, 'AGREEMENT_STATE', { verb: 'propose', state });
            }
        }
    });
});

describe('enacting an amendment', () => {
    const enact = (execution: Execution, before: Terms, next: Terms, fromSlot = FIRST_SLOT) =>
        amendExecution(execution, agreementOf(before), agreementOf(next), { fromSlot, standingId: 'ordinary' });
    const heldIn = (execution: Execution): unknown =>
        Object.fromEntries(execution.holdings.map((held) => [held.participantId, [held.energyNano, held.defaultNano]]));

    it('tops the escrow up or gives back, to the nano', () => {
        const raised = enact(inForce(FOUR), FOUR, following(FOUR, saleOf([100n, 150n, 200n, 100n])));
        expect(heldIn(raised.execution)).to.deep.equal({
            solar: [0n, 55_000_000n],
            anna: [110_000_000n, 0n],
        });
        expect(raised.changes).to.deep.equal([
            { participantId: 'solar', changeNano: 15_000_000n },
            { participantId: 'anna', changeNano: 30_000_000n },
        ]);
        expect(raised.postings.map(({ account, kind, amountNano: moved }) => [account, kind, moved])).to.deep.equal([
            ['free/solar', 'fund', -15_000_000n],
            [`escrow/${ID}/solar`, 'fund', 15_000_000n],
            ['free/anna', 'fund', -30_000_000n],
            [`escrow/${ID}/anna`, 'fund', 30_000_000n],
        ]);
        const lowered = enact(inForce(FOUR), FOUR, following(FOUR, saleOf([100n, 0n])));
        expect(lowered.postings.map(({ account, kind, amountNano: moved }) => [account, kind, moved])).to.deep.equal([
            [`escrow/${ID}/solar`, 'release', -30_000_000n],
            ['free/solar', 'release', 30_000_000n],
            [`escrow/${ID}/anna`, 'release', -60_000_000n],
            ['free/anna', 'release', 60_000_000n],
        ]);
        expect(lowered.execution).to.include({ version: 2, state: 'inForce', endSlot: FIRST_SLOT + 2 });
    });

    it('moves the energy money to whoever pays now: the seller where the price turns negative', () => {
        const next = following(FOUR, saleOf([100n, 100n, 100n, 100n], [200_000n, -100_000n, -100_000n, 200_000n]));
        const { execution, changes } = enact(inForce(FOUR), FOUR, next, FIRST_SLOT + 1);
        expect(heldIn(execution)).to.deep.equal({ solar: [20_000_000n, 40_000_000n], anna: [40_000_000n, 0n] });
        expect(sumAmounts(changes.map((change) => change.changeNano))).to.equal(20_000_000n - 40_000_000n);
    });

    it('counts what was drawn in default amounts against the part that the new terms need', () => {
        const [solar, anna] = inForce(FOUR).holdings;
        expect(solar?.defaultNano).to.equal(40_000_000n);
        const drawn: Execution = {
            ...inForce(FOUR),
            progress: [{ carrier: 'electricity', nextSlot: FIRST_SLOT + 1 }],
            holdings: [
                { ...(solar ?? never()), defaultNano: amountNano(31_000_000n) }, // 9 000 000 were drawn in the first slot
                { ...(anna ?? never()), energyNano: amountNano(60_000_000n) },
            ],
        };
        const raise = following(FOUR, saleOf([100n, 100n, 100n, 400n]));
        expect(heldIn(enact(drawn, FOUR, raise, FIRST_SLOT + 2).execution)).to.deep.include({
            solar: [0n, 70_000_000n - 9_000_000n],
        });
        const lower = following(FOUR, saleOf([100n, 100n]));
        expect(heldIn(enact(drawn, FOUR, lower, FIRST_SLOT + 2).execution)).to.deep.include({
            solar: [0n, 20_000_000n - 9_000_000n],
        });
    });

    it('gives back what a lower cap no longer needs', () => {
        const next = following(FOUR, FOUR, { defaultCapNano: amountNano(5_000_000n), takeOrPay: false });
        const { execution, changes } = enact(inForce(FOUR), FOUR, next);
        expect(heldIn(execution)).to.deep.equal({ solar: [0n, 5_000_000n], anna: [80_000_000n, 5_000_000n] });
        expect(changes.map((change) => change.changeNano)).to.deep.equal([-35_000_000n, 5_000_000n]);
    });

    it('changes what is reserved before the agreement is in force, and then the new terms decide', () => {
        const next = following(FOUR, saleOf([10n, 10n]));
        const { execution, changes } = enact(openExecution(CURRENT).execution, FOUR, next);
        expect(execution.state).to.equal('concluded');
        expect(changes.map((change) => change.changeNano)).to.deep.equal([-38_000_000n, -76_000_000n]);
        expect(execution).to.include({ version: 2, termsHash: termsHashOf(next), endSlot: FIRST_SLOT + 2 });
        expect(fundExecution(execution, null).holdings.map(heldBy)).to.deep.equal([2_000_000n, 4_000_000n]);
    });

    it('leaves every carrier a slot to settle', () => {
        const next = following(FOUR, saleOf([100n, 100n]));
        const settled = (...nextSlots: readonly number[]): Execution => ({
            ...inForce(FOUR),
            progress: nextSlots.map((nextSlot, index) => ({ carrier: index === 0 ? 'electricity' : 'heat', nextSlot })),
        });
        enact(settled(FIRST_SLOT + 1, FIRST_SLOT + 1), FOUR, next, FIRST_SLOT + 2);
        for (const nextSlots of [
            [FIRST_SLOT + 2, FIRST_SLOT + 1],
            [FIRST_SLOT + 1, FIRST_SLOT + 2],
        ]) {
            expectRefusal(() => enact(settled(...nextSlots), FOUR, next, FIRST_SLOT + 2), 'INVARIANT_BROKEN', {
                invariant: 'an amended agreement has slots to settle',
            });
        }
    });

    it('is not done to what ends early or has ended', () => {
        const ending = windDown(inForce(FOUR), FOUR, FIRST_SLOT + 2, 'cancel').execution;
        expectRefusal(() => enact(ending, FOUR, following(FOUR, FOUR)), 'AGREEMENT_STATE', {
            verb: 'enact',
            state: 'windingDown',
        });
    });
});

describe('cancelling', () => {
    it('of what is not in force lets it lapse, and gives back what it reserved', () => {
        const concluded = openExecution(CURRENT).execution;
        const { execution, postings } = windDown(concluded, FOUR, FIRST_SLOT, 'cancel');
        expect([execution.state, execution.holdings.map(heldBy)]).to.deep.equal(['lapsed', [0n, 0n]]);
        expect(postings.map(({ amountNano: moved }) => moved)).to.deep.equal([
            -40_000_000n,
            40_000_000n,
            -80_000_000n,
            80_000_000n,
        ]);
        expectRefusal(() => windDown(concluded, FOUR, FIRST_SLOT), 'AGREEMENT_STATE', {
            verb: 'release',
            state: 'concluded',
        });
    });

    it('of what is in force is the same as a termination', () => {
        const [cancelled, released] = (['cancel', 'release'] as const).map((verb) =>
            windDown(inForce(FOUR), FOUR, FIRST_SLOT + 1, verb),
        );
        expect(cancelled).to.deep.equal(released);
    });
});

function never(): never {
    throw new Error('both parties hold escrow');
}
