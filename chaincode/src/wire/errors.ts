import { ERROR_KINDS, type ErrorCode, type ErrorKind, type ErrorOperands, type MarketError } from '../domain/errors.js';
import { canonicalJson, type Json } from './canonical.js';

/**
 * A refusal as text, the only thing of an error that reaches a client: `CODE {operands as JSON}`. Operands may hold
 * what was refused, so every operand has an encoding: a throw here would leave the chaincode and end its process.
 */
export function encodeError(error: MarketError): string {
    return `${error.code} ${canonicalJson(operandsJson(error))}`;
}

/** The operands of a refusal as JSON. */
export function operandsJson({ operands }: MarketError): Readonly<Record<string, Json>> {
    return Object.fromEntries(Object.entries(operands).map(([key, operand]) => [key, operandJson(operand)]));
}

function operandJson(operand: ErrorOperands[string]): Json {
    if (typeof operand === 'string') {
        return operand.toWellFormed(); // a bounded excerpt may end inside a character
    }
    if (typeof operand === 'number') {
        return Number.isSafeInteger(operand) && !Object.is(operand, -0) ? operand : String(operand);
    }
    if (typeof operand === 'bigint') {
        return String(operand);
    }
    return operand === null || typeof operand === 'boolean' ? operand : operand.map((item) => item.toWellFormed());
}

/** A refusal read back; operands are JSON, amounts as decimal strings. */
export type WireError = Readonly<{ code: ErrorCode; kind: ErrorKind; operands: ErrorOperands }>;

/** Finds a coded error in what a peer reports; `null` when the text holds none. */
export function decodeError(text: string): WireError | null {
    const match = /\b([A-Z][A-Z_]+) (\{.*\})/s.exec(text);
    const [, code, json] = match ?? [];
    if (code === undefined || json === undefined || !Object.hasOwn(ERROR_KINDS, code)) {
        return null;
    }
    try {
        const operands = JSON.parse(json) as ErrorOperands;
        return { code: code as ErrorCode, kind: ERROR_KINDS[code as ErrorCode], operands };
    } catch {
        return null;
    }
}
