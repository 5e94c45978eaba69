import { CommonwattError } from '@commonwatt/client';
import { AssertionError } from 'chai';

/** The typed error of a promise that must fail. */
export async function rejectionOf(promise: Promise<unknown>): Promise<CommonwattError> {
    let value: unknown;
    try {
        value = await promise;
    } catch (error) {
        if (error instanceof CommonwattError) {
            return error;
        }
        throw error;
    }
    throw new AssertionError(`expected a failure, got ${JSON.stringify(value)}`);
}
