import type { Carrier } from './charter.js';
import { assert, demand } from './errors.js';
import type { MeteringPoint } from './meter.js';
import {
    type AmountNano,
    type EnergyWh,
    larger,
    minus,
    negate,
    NO_ENERGY,
    plus,
    type PriceMicroPerKwh,
    shareFloor,
    type SlotIndex,
    smaller,
    valueOf,
} from './units.js';

/** What went into a storage from the network since its first slot, and what of it came back and was credited. */
export type StorageState = Readonly<{
    chargedWh: EnergyWh;
    /** At most η of what was charged; never negative. */
    creditedWh: EnergyWh;
}>;

/** A storage point's running account: slots enter it in order, so that everybody finds the same credit. */
export type Storage = StorageState & Readonly<{ pointId: string; carrier: Carrier; nextSlot: SlotIndex }>;

/** What a slot gave back to the network out of a storage, with the state after it. */
export type StorageResult = StorageState &
    Readonly<{
        /** Below zero where an estimate had been too high. */
        reexportedWh: EnergyWh;
        /** Network fee into the owner's credit cover. */
        feeCreditNano: AmountNano;
    }>;

type Crossing = Readonly<{ importWh: EnergyWh; exportWh: EnergyWh }>;

export const isStorage = ({ meter, storageEfficiencyBp }: MeteringPoint): boolean =>
    meter !== null && storageEfficiencyBp !== null;

/** A storage before its first slot. */
export const newStorage = ({ pointId, carrier, fromSlot }: MeteringPoint): Storage => ({
    pointId,
    carrier,
    nextSlot: fromSlot,
    chargedWh: NO_ENERGY,
    creditedWh: NO_ENERGY,
});

/** @throws SETTLEMENT_OUT_OF_ORDER {agreementId, carrier, slot, nextSlot}: the storage's account waits for another slot */
export function demandStorageTurn({ carrier, nextSlot }: Storage, slot: SlotIndex): void {
    demand(nextSlot === slot, 'SETTLEMENT_OUT_OF_ORDER', { agreementId: null, carrier, slot, nextSlot });
}

/**
 * Credits the fee of what was exported, as long as no more than η of all that was charged has been credited: whoever takes
 * the energy from the network next pays for it.
 */
export function creditStorage(
    { chargedWh, creditedWh }: StorageState,
    { importWh, exportWh }: Crossing,
    efficiencyBp: number,
    feeMicroPerKwh: PriceMicroPerKwh,
): StorageResult {
    const charged = plus(chargedWh, importWh);
    const capWh = shareFloor(larger(NO_ENERGY, charged), efficiencyBp);
    const roomWh = minus(capWh, creditedWh);
    const reexportedWh = larger(negate(creditedWh), smaller(exportWh, roomWh));
    const credited = plus(creditedWh, reexportedWh);
    assert(credited >= 0n && credited <= capWh, 'what is credited is within what was charged');
    const feeCreditNano = valueOf(reexportedWh, feeMicroPerKwh);
    return { chargedWh: charged, creditedWh: credited, reexportedWh, feeCreditNano };
}

export const storageAfter = (storage: Storage, { chargedWh, creditedWh }: StorageState): Storage => ({
    ...storage,
    nextSlot: storage.nextSlot + 1,
    chargedWh,
    creditedWh,
});
