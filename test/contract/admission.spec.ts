import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Loading } from '@commonwatt/chaincode/domain/loading';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, energyWh, powerW, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { type AdmissionOutcome, loadingCodec } from '@commonwatt/chaincode/wire/admission';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import { following, saleOf } from '../support/amended.js';
import { registerFarPoint } from '../support/far-point.js';
import { fillLanes } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { CHARTER, ELECTRICITY_RULES, FIRST_SLOT, RULES, sampleLeg } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

const { standardId } = commands.STANDARD;
const withElectricity = (changes: Partial<typeof ELECTRICITY_RULES>): Rules => ({
    ...RULES,
    carriers: { ...RULES.carriers, electricity: { ...ELECTRICITY_RULES, ...changes } },
});
const DEMANDING = withElectricity({ conformityStandards: [standardId] });

let market: StubMarket;

type Ends = readonly [sellerPoint: string, buyerPoint: string];

/** From solar's far point at `bus-2` to anna's at `bus-1`, so many Wh a slot. */
const sale = (
    salt: string,
    energies: readonly bigint[],
    [sellerPoint, buyerPoint]: Ends = ['solar-far', 'anna-point'],
): Terms =>
    saleOf(energies, undefined, {
        salt: salt.repeat(32),
        defaultCapNano: amountNano(0n),
        legs: [
            sampleLeg({
                sellerPoint,
                buyerPoint,
                energyWh: energies.map(energyWh),
                priceMicroPerKwh: energies.map(() => priceMicroPerKwh(200_000n)),
            }),
        ],
    });

const conclude = (terms: Terms): Promise<unknown> =>
    market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(terms, market.people));
const fund = (terms: Terms): Promise<unknown> =>
    market.do('stranger', 'exchange', 'agreement:fund', commands.fund(terms, 'ordinary'));
const notFunded = async (terms: Terms): Promise<unknown> => {
    const command = commands.fund(terms, 'ordinary');
    return (await market.refused('CAPACITY_MISSING', 'stranger', 'exchange', 'agreement:fund', command)).operands;
};

/** What a round does about each, by the reason that it leaves it with. */
async function round(...terms: readonly Terms[]): Promise<(string | null)[]> {
    return (await roundOf(commands.admit(terms.map(agreementIdOf)))).map(({ reason }) => reason?.code ?? null);
}
async function roundOf(command: string): Promise<AdmissionOutcome[]> {
    const { payload } = await market.do('stranger', 'exchange', 'admission:run', command);
    return JSON.parse(payload) as AdmissionOutcome[];
}

async function loading(pointId: string): Promise<Loading> {
    const query = canonicalJson({ carrier: 'electricity', pointId, slot: FIRST_SLOT });
    return loadingCodec.fromJson((await market.ask('exchange', 'admission:loading', query)) as never);
}
const sumAt = async (pointId: string, side: 'importWh' | 'exportWh' | 'soldWh', slots = 1): Promise<bigint[]> => {
    const { firstSlot, [side]: column } = await loading(pointId);
    return column.slice(FIRST_SLOT - firstSlot, FIRST_SLOT - firstSlot + slots);
};

async function open(rules: Rules): Promise<void> {
    market = await StubMarket.ready(CHARTER, rules);
    await registerFarPoint(market);
}

/** A lane for each agreement, as a crowd of buyers would have an account each. */
const fillAnnasLanes = (count: number): string =>
    fillLanes(
        market.who('anna'),
        {
            fillingId: 'many',
            participantId: 'anna',
            fromLane: 0,
            lanes: Array.from({ length: count - 1 }, (_, index) => ({
                lane: index + 1,
                amountNano: amountNano(10_000_000n),
            })),
        },
        ['deposit.pay-anna'],
    );

