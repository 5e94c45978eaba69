import { join } from 'node:path';
import { readIfPresent } from '../files.js';
import { type Building, type Community, parseCommunity } from './community.js';
import { parseProfile, type Profile } from './profile.js';
import { ScenarioError } from './scenario-error.js';

/** One week of a community's energy, as its folder tells it. */
export type Scenario = Readonly<{
    directory: string;
    week: string;
    /** Slots of the week, counted in quarter hours since the Unix epoch: [firstSlot, firstSlot + slotCount). */
    firstSlot: number;
    slotCount: number;
    buildings: ReadonlyMap<string, Building>;
    /** Base loads, heat pumps and EV points, kW. */
    loads: Profile;
    /** PV output, kW. */
    pv: Profile;
    /** SimBench's own schedule of the batteries, kW, charging positive. */
    batteries: Profile;
    /** Heat that each building needs, kW. */
    heat: Profile;
    /** Cold that buildings need, kW; weeks without it have no such file. */
    cold: Profile | null;
}>;

export const PROFILES = ['loads', 'pv', 'batteries', 'heat', 'cold'] as const;
export type ProfileName = (typeof PROFILES)[number];

/** @throws ScenarioError naming file, line and column of what is not as it should be */
export async function loadScenario(directory: string, week: string): Promise<Scenario> {
    const communityFile = join(directory, 'community.json');
    const community = parseCommunity(communityFile, await read(communityFile));
    const slotCount = slotCountOf(community, week, communityFile);
    const load = async (name: string, columnsOf: (building: Building) => readonly string[]): Promise<Profile> => {
        const file = join(directory, 'profiles', week, name);
        const columnNames = [...community.buildings.values()].flatMap(columnsOf);
        return parseProfile(file, await read(file), { columnNames, slotCount });
    };
    const loads = await load('el_load_kw.csv', consumersOf);
    const pv = await load('pv_kw.csv', (building) => building.pvPlants);
    const batteries = await load('bat_simbench_kw.csv', (building) => building.batteries);
    const heat = await load('heat_kw.csv', (building) => [building.buildingId]);
    const coldText = await readIfPresent(join(directory, 'profiles', week, 'cold_kw.csv'));
    const cold = coldText === undefined ? null : await load('cold_kw.csv', () => []);
    for (const profile of [pv, batteries, heat, ...(cold === null ? [] : [cold])]) {
        checkAligned(loads, profile);
    }
    const { buildings } = community;
    const profiles = { loads, pv, batteries, heat, cold };
    return { directory, week, firstSlot: loads.firstSlot, slotCount, buildings, ...profiles };
}

/** Columns of `loads` that lie behind a building's metering point. */
export function consumersOf(building: Building): readonly string[] {
    return [building.baseLoad, ...building.heatPumps, ...building.evPoints];
}

function slotCountOf(community: Community, week: string, file: string): number {
    const slotCount = community.slotCounts.get(week);
    if (slotCount === undefined) {
        const weeks = [...community.slotCounts.keys()].join(', ');
        throw new ScenarioError('weekUnknown', { file }, `there is no week "${week}"`, `Name one of ${weeks}.`);
    }
    return slotCount;
}

function checkAligned(reference: Profile, profile: Profile): void {
    if (profile.firstSlot !== reference.firstSlot) {
        throw new ScenarioError(
            'slotMisaligned',
            { file: profile.file, line: 2, column: 't_utc' },
            `the profile does not begin in the same slot as ${reference.file}`,
            'Let all profiles of a week begin in the same slot.',
        );
    }
}

async function read(file: string): Promise<string> {
    const text = await readIfPresent(file);
    if (text === undefined) {
        const remedy = 'Name a folder with the files that test-network-config/scenario/README.md lists.';
        throw new ScenarioError('fileMissing', { file }, 'there is no such file', remedy);
    }
    return text;
}
