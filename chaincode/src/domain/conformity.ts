import { endSlot, type Terms } from './agreement.js';
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

/** A device that sells under the terms, and a standard that the rules demand of it. */
export type DeviceStandard = Readonly<{ pointId: string; deviceId: string; standardId: string }>;

/** The device behind a point: mobility comes out of the charge point that meters it. */
const deviceOf = ({ pointId, chargePointId }: MeteringPoint): string => chargePointId ?? pointId;

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
            const each = { pointId: sellerPoint, deviceId: deviceOf(point), standardId };
            demanded.set(`${sellerPoint} ${standardId}`, each);
        }
    }
    return [...demanded.values()];
}

/**
 * A device conforms over the whole delivery and promises no more in a slot than it is rated for. A standard that is not
 * published yet, or counts only later, demands nothing.
 * @throws CONFORMITY_MISSING {deviceId, standardId, status} · CONFORMITY_EXCEEDED {deviceId, standardId, slot, energyWh,
 * ratedWh}
 */
export function demandConforming(
    { pointId, deviceId, standardId }: DeviceStandard,
    found: Readonly<{ standard: Standard | null; conformity: Conformity | null }>,
    terms: Terms,
    slotMinutes: number,
): void {
    const fromSlot = found.standard?.statement.fromSlot;
    if (fromSlot === undefined || fromSlot >= endSlot(terms)) {
        return;
    }
    const certificate = found.conformity?.statement;
    const isExpired = certificate?.status === 'certified' && certificate.untilSlot < endSlot(terms);
    const status = isExpired ? 'expired' : (certificate?.status ?? 'none');
    demand(certificate !== undefined && status === 'certified', 'CONFORMITY_MISSING', { deviceId, standardId, status });
    const ratedWh = energyOfPower(certificate.ratedW, slotMinutes);
    for (let offset = Math.max(0, fromSlot - terms.firstSlot); offset < terms.slotCount; offset += 1) {
        const energyWh = soldAt(terms, pointId, offset);
        const slot = terms.firstSlot + offset;
        demand(energyWh <= ratedWh, 'CONFORMITY_EXCEEDED', { deviceId, standardId, slot, energyWh, ratedWh });
    }
}

const soldAt = ({ legs }: Terms, pointId: string, offset: number): EnergyWh =>
    sumEnergy(legs.flatMap((leg) => (leg.sellerPoint === pointId ? (leg.energyWh[offset] ?? NO_ENERGY) : [])));
