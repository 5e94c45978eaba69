import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import { escrowAccount, freeAccount } from '@commonwatt/chaincode/domain/posting';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { AgreementChange } from '@commonwatt/chaincode/wire/agreement';
import { outcomeOf } from '@commonwatt/client/agreement-outcome';
import { expect } from 'chai';
import fc from 'fast-check';
import { mspOf, type RandomMarket, randomMarket } from '../support/market-arbitrary.js';
import { holds } from '../support/property.js';
import { SettlementMarket } from '../support/settlement-market.js';

/** Plays a market and keeps every state of every execution, as the peers' history of their keys does. */
function played(random: RandomMarket): {
    market: SettlementMarket;
    settlements: readonly Settlement[];
    states: ReadonlyMap<string, readonly Execution[]>;
} {
    const market = new SettlementMarket(mspOf);
    const settlements: Settlement[] = [];
    const states = new Map<string, Execution[]>();
    const note = (): void => {
        for (const execution of market.executions.values()) {
            const known = states.get(execution.agreementId) ?? [];
            if (known.at(-1) !== execution) {
                states.set(execution.agreementId, [...known, execution]);
            }
        }
    };
    for (const { agreementId, terms } of random.agreements) {
        market.agree(agreementId, terms);
    }
    note();
    for (const { slot, metered, halts } of random.slots) {
        for (const { agreementId, releaseFromSlot } of random.agreements) {
            if (releaseFromSlot === slot && market.execution(agreementId).state === 'inForce') {
                market.release(agreementId, slot);
                note();
            }
        }
        settlements.push(market.settle(slot, metered, { halts }));
        note();
    }
    return { market, settlements, states };
}

describe('the outcome of an agreement', function () {
    this.timeout(20_000);

    it('accounts for all money of each party, in whatever order the clocks put its changes', async () => {
        await holds(
            fc.property(randomMarket, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), (random, times) => {
                const { market, settlements, states } = played(random);
                for (const { agreementId, terms } of random.agreements) {
                    const agreement = { agreementId, termsHash: agreementId, terms, consents: [] };
                    const opened = { ...states.get(agreementId)?.[0], state: 'concluded', holdings: [] } as Execution;
                    const changes: AgreementChange[] = [
                        { agreement, execution: null },
                        ...[opened, ...(states.get(agreementId) ?? [])].map((execution) => ({
                            agreement: null,
                            execution,
                        })),
                    ]
                        .map((change, index) => ({ ...change, transactionId: '', timestampMs: times[index] ?? 0 }))
                        .sort((left, right) => left.timestampMs - right.timestampMs);
                    const outcome = outcomeOf(agreementId, changes, settlements);
                    for (const party of outcome.parties) {
                        const moved = (account: string, sign: 1 | -1, kinds: readonly string[]): bigint =>
                            market.postings
                                .filter((each) => each.agreementId === agreementId && each.account === account)
                                .filter((each) => kinds.includes(each.kind) && each.amountNano * BigInt(sign) > 0n)
                                .reduce((sum, each) => sum + each.amountNano * BigInt(sign), 0n);
                        const escrow = escrowAccount(agreementId, party.participantId);
                        const free = freeAccount(party.participantId);
                        expect(party).to.deep.include({
                            setAsideNano: moved(escrow, 1, ['fund']),
                            paidForEnergyNano: moved(escrow, -1, ['energy']),
                            paidForDefaultsNano: moved(escrow, -1, ['default']),
                            releasedNano: moved(escrow, -1, ['release']),
                            heldNano: 0n,
                            receivedForEnergyNano: moved(free, 1, ['energy']),
                            receivedForDefaultsNano: moved(free, 1, ['default']),
                        });
                    }
                }
            }),
            { runs: 200, seconds: 4 },
        );
    });
});
