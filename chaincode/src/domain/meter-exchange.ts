import { assert, demand } from './errors.js';
import type { Counted, Meter, MeteringPoint, OwnerConsent, Registers } from './meter.js';
import { countedBy, isMonotonic, type LastReading, type Reading, sameReading, type SignedReading } from './reading.js';
import type { SlotIndex } from './units.js';

/**
 * One meter takes the place of another within a slot: the old one signs where its registers stand, the new one where its
 * begin. Both name the last slot that had ended. The record stands under the old meter, which never comes back.
 */
export type MeterExchange = Readonly<{
    pointId: string;
    oldMeterId: string;
    /** `null` of a dead meter: the registers of the point go on from where its last readings let them be estimated. */
    closing: SignedReading | null;
    opening: SignedReading;
    meter: Meter;
    /** The owner's signature; `null` where the regulator confirmed the exchange in its place. */
    consent: OwnerConsent | null;
}>;

/** What binds the owner: whose registers count from now on, and whether those of the old meter are estimated. */
export type MeterExchangeStatement = Readonly<{
    pointId: string;
    oldMeterId: string;
    meter: Meter;
    isDead: boolean;
}>;

export const exchangeStatementOf = ({
    pointId,
    oldMeterId,
    meter,
    closing,
}: Pick<MeterExchange, 'pointId' | 'oldMeterId' | 'meter' | 'closing'>): MeterExchangeStatement => ({
    pointId,
    oldMeterId,
    meter,
    isDead: closing === null,
});

/** Whether both state the same; signatures of one document may differ. */
export const sameExchange = (left: MeterExchange, right: MeterExchange): boolean =>
    left.pointId === right.pointId &&
    sameClosing(left.closing, right.closing) &&
    sameReading(left.opening.reading, right.opening.reading) &&
    left.meter.meterId === right.meter.meterId &&
    left.meter.publicKey === right.meter.publicKey;

const sameClosing = (left: SignedReading | null, right: SignedReading | null): boolean =>
    left === null || right === null ? left === right : sameReading(left.reading, right.reading);

/**
 * A meter is dead when nothing was read of it for as long as settlement waits for readings, and for a slot at least: who
 * would have it estimated cannot choose that right after a reading.
 * @throws METER_EXCHANGE_INVALID {pointId, reason}
 */
export function demandDead({ reading }: LastReading, slot: SlotIndex, readingDeadlineSlots: number): void {
    const isSilent = slot - reading.slot >= Math.max(1, readingDeadlineSlots);
    demand(isSilent, 'METER_EXCHANGE_INVALID', {
        pointId: reading.pointId,
        reason: 'the old meter was read within the deadline for readings: it closes by itself',
    });
}

/**
 * Installs the new meter: the registers of the point go on from where the old one closed, whatever the new one shows.
 * @param estimated where the registers of a dead meter's point stand at the end of the opening's slot; else `null`
 * @throws METER_EXCHANGE_INVALID {pointId, reason}
 */
export function exchangeMeter(
    point: MeteringPoint,
    last: LastReading,
    { oldMeterId, closing, opening, meter }: MeterExchange,
    estimated: Registers | null,
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
    const begin = opening.reading;
    refuse(begin.pointId === pointId && begin.meterId === meter.meterId, 'the new meter opens at the point');
    refuse((begin.volume === null) === (last.reading.volume === null), 'it counts what the old one counted');
    refuse(begin.sequence === 0, 'its opening is its first reading');
    if (closing !== null) {
        checkClosing(last, closing.reading, oldMeterId, refuse);
        refuse(begin.slot === closing.reading.slot, 'it begins to count where the old one ends');
    }
    return {
        point: { ...point, meter },
        last: {
            reading: begin,
            publicKey: meter.publicKey,
            firstSlot: begin.slot + 1,
            counted: closing === null ? estimatedCount(last, estimated) : countedBy(last, closing.reading),
        },
    };
}

/** A volume that nobody read is not counted: gas that was estimated is energy alone. */
function estimatedCount({ counted }: LastReading, estimated: Registers | null): Counted {
    assert(estimated !== null, 'the registers of a dead meter are estimated');
    const { importWh, exportWh } = estimated;
    return { importWh, exportWh, volume: counted.volume };
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
