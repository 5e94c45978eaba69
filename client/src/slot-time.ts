import type { Charter } from '@commonwatt/chaincode/domain/charter';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { InvalidError } from './errors.js';

const MINUTE_MS = 60_000;
export type SlotGrid = Pick<Charter, 'slotMinutes'>;

/** Whether a slot is written as its index, which needs no charter to read. */
export const isSlotIndex = (text: string): boolean => /^\d{1,10}$/.test(text);

/**
 * Reads a slot: its absolute index, or the UTC time at which it begins, such as `2016-07-20T09:00Z`.
 * @throws InvalidError SLOT_INVALID {text, reason}
 */
export function parseSlot(text: string, grid: SlotGrid): SlotIndex {
    if (isSlotIndex(text)) {
        return Number(text);
    }
    const isUtc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:00)?Z$/.test(text);
    const epochMs = isUtc ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(epochMs)) {
        throw new InvalidError({
            code: 'SLOT_INVALID',
            operands: { text: text.slice(0, 64), reason: 'a slot index or a UTC time such as 2016-07-20T09:00Z' },
        });
    }
    const slotMs = grid.slotMinutes * MINUTE_MS;
    if (epochMs % slotMs !== 0) {
        const reason = `slots begin every ${String(grid.slotMinutes)} minutes`;
        throw new InvalidError({ code: 'SLOT_INVALID', operands: { text, reason } });
    }
    return epochMs / slotMs;
}

/** When a slot begins, in the time zone of this machine: `2016-07-20 11:00+02:00`. */
export function localSlotTime(slot: SlotIndex, grid: SlotGrid): string {
    const epochMs = slot * grid.slotMinutes * MINUTE_MS;
    const offsetMinutes = -new Date(epochMs).getTimezoneOffset();
    const local = new Date(epochMs + offsetMinutes * MINUTE_MS).toISOString();
    const sign = offsetMinutes < 0 ? '-' : '+';
    const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60].map((part) =>
        String(part).padStart(2, '0'),
    );
    return `${local.slice(0, 10)} ${local.slice(11, 16)}${sign}${String(hours)}:${String(minutes)}`;
}

/** When a slot begins, UTC: `2016-07-20T09:00Z`. */
export const slotTime = (slot: SlotIndex, grid: SlotGrid): string =>
    `${new Date(slotBeginMs(slot, grid)).toISOString().slice(0, 16)}Z`;

/** The first slot that begins at a moment or after it. */
export const slotFrom = (epochMs: number, grid: SlotGrid): SlotIndex =>
    Math.ceil(epochMs / (grid.slotMinutes * MINUTE_MS));

export const slotBeginMs = (slot: SlotIndex, grid: SlotGrid): number => slot * grid.slotMinutes * MINUTE_MS;
