import type { CommonwattError } from '../errors.js';
import { jsonText } from './output.js';

/** Longest list that one line among many shows whole. */
const ITEMS_MAX = 3;

/** A refusal among many on one line: its code and the values that decided it, long lists by their length. */
export function inBrief({ code, operands }: CommonwattError): string {
    const values = Object.entries(operands).map(([name, value]) => `${name}=${briefOf(value)}`);
    return [code, ...values].join(' ');
}

function briefOf(value: unknown): string {
    if (Array.isArray(value) && value.length > ITEMS_MAX) {
        return `${value.slice(0, ITEMS_MAX).map(String).join(',')} and ${String(value.length - ITEMS_MAX)} more`;
    }
    return typeof value === 'string' ? value : jsonText(value);
}
