import { expect } from 'chai';
import { CommonwattError } from '@commonwatt/client';

/** Expects a typed refusal, written as its kind and code, such as `forbidden VERDICT_MISSING`. */
export async function expectRefusal(
    attempt: Promise<unknown>,
    expected: string,
    operands: Readonly<Record<string, unknown>> = {},
): Promise<CommonwattError> {
    const outcome = await refusalOf(attempt);
    expect(`${outcome.kind} ${outcome.code}`, outcome.message).to.equal(expected);
    expect(outcome.operands).to.deep.include(operands);
    return outcome;
}

/** What is refused, whatever it is. */
export async function refusalOf(attempt: Promise<unknown>): Promise<CommonwattError> {
    const outcome: unknown = await attempt.then(
        (value) => ({ accepted: value }),
        (error: unknown) => error,
    );
    if (!(outcome instanceof CommonwattError)) {
        throw outcome instanceof Error ? outcome : new Error('accepted instead of refused');
    }
    return outcome;
}
