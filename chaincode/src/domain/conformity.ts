import { endSlot, type Terms } from './agreement.js';
import type { Carrier } from './charter.js';
import { demand } from './errors.js';
import { isScheduled, type MeteringPoint } from './meter.js';
import type { Rules } from './rules.js';
import type { SignedStatement } from './signed-statement.js';
import type { Standard } from './standard.js';
import { energyOfPower, type EnergyWh, NO_ENERGY, type PowerW, type SlotIndex, sumEnergy } from './units.js';

export type ConformityStatus = 'certified' | 'withdrawn';

/** What the regulator says of a device: it conforms to a standard up to a power and until a slot, or no longer. */
export type ConformityStatement = Readonly<{
    /** Metering point behind which the device stands. */
    pointId: string;
    standardId: string;
    sequence: number;
    status: ConformityStatus;
    ratedW: PowerW;
    untilSlot: SlotIndex;
    reasonCode: string;
}>;

export type Conformity = SignedStatement<ConformityStatement>;

const FOLLOWERS: Readonly<Record<ConformityStatus | 'none', readonly ConformityStatus[]>> = {
    none: ['certified'],
    certified: ['certified', 'withdrawn'],
    withdrawn: ['certified'],
};

/** @throws CONFORMITY_CONFLICT {pointId, standardId, status, sequence} when the statement does not follow the last one */
export function followsConformity(existing: Conformity | null, statement: ConformityStatement): void {
    const { pointId, standardId } = statement;
    const status = existing?.statement.status ?? 'none';
    const sequence = existing?.statement.sequence ?? 0;
    const follows = FOLLOWERS[status].includes(statement.status) && statement.sequence === sequence + 1;
    demand(follows, 'CONFORMITY_CONFLICT', { pointId, standardId, status, sequence });
}

/** A device that sells under the terms, by which points, and a standard that the rules demand of it. */
export type DeviceStandard = Readonly<{
    carrier: Carrier;
    deviceId: string;
    pointIds: readonly string[];
    standardId: string;
}>;

/** The device behind a point: mobility comes out of the charge point that meters it. */
export const deviceOf = ({ pointId, chargePointId }: MeteringPoint): string => chargePointId ?? pointId;

/** What the rules demand of the devices that sell. Scheduled points stand for no device. */
export function deviceStandardsOf(
    terms: Terms,
    points: ReadonlyMap<string, MeteringPoint>,
    rules: Rules,
): readonly DeviceStandard[] {
    const demanded = new Map<string, DeviceStandard>();
    for (const { carrier, sellerPoint } of terms.legs) {
        const point = points.get(sellerPoint);
        if (point === undefined || isScheduled(point)) {
            continue;
        }
        for (const standardId of rules.carriers[carrier]?.conformityStandards ?? []) {
            const deviceId = deviceOf(point);
            const key = `${carrier} ${deviceId} ${standardId}`;
            const pointIds = [...new Set([...(demanded.get(key)?.pointIds ?? []), sellerPoint])];
            demanded.set(key, { carrier, deviceId, pointIds, standardId });
        }
    }
    return [...demanded.values()];
}

/** What a certificate lets a device sell in a slot, from the slot on in which its standard counts. */
export type Rating = DeviceStandard & Readonly<{ fromSlot: SlotIndex; ratedWh: EnergyWh }>;

/**
 * A device conforms over the whole delivery. A standard that is not published yet, or counts only later, demands nothing.
 * @throws CONFORMITY_MISSING {deviceId, standardId, status}
 */
export function ratingOf(
    device: DeviceStandard,
    found: Readonly<{ standard: Standard | null; conformity: Conformity | null }>,
    terms: Terms,
    slotMinutes: number,
): Rating | null {
    const { deviceId, standardId } = device;
    const fromSlot = found.standard?.statement.fromSlot;
    if (fromSlot === undefined || fromSlot >= endSlot(terms)) {
        return null;
    }
    const certificate = found.conformity?.statement;
    const isExpired = certificate?.status === 'certified' && certificate.untilSlot < endSlot(terms);
    const status = isExpired ? 'expired' : (certificate?.status ?? 'none');
    demand(certificate !== undefined && status === 'certified', 'CONFORMITY_MISSING', { deviceId, standardId, status });
    return { ...device, fromSlot, ratedWh: energyOfPower(certificate.ratedW, slotMinutes) };
}

/**
 * One agreement alone sells no more of a device in a slot than it is rated for; rounds of admission hold the sum of all.
 * @throws CONFORMITY_EXCEEDED {deviceId, standardId, slot, energyWh, ratedWh}
 */
export function demandWithinRating(
    { carrier, pointIds, deviceId, standardId, fromSlot, ratedWh }: Rating,
    { legs, firstSlot, slotCount }: Pick<Terms, 'legs' | 'firstSlot' | 'slotCount'>,
): void {
    const own = legs.filter((leg) => leg.carrier === carrier && pointIds.includes(leg.sellerPoint));
    for (let offset = Math.max(0, fromSlot - firstSlot); offset < slotCount; offset += 1) {
        const energyWh = sumEnergy(own.map((leg) => leg.energyWh[offset] ?? NO_ENERGY));
        const slot = firstSlot + offset;
        demand(energyWh <= ratedWh, 'CONFORMITY_EXCEEDED', { deviceId, standardId, slot, energyWh, ratedWh });
    }
}
