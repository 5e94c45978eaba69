import { calorificWhPerM3, type EnergyWh, volumeLitres } from '@commonwatt/chaincode/domain/units';
import type { MeterState } from '@commonwatt/client';

/** Assumption of the scenario, which knows the energy of the gas only: the value that its meters convert with. */
const CALORIFIC = calorificWhPerM3(11_200n);

/** What a gas meter shows that has converted its litres into this energy, as far as whole litres tell. */
export function gasState(importWh: EnergyWh, exportWh: EnergyWh): MeterState {
    const litres = (energy: EnergyWh): ReturnType<typeof volumeLitres> => volumeLitres((energy * 1_000n) / CALORIFIC);
    const volume = { importLitres: litres(importWh), exportLitres: litres(exportWh), calorificWhPerM3: CALORIFIC };
    return { importWh, exportWh, volume };
}
