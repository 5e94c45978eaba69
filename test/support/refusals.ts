import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import { type ErrorOperands, MarketError } from '@commonwatt/chaincode/domain/errors';
import { expect } from 'chai';

/** Expects a decision to refuse with a code, and with these operands among its own. */
export function expectRefusal(decide: () => unknown, code: ErrorCode, operands: ErrorOperands = {}): void {
    let refused: unknown;
    try {
        decide();
    } catch (error) {
        refused = error;
    }
    if (!(refused instanceof MarketError)) {
        throw new Error(
            `${code} was expected, and there was ${refused === undefined ? 'no refusal' : 'another error'}`,
            {
                cause: refused,
            },
        );
    }
    expect(refused.code, JSON.stringify(refused.operands, bigintAsText)).to.equal(code);
    expect(refused.operands).to.deep.include(operands);
}

const bigintAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
