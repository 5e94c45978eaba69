import { assertInvariants, INVARIANTS, type Movement } from '@commonwatt/chaincode/domain/invariants';
import {
    coverAccount,
    EXTERNAL_ACCOUNT,
    freeAccount,
    type Posting,
    transfer,
} from '@commonwatt/chaincode/domain/posting';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const reason = { kind: 'cover', agreementId: null, slot: null } as const;
const anna = freeAccount('anna');
const cover = coverAccount('anna', 'electricity');
const postings: Posting[] = transfer(anna, cover, amountNano(5n), reason);

/** A movement that breaks nothing; money from outside has no record of its own. */
const SOUND: Movement = {
    postings: [...postings, ...transfer(EXTERNAL_ACCOUNT, anna, amountNano(7n), { ...reason, kind: 'deposit' })],
    heldChanges: new Map([
        [anna, amountNano(2n)],
        [cover, amountNano(5n)],
    ]),
    heldAfter: [
        [anna, amountNano(2n)],
        [cover, amountNano(-1n)],
    ],
};

/** For each invariant, movements that break it and no other. */
const BREACHES: Readonly<Record<string, readonly Partial<Movement>[]>> = {
    'postings sum to zero': [
        {
            postings: [...SOUND.postings, ...transfer(EXTERNAL_ACCOUNT, anna, amountNano(1n), reason).slice(0, 1)],
        },
    ],
    'records change by what is posted': [
        { heldChanges: new Map([[anna, amountNano(2n)]]) },
        { heldChanges: new Map([...SOUND.heldChanges, [freeAccount('bert'), amountNano(1n)]]) },
        { heldChanges: new Map([...SOUND.heldChanges, [anna, amountNano(3n)]]) },
    ],
    'only covers fall below zero': [
        { heldAfter: [[anna, amountNano(-1n)]] },
        { heldAfter: [[`escrow/${'1'.repeat(64)}/anna`, amountNano(-1n)]] },
    ],
};

describe('the invariants', () => {
    it('hold for a sound movement and for none at all', () => {
        assertInvariants(SOUND);
        assertInvariants({ postings: [], heldChanges: new Map(), heldAfter: [] });
    });

    it('each have a breach that they alone notice', () => {
        expect(Object.keys(BREACHES)).to.have.members(INVARIANTS.map((invariant) => invariant.name));
        for (const [invariant, breaches] of Object.entries(BREACHES)) {
            for (const breach of breaches) {
                const movement = { ...SOUND, ...breach };
                const broken = INVARIANTS.filter(({ holds }) => !holds(movement)).map(({ name }) => name);
                expect(broken).to.deep.equal([invariant]);
                expectRefusal(
                    () => {
                        assertInvariants(movement);
                    },
                    'INVARIANT_BROKEN',
                    { invariant },
                );
            }
        }
    });
});
