import { assert, demand } from './errors.js';
import type { Meter, MeteringPoint } from './meter.js';
import { countedBy, isMonotonic, type LastReading, type Reading, sameReading, type SignedReading } from './reading.js';

/**
 * One meter takes the place of another within a slot: the old one signs where its registers stand, the new one where its
 * begin. Both name the last slot that had ended. The record stands under the old meter, which never comes back.
 */
export type MeterExchange = Readonly<{
    pointId: string;
    oldMeterId: string;
    closing: SignedReading;
    opening: SignedReading;
    meter: Meter;
}>;

/** Whether both state the same; signatures of one document may differ. */
export const sameExchange = (left: MeterExchange, right: MeterExchange): boolean =>
    left.pointId === right.pointId &&
    sameReading(left.closing.reading, right.closing.reading) &&
    sameReading(left.opening.reading, right.opening.reading) &&
    left.meter.meterId === right.meter.meterId &&
    left.meter.publicKey === right.meter.publicKey;

/**
 * Installs the new meter: the registers of the point go on from where the old one closed, whatever the new one shows.
 * @throws METER_EXCHANGE_INVALID {pointId, reason}
 */
export function exchangeMeter(
    point: MeteringPoint,
    last: LastReading,
    { oldMeterId, closing, opening, meter }: MeterExchange,
): { point: MeteringPoint; last: LastReading } {
    const { pointId } = point;
    const refuse = (holds: boolean, reason: string): void => {
        demand(holds, 'METER_EXCHANGE_INVALID', { pointId, reason });
    };
    assert(point.meter !== null, 'a point whose meter was read has one');
    refuse(
        meter.meterId !== oldMeterId && meter.publicKey !== point.meter.publicKey,
        'another meter with a key of its own',
    );
    checkClosing(last, closing.reading, oldMeterId, refuse);
    const begin = opening.reading;
    refuse(begin.pointId === pointId && begin.meterId === meter.meterId, 'the new meter opens at the point');
    refuse(begin.sequence === 0 && begin.slot === closing.reading.slot, 'it begins to count where the old one ends');
    refuse((begin.volume === null) === (last.reading.volume === null), 'it counts what the old one counted');
    return {
        point: { ...point, meter },
        last: {
            reading: begin,
            publicKey: meter.publicKey,
            firstSlot: begin.slot + 1,
            counted: countedBy(last, closing.reading),
        },
    };
}

function checkClosing(
    last: LastReading,
    closing: Reading,
    oldMeterId: string,
    refuse: (holds: boolean, reason: string) => void,
): void {
    const { reading } = last;
    refuse(closing.pointId === reading.pointId && closing.meterId === oldMeterId, 'the installed meter closes');
    refuse(closing.sequence > reading.sequence && closing.slot >= reading.slot, 'the closing follows the last reading');
    refuse((closing.volume === null) === (reading.volume === null), 'the closing tells what the meter counts');
    refuse(isMonotonic(reading, closing), 'no register ran backwards');
}
