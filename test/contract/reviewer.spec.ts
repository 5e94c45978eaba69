import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { type Market, type ReviewPolicy, Reviewer } from '@commonwatt/client';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import { decideDispute, raiseDispute } from '../support/dispute-commands.js';
import * as commands from '../support/market-commands.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';
import { clientOf } from '../support/stub-transport.js';
import { WIDE_EXPOSURE } from '../support/wide-bounds.js';

const band = (min: bigint, max: bigint): { minMicroPerKwh: never; maxMicroPerKwh: never } => ({
    minMicroPerKwh: min as never,
    maxMicroPerKwh: max as never,
});
const POLICY: ReviewPolicy = {
    carriers: {
        electricity: {
            priceLimits: band(0n, 300_000n),
            ordinaryPrices: band(100_000n, 250_000n),
            internalPrices: band(100_000n, 250_000n),
            agreementEnergyMaxWh: energyWh(1_000n),
            sellerShareMaxBp: 10_000,
            concentrationFromWh: energyWh(0n),
        },
    },
    exposure: WIDE_EXPOSURE,
    checkMeterChangeMaxWh: energyWh(100n),
};

let stub: StubMarket;
let reviewer: Reviewer;
const as = (name: string): Market => clientOf(stub, name).market;
const at = (salt: string, price: bigint, wh = 100n): Terms =>
    saleOf([wh, wh], [price, price], { salt: salt.repeat(32) });
const conclude = (terms: Terms): Promise<unknown> =>
    stub.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, stub.people));
const turn = async (): Promise<unknown[]> =>
    (await reviewer.turn()).map(({ subject, review, refusal }) => [
        subject.type,
        review.outcome,
        review.reasonCode,
        refusal?.code ?? null,
    ]);
const queue = async (): Promise<unknown[]> =>
    (await reviewer.queue()).map(({ subject, review, standingId }) => [subject.type, review.reasonCode, standingId]);

