import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PlannedBuilding } from './plan.js';

const communitySchema = z.object({
    buildings: z.array(
        z.object({
            id: z.string(),
            bus: z.string(),
            kind: z.enum(['household', 'commercial']),
            feeder: z.string(),
            el_kwh_per_a: z.number().nonnegative(),
            pv: z.array(z.string()),
            bat: z.array(z.string()),
        }),
    ),
    assets: z.object({ pv: z.array(z.object({ id: z.string(), kwp: z.number().positive() })) }),
});

/**
 * What is known of the buildings before anything is metered. Ratings are rounded down to whole watts: they only size
 * bids.
 * @throws Error naming the file when it is not as `test-network-config/scenario/README.md` says
 */
export async function readBuildings(scenarioDirectory: string): Promise<PlannedBuilding[]> {
    const file = join(scenarioDirectory, 'community.json');
    const parsed = communitySchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (!parsed.success) {
        throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
    }
    const { buildings, assets } = parsed.data;
    const peakW = new Map(assets.pv.map((plant) => [plant.id, BigInt(Math.floor(plant.kwp * 1_000))]));
    return buildings.map((building) => ({
        id: building.id,
        bus: building.bus,
        sector: building.kind === 'household' ? 'residential' : 'commercial',
        feeder: building.feeder,
        annualWh: BigInt(Math.floor(building.el_kwh_per_a * 1_000)),
        pvPeakW: building.pv.reduce((sum, id) => sum + (peakW.get(id) ?? 0n), 0n),
        hasBattery: building.bat.length > 0,
    }));
}
