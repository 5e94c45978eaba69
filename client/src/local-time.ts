import { InvalidError } from './errors.js';

const DAY_MS = 86_400_000;

/** IANA name of the machine's own time zone. */
export const ownTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A moment as people in a time zone write it: `Wed 20 Jul 2016, 11:00`. */
export function localTime(epochMs: number, timeZone: string): string {
    const { weekday, day, month, year, hour, minute } = partsOf(epochMs, timeZone);
    return `${weekday} ${day} ${month} ${year}, ${hour}:${minute}`;
}

/**
 * When a local day begins and ends. A day on which the clock is changed has 23 or 25 hours.
 * @param date `2016-07-20`
 * @throws InvalidError DAY_INVALID {text, reason}
 */
export function localDay(date: string, timeZone: string): Readonly<{ fromMs: number; toMs: number }> {
    const midnightUtcMs = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
    if (Number.isNaN(midnightUtcMs)) {
        throw new InvalidError({
            code: 'DAY_INVALID',
            operands: { text: date.slice(0, 64), reason: 'a date such as 2016-07-20' },
        });
    }
    return { fromMs: midnight(midnightUtcMs, timeZone), toMs: midnight(midnightUtcMs + DAY_MS, timeZone) };
}

/** @throws InvalidError TIME_ZONE_INVALID {text} */
export function checkedTimeZone(text: string): string {
    try {
        return new Intl.DateTimeFormat('en-GB', { timeZone: text }).resolvedOptions().timeZone;
    } catch (cause) {
        throw new InvalidError({ code: 'TIME_ZONE_INVALID', operands: { text: text.slice(0, 64) }, cause });
    }
}

/** The moment at which clocks show the midnight that UTC shows at `utcMs`: the offset there and the one it leads to. */
function midnight(utcMs: number, timeZone: string): number {
    const first = utcMs - offsetMs(utcMs, timeZone);
    return utcMs - offsetMs(first, timeZone);
}

function offsetMs(epochMs: number, timeZone: string): number {
    const parts = partsOf(epochMs, timeZone);
    const { year, monthNumber, day, hour, minute, second } = parts;
    return Date.parse(`${year}-${monthNumber}-${day.padStart(2, '0')}T${hour}:${minute}:${second}Z`) - epochMs;
}

type Parts = Readonly<
    Record<'weekday' | 'day' | 'month' | 'monthNumber' | 'year' | 'hour' | 'minute' | 'second', string>
>;

function partsOf(epochMs: number, timeZone: string): Parts {
    const written = (options: Intl.DateTimeFormatOptions): Map<string, string> => {
        const format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options });
        return new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
    };
    const words = written({ weekday: 'short', month: 'short' });
    const numbers = written({
        year: 'numeric',
        month: '2-digit',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
    });
    const number = (type: string): string => numbers.get(type) ?? '';
    return {
        weekday: words.get('weekday') ?? '',
        month: words.get('month') ?? '',
        monthNumber: number('month'),
        day: number('day'),
        year: number('year'),
        hour: number('hour'),
        minute: number('minute'),
        second: number('second'),
    };
}
