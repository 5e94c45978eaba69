import {
    addLoad,
    changedLoads,
    demandCapacity,
    emptyLoading,
    type Flows,
    limitsOf,
    type Load,
    LOADING_SLOTS,
    loadingStart,
    loadsOf,
    startsOf,
} from '@commonwatt/chaincode/domain/loading';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { energyOfPower, energyWh, powerW } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { FIRST_SLOT, sampleLeg, sampleTerms } from '../../support/sample-market.js';

const flows = (importWh: bigint, exportWh: bigint): Flows => ({
    importWh: energyWh(importWh),
    exportWh: energyWh(exportWh),
});
const points = (connections: Readonly<Record<string, string>>): Map<string, MeteringPoint> =>
    new Map(
        Object.entries(connections).map(([pointId, connectionPoint]) => [
            pointId,
            {
                ...PLAIN_POINT,
                pointId,
                participantId: 'anna',
                carrier: 'electricity',
                connectionPoint,
                fromSlot: 1,
                meter: null,
            },
        ]),
    );
const load = (slots: Readonly<Record<number, Flows>>): Load => ({
    carrier: 'electricity',
    connectionPoint: 'bus-1',
    flows: new Map(Object.entries(slots).map(([slot, each]) => [Number(slot), each])),
});
const inSlot = (loaded: readonly Load[], connectionPoint: string, slot: number): Flows | undefined =>
    loaded.find((each) => each.connectionPoint === connectionPoint)?.flows.get(slot);

describe('the loads of an agreement', () => {
    const terms = sampleTerms({
        slotCount: 2,
        legs: [
            sampleLeg({ energyWh: [energyWh(300n), energyWh(200n)] }),
            sampleLeg({ energyWh: [energyWh(7n), energyWh(0n)] }),
            sampleLeg({
                sellerPoint: 'anna-point',
                buyerPoint: 'solar-point',
                energyWh: [energyWh(50n), energyWh(0n)],
            }),
        ],
    });

    it('are what its legs take at one connection and feed in at the other; neither nets the other', () => {
        const loads = loadsOf(terms, points({ 'solar-point': 'bus-1', 'anna-point': 'bus-2' }), 0, 2_000);
        expect(inSlot(loads, 'bus-1', FIRST_SLOT)).to.deep.equal(flows(50n, 307n));
        expect(inSlot(loads, 'bus-2', FIRST_SLOT)).to.deep.equal(flows(307n, 50n));
        expect(inSlot(loads, 'bus-1', FIRST_SLOT + 1)).to.deep.equal(flows(0n, 200n));
        expect(loads).to.have.length(2);
    });

    it('are summed where points share a connection', () => {
        const loads = loadsOf(terms, points({ 'solar-point': 'bus-1', 'anna-point': 'bus-1' }), 0, 2_000);
        expect(loads).to.have.length(1);
        expect(inSlot(loads, 'bus-1', FIRST_SLOT)).to.deep.equal(flows(357n, 357n));
    });

    it('are kept apart by carrier', () => {
        const legs = [sampleLeg(), sampleLeg({ carrier: 'heat', energyWh: [energyWh(9n), energyWh(0n)] })];
        const at = points({ 'solar-point': 'bus-1', 'anna-point': 'bus-1' });
        const loads = loadsOf(sampleTerms({ legs }), at, 0, 2_000);
        const brief = loads.map(({ carrier, flows: each }) => [carrier, [...each]]);
        expect(brief).to.deep.equal([
            [
                'electricity',
                [
                    [FIRST_SLOT, flows(300n, 300n)],
                    [FIRST_SLOT + 1, flows(200n, 200n)],
                ],
            ],
            ['heat', [[FIRST_SLOT, flows(9n, 9n)]]],
        ]);
        const [power, heat] = loads;
        const gone = power === undefined || heat === undefined ? [] : changedLoads([power], [heat]);
        expect(gone.map(({ carrier, flows: each }) => [carrier, each.get(FIRST_SLOT)])).to.deep.equal([
            ['electricity', flows(-300n, -300n)],
            ['heat', flows(9n, 9n)],
        ]);
    });

    it('of points at different connections change each by itself', () => {
        const elsewhere = { ...load({ 5: flows(1n, 0n) }), connectionPoint: 'bus-2' };
        const changes = changedLoads([load({ 5: flows(1n, 0n) })], [elsewhere]);
        expect(changes.map(({ connectionPoint, flows: each }) => [connectionPoint, each.get(5)])).to.deep.equal([
            ['bus-1', flows(-1n, 0n)],
            ['bus-2', flows(1n, 0n)],
        ]);
    });

    it('are of the slots asked for alone', () => {
        const at = points({ 'solar-point': 'bus-1', 'anna-point': 'bus-2' });
        const later = loadsOf(terms, at, FIRST_SLOT + 1, FIRST_SLOT + 2);
        expect([...(later[0]?.flows.keys() ?? [])]).to.deep.equal([FIRST_SLOT + 1]);
        expect(loadsOf(terms, at, FIRST_SLOT, FIRST_SLOT)[0]?.flows.size).to.equal(0);
    });

    it('change by the difference of two versions, and what stays is left out', () => {
        const changes = changedLoads(
            [load({ 5: flows(10n, 3n), 6: flows(1n, 1n) })],
            [load({ 5: flows(4n, 3n), 6: flows(1n, 1n), 7: flows(0n, 2n) })],
        );
        expect(changes).to.have.length(1);
        expect(changes[0]?.flows).to.deep.equal(
            new Map([
                [5, flows(-6n, 0n)],
                [7, flows(0n, 2n)],
            ]),
        );
    });
});

