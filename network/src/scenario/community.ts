import { ScenarioError } from './scenario-error.js';

/** What lies behind a building's connection to the grid, by the names of the profile columns. */
export type Building = Readonly<{
    buildingId: string;
    baseLoad: string;
    heatPumps: readonly string[];
    evPoints: readonly string[];
    pvPlants: readonly string[];
    batteries: readonly string[];
}>;

export type Community = Readonly<{
    buildings: ReadonlyMap<string, Building>;
    /** Number of slots of every week that the scenario has profiles for. */
    slotCounts: ReadonlyMap<string, number>;
}>;

type Fields = Readonly<Record<string, unknown>>;

export function parseCommunity(file: string, text: string): Community {
    return new CommunityReader(file).read(text);
}

/** Checks what the scenario needs of the file, and names the field that is not as expected. */
class CommunityReader {
    readonly #file: string;

    constructor(file: string) {
        this.#file = file;
    }

    read(text: string): Community {
        const root = this.#fields(this.#json(text), 'the file');
        const weeks = this.#fields(root['stats'], 'stats');
        return {
            buildings: this.#buildings(root['buildings']),
            slotCounts: new Map(Object.entries(weeks).map(([week, stats]) => [week, this.#slotCount(week, stats)])),
        };
    }

    #buildings(value: unknown): Map<string, Building> {
        const buildings = new Map<string, Building>();
        for (const [index, entry] of this.#list(value, 'buildings').entries()) {
            const building = this.#building(entry, `buildings[${String(index)}]`);
            if (buildings.has(building.buildingId)) {
                throw this.#invalid(`buildings[${String(index)}].id`, 'an id of its own');
            }
            buildings.set(building.buildingId, building);
        }
        return buildings;
    }

    #building(value: unknown, path: string): Building {
        const fields = this.#fields(value, path);
        const names = (field: string): string[] =>
            this.#list(fields[field], `${path}.${field}`).map((name) => this.#text(name, `${path}.${field}`));
        return {
            buildingId: this.#text(fields['id'], `${path}.id`),
            baseLoad: this.#text(fields['load'], `${path}.load`),
            heatPumps: names('hp'),
            evPoints: names('ev'),
            pvPlants: names('pv'),
            batteries: names('bat'),
        };
    }

    #slotCount(week: string, stats: unknown): number {
        const slots = this.#fields(stats, `stats.${week}`)['slots'];
        if (typeof slots !== 'number' || !Number.isSafeInteger(slots) || slots < 1) {
            throw this.#invalid(`stats.${week}.slots`, 'a number of slots');
        }
        return slots;
    }

    #json(text: string): unknown {
        try {
            return JSON.parse(text);
        } catch {
            throw this.#invalid('the file', 'JSON');
        }
    }

    #fields(value: unknown, path: string): Fields {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
            throw this.#invalid(path, 'an object');
        }
        return value as Fields;
    }

    #list(value: unknown, path: string): readonly unknown[] {
        if (!Array.isArray(value)) {
            throw this.#invalid(path, 'a list');
        }
        return value;
    }

    #text(value: unknown, path: string): string {
        if (typeof value !== 'string' || value === '') {
            throw this.#invalid(path, 'a name');
        }
        return value;
    }

    #invalid(path: string, expected: string): ScenarioError {
        return new ScenarioError(
            'communityInvalid',
            { file: this.#file, column: path },
            `not ${expected}`,
            'Compare the file with test-network-config/scenario/community.json.',
        );
    }
}
