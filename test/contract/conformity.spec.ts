import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { energyWh, powerW } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import type { WireError } from '@commonwatt/chaincode/wire/errors';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import type { Endorsement } from '@commonwatt/chaincode/ledger-double';
import * as commands from '../support/market-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const { standardId } = commands.STANDARD;
const DEMANDING: Rules = {
    ...RULES,
    carriers: { ...RULES.carriers, electricity: { ...ELECTRICITY_RULES, conformityStandards: [standardId] } },
};
const FOUR = saleOf([300n, 300n, 300n, 300n]);
const END = FIRST_SLOT + 4;

let market: StubMarket;

const publish = (changes: Parameters<typeof commands.publishStandard>[1] = {}): Promise<Endorsement> =>
    market.do('reviewer', 'supervision', 'standard:publish', commands.publishStandard(market.who('reviewer'), changes));
const certify = (changes: Parameters<typeof commands.certify>[1] = {}): Promise<Endorsement> =>
    market.do('reviewer', 'supervision', 'conformity:certify', commands.certify(market.who('reviewer'), changes));
const withdraw = (sequence: number): Promise<Endorsement> => {
    const command = commands.certify(market.who('reviewer'), { sequence, status: 'withdrawn' });
    return market.do('reviewer', 'supervision', 'conformity:withdraw', command);
};
const concluding = (terms: Terms): string => commands.conclude(terms, market.people);
const conclude = (terms: Terms): Promise<Endorsement> =>
    market.do('stranger', 'exchange', 'agreement:conclude', concluding(terms));
const refused = (code: ErrorCode, terms: Terms): Promise<WireError> =>
    market.refused(code, 'stranger', 'exchange', 'agreement:conclude', concluding(terms));

beforeEach(async () => {
    market = await StubMarket.ready(CHARTER, DEMANDING);
});

describe('supervision: standards and certificates', () => {
    it('are published once, by the regulator, for slots to come', async () => {
        const reviewer = market.who('reviewer');
        const tried = (code: ErrorCode, name: string, command: string): Promise<WireError> =>
            market.refused(code, name, 'supervision', 'standard:publish', command);
        const foreign = commands.publishStandard(market.who('anna'));
        await tried('CALLER_NOT_SEATED', 'anna', foreign);
        await tried('SIGNATURE_INVALID', 'reviewer', foreign);
        const { event } = await publish();
        expect(event?.name).to.equal('StandardPublished/1');
        expect((await publish()).writes).to.deep.equal([]);
        for (const changes of [
            { carrier: 'heat' as const },
            { textHash: '00'.repeat(32) },
            { fromSlot: FIRST_SLOT + 1 },
        ]) {
            await tried('STANDARD_CONFLICT', 'reviewer', commands.publishStandard(reviewer, changes));
        }
        await market.advance(FIRST_SLOT);
        expect((await publish()).writes, 'whatever the slot').to.deep.equal([]);
        await tried('SLOT_BEGUN', 'reviewer', commands.publishStandard(reviewer, { standardId: 'another' }));
    });

    it('follow one another by number; withdrawn ones can be given again', async () => {
        const reviewer = market.who('reviewer');
        const tried = (code: ErrorCode, verb: 'certify' | 'withdraw', changes: object): Promise<WireError> => {
            const command = commands.certify(reviewer, changes);
            return market.refused(code, 'reviewer', 'supervision', `conformity:${verb}`, command);
        };
        await tried('STANDARD_MISSING', 'certify', {});
        await publish();
        await tried('CONFORMITY_CONFLICT', 'withdraw', { status: 'withdrawn' });
        await tried('INPUT_INVALID', 'withdraw', {});
        await certify();
        expect((await certify()).writes).to.deep.equal([]);
        await tried('CONFORMITY_CONFLICT', 'certify', { ratedW: powerW(9n) });
        await tried('CONFORMITY_CONFLICT', 'certify', { sequence: 3 });
        await withdraw(2);
        await tried('CONFORMITY_CONFLICT', 'withdraw', { sequence: 3, status: 'withdrawn' });
        await certify({ sequence: 3 });
        const foreign = commands.certify(market.who('anna'), { sequence: 4 });
        await market.refused('CALLER_NOT_SEATED', 'anna', 'supervision', 'conformity:certify', foreign);
    });
});

