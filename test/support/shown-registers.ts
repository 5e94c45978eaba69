import { calorificWhPerM3, energyWh, type SlotIndex, volumeLitres } from '@commonwatt/chaincode/domain/units';
import type { MeterState } from '@commonwatt/client/meter-signer';

export const imported = (wh: bigint): MeterState => ({ importWh: energyWh(wh), exportWh: energyWh(0n) });

/** A meter that counts this in the first slots of delivery, one way, and nothing before or after. */
export const counting =
    (firstSlot: SlotIndex, side: 'importWh' | 'exportWh', wh: readonly bigint[]) =>
    (slot: SlotIndex): MeterState => {
        const before = wh.slice(0, Math.max(0, slot + 1 - firstSlot));
        const counted = energyWh(before.reduce((sum, each) => sum + each, 0n));
        return { importWh: energyWh(0n), exportWh: energyWh(0n), [side]: counted };
    };

/** Takes 420 Wh in the first slot and gives 200 back in the second. */
export function charger(firstSlot: SlotIndex): (slot: SlotIndex) => MeterState {
    return (slot) => ({
        importWh: energyWh(slot >= firstSlot ? 420n : 0n),
        exportWh: energyWh(slot > firstSlot ? 200n : 0n),
    });
}

/** A hundred litres a slot, at 10 kWh per m³ as the meter has it. */
export function gasMeter(firstSlot: SlotIndex): (slot: SlotIndex) => MeterState {
    return (slot) => {
        const litres = 100n * BigInt(Math.min(2, Math.max(0, slot + 1 - firstSlot)));
        const volume = {
            importLitres: volumeLitres(litres),
            exportLitres: volumeLitres(0n),
            calorificWhPerM3: calorificWhPerM3(10_000n),
        };
        return { importWh: energyWh(litres * 10n), exportWh: energyWh(0n), volume };
    };
}
