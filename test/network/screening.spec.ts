import { join } from 'node:path';
import { expect } from 'chai';
import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { ConnectionStatement } from '@commonwatt/chaincode/domain/connection';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { energyWh, type PowerW, powerW, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { type Committed, FileWallet, Keeper, type Market } from '@commonwatt/client';
import { commonwatt } from '../support/commonwatt.js';
import { type Held, Holder } from '../support/held.js';
import { expectInBlock } from '../support/in-block.js';
import { CARRIER, household, RETAILER, TestMarket } from '../support/market.js';
import { withOwnNetwork } from '../support/network.js';
import { expectRefusal } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';
import { WIDE_EXPOSURE } from '../support/wide-bounds.js';

const BUYERS = ['bld-06', 'bld-07', 'bld-08'].map((id) => household(id));
const PRICE_MICRO = 200_000n;
/** All test meters hang at one connection; the buyers have 300, 200 and 200 Wh of it in a slot. */
const CONNECTION = 'bus-01';
const LIMIT_W = powerW(3_000n);
const NO_W = powerW(0n);
const GRANTS = ([1_200n, 800n, 800n] as const).map((watts, index) => ({
    pointId: BUYERS[index]?.id ?? '',
    importW: powerW(watts),
    exportW: NO_W,
}));

const central = (rules: Rules): Rules => {
    const { electricity } = rules.carriers;
    return electricity === undefined
        ? rules
        : { ...rules, carriers: { ...rules.carriers, electricity: { ...electricity, screening: 'central' } } };
};

for (const mode of ['distributed', 'central'] as const) {
    describe(`${mode} screening on the real network`, function () {
        this.timeout(90_000);
        const network = withOwnNetwork();
        let market: TestMarket;
        let firstSlot: number;
        const as = (name: string): Market => market.as(name);

        /** Concludes a sale of so many Wh in the next slot, by the retailer, whose point is not limited. */
        async function conclude(buyer: number, wh: bigint): Promise<string> {
            const { value }: Committed<Execution> = await market.conclude(
                saleDraft({
                    sellerId: RETAILER.id,
                    buyerId: BUYERS[buyer]?.id ?? '',
                    firstSlot,
                    energyWh: [wh],
                    priceMicroPerKwh: PRICE_MICRO,
                }),
            );
            return value.agreementId;
        }
        const stateOf = async (agreementId: string): Promise<string> =>
            (await as(RETAILER.id).agreements.show(agreementId)).execution.state;
        /** What is admitted at each buyer's point in the first slot. */
        const imported = (): Promise<(bigint | undefined)[]> =>
            Promise.all(
                BUYERS.map(async ({ id }) => {
                    const { admissions } = as(RETAILER.id);
                    const { importWh, firstSlot: start } = await admissions.loading(CARRIER, id, firstSlot);
                    return importWh[firstSlot - start];
                }),
            );
        const round = async (...ids: readonly string[]): Promise<(string | undefined)[]> => {
            const { value } = await as(RETAILER.id).admissions.run(
                ids.map((agreementId) => ({ agreementId, version: 1 })),
            );
            return value.map(({ reason }) => reason?.code);
        };
        const asOfficer = (name: string, ...args: readonly string[]): ReturnType<typeof commonwatt> =>
            commonwatt(['--state', network.stateDir, ...args, '--org', 'operator', '--as', name]);

        before(async function () {
            this.timeout(120_000);
            await network.up();
            market = await TestMarket.establish(network, mode === 'central' ? central : undefined);
            await market.seatOfficers();
            await market.admit(RETAILER, ...BUYERS);
            await market.endSlot();
            firstSlot = market.nextSlot;
            await as('reviewer').verdicts.standing({
                standingId: 'ordinary',
                status: 'granted',
                carriers: [CARRIER],
                participantKinds: ['consumer', 'energySeller'],
                priceMinMicroPerKwh: priceMicroPerKwh(0n),
                priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
                agreementEnergyMaxWh: energyWh(1_000n),
                exposure: WIDE_EXPOSURE,
                firstSlot,
                endSlot: firstSlot + 96,
                reasonCode: 'ordinaryTrade',
            });
            const wallet = new FileWallet(join(network.stateDir, 'wallets', 'operator'));
            await wallet.add('dispatcher', market.actors.get('dispatcher').entry);
        });
        after(async () => {
            await market.actors.close();
        });

        it('begins with the dispatcher’s statement', async () => {
            const limit = {
                carrier: CARRIER,
                connectionPoint: CONNECTION,
                importMaxW: LIMIT_W,
                exportMaxW: LIMIT_W,
                grants: GRANTS,
            } as const;
            const set = await as('dispatcher').connections.set({ ...limit, reasonCode: 'ratedCapacity' });
            await expectInBlock(as('dispatcher'), set, {
                chaincode: 'exchange',
                verb: 'connection:set',
                keys: [
                    `connection/${CARRIER}/${CONNECTION}`,
                    ...BUYERS.map(({ id }) => `share/${CARRIER}/${CONNECTION}/${id}`),
                ],
                event: {
                    name: 'ConnectionSet/1',
                    payload: { carrier: CARRIER, connectionPoint: CONNECTION, sequence: 1 },
                },
            });
            await expectRefusal(
                as(RETAILER.id).connections.set({ ...limit, reasonCode: 'ratedCapacity' }),
                'forbidden CALLER_NOT_SEATED',
            );
        });

        if (mode === 'distributed') {
            it('funds what a round has admitted, whoever pushes it, and refuses the rest to everyone', async () => {
                const [first, second, third] = await Promise.all([
                    conclude(0, 300n),
                    conclude(1, 200n),
                    conclude(2, 201n),
                ]);
                expect(await round(first, second, third)).to.deep.equal([
                    undefined,
                    undefined,
                    'CONNECTION_OVERLOADED',
                ]);
                await Promise.all([first, second].map((id) => as(RETAILER.id).agreements.fund(id, 'ordinary')));
                expect(await imported()).to.deep.equal([300n, 200n, 0n]);
                const refused = await expectRefusal(
                    as(RETAILER.id).agreements.fund(third, 'ordinary'),
                    'conflict CAPACITY_MISSING',
                );
                expect(refused.operands).to.include({ pointId: BUYERS[2]?.id, side: 'import', slot: firstSlot });

                const giver = BUYERS[1]?.id ?? '';
                const gift = {
                    carrier: CARRIER,
                    connectionPoint: CONNECTION,
                    fromPointId: giver,
                    toPointId: BUYERS[2]?.id ?? '',
                    importW: powerW(4n),
                    exportW: NO_W,
                } as const;
                await expectRefusal(as(giver).connections.transfer(gift), 'conflict CONNECTION_OVERLOADED');
                const cancellation = { agreementId: second, version: 1, fromSlot: firstSlot };
                const consents = await Promise.all(
                    [RETAILER.id, giver].map((id) => as(id).agreements.consentToCancel(cancellation, id)),
                );
                await as(RETAILER.id).agreements.cancel(cancellation, consents);
                expect(await round(second)).to.deep.equal([undefined]);
                const transferred = await as(giver).connections.transfer(gift);
                await expectInBlock(as('dispatcher'), transferred, {
                    chaincode: 'exchange',
                    verb: 'connection:transfer',
                    keys: [giver, BUYERS[2]?.id].map((id) => `share/${CARRIER}/${CONNECTION}/${String(id)}`),
                    event: {
                        name: 'ShareTransferred/1',
                        payload: {
                            carrier: CARRIER,
                            connectionPoint: CONNECTION,
                            sequence: 2,
                            fromPointId: giver,
                            toPointId: BUYERS[2]?.id ?? '',
                        },
                    },
                });
                expect(await round(third)).to.deep.equal([undefined]);
                await as(RETAILER.id).agreements.fund(third, 'ordinary');
                expect(await imported()).to.deep.equal([300n, 0n, 201n]);
            });
        } else {
            it('funds what the screener admits, in the order in which it was agreed', async () => {
                const keeper = new Keeper(as(RETAILER.id));
                const ids = [await conclude(0, 300n), await conclude(1, 300n), await conclude(2, 200n)];
                const reports = await keeper.turn();
                expect(reports.filter(({ step }) => step.startsWith('agreement:'))).to.deep.equal([]);
                await expectRefusal(
                    as(RETAILER.id).agreements.fund(ids[0] ?? '', 'ordinary'),
                    'forbidden ADMISSION_MISSING',
                );

                const { stdout, exitCode } = await asOfficer('dispatcher', 'screener', 'run', '--once');
                expect(exitCode, stdout).to.equal(0);
                const lines = stdout.trim().split('\n');
                expect(lines.map((line) => ids.findIndex((id) => line.includes(id)))).to.deep.equal([0, 1, 2]);
                expect(lines.map((line) => /admitted|refused/.exec(line)?.[0])).to.deep.equal([
                    'admitted',
                    'refused',
                    'admitted',
                ]);
                expect(lines[1]).to.match(
                    /bld-07 at bus-01 would import 300 of 200 Wh in slot \d+ \(\d{4}-\d{2}-\d{2} \d{2}:\d{2}/,
                );

                await keeper.turn();
                expect(await Promise.all(ids.map(stateOf))).to.deep.equal(['inForce', 'concluded', 'inForce']);
                expect(await imported()).to.deep.equal([300n, 0n, 200n]);
            });
        }

        it('is told on the command line, with ids as short as people type them', async () => {
            const shown = await asOfficer('dispatcher', 'connection', 'show', CONNECTION, '--carrier', CARRIER);
            expect(shown.stdout).to.match(/Connection bus-01 of electricity: takes 3000 W, feeds in 3000 W at most/);
            expect(shown.stdout).to.match(/300 of 300 Wh/);
            const listed = await asOfficer('admin', 'agreement', 'list', '--party', BUYERS[0]?.id ?? '', '--json');
            const [mine, ...others] = JSON.parse(listed.stdout) as { agreementId: string }[];
            expect(others).to.deep.equal([]);
            const id = mine?.agreementId ?? '';
            const screening = await asOfficer('admin', 'screening', 'show', id.slice(0, 8));
            expect(screening.stdout).to.include(`agreement ${id}`);
            expect(screening.stdout).to.include(mode === 'central' ? 'admitted (fitsConnections)' : 'is distributed');
            const unknown = await asOfficer('admin', 'agreement', 'show', '00000000');
            expect(unknown.stderr).to.include('AGREEMENT_MISSING');
            const short = await asOfficer('admin', 'agreement', 'show', id.slice(0, 7));
            expect([short.exitCode, short.stderr.includes('at least eight')]).to.deep.equal([1, true]);
        });

        if (mode === 'central') {
            it('lets nothing through that was endorsed before the operator took its ground away', async () => {
                const holder = new Holder(network, market.actors);
                const limit =
                    (connectionPoint: string, limitW: PowerW, grants: ConnectionStatement['grants'] = []) =>
                    (own: Market) =>
                        own.connections.set({
                            carrier: CARRIER,
                            connectionPoint,
                            importMaxW: limitW,
                            exportMaxW: limitW,
                            grants,
                            reasonCode: 'ratedCapacity',
                        });
                const concluded = async (buyer: number) =>
                    (await as(RETAILER.id).agreements.show(await conclude(buyer, 100n))).agreement;
                const screen = (decision: 'admit' | 'refuse', agreement: Agreement) => (own: Market) =>
                    own.screenings[decision](agreement, CARRIER, 'byHand');
                const admitted = async (buyer: number): Promise<string> => {
                    const agreement = await concluded(buyer);
                    await screen('admit', agreement)(as('dispatcher'));
                    return agreement.agreementId;
                };
                const funding = (agreementId: string): Promise<Held> =>
                    holder.hold(RETAILER.id, (own) => own.agreements.fund(agreementId, 'ordinary'));
                await limit(CONNECTION, powerW(10_000n), GRANTS)(as('dispatcher'));
                const ids = await Promise.all([0, 1, 2].map(admitted));
                const rounds = await Promise.all(
                    ids.map((agreementId) =>
                        holder.hold(RETAILER.id, (own) => own.admissions.run([{ agreementId, version: 1 }])),
                    ),
                );
                const judged = await Promise.all(rounds.map((each) => each.send()));
                expect(judged, 'rounds at points of their own share no key').to.deep.equal(['VALID', 'VALID', 'VALID']);
                const [first, second, third] = ids;

                const belowLimit = await funding(third ?? '');
                await limit(CONNECTION, powerW(9_000n))(as('dispatcher'));
                expect(await belowLimit.send(), 'the limit was lowered').to.equal('MVCC_READ_CONFLICT');

                const [one, other] = [await funding(first ?? ''), await funding(second ?? '')];
                expect(await one.send()).to.equal('VALID');
                expect(await other.send(), 'nobody waits for the sum of the others').to.equal('VALID');

                const late = await concluded(2);
                await screen('admit', late)(as('dispatcher'));
                const held = await holder.hold(RETAILER.id, (own) =>
                    own.admissions.run([{ agreementId: late.agreementId, version: 1 }]),
                );
                const gift = { carrier: CARRIER, connectionPoint: CONNECTION, toPointId: BUYERS[0]?.id ?? '' } as const;
                const giver = BUYERS[2]?.id ?? '';
                const part = { ...gift, fromPointId: giver, importW: powerW(4n), exportW: NO_W };
                await as(giver).connections.transfer(part);
                expect(await held.send(), 'the share was given away').to.equal('MVCC_READ_CONFLICT');

                const unlimited = await funding(third ?? '');
                await limit('slack', powerW(10_000n))(as('dispatcher'));
                expect(await unlimited.send(), 'the first limit was set').to.equal('MVCC_READ_CONFLICT');

                const disputed = await concluded(0);
                const refusal = await holder.hold('dispatcher', screen('refuse', disputed));
                await screen('admit', disputed)(as('dispatcher'));
                expect(await refusal.send(), 'the operator had spoken').to.equal('MVCC_READ_CONFLICT');

                const admission = await holder.hold('dispatcher', screen('admit', await concluded(1)));
                const { seats } = await market.actors.admin('operator');
                const [seat] = (await seats.list()).filter(({ kind }) => kind === 'dispatcher');
                await seats.revoke(seat ?? missing());
                expect(await admission.send(), 'the seat was taken back').to.equal('MVCC_READ_CONFLICT');
                await holder.close();
            });
        }
    });
}

function missing(): never {
    throw new Error('nobody is seated');
}