describe('exchange: a device that sells', () => {
    it('conforms to every standard that the rules demand and that counts in the delivery', async () => {
        await conclude(saleOf([100n, 100n, 100n, 100n], undefined, { salt: '01'.repeat(32) }));
        await publish({ fromSlot: END });
        await conclude(saleOf([100n, 100n, 100n, 100n], undefined, { salt: '02'.repeat(32) }));
        const later = saleOf([100n, 100n, 100n, 100n], undefined, { firstSlot: FIRST_SLOT + 1 });
        const { operands } = await refused('CONFORMITY_MISSING', later);
        expect(operands).to.deep.equal({ deviceId: 'solar-point', standardId, status: 'none' });
        await certify();
        await conclude(later);
    });

    it('conforms over the whole delivery', async () => {
        await publish();
        await certify({ untilSlot: END - 1 });
        expect((await refused('CONFORMITY_MISSING', FOUR)).operands['status']).to.equal('expired');
        await certify({ sequence: 2, untilSlot: END });
        await conclude(FOUR);
        await withdraw(3);
        const next = { ...FOUR, salt: '01'.repeat(32) };
        expect((await refused('CONFORMITY_MISSING', next)).operands['status']).to.equal('withdrawn');
    });

    it('promises no more in a slot than it is rated for, over all legs', async () => {
        await publish();
        await certify();
        await conclude(saleOf([500n, 0n]));
        const { operands } = await refused('CONFORMITY_EXCEEDED', saleOf([0n, 501n]));
        const slot = FIRST_SLOT + 1;
        expect(operands).to.deep.equal({ deviceId: 'solar-point', standardId, slot, energyWh: '501', ratedWh: '500' });
        const half = sampleLeg({ energyWh: [energyWh(251n), energyWh(1n)] });
        await refused('CONFORMITY_EXCEEDED', saleOf([1n, 1n], undefined, { legs: [half, half] }));
    });

    it('is asked neither of buyers nor of points without a meter', async () => {
        await publish();
        const wholesale = saleOf([300n, 300n], undefined, {
            proposerId: 'retail',
            parties: ['retail', 'anna'].map((participantId) => ({ participantId, lane: 0 })),
            legs: [sampleLeg({ sellerId: 'retail', sellerPoint: 'retail-point' })],
        });
        await conclude(wholesale);
    });

    it('is asked again when the agreement is funded and amended', async () => {
        await publish();
        await certify();
        await conclude(FOUR);
        const fund = commands.fund(FOUR, 'ordinary');
        await withdraw(2);
        await market.refused('CONFORMITY_MISSING', 'stranger', 'exchange', 'agreement:fund', fund);
        await certify({ sequence: 3, untilSlot: END });
        const admit = (version: number): Promise<unknown> =>
            market.do('stranger', 'exchange', 'admission:run', commands.admit([agreementIdOf(FOUR)], version));
        await admit(1);
        const late = await market.endorse('stranger', 'exchange', 'agreement:fund', fund);
        await withdraw(4);
        expect(market.ledger.commit(late), 'the certificate is in the read set').to.equal('MVCC_READ_CONFLICT');
        await certify({ sequence: 5, untilSlot: END });
        await market.do('stranger', 'exchange', 'agreement:fund', fund);
        const longer = following(FOUR, saleOf([300n, 300n, 300n, 300n, 300n]));
        const agreementId = agreementIdOf(FOUR);
        const propose = commands.proposeAmendment(agreementId, longer, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        const enact = commands.enact(agreementId, 2, FIRST_SLOT);
        const { operands } = await market.refused(
            'CONFORMITY_MISSING',
            'stranger',
            'exchange',
            'amendment:enact',
            enact,
        );
        expect(operands['status']).to.equal('expired');
        await certify({ sequence: 6 });
        await admit(2);
        await market.do('stranger', 'exchange', 'amendment:enact', enact);
    });
});
