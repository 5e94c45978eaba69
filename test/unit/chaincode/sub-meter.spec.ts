import type { Exchange } from '@commonwatt/chaincode/domain/delivery';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { checkParent, ownExchanges } from '@commonwatt/chaincode/domain/sub-meter';
import { energyWh, NO_ENERGY } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '../../support/property.js';
import { expectRefusal } from '../../support/refusals.js';

const point = (pointId: string, changes: Partial<MeteringPoint> = {}): MeteringPoint => ({
    pointId,
    participantId: 'anna',
    carrier: 'electricity',
    connectionPoint: 'bus-1',
    fromSlot: 10,
    meter: { meterId: `${pointId}-meter`, publicKey: 'key' },
    ...PLAIN_POINT,
    ...changes,
});

/** What a meter counted in a slot. */
const counted = (
    pointId: string,
    importWh: bigint,
    exportWh: bigint,
    parentPointId: string | null = null,
): Exchange => ({
    point: point(pointId, { parentPointId }),
    soldWh: NO_ENERGY,
    boughtWh: NO_ENERGY,
    statedNetWh: NO_ENERGY,
    importWh: energyWh(importWh),
    exportWh: energyWh(exportWh),
    meteredWh: energyWh(exportWh - importWh),
    quality: 'measured',
    isStation: false,
});

const summary = (exchanges: readonly Exchange[]): unknown[] =>
    exchanges.map(({ point: { pointId }, meteredWh, importWh, exportWh }) => [pointId, meteredWh, importWh, exportWh]);

describe('a sub-meter', () => {
    it('is subtracted from its parent', () => {
        const own = ownExchanges([counted('house', 100n, 0n), counted('heat-pump', 60n, 0n, 'house')]);
        expect(summary(own)).to.deep.equal([
            ['house', -40n, 40n, 0n],
            ['heat-pump', -60n, 60n, 0n],
        ]);
    });

    it('takes nothing from the network of what was generated behind the same connection', () => {
        // The roof gives 80, the tenant takes 60 of it, 20 leave the house.
        const own = ownExchanges([counted('house', 0n, 20n), counted('tenant', 60n, 0n, 'house')]);
        expect(summary(own)).to.deep.equal([
            ['house', 80n, 0n, 20n],
            ['tenant', -60n, 0n, 0n],
        ]);
    });

    it('shares what came in with the others, in proportion to what each counted', () => {
        const own = ownExchanges([
            counted('house', 50n, 0n),
            counted('tenant-1', 60n, 0n, 'house'),
            counted('tenant-2', 30n, 0n, 'house'),
        ]);
        expect(summary(own)).to.deep.equal([
            ['house', 40n, 0n, 0n],
            ['tenant-1', -60n, 33n, 0n],
            ['tenant-2', -30n, 17n, 0n],
        ]);
    });

    it('gets back what an estimate had charged too much', () => {
        const own = ownExchanges([counted('house', 10n, 0n), counted('tenant', -4n, 0n, 'house')]);
        expect(summary(own)).to.deep.equal([
            ['house', -14n, 14n, 0n],
            ['tenant', 4n, -4n, 0n],
        ]);
    });

    it('makes its parent no better known than itself', () => {
        const silent: Exchange = { ...counted('tenant', 5n, 0n, 'house'), quality: 'estimated' };
        const own = ownExchanges([counted('house', 10n, 0n), silent, counted('other', 1n, 0n)]);
        expect(own.map(({ quality }) => quality)).to.deep.equal(['estimated', 'estimated', 'measured']);
    });

    it('changes no sum, whatever is counted', async () => {
        const energy = fc.bigInt({ min: -50n, max: 1_000n });
        const behind = fc.array(fc.tuple(energy, energy), { maxLength: 5 });
        await holds(
            fc.property(energy, energy, behind, (importWh, exportWh, subMeters) => {
                const measured = [
                    counted('house', importWh, exportWh),
                    ...subMeters.map(([taken, given], index) => counted(`sub-${index}`, taken, given, 'house')),
                ];
                const own = ownExchanges(measured);
                const sum = (of: 'meteredWh' | 'importWh' | 'exportWh'): bigint =>
                    own.reduce((total, exchange) => total + exchange[of], 0n);
                expect([sum('meteredWh'), sum('importWh'), sum('exportWh')]).to.deep.equal([
                    exportWh - importWh,
                    importWh,
                    exportWh,
                ]);
                own.slice(1).forEach((exchange, index) => {
                    const [taken = 0n, given = 0n] = subMeters[index] ?? [];
                    expect(exchange.importWh <= taken && exchange.exportWh <= given, 'at most its own').to.equal(true);
                });
                if (importWh >= 0n) {
                    expect(own[0]?.importWh, 'nothing below zero is left to the parent').to.satisfy(
                        (left: bigint) => left >= 0n,
                    );
                }
            }),
            { runs: 500, seconds: 2 },
        );
    });

    it('hangs behind a metered point of its own carrier and connection, and nothing behind it', () => {
        const house = point('house');
        const tenant = point('tenant', { parentPointId: 'house' });
        checkParent(tenant, house);
        const refused: readonly (readonly [string, Partial<MeteringPoint>, Partial<MeteringPoint>])[] = [
            ['a point is not its own parent', { pointId: 'house' }, {}],
            ['a sub-meter and its parent have meters', { meter: null }, {}],
            ['a sub-meter and its parent have meters', {}, { meter: null }],
            ['a sub-meter counts what its parent counts', { carrier: 'heat' }, {}],
            ['a sub-meter shares the connection of its parent', { connectionPoint: 'bus-2' }, {}],
            ['nothing hangs behind a sub-meter', {}, { parentPointId: 'street' }],
            ['nothing hangs behind a charge point', {}, { chargePointId: 'house' }],
            ['a parent counts before what hangs behind it', { fromSlot: 9 }, {}],
        ];
        for (const [reason, child, parent] of refused) {
            expectRefusal(
                () => {
                    checkParent({ ...tenant, ...child }, { ...house, ...parent });
                },
                'METER_RELATION_INVALID',
                {
                    otherId: 'house',
                    reason,
                },
            );
        }
    });
});
