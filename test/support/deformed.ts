import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import fc from 'fast-check';

/** What no field of any command accepts. */
const IMPOSSIBLE: readonly Json[] = [`-${'9'.repeat(31)}`, 'x'.repeat(300), '../settlement', '\u0000', '😀', [[]]];
/** What no field of any command expects everywhere: other types, ends of ranges, texts that mean something elsewhere. */
const ODD: readonly Json[] = [
    null,
    true,
    0,
    -1,
    2_000_000_000,
    '',
    '0',
    '-1',
    '007',
    '9'.repeat(30),
    ...IMPOSSIBLE,
    '__proto__',
    'f'.repeat(64),
    '0'.repeat(128),
    [],
    {},
];
/** Added to the name of a member that is there twice. */
const TWICE = '2';

type Path = readonly (string | number)[];

/** Every place in a value, its root left out. */
function placesIn(value: Json, path: Path = []): Path[] {
    if (typeof value !== 'object' || value === null) {
        return [];
    }
    const entries: [string | number, Json][] = Array.isArray(value)
        ? value.map((item, index) => [index, item])
        : Object.entries(value as Record<string, Json>);
    return entries.flatMap(([key, inner]) => [[...path, key], ...placesIn(inner, [...path, key])]);
}

type Change = (holder: Record<string | number, Json>, key: string | number) => void;

/** What becomes of one place. */
const change: fc.Arbitrary<Change> = fc.oneof(
    fc.constantFrom(...ODD).map(
        (odd): Change =>
            (holder, key) =>
                (holder[key] = structuredClone(odd)),
    ),
    fc.constant<Change>((holder, key) => {
        if (Array.isArray(holder)) {
            holder.splice(Number(key), 1);
        } else {
            Reflect.deleteProperty(holder, key);
        }
    }),
    fc.constant<Change>((holder, key) => {
        const value = structuredClone(holder[key] ?? null);
        if (Array.isArray(holder)) {
            holder.splice(Number(key), 0, value);
        } else {
            holder[`${key}${TWICE}`] = value;
        }
    }),
    fc.integer({ min: -2, max: 2 }).map((by): Change => (holder, key) => {
        const value = holder[key];
        if (typeof value === 'number') {
            holder[key] = value + by;
        } else if (typeof value === 'string' && /^-?\d{1,18}$/.test(value)) {
            holder[key] = String(BigInt(value) + BigInt(by));
        } else if (typeof value === 'string' && value.length > 0) {
            const [first = '', ...rest] = value;
            holder[key] = [...rest, first].join('');
        }
    }),
);

/** A sound command with one to three places changed. */
export const deformed = (sound: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
    fc.tuple(sound, fc.array(fc.tuple(fc.nat(), change), { minLength: 1, maxLength: 3 })).map(([original, changes]) => {
        const value = structuredClone(original);
        for (const [pick, apply] of changes) {
            const places = placesIn(value);
            const place = places[pick % Math.max(1, places.length)];
            const holder = place === undefined ? undefined : holderOf(value, place);
            const key = place?.at(-1);
            if (holder !== undefined && key !== undefined) {
                apply(holder, key);
            }
        }
        return value;
    });

/** A place in a command that every codec refuses, as text: a value that no field accepts, a member that is there twice. */
export function impossibleIn(command: Json): string | null {
    const place = placesIn(command).find((path) => {
        const holder = holderOf(command, path);
        const key = path.at(-1) ?? '';
        const isTwice = typeof key === 'string' && key.endsWith(TWICE) && key.slice(0, -TWICE.length) in holder;
        return isTwice || IMPOSSIBLE.some((value) => isDeepStrictEqual(value, holder[key]));
    });
    return place?.join('.') ?? null;
}

function holderOf(value: Json, place: Path): Record<string | number, Json> {
    return place
        .slice(0, -1)
        .reduce((holder, key) => holder[key] as typeof holder, value as Record<string | number, Json>);
}