describe('a reviewer', () => {
    beforeEach(async () => {
        stub = await StubMarket.ready();
        reviewer = new Reviewer(as('reviewer'), POLICY);
    });

    it('decides the plain cases, tells the others once, and lists them until a person has decided', async () => {
        await conclude(at('a1', 200_000n));
        expect(await turn()).to.deep.equal([['agreement', 'approve', 'withinPolicy', null]]);
        await conclude(at('a2', 299_000n));
        expect(await turn()).to.deep.equal([['agreement', 'queue', 'priceUnusual', null]]);
        await conclude(at('a3', 301_000n));
        expect(await turn()).to.deep.equal([['agreement', 'reject', 'priceBeyondLimit', null]]);
        expect(await turn()).to.deep.equal([]);
        expect(await queue(), 'the standing verdict covers it').to.deep.equal([
            ['agreement', 'priceUnusual', 'ordinary'],
        ]);
        expect(await new Reviewer(as('anna'), POLICY).queue(), 'for everyone to see').to.have.length(1);
        const { agreement } = await as('anna').agreements.show(agreementIdOf(at('a2', 299_000n)));
        await as('reviewer').verdicts.approve(agreement, 'asked');
        expect(await queue()).to.deep.equal([]);
    });

    it('reviews the next version like the first, but not what is void', async () => {
        const terms = at('a1', 200_000n);
        await conclude(terms);
        await turn();
        await stub.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, null));
        const propose = async (version: number, price: bigint, wh = 100n): Promise<void> => {
            const next = { ...following(terms, at('a1', price, wh)), version };
            const command = commands.proposeAmendment(agreementIdOf(terms), next, stub.people);
            await stub.do('stranger', 'exchange', 'amendment:propose', command);
        };
        await propose(2, 200_000n, 501n);
        expect(await turn()).to.deep.equal([['amendment', 'queue', 'agreementLarge', null]]);
        expect(await queue()).to.deep.equal([['amendment', 'agreementLarge', 'ordinary']]);
        await stub.advance(FIRST_SLOT, FIRST_SLOT + 2);
        expect(await queue(), 'it can no longer be enacted').to.deep.equal([]);
    });

    it('counts what it has just approved for the shares of sellers', async () => {
        const bounds = { sellerShareMaxBp: 9_999, concentrationFromWh: energyWh(201n) };
        const electricity = { ...POLICY.carriers.electricity, ...bounds } as never;
        reviewer = new Reviewer(as('reviewer'), { ...POLICY, carriers: { electricity } });
        await conclude(at('a1', 200_000n));
        await conclude(at('a2', 200_000n));
        expect(await turn()).to.deep.equal([
            ['agreement', 'approve', 'withinPolicy', null],
            ['agreement', 'queue', 'sellerDominant', null],
        ]);
    });

    it('lists disputes about readings that the operator has decided', async () => {
        const terms = at('a1', 200_000n);
        await conclude(terms);
        await turn();
        await stub.advance(FIRST_SLOT, FIRST_SLOT + 1);
        const reading = stub.reading('anna-point', FIRST_SLOT, 300n, 0n);
        await stub.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(reading));
        const ref = { pointId: 'anna-point', slot: FIRST_SLOT, raisedBy: 'anna' };
        const objection = { ...ref, agreementId: null, evidenceHash: 'ee'.repeat(32) };
        await stub.do('anna', 'exchange', 'dispute:raise', raiseDispute(stub.who('anna'), objection));
        expect(await queue()).to.deep.equal([]);
        const replacement = { kind: 'energy', importWh: energyWh(100n), exportWh: energyWh(0n) } as const;
        const decision = { ...ref, number: 1, replacement, checkMeter: null, reasonCode: 'meterDefect' };
        await stub.do('metering', 'exchange', 'dispute:decide', decideDispute(stub.who('metering'), decision));
        expect(await turn()).to.deep.equal([['dispute', 'queue', 'notMeasured', null]]);
        expect(await queue()).to.deep.equal([['dispute', 'notMeasured', null]]);
        const dispute = await as('anna').disputes.show(ref);
        await as('reviewer').disputes.confirm(dispute, 'evidenceSeen');
        expect(await queue()).to.deep.equal([]);
    });

    it("does not let an officer's check meter write away what the meter has measured: 0 Wh instead of anything", async () => {
        await stub.advance(FIRST_SLOT, FIRST_SLOT + 1);
        const settled = [
            ['anna-point', 700n, 0n],
            ['solar-point', 0n, 700n],
            ['bert-point', 0n, 0n],
        ] as const;
        const readings = settled.map(([pointId, importWh, exportWh]) =>
            stub.reading(pointId, FIRST_SLOT, importWh, exportWh),
        );
        const pointId = 'anna-point';
        const ref = { pointId, slot: FIRST_SLOT, raisedBy: 'anna' };
        const objection = { ...ref, agreementId: null, evidenceHash: 'ee'.repeat(32) };
        await stub.do('anna', 'exchange', 'dispute:raise', raiseDispute(stub.who('anna'), objection));
        const key = new SigningKey();
        const decide = async (number: number, importWh: bigint): Promise<void> => {
            const at = (slot: number, wh: bigint): ReturnType<typeof commands.signReading> =>
                commands.signReading(key, {
                    ...commands.readingOf(pointId, slot, wh, 0n),
                    meterId: 'check-1',
                    sequence: slot - FIRST_SLOT + 2,
                });
            const [before, after] = [at(FIRST_SLOT - 1, 0n), at(FIRST_SLOT, importWh)];
            const checkMeter = { meterId: 'check-1', publicKey: key.publicKey, before, after };
            const replacement = { kind: 'energy', importWh: energyWh(importWh), exportWh: energyWh(0n) } as const;
            const decision = { ...ref, number, replacement, checkMeter, reasonCode: 'meterDefect' };
            await stub.do('metering', 'exchange', 'dispute:decide', decideDispute(stub.who('metering'), decision));
        };
        await decide(1, 650n);
        expect(await turn(), 'nothing to compare it with').to.deep.equal([['dispute', 'queue', 'notComparable', null]]);
        await stub.do('stranger', 'exchange', 'reading:submit', commands.submitReadings(...readings));
        await stub.settle(FIRST_SLOT);
        const turnAfter = async (number: number, importWh: bigint): Promise<unknown[]> => {
            await as('reviewer').disputes.reject(await as('anna').disputes.show(ref), 'asked');
            await decide(number, importWh);
            return turn();
        };
        expect(await turnAfter(2, 0n)).to.deep.equal([['dispute', 'queue', 'changeLarge', null]]);
        expect(await turnAfter(3, 599n)).to.deep.equal([['dispute', 'queue', 'changeLarge', null]]);
        expect(await turnAfter(4, 801n)).to.deep.equal([['dispute', 'queue', 'changeLarge', null]]);
        expect(await turnAfter(5, 600n)).to.deep.equal([['dispute', 'approve', 'checkMeterSigned', null]]);
    });

    it('tells what the ledger refuses', async () => {
        reviewer = new Reviewer(as('anna'), POLICY);
        await conclude(at('a1', priceMicroPerKwh(200_000n)));
        expect(await turn()).to.deep.equal([['agreement', 'approve', 'withinPolicy', 'CALLER_NOT_SEATED']]);
    });
});
