import {
    bindingOf,
    blocksOf,
    checkMandate,
    demandCovered,
    demandInForce,
    demandMaySign,
    demandNoSelfDealing,
    type Mandate,
    type MandateStatement,
    type MandateUse,
    type Signable,
    SIGNABLES,
    USE_SLOTS,
    useMandate,
    useTotal,
} from '@commonwatt/chaincode/domain/mandate';
import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import { amountNano, type EnergyWh, energyWh, NO_MONEY, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../../support/sample-market.js';
import { WIDE_RIGHTS } from '../../support/wide-bounds.js';

/** Just wide enough for the sample terms: 300 and 200 Wh at 200 000 and 180 000, take or pay. */
const STATEMENT: MandateStatement = {
    principalId: 'anna',
    principalKeyId: '0a'.repeat(32),
    agentId: 'retail',
    agentKeyId: '0b'.repeat(32),
    documents: ['agreement', 'offer'],
    mayChangeOthers: false,
    carriers: ['electricity'],
    sides: ['buy'],
    priceMinMicroPerKwh: priceMicroPerKwh(180_000n),
    priceMaxMicroPerKwh: priceMicroPerKwh(200_000n),
    slotEnergyMaxWh: energyWh(300n),
    slotCostMaxNano: amountNano(60_000_000n),
    dayCostMaxNano: amountNano(96_000_000n),
    totalCostMaxNano: amountNano(96_000_000n),
    totalDefaultMaxNano: NO_MONEY,
    lanes: [0],
    sourceIds: [],
    untilSlot: FIRST_SLOT + 2,
    mayDealWithAgent: false,
    salt: '00'.repeat(32),
};
/** At whatever cost. */
const COSTLY: Partial<MandateStatement> = {
    slotCostMaxNano: WIDE_RIGHTS.slotCostMaxNano,
    dayCostMaxNano: WIDE_RIGHTS.dayCostMaxNano,
    totalCostMaxNano: WIDE_RIGHTS.totalCostMaxNano,
    totalDefaultMaxNano: WIDE_RIGHTS.totalDefaultMaxNano,
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
        refused('it names no lane', { lanes: [] });
        refused('it names no document', { documents: [] });
        refused('its offers lead to no agreement that it covers', { documents: ['offer', 'amendment'] });
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
        exceeded('slotCostMaxNano', { slotCostMaxNano: amountNano(59_999_999n) });
        exceeded('dayCostMaxNano', { dayCostMaxNano: amountNano(95_999_999n) });
        exceeded('totalCostMaxNano', { totalCostMaxNano: amountNano(95_999_999n) });
        exceeded('lanes', { lanes: [1, 2] });
    });

    it('can cost at worst no more than the mandate says, whatever rate, cap or source do it', () => {
        const owing = sampleTerms({ takeOrPay: false, defaultCapNano: amountNano(5n) });
        exceeded('slotCostMaxNano', {}, owing);
        const wide = {
            slotCostMaxNano: amountNano(60_000_005n),
            dayCostMaxNano: amountNano(96_000_005n),
            totalCostMaxNano: amountNano(96_000_005n),
        };
        exceeded('totalDefaultMaxNano', { ...wide, totalDefaultMaxNano: amountNano(4n) }, owing);
        demandCovered(mandate({ ...wide, totalDefaultMaxNano: amountNano(5n) }), owing);
        const stated = sampleTerms({ verification: { sourceId: 'oracle' } });
        exceeded('sourceIds', {}, stated);
        exceeded('sourceIds', { sourceIds: ['weighbridge'] }, stated);
        demandCovered(mandate({ sourceIds: ['oracle'] }), stated);
    });

    it('is a document that it may sign, about what stands under it', () => {
        const agreement = (mandateId: string | null): Agreement => ({
            agreementId: '',
            termsHash: '',
            terms: sampleTerms(),
            consents: [{ participantId: 'anna', mandateId, keyId: '', signature: '' }],
        });
        const sign = (changes: Partial<MandateStatement>, kind: Signable, about: Agreement | null): void => {
            demandMaySign(mandate(changes), { kind, terms: sampleTerms(), changes: about });
        };
        const refused = (bound: string, ...signing: Parameters<typeof sign>): void =>
            expectRefusal(() => sign(...signing), 'MANDATE_EXCEEDED', { mandateId: 'm', bound });
        sign({}, 'agreement', null);
        sign({}, 'offer', null);
        refused('documents', {}, 'cancellation', agreement('m'));
        refused('documents', {}, 'amendment', agreement('m'));
        const wide = { documents: SIGNABLES };
        for (const kind of ['amendment', 'cancellation'] as const) {
            sign(wide, kind, agreement('m'));
            refused('mayChangeOthers', wide, kind, agreement(null));
            refused('mayChangeOthers', wide, kind, agreement('another'));
            sign({ ...wide, mayChangeOthers: true }, kind, agreement(null));
        }
    });

    it('is on a side that the principal takes under it', () => {
        exceeded('sides', { sides: ['sell'] });
        exceeded('sides', { principalId: 'solar' });
        demandCovered(mandate({ principalId: 'solar', sides: ['sell'], ...COSTLY }), sampleTerms());
    });

    it('is bound by what the principal trades, bought and sold together, and by nothing of others', () => {
        const others = sampleLeg({
            carrier: 'heat',
            buyerId: 'bert',
            energyWh: energies(9_000n, 9_000n),
            priceMicroPerKwh: [priceMicroPerKwh(900_000n), priceMicroPerKwh(900_000n)],
        });
        demandCovered(mandate(), sampleTerms({ legs: [sampleLeg(), others] }));
        const free = COSTLY;
        const resold = sampleLeg({ sellerId: 'anna', buyerId: 'bert', energyWh: energies(1n, 0n) });
        const both = sampleTerms({ legs: [sampleLeg(), resold] });
        exceeded('slotEnergyMaxWh', { sides: ['buy', 'sell'], ...free }, both);
        demandCovered(mandate({ sides: ['buy', 'sell'], slotEnergyMaxWh: energyWh(301n), ...free }), both);
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

describe('what a mandate has bound', () => {
    /** FIRST_SLOT is 10 × 96 + 40. */
    const BLOCK = 10;
    const OFFSET = 40;
    /** Energies and costs, per slot from an offset on; the day costs their sum. */
    const used = (from: number, ...values: readonly (readonly [bigint, bigint])[]): MandateUse => ({
        principalId: 'anna',
        mandateId: 'm',
        block: BLOCK,
        energyWh: Array.from({ length: USE_SLOTS }, (_, offset) => energyWh(values[offset - from]?.[0] ?? 0n)),
        costNano: Array.from({ length: USE_SLOTS }, (_, offset) => amountNano(values[offset - from]?.[1] ?? 0n)),
        dayCostNano: amountNano(values.reduce((sum, [, cost]) => sum + cost, 0n)),
    });
    const terms = (wh: readonly bigint[], prices: readonly bigint[] = [200_000n, 180_000n]): Terms =>
        sampleTerms({
            legs: [sampleLeg({ energyWh: energies(...wh), priceMicroPerKwh: prices.map(priceMicroPerKwh) })],
        });
    const under = (mandateId: string | null, of: Terms): Agreement => ({
        agreementId: '',
        termsHash: '',
        terms: of,
        consents: [{ participantId: 'anna', mandateId, keyId: '', signature: '' }],
    });
    const wide = (changes: Partial<MandateStatement> = {}): Mandate => mandate({ ...COSTLY, ...changes });
    const first = bindingOf(mandate(), sampleTerms(), null);

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
        const once = used(OFFSET, [300n, 60_000_000n], [200n, 36_000_000n]);
        expect(useMandate(mandate(), BLOCK, null, first)).to.deep.equal(once);
        const more = wide({ slotEnergyMaxWh: energyWh(450n) });
        expect(useMandate(more, BLOCK, used(OFFSET, [150n, 7n]), first)).to.deep.equal(
            used(OFFSET, [450n, 60_000_007n], [200n, 36_000_000n]),
        );
    });

    it('is at most what the mandate allows, of each', () => {
        const refused = (bound: string, before: MandateUse): void =>
            expectRefusal(() => useMandate(mandate(), BLOCK, before, first), 'MANDATE_EXCEEDED', {
                mandateId: 'm',
                bound,
            });
        refused('slotEnergyMaxWh', used(OFFSET, [1n, 0n]));
        refused('slotCostMaxNano', used(OFFSET, [0n, 1n]));
        refused('dayCostMaxNano', used(0, [0n, 1n]));
        const total = { principalId: 'anna', mandateId: 'm', costNano: amountNano(1n), defaultNano: NO_MONEY };
        expectRefusal(() => useTotal(mandate(), total, first), 'MANDATE_EXCEEDED', {
            mandateId: 'm',
            bound: 'totalCostMaxNano',
        });
        expect(useTotal(wide(), total, first)).to.deep.equal({ ...total, costNano: amountNano(96_000_001n) });
    });

    it('grows by what an amendment adds to what stands under it, and never shrinks', () => {
        const [before, next] = [under('m', terms([300n, 200n])), terms([350n, 100n])];
        const counted = used(OFFSET, [300n, 60_000_000n], [200n, 36_000_000n]);
        const more = wide({ slotEnergyMaxWh: energyWh(350n) });
        const changed = useMandate(more, BLOCK, counted, bindingOf(more, next, before));
        expect(changed.energyWh.slice(OFFSET, OFFSET + 2)).to.deep.equal([350n, 200n]);
        expect(changed.costNano.slice(OFFSET, OFFSET + 2)).to.deep.equal([70_000_000n, 36_000_000n]);
        expect(changed.dayCostNano, '88 of 96 millions: nothing is added, nothing given back').to.equal(96_000_000n);
        const tight = wide({ slotEnergyMaxWh: energyWh(1n) });
        const same = bindingOf(tight, terms([300n, 200n]), before);
        expect(useMandate(tight, BLOCK, counted, same)).to.deep.equal(counted);
    });

    it('counts another price, though not a Wh is added', () => {
        const dearer = terms([300n, 200n], [250_000n, 180_000n]);
        const counted = used(OFFSET, [300n, 60_000_000n], [200n, 36_000_000n]);
        const changed = useMandate(wide(), BLOCK, counted, bindingOf(wide(), dearer, under('m', terms([300n, 200n]))));
        expect(changed).to.deep.equal(used(OFFSET, [300n, 75_000_000n], [200n, 36_000_000n]));
    });

    it('counts all of a version that follows one which the mandate did not sign', () => {
        for (const by of [null, 'another']) {
            const binding = bindingOf(wide(), sampleTerms(), under(by, sampleTerms()));
            expect(useMandate(wide(), BLOCK, null, binding)).to.deep.equal(
                used(OFFSET, [300n, 60_000_000n], [200n, 36_000_000n]),
            );
            expect(useTotal(wide(), null, binding).costNano).to.equal(96_000_000n);
        }
    });

    it('shares a cap among the slots of a day, and of the whole', () => {
        const owing = sampleTerms({ takeOrPay: false, defaultCapNano: amountNano(20_000_000n) });
        const binding = bindingOf(wide(), owing, null);
        const counted = useMandate(wide(), BLOCK, null, binding);
        expect(counted.costNano.slice(OFFSET, OFFSET + 2)).to.deep.equal([80_000_000n, 56_000_000n]);
        expect(counted.dayCostNano).to.equal(116_000_000n);
        expect(useTotal(wide(), null, binding)).to.include({ costNano: 116_000_000n, defaultNano: 20_000_000n });
    });

    it('of a delivery over the end of a block stands in both', () => {
        const over = bindingOf(mandate(), sampleTerms({ firstSlot: BLOCK * USE_SLOTS + 95 }), null);
        expect(useMandate(mandate(), BLOCK, null, over)).to.deep.equal(used(95, [300n, 60_000_000n]));
        const second = { ...used(0, [200n, 36_000_000n]), block: BLOCK + 1 };
        expect(useMandate(mandate(), BLOCK + 1, null, over)).to.deep.equal(second);
    });
});
