import { ERROR_KINDS, type ErrorCode, type ErrorKind, type ErrorOperands, type MarketError } from '../domain/errors.js';
import { canonicalJson, type Json } from './canonical.js';

/** A refusal as text, the only thing of an error that reaches a client: `CODE {operands as JSON}`. */
export function encodeError(error: MarketError): string {
    const operands = Object.fromEntries(
        Object.entries(error.operands).map(([key, operand]) => [
            key,
            typeof operand === 'bigint' ? String(operand) : (operand as Json),
        ]),
    );
    return `${error.code} ${canonicalJson(operands)}`;
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
