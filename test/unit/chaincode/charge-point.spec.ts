import { type ChargePoint, checkChargePoint, connectTo, handedOver } from '@commonwatt/chaincode/domain/charge-point';
import type { MeteredPoint } from '@commonwatt/chaincode/domain/delivery';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const charger: MeteringPoint = {
    ...PLAIN_POINT,
    pointId: 'charger',
    participantId: 'operator',
    carrier: 'electricity',
    connectionPoint: 'bus-1',
    fromSlot: 10,
    meter: { meterId: 'charger-meter', publicKey: 'key' },
    chargePointId: 'charger',
};
const mobility = (pointId: string, participantId: string, fromSlot = 10): MeteringPoint => ({
    ...charger,
    pointId,
    participantId,
    carrier: 'mobility',
    fromSlot,
    meter: null,
});
const station = mobility('station', 'operator');

describe('a charge point', () => {
    it('is a metered point of electricity that names itself; mobility points name it', () => {
        checkChargePoint(charger, null);
        checkChargePoint({ ...charger, chargePointId: null }, null);
        checkChargePoint({ ...charger, carrier: 'heat', chargePointId: null }, null);
        checkChargePoint(station, charger);
        const isElectric = 'a charge point is a metered point of electricity';
        const named = 'mobility needs a charge point';
        const plain = 'what is handed over is neither stored, generated nor sub-metered there';
        const refused: readonly (readonly [string, MeteringPoint, MeteringPoint | null])[] = [
            [isElectric, { ...charger, meter: null }, null],
            [isElectric, { ...charger, carrier: 'heat' }, null],
            ['mobility alone is metered by another point', { ...charger, pointId: 'house' }, charger],
            [named, { ...station, chargePointId: null }, null],
            [named, station, { ...charger, chargePointId: null }],
            [named, station, station],
            ['mobility is metered at the charge point', { ...station, meter: charger.meter }, charger],
            ['a charge point counts before what it hands over', { ...station, fromSlot: 9 }, charger],
            [plain, { ...station, storageEfficiencyBp: 9_000 }, charger],
            [plain, { ...station, isRenewable: true }, charger],
            [plain, { ...station, parentPointId: 'house' }, charger],
        ];
        for (const [reason, point, other] of refused) {
            expectRefusal(
                () => {
                    checkChargePoint(point, other);
                },
                'METER_RELATION_INVALID',
                { pointId: point.pointId, reason },
            );
        }
    });

    it('has one station, and one vehicle at a time', () => {
        const first = connectTo(null, charger, mobility('van', 'fleet', 12));
        expect(first).to.deep.equal({
            chargePointId: 'charger',
            stationPointId: null,
            vehicle: { pointId: 'van', fromSlot: 12 },
        });
        const both: ChargePoint = { ...first, stationPointId: 'station' };
        expect(connectTo(first, charger, station)).to.deep.equal(both);
        expectRefusal(() => connectTo(both, charger, { ...station, pointId: 'second' }), 'CHARGE_POINT_TAKEN', {
            chargePointId: 'charger',
            pointId: 'station',
        });
        for (const fromSlot of [11, 12]) {
            const bus = mobility('bus', 'other-fleet', fromSlot);
            expectRefusal(() => connectTo(both, charger, bus), 'CHARGE_POINT_TAKEN', { pointId: 'van' });
        }
        const later = connectTo(both, charger, mobility('bus', 'other-fleet', 13));
        expect(later.vehicle).to.deep.equal({ pointId: 'bus', fromSlot: 13 });
    });
});

describe('what a charge point hands over', () => {
    const state = (importWh: bigint, exportWh: bigint) =>
        ({ importWh: energyWh(importWh), exportWh: energyWh(exportWh), volume: null, quality: 'measured' }) as const;
    const metered: MeteredPoint = {
        point: charger,
        before: state(100n, 10n),
        after: state(160n, 15n),
        replaced: null,
        isStation: false,
    };
    /** Net export of each point, in their order. */
    const nets = (...points: readonly MeteringPoint[]): unknown[] =>
        handedOver(metered, points).map(({ point, before, after }) => [
            point.pointId,
            before === null || after === null
                ? null
                : after.exportWh - before.exportWh - (after.importWh - before.importWh),
        ]);

    it('is what its meter counts: taken by the vehicle, given by the station', () => {
        const van = mobility('van', 'fleet');
        expect(nets(station, van)).to.deep.equal([
            ['station', 55n],
            ['van', -55n],
        ]);
        expect(handedOver(metered, [van, station]).map(({ isStation }) => isStation)).to.deep.equal([false, true]);
    });

    it('passes through the vehicle that came last', () => {
        expect(nets(mobility('van', 'fleet', 10), station, mobility('bus', 'fleet', 12))).to.deep.equal([
            ['van', 0n],
            ['station', 55n],
            ['bus', -55n],
        ]);
    });

    it('is nothing while one side is not there, and unknown while the meter is silent', () => {
        expect(nets(station)).to.deep.equal([['station', 0n]]);
        expect(nets(mobility('van', 'fleet'))).to.deep.equal([['van', 0n]]);
        const silent = handedOver({ ...metered, after: null }, [station, mobility('van', 'fleet')]);
        expect(silent.map(({ after }) => after)).to.deep.equal([null, null]);
    });
});