describe('exchange: a device rated 500 Wh a slot', () => {
    const publish = (fromSlot = FIRST_SLOT): Promise<unknown> =>
        market.do(
            'reviewer',
            'supervision',
            'standard:publish',
            commands.publishStandard(market.who('reviewer'), { fromSlot }),
        );
    const certify = (changes = {}): Promise<unknown> =>
        market.do(
            'reviewer',
            'supervision',
            'conformity:certify',
            commands.certify(market.who('reviewer'), { pointId: 'solar-far', ...changes }),
        );

    beforeEach(async () => {
        await open(DEMANDING);
        await publish();
        await certify();
    });

    it('is not sold twice, 500 Wh in each of two agreements (attack: each alone conforms)', async () => {
        const [first, second] = [sale('a1', [500n]), sale('a2', [500n])];
        await conclude(first);
        await conclude(second);
        expect(await notFunded(second)).to.deep.equal({
            agreementId: agreementIdOf(second),
            version: 1,
            carrier: 'electricity',
            pointId: 'solar-far',
            side: 'export',
            slot: FIRST_SLOT,
        });
        const [admitted, left] = await roundOf(commands.admit([first, second].map(agreementIdOf)));
        expect([admitted?.reason, left?.reason]).to.deep.equal([
            null,
            {
                code: 'CONFORMITY_EXCEEDED',
                operands: { deviceId: 'solar-far', standardId, slot: FIRST_SLOT, energyWh: '1000', ratedWh: '500' },
            },
        ]);
        await notFunded(second);
        await fund(first);
        expect(await round(second), 'nor later').to.deep.equal(['CONFORMITY_EXCEEDED']);
        expect(await sumAt('solar-far', 'soldWh')).to.deep.equal([500n]);
    });

    it('is sold by 200 at once: they share no key, and four rounds admit them (attack: void each other)', async function () {
        this.timeout(120_000);
        const many = Array.from({ length: 200 }, (_, index): Terms => {
            const terms = sale('b0', [2n], ['solar-far', `anna-${String(index)}`]);
            const parties = terms.parties.map((party) => ({
                ...party,
                lane: party.participantId === 'anna' ? index : 0,
            }));
            return { ...terms, salt: index.toString(16).padStart(64, '0'), parties };
        });
        for (const [index] of many.entries()) {
            const flat = { ...commands.pointOf('anna'), pointId: `anna-${String(index)}` };
            await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(flat, new SigningKey()));
        }
        await market.do('anna', 'exchange', 'account:fill-lanes', fillAnnasLanes(many.length));
        /** All are endorsed before any of them is ordered: they could stand in one block. */
        const allAtOnce = async (verb: 'agreement:conclude' | 'agreement:fund', of: (terms: Terms) => string) => {
            const answers = [];
            for (const each of many) {
                answers.push(await market.endorse('stranger', 'exchange', verb, of(each)));
            }
            return new Set(answers.map((answer) => `${answer.message} ${market.ledger.commit(answer)}`));
        };
        const valid = new Set([' VALID']);
        expect(await allAtOnce('agreement:conclude', (each) => commands.conclude(each, market.people))).to.deep.equal(
            valid,
        );
        const beyond = sale('ff', [101n]);
        await conclude(beyond);
        const left: unknown[] = [];
        for (let start = 0; start <= many.length; start += 64) {
            left.push(...(await round(...[...many, beyond].slice(start, start + 64))));
        }
        expect(left).to.deep.equal([...many.map(() => null), 'CONFORMITY_EXCEEDED']);
        expect(await allAtOnce('agreement:fund', (each) => commands.fund(each, 'ordinary'))).to.deep.equal(valid);
        expect(await sumAt('solar-far', 'soldWh')).to.deep.equal([400n]);
        await notFunded(beyond);
    });

    it('is free again when what was admitted lapses (attack: squatting by what is never funded)', async () => {
        const [first, second] = [sale('a1', [500n]), sale('a2', [1n])];
        await conclude(first);
        await conclude(second);
        expect(await round(first, second)).to.deep.equal([null, 'CONFORMITY_EXCEEDED']);
        const cancel = commands.cancel(first, FIRST_SLOT, market.people);
        await market.do('stranger', 'exchange', 'agreement:cancel', cancel);
        expect(await round(first, second)).to.deep.equal(['AGREEMENT_STATE', null]);
    });

    it('is free again when it is too late for what was admitted, before anybody has it lapse', async () => {
        const [first, second] = [sale('a1', [500n]), { ...sale('a2', [1n]), firstSlot: FIRST_SLOT + 1 }];
        await conclude(first);
        expect(await round(first)).to.deep.equal([null]);
        await market.advance(FIRST_SLOT);
        expect(await roundOf(commands.admit([agreementIdOf(first)], 1, FIRST_SLOT + 1))).to.deep.include.members([
            {
                agreementId: agreementIdOf(first),
                version: 1,
                isChanged: true,
                reason: { code: 'SLOT_BEGUN', operands: { slot: FIRST_SLOT } },
            },
        ]);
        expect(second.firstSlot).to.equal(FIRST_SLOT + 1);
        expect(await sumAt('solar-far', 'soldWh')).to.deep.equal([0n]);
    });

    it('counts what was sold before it was certified, a part in each round', async () => {
        await open(DEMANDING);
        const before = [sale('a1', [300n]), sale('a2', [150n])];
        for (const terms of before) {
            await conclude(terms);
            await fund(terms);
        }
        await publish();
        await certify();
        const [small, large] = [sale('a3', [50n]), sale('a4', [51n])];
        await conclude(small);
        await conclude(large);
        await notFunded(small);
        expect(await round(large, small)).to.deep.equal(['CONFORMITY_EXCEEDED', null]);
        expect(await sumAt('solar-far', 'soldWh')).to.deep.equal([500n]);
        await fund(small);
    });

    it('asks for more as its rating rises, and nothing back as it falls', async () => {
        const [first, second] = [sale('a1', [500n]), sale('a2', [100n])];
        await conclude(first);
        await conclude(second);
        expect(await round(first, second)).to.deep.equal([null, 'CONFORMITY_EXCEEDED']);
        await certify({ sequence: 2, ratedW: powerW(2_400n) });
        expect(await round(second)).to.deep.equal([null]);
        await certify({ sequence: 3, ratedW: powerW(4n * 500n) });
        await fund(first);
        await fund(second);
        expect(await sumAt('solar-far', 'soldWh')).to.deep.equal([600n]);
    });

    it('is not oversold by way of an amendment that ends before the standard counts (attack: other terms to check)', async () => {
        await open(DEMANDING);
        await publish(FIRST_SLOT + 1);
        await certify();
        const [full, sly] = [sale('a1', [1n, 500n]), sale('a2', [1n, 500n])];
        await conclude(full);
        await conclude(sly);
        expect(await round(full)).to.deep.equal([null]);
        const short = following(sly, sale('a2', [1n]));
        const propose = commands.proposeAmendment(agreementIdOf(sly), short, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        await roundOf(commands.admit([agreementIdOf(sly)], 2));
        await notFunded(sly);
        expect(await sumAt('solar-far', 'soldWh', 2), 'the short one alone is admitted').to.deep.equal([2n, 500n]);
    });

    it('is sold more by an amendment only as far as there is more, and gives back what it no longer sells', async () => {
        const [own, other] = [sale('a1', [200n]), sale('a2', [200n])];
        for (const terms of [own, other]) {
            await conclude(terms);
            await round(terms);
            await fund(terms);
        }
        const agreementId = agreementIdOf(own);
        const propose = async (version: number, wh: bigint): Promise<string> => {
            const next = { ...following(own, sale('a1', [wh])), version };
            await market.do(
                'stranger',
                'exchange',
                'amendment:propose',
                commands.proposeAmendment(agreementId, next, market.people),
            );
            return commands.enact(agreementId, version, FIRST_SLOT);
        };
        const [tooMuch, more] = [await propose(2, 301n), await propose(3, 300n)];
        const reasonOf = async (version: number): Promise<string | undefined> =>
            (await roundOf(commands.admit([agreementId], version)))[0]?.reason?.code;
        expect(await reasonOf(2)).to.equal('CONFORMITY_EXCEEDED');
        await market.refused('CAPACITY_MISSING', 'stranger', 'exchange', 'amendment:enact', tooMuch);
        await market.refused('CAPACITY_MISSING', 'stranger', 'exchange', 'amendment:enact', more);
        expect(await reasonOf(3)).to.equal(undefined);
        expect(await reasonOf(2), 'what does not fit takes nothing away').to.equal('CONFORMITY_EXCEEDED');
        expect(await sumAt('solar-far', 'soldWh')).to.deep.equal([500n]);
        await market.do('stranger', 'exchange', 'amendment:enact', more);
        const cancel = commands.cancel({ ...own, version: 3 }, FIRST_SLOT, market.people, agreementId);
        await market.do('stranger', 'exchange', 'agreement:cancel', cancel);
        expect(await reasonOf(3)).to.equal(undefined);
        expect(await sumAt('solar-far', 'soldWh')).to.deep.equal([200n]);
    });

    it('leaves an agreement that does not fit a way out: less', async () => {
        const [first, second] = [sale('a1', [400n]), sale('a2', [400n])];
        await conclude(first);
        await conclude(second);
        expect(await round(first, second)).to.deep.equal([null, 'CONFORMITY_EXCEEDED']);
        const agreementId = agreementIdOf(second);
        const less = following(second, sale('a2', [100n]));
        const propose = commands.proposeAmendment(agreementId, less, market.people);
        await market.do('stranger', 'exchange', 'amendment:propose', propose);
        const [outcome] = await roundOf(commands.admit([agreementId], 2));
        expect(outcome?.reason).to.equal(null);
        await round(second); // a stranger asks for the version that does not fit, in vain
        expect(await sumAt('solar-far', 'soldWh')).to.deep.equal([500n]);
        await notFunded(second);
        await market.do('stranger', 'exchange', 'amendment:enact', commands.enact(agreementId, 2, FIRST_SLOT));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(second, 'ordinary'));
    });
});

