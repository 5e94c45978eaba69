import {
    blocksOf,
    checkMandate,
    demandCovered,
    demandInForce,
    demandNoSelfDealing,
    type Mandate,
    type MandateStatement,
    type MandateUse,
    USE_SLOTS,
    useMandate,
} from '@commonwatt/chaincode/domain/mandate';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import { type EnergyWh, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../../support/sample-market.js';

/** Just wide enough for the sample terms: 300 and 200 Wh at 200 000 and 180 000. */
const STATEMENT: MandateStatement = {
    principalId: 'anna',
    principalKeyId: '0a'.repeat(32),
    agentId: 'retail',
    agentKeyId: '0b'.repeat(32),
    carriers: ['electricity'],
    sides: ['buy'],
    priceMinMicroPerKwh: priceMicroPerKwh(180_000n),
    priceMaxMicroPerKwh: priceMicroPerKwh(200_000n),
    slotEnergyMaxWh: energyWh(300n),
    untilSlot: FIRST_SLOT + 2,
    mayDealWithAgent: false,
    salt: '00'.repeat(32),
};
const mandate = (changes: Partial<MandateStatement> = {}, mandateId = 'm'): Mandate => ({
    mandateId,
    statement: { ...STATEMENT, ...changes },
    signature: '',
    isRevoked: false,
});
const energies = (...values: readonly bigint[]): EnergyWh[] => values.map(energyWh);

describe('a mandate', () => {
    const agent: Participant = {
        participantId: 'retail',
        kind: 'energySeller',
        sector: null,
        mspId: 'SupplierMSP',
        subjectHash: '',
        publicKey: '',
        beneficialOwnerMspId: null,
    };

    it('lets an energy seller trade something for somebody else', () => {
        checkMandate(STATEMENT, agent);
        checkMandate({ ...STATEMENT, priceMinMicroPerKwh: STATEMENT.priceMaxMicroPerKwh }, agent);
        const refused = (reason: string, changes: Partial<MandateStatement>, by = agent): void =>
            expectRefusal(() => checkMandate({ ...STATEMENT, ...changes }, by), 'MANDATE_INVALID', { reason });
        refused('an agent is an energy seller', {}, { ...agent, kind: 'consumer' });
        refused('nobody is its own agent', { principalId: 'retail' });
        refused('some trade is allowed', { carriers: [] });
        refused('some trade is allowed', { sides: [] });
        refused('the lowest price is not above the highest', { priceMinMicroPerKwh: priceMicroPerKwh(200_001n) });
        refused('some energy is allowed', { slotEnergyMaxWh: energyWh(0n) });
    });

    it('counts until it is revoked', () => {
        demandInForce(mandate());
        expectRefusal(() => demandInForce({ ...mandate(), isRevoked: true }), 'MANDATE_REVOKED', { mandateId: 'm' });
    });
});

describe('what an agent signs', () => {
    const exceeded = (bound: string, changes: Partial<MandateStatement>, terms = sampleTerms()): void =>
        expectRefusal(() => demandCovered(mandate(changes), terms), 'MANDATE_EXCEEDED', { mandateId: 'm', bound });

    it('lies within every bound of the mandate', () => {
        demandCovered(mandate(), sampleTerms());
        exceeded('carriers', { carriers: ['heat'] });
        exceeded('price', { priceMinMicroPerKwh: priceMicroPerKwh(180_001n) });
        exceeded('price', { priceMaxMicroPerKwh: priceMicroPerKwh(199_999n) });
        exceeded('untilSlot', { untilSlot: FIRST_SLOT + 1 });
        exceeded('slotEnergyMaxWh', { slotEnergyMaxWh: energyWh(299n) });
        const late = sampleTerms({ legs: [sampleLeg({ energyWh: energies(100n, 300n) })] });
        exceeded('slotEnergyMaxWh', { slotEnergyMaxWh: energyWh(299n) }, late);
    });

    it('is on a side that the principal takes under it', () => {
        exceeded('sides', { sides: ['sell'] });
        exceeded('sides', { principalId: 'solar' });
        demandCovered(mandate({ principalId: 'solar', sides: ['sell'] }), sampleTerms());
    });

    it('is bound by what the principal trades, bought and sold together, and by nothing of others', () => {
        const others = sampleLeg({
            carrier: 'heat',
            buyerId: 'bert',
            energyWh: energies(9_000n, 9_000n),
            priceMicroPerKwh: [priceMicroPerKwh(900_000n), priceMicroPerKwh(900_000n)],
        });
        demandCovered(mandate(), sampleTerms({ legs: [sampleLeg(), others] }));
        const resold = sampleLeg({ sellerId: 'anna', buyerId: 'bert', energyWh: energies(1n, 0n) });
        const both = sampleTerms({ legs: [sampleLeg(), resold] });
        exceeded('slotEnergyMaxWh', { sides: ['buy', 'sell'] }, both);
        demandCovered(mandate({ sides: ['buy', 'sell'], slotEnergyMaxWh: energyWh(301n) }), both);
    });

    it('is no trade with the agent itself, unless the principal allows it', () => {
        exceeded('mayDealWithAgent', { agentId: 'solar' });
        demandCovered(mandate({ agentId: 'solar', mayDealWithAgent: true }), sampleTerms());
    });

    it('is for one side only, unless both allow it', () => {
        const [one, other] = [mandate({}, 'one'), mandate({ principalId: 'solar' }, 'other')];
        const allowed = (each: Mandate): Mandate => ({
            ...each,
            statement: { ...each.statement, mayDealWithAgent: true },
        });
        const refused = (mandates: readonly Mandate[], mandateId: string): void =>
            expectRefusal(() => demandNoSelfDealing(mandates), 'MANDATE_EXCEEDED', {
                mandateId,
                bound: 'mayDealWithAgent',
            });
        refused([one, other], 'one');
        refused([allowed(one), other], 'other');
        refused([one, allowed(other)], 'one');
        demandNoSelfDealing([allowed(one), allowed(other)]);
        demandNoSelfDealing([one, one]);
        demandNoSelfDealing([one, mandate({ agentId: 'other-agent' }, 'other')]);
        demandNoSelfDealing([]);
    });
});

describe('the energy that a mandate has bound', () => {
    /** FIRST_SLOT is 10 × 96 + 40. */
    const BLOCK = 10;
    const OFFSET = 40;
    const used = (from: number, ...values: readonly bigint[]): MandateUse => {
        const energyWhs = Array.from({ length: USE_SLOTS }, (_, offset) => energyWh(values[offset - from] ?? 0n));
        return { principalId: 'anna', mandateId: 'm', block: BLOCK, energyWh: energyWhs };
    };
    const bound = (...values: readonly bigint[]) =>
        sampleTerms({ legs: [sampleLeg({ energyWh: energies(...values) })] });
    const first = { next: sampleTerms(), before: null };

    it('stands in blocks of slots', () => {
        const blocks = (firstSlot: number, slotCount: number): number[] => blocksOf({ firstSlot, slotCount });
        expect([blocks(95, 1), blocks(95, 2), blocks(96, 96), blocks(96, 97), blocks(0, 193)]).to.deep.equal([
            [0],
            [0, 1],
            [1],
            [1, 2],
            [0, 1, 2],
        ]);
    });

    it('is summed slot by slot over all that the agent signs', () => {
        expect(useMandate(mandate(), BLOCK, null, first)).to.deep.equal(used(OFFSET, 300n, 200n));
        const wide = mandate({ slotEnergyMaxWh: energyWh(450n) });
        expect(useMandate(wide, BLOCK, used(OFFSET, 150n), first)).to.deep.equal(used(OFFSET, 450n, 200n));
    });

    it('is at most what the mandate allows', () => {
        expectRefusal(() => useMandate(mandate(), BLOCK, used(OFFSET, 1n), first), 'MANDATE_EXCEEDED', {
            mandateId: 'm',
            bound: 'slotEnergyMaxWh',
        });
    });

    it('grows by what an amendment adds, and never shrinks', () => {
        const change = { before: bound(300n, 200n), next: bound(350n, 100n) };
        const wide = mandate({ slotEnergyMaxWh: energyWh(350n) });
        expect(useMandate(wide, BLOCK, used(OFFSET, 300n, 200n), change)).to.deep.equal(used(OFFSET, 350n, 200n));
        const same = { before: bound(300n, 200n), next: bound(300n, 200n) };
        const tight = mandate({ slotEnergyMaxWh: energyWh(1n) });
        expect(useMandate(tight, BLOCK, used(OFFSET, 300n, 200n), same)).to.deep.equal(used(OFFSET, 300n, 200n));
    });

    it('of a delivery over the end of a block stands in both', () => {
        const terms = sampleTerms({ firstSlot: BLOCK * USE_SLOTS + 95 });
        const over = { next: terms, before: null };
        expect(useMandate(mandate(), BLOCK, null, over)).to.deep.equal(used(95, 300n));
        expect(useMandate(mandate(), BLOCK + 1, null, over)).to.deep.equal({ ...used(0, 200n), block: BLOCK + 1 });
    });
});