describe('the loading of a connection', () => {
    const empty = emptyLoading('electricity', 'bus-1', 960);

    it('is kept 96 slots a record', () => {
        expect([959, 960, 1_055, 1_056].map(loadingStart)).to.deep.equal([864, 960, 960, 1_056]);
        expect(startsOf(load({ 1_055: flows(1n, 0n), 1_056: flows(1n, 0n), 1_057: flows(1n, 0n) }))).to.deep.equal([
            960, 1_056,
        ]);
        expect(empty.flows).to.have.length(LOADING_SLOTS);
    });

    it('takes the slots of its own record, and gives back what it took', () => {
        const taken = addLoad(empty, load({ 959: flows(9n, 9n), 961: flows(5n, 2n), 1_056: flows(9n, 9n) }));
        expect(taken.flows[1]).to.deep.equal(flows(5n, 2n));
        expect(taken.flows.filter(({ importWh, exportWh }) => importWh + exportWh > 0n)).to.have.length(1);
        expect(addLoad(taken, load({ 961: flows(-5n, -2n) }))).to.deep.equal(empty);
        expectRefusal(() => addLoad(taken, load({ 961: flows(-6n, 0n) })), 'INVARIANT_BROKEN');
        expectRefusal(() => addLoad(taken, load({ 961: flows(0n, -3n) })), 'INVARIANT_BROKEN');
    });

    it('is bounded by each limit, to the Wh', () => {
        const limits = flows(100n, 50n);
        const full = addLoad(empty, load({ 961: flows(100n, 50n) }));
        demandCapacity(empty, full, limits);
        const over = { carrier: 'electricity', connectionPoint: 'bus-1', slot: 961 };
        const importing = addLoad(full, load({ 961: flows(1n, 0n) }));
        expectRefusal(() => demandCapacity(full, importing, limits), 'CONNECTION_OVERLOADED', {
            ...over,
            side: 'import',
            energyWh: 101n,
            limitWh: 100n,
        });
        const exporting = addLoad(full, load({ 961: flows(-100n, 1n) }));
        expectRefusal(() => demandCapacity(full, exporting, limits), 'CONNECTION_OVERLOADED', {
            ...over,
            side: 'export',
            energyWh: 51n,
            limitWh: 50n,
        });
    });

    it('above a limit that was lowered may become less, and no more', () => {
        const limits = flows(100n, 50n);
        const high = addLoad(empty, load({ 961: flows(200n, 0n) }));
        demandCapacity(high, addLoad(high, load({ 961: flows(-1n, 0n) })), limits);
        demandCapacity(high, addLoad(high, load({ 962: flows(100n, 50n) })), limits);
        const higher = addLoad(high, load({ 961: flows(1n, 0n) }));
        expectRefusal(() => demandCapacity(high, higher, limits), 'CONNECTION_OVERLOADED', { energyWh: 201n });
    });

    it('has limits in Wh of a slot, rounded down', () => {
        expect(energyOfPower(powerW(1_000n), 15)).to.equal(250n);
        expect(energyOfPower(powerW(999n), 15)).to.equal(249n);
        expect(energyOfPower(powerW(999n), 60)).to.equal(999n);
        const statement = {
            carrier: 'electricity',
            connectionPoint: 'bus-1',
            sequence: 1,
            importMaxW: powerW(999n),
            exportMaxW: powerW(3n),
            reasonCode: 'ratedCapacity',
        } as const;
        const connection = { statement, officerSubjectHash: '', keyId: '', signature: '' };
        expect(limitsOf(connection, 15)).to.deep.equal(flows(249n, 0n));
    });
});