describe('exchange: a connection that its points share', () => {
    /** 800 W are 200 Wh in a slot. */
    const share = (anna: bigint, bert: bigint, changes = {}): Promise<unknown> =>
        market.do(
            'dispatcher',
            'exchange',
            'connection:set',
            commands.setConnection(market.who('dispatcher'), {
                importMaxW: powerW(800n),
                exportMaxW: powerW(0n),
                grants: [
                    { pointId: 'anna-point', importW: powerW(anna), exportW: powerW(0n) },
                    { pointId: 'bert-point', importW: powerW(bert), exportW: powerW(0n) },
                ],
                ...changes,
            }),
        );
    const give = (importW: bigint, changes = {}, fromSlot = FIRST_SLOT): string =>
        commands.transferShare(market.who('anna'), { importW: powerW(importW), ...changes }, fromSlot);
    const notGiven = async (code: Parameters<StubMarket['refused']>[0], command: string): Promise<unknown> =>
        (await market.refused(code, 'stranger', 'exchange', 'connection:transfer', command)).operands;
    const shares = async (): Promise<unknown> => {
        const query = canonicalJson({ carrier: 'electricity', connectionPoint: 'bus-1', bookmark: '', pageSize: 50 });
        const { items } = (await market.ask('exchange', 'connection:shares', query)) as {
            items: { pointId: string; importMaxW: string }[];
        };
        return Object.fromEntries(items.map(({ pointId, importMaxW }) => [pointId, importMaxW]));
    };

    beforeEach(() => open(RULES));

    it('is not squatted by a neighbour: what is beyond the own share is left (attack: all of it, a year ahead)', async () => {
        await share(400n, 400n);
        const [greedy, fair] = [sale('a1', [200n]), sale('a2', [100n])];
        await conclude(greedy);
        await conclude(fair);
        const [left, admitted] = await roundOf(commands.admit([greedy, fair].map(agreementIdOf)));
        expect(left?.reason).to.deep.equal({
            code: 'CONNECTION_OVERLOADED',
            operands: {
                carrier: 'electricity',
                connectionPoint: 'bus-1',
                pointId: 'anna-point',
                side: 'import',
                slot: FIRST_SLOT,
                energyWh: '200',
                limitWh: '100',
            },
        });
        expect(admitted?.reason).to.equal(null);
        await fund(fair);
        await notFunded(greedy);
    });

    it('is nobody’s where no share is granted', async () => {
        await share(800n, 0n, { connectionPoint: 'bus-2' });
        const terms = sale('a1', [1n]);
        await conclude(terms);
        expect(await round(terms)).to.deep.equal(['CONNECTION_OVERLOADED']);
    });

    it('counts what was in force before it was limited, and then asks everybody', async () => {
        const [before, after] = [sale('a1', [150n]), sale('a2', [60n])];
        await conclude(before);
        await fund(before);
        await share(800n, 0n);
        await conclude(after);
        await notFunded(after);
        expect(await round(after)).to.deep.equal(['CONNECTION_OVERLOADED']);
    });

    it('leaves the rest to the next round where large agreements fit nowhere (attack: a round that no endorser finishes)', async function () {
        this.timeout(60_000);
        await share(4n, 0n);
        const large = Array.from({ length: 24 }, (_, index) => {
            const terms = sale('00', [2n]);
            const legs = Array.from({ length: 16 }, () => terms.legs[0] ?? sampleLeg());
            return { ...terms, legs, salt: index.toString(16).padStart(64, '0') };
        });
        for (const terms of large) {
            await conclude(terms);
        }
        const small = sale('ff', [1n]);
        await conclude(small);
        // A keeper takes up again what was left, until all has been looked at.
        let rounds = 0;
        for (let left = [...large, small]; left.length > 0; rounds += 1) {
            const outcomes = await round(...left);
            const next = left.filter((_, index) => outcomes[index] === 'ROUND_FULL');
            expect(next.length).to.be.below(left.length);
            left = next;
        }
        expect(rounds).to.be.within(4, 6);
        await fund(small);
    });

    it('counts 130 agreements in two rounds, and admits nothing meanwhile (attack: too many to be counted)', async function () {
        this.timeout(60_000);
        const second = { ...commands.pointOf('solar'), pointId: 'solar-more', connectionPoint: 'bus-2' };
        await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(second, new SigningKey()));
        for (let index = 0; index < 130; index += 1) {
            const from = index % 2 === 0 ? 'solar-far' : 'solar-more';
            const terms = { ...sale('00', [1n], [from, 'anna-point']), salt: index.toString(16).padStart(64, '0') };
            await conclude(terms);
            await fund(terms);
        }
        await share(800n, 0n);
        const last = sale('ff', [70n]);
        await conclude(last);
        expect(await round(last)).to.deep.equal(['ROUND_FULL']);
        expect(await sumAt('anna-point', 'importWh')).to.deep.equal([128n]);
        await notFunded(last);
        expect(await round(last)).to.deep.equal([null]);
        expect(await sumAt('anna-point', 'importWh')).to.deep.equal([200n]);
        await fund(last);
    });

    for (const first of ['funding', 'counting'] as const) {
        it(`is counted at the time of a funding without missing it: ${first} comes first`, async () => {
            const [sold, next] = [sale('a1', [150n]), sale('a2', [1n])];
            await conclude(sold);
            await conclude(next);
            const fundCommand = commands.fund(sold, 'ordinary');
            const funding = await market.endorse('stranger', 'exchange', 'agreement:fund', fundCommand);
            await share(800n, 0n, { connectionPoint: 'bus-9' }); // another connection disturbs nobody
            const set = commands.setConnection(market.who('dispatcher'), { importMaxW: powerW(800n) });
            const setting = await market.endorse('dispatcher', 'exchange', 'connection:set', set);
            const [one, other] = first === 'funding' ? [funding, setting] : [setting, funding];
            expect(market.ledger.commit(one)).to.equal('VALID');
            expect(market.ledger.commit(other)).to.equal(first === 'funding' ? 'VALID' : 'MVCC_READ_CONFLICT');
            expect(await round(next)).to.deep.equal([null]);
            expect(await sumAt('anna-point', 'importWh')).to.deep.equal([first === 'funding' ? 151n : 1n]);
        });
    }

    it('is not loaded by what stays behind it', async () => {
        await share(800n, 0n);
        const inside = sale('a1', [5_000n], ['solar-point', 'anna-point']);
        await conclude(inside);
        expect(await round(inside)).to.deep.equal([null]);
        await fund(inside);
        expect(await sumAt('anna-point', 'importWh')).to.deep.equal([0n]);
    });

    it('limits nothing where the rules screen nothing', async () => {
        await open(withElectricity({ screening: 'none' }));
        await share(4n, 0n);
        const terms = sale('a1', [400n]);
        await conclude(terms);
        await fund(terms);
    });

    it('belongs to its points: who has a share gives of it what nothing is admitted on, once (attack: used and given)', async () => {
        await share(800n, 0n);
        const own = sale('a1', [150n]);
        await conclude(own);
        expect(await round(own)).to.deep.equal([null]);
        expect(await notGiven('CONNECTION_OVERLOADED', give(204n))).to.include({ energyWh: '150', limitWh: '149' });
        expect(await notGiven('SHARE_EXCEEDED', give(801n))).to.include({ askedW: '801', freeW: '800' });
        await notGiven('SLOT_NOT_OVER', give(204n, {}, FIRST_SLOT + 90));
        await notGiven('POINT_ELSEWHERE', give(1n, { toPointId: 'solar-far' }));
        await notGiven('METER_MISSING', give(1n, { toPointId: 'nobody' }));
        await notGiven('CONNECTION_MISSING', give(1n, { connectionPoint: 'bus-2' }));
        const forged = commands.transferShare(market.who('bert'), { importW: powerW(100n) });
        await notGiven('SIGNATURE_INVALID', forged);
        await market.do('stranger', 'exchange', 'connection:transfer', give(200n));
        const again = await market.do('stranger', 'exchange', 'connection:transfer', give(200n));
        expect(again.writes, 'once').to.deep.equal([]);
        expect(await notGiven('SHARE_CONFLICT', give(199n))).to.include({ pointId: 'anna-point', sequence: 2 });
        expect(await shares()).to.deep.equal({ 'anna-point': '600', 'bert-point': '200' });
    });

    it('is not taken from its points by the operator (attack: lower the limit, raise it, give it to a friend)', async () => {
        await share(800n, 0n);
        const set = (sequence: number, importMaxW: bigint, friendW: bigint): string =>
            commands.setConnection(market.who('dispatcher'), {
                sequence,
                importMaxW: powerW(importMaxW),
                exportMaxW: powerW(0n),
                grants: [{ pointId: 'bert-point', importW: powerW(friendW), exportW: powerW(0n) }],
            });
        const refused = async (command: string): Promise<unknown> =>
            (await market.refused('SHARE_EXCEEDED', 'dispatcher', 'exchange', 'connection:set', command)).operands;
        expect(await refused(set(2, 800n, 1n))).to.deep.equal({
            carrier: 'electricity',
            connectionPoint: 'bus-1',
            pointId: null,
            side: 'import',
            askedW: '1',
            freeW: '0',
        });
        await market.do('dispatcher', 'exchange', 'connection:set', set(2, 400n, 0n));
        await refused(set(3, 400n, 1n));
        const half = [sale('a1', [101n]), sale('a2', [100n])];
        for (const terms of half) {
            await conclude(terms);
        }
        expect(await round(...half), 'all have less of less').to.deep.equal(['CONNECTION_OVERLOADED', null]);
        await market.do('dispatcher', 'exchange', 'connection:set', set(3, 900n, 100n));
        expect(await shares()).to.deep.equal({ 'anna-point': '800', 'bert-point': '100' });
    });

    it('lets its neighbours alone who give shares back and forth (attack: void what others fund)', async () => {
        await share(400n, 400n);
        const own = sale('a1', [100n]);
        await conclude(own);
        const [rounds, funds] = [commands.admit([agreementIdOf(own)]), commands.fund(own, 'ordinary')];
        const back = commands.transferShare(market.who('bert'), {
            fromPointId: 'bert-point',
            toPointId: 'retail-point',
            importW: powerW(1n),
        });
        const admitting = await market.endorse('stranger', 'exchange', 'admission:run', rounds);
        await market.do('stranger', 'exchange', 'connection:transfer', back);
        expect(market.ledger.commit(admitting)).to.equal('VALID');
        const funding = await market.endorse('stranger', 'exchange', 'agreement:fund', funds);
        const further = commands.transferShare(market.who('bert'), {
            fromPointId: 'bert-point',
            sequence: 3,
            toPointId: 'retail-point',
            importW: powerW(1n),
        });
        await market.do('stranger', 'exchange', 'connection:transfer', further);
        expect(market.ledger.commit(funding)).to.equal('VALID');
    });
});
