import {
    type Claim,
    claimsOf,
    drawChanges,
    replayCap,
    sameClaims,
    type SlotClaims,
} from '@commonwatt/chaincode/domain/claims';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';

const claim = (liableId: string, claimed: bigint, drawn = claimed, changes: Partial<Claim> = {}): Claim => ({
    leg: 0,
    causeLeg: 0,
    liableId,
    payeeId: liableId === 'anna' ? 'solar' : 'anna',
    claimedNano: amountNano(claimed),
    drawnNano: amountNano(drawn),
    ...changes,
});
const inSlot = (slot: number, claims: readonly Claim[], carrier: Carrier = 'electricity'): SlotClaims => ({
    agreementId: 'one',
    slot,
    carrier,
    claims,
});
const drawnIn = (all: readonly SlotClaims[]): bigint[][] =>
    all.map(({ claims }) => claims.map(({ drawnNano }) => drawnNano));

describe('claims of an agreement', () => {
    it('are those of its legs that failed, leg by leg; of nothing there are none', () => {
        const { leg: _leg, ...owed } = claim('anna', 5n);
        const legs = [
            { agreementId: 'one', leg: 0, defaults: [] },
            { agreementId: 'two', leg: 0, defaults: [owed] },
            { agreementId: 'one', leg: 1, defaults: [owed, { ...owed, claimedNano: amountNano(7n) }] },
            { agreementId: 'three', leg: 0, defaults: [] },
        ] as unknown as Parameters<typeof claimsOf>[0]['legs'];
        expect(claimsOf({ slot: 9, carrier: 'heat', legs })).to.deep.equal([
            {
                agreementId: 'one',
                slot: 9,
                carrier: 'heat',
                claims: [
                    { ...owed, leg: 1 },
                    { ...owed, leg: 1, claimedNano: 7n },
                ],
            },
            { agreementId: 'two', slot: 9, carrier: 'heat', claims: [{ ...owed, leg: 0 }] },
        ]);
    });

    it('are the same whatever was drawn, and only then', () => {
        const claims = [claim('anna', 5n), claim('solar', 6n)];
        expect(sameClaims(claims, [claim('anna', 5n, 0n), claim('solar', 6n, 1n)])).to.equal(true);
        const others: readonly (readonly Claim[])[] = [
            [],
            [claim('anna', 5n)],
            [...claims, claim('anna', 1n)],
            [claim('anna', 5n), claim('solar', 7n)],
            [claim('anna', 5n), claim('bert', 6n)],
            [claim('anna', 5n), claim('solar', 6n, 6n, { payeeId: 'bert' })],
            [claim('anna', 5n), claim('solar', 6n, 6n, { leg: 1 })],
            [claim('anna', 5n), claim('solar', 6n, 6n, { causeLeg: 1 })],
            [...claims].reverse(),
        ];
        expect(others.filter((other) => sameClaims(claims, other))).to.deep.equal([]);
    });
});

describe('a cap drawn anew', () => {
    it('is drawn in the order of slots, carriers and legs, wherever the correction came', () => {
        const late = inSlot(3, [claim('anna', 40n, 40n)]);
        const heat = inSlot(2, [claim('anna', 30n, 0n)], 'heat');
        const power = inSlot(2, [claim('anna', 30n, 0n), claim('anna', 20n, 0n, { leg: 1 })]);
        const replayed = replayCap([late, heat, power], amountNano(70n));
        expect(replayed.map(({ slot, carrier }) => [slot, carrier])).to.deep.equal([
            [2, 'electricity'],
            [2, 'heat'],
            [3, 'electricity'],
        ]);
        expect(drawnIn(replayed)).to.deep.equal([[30n, 20n], [20n], [0n]]);
    });

    it('is one for each party', () => {
        const claims = [claim('anna', 40n, 0n), claim('solar', 40n, 0n), claim('anna', 40n, 0n)];
        expect(drawnIn(replayCap([inSlot(1, claims)], amountNano(50n)))).to.deep.equal([[40n, 40n, 10n]]);
    });

    it('changes what the parties owe each other by the difference, slot by slot', () => {
        const before = [inSlot(2, [claim('anna', 30n, 30n)]), inSlot(1, [claim('anna', 10n, 10n)])];
        const after = [
            inSlot(2, [claim('anna', 30n, 20n), claim('bert', 4n, 4n)]),
            inSlot(1, [claim('anna', 10n, 10n)]),
            inSlot(2, [claim('anna', 5n, 3n)], 'heat'),
        ];
        expect(drawChanges(before, after)).to.deep.equal([
            { slot: 2, liableId: 'anna', payeeId: 'solar', changeNano: -7n },
            { slot: 2, liableId: 'bert', payeeId: 'anna', changeNano: 4n },
        ]);
        expect(drawChanges(after, before).map(({ changeNano }) => changeNano)).to.deep.equal([7n, -4n]);
        expect(drawChanges(before, [...before].reverse())).to.deep.equal([]);
    });

    it('tells changes in the order of slots and parties', () => {
        const after = [inSlot(9, [claim('bert', 1n), claim('anna', 1n)]), inSlot(8, [claim('carl', 1n)])];
        expect(drawChanges([], after).map(({ slot, liableId }) => `${slot} ${liableId}`)).to.deep.equal([
            '8 carl',
            '9 anna',
            '9 bert',
        ]);
    });
});
