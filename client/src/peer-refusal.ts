import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { type CommonwattError, DisagreementError, refusal } from './errors.js';

/** How a peer says that it does not accept the caller's certificate; it answers, so it is not away. */
const ACCESS_DENIED = /access denied|creator is malformed/i;
/** How a peer says that the caller's certificate is over; some versions let their own client's pass all the same. */
const EXPIRED = /identity expired/i;

export const saysDenied = (text: string): boolean => ACCESS_DENIED.test(text);

/** Of several that were asked, one alone cannot say that a certificate is over. */
export const saysExpired = (texts: readonly string[], asked: number): boolean =>
    texts.filter((text) => EXPIRED.test(text)).length > (asked > 1 ? 1 : 0);

/** The first coded refusal in what peers report. */
export function firstRefusal(texts: readonly string[], transactionId: string | undefined): CommonwattError | null {
    for (const text of texts) {
        const decoded = decodeError(text);
        if (decoded !== null) {
            return refusal(decoded, transactionId);
        }
    }
    return null;
}

/** A refusal is the answer only when every endorser refuses; one that fails otherwise might have endorsed. */
export function unanimously(
    refused: CommonwattError,
    refusers: readonly string[],
    endorsers: readonly string[],
): CommonwattError {
    return endorsers.every((mspId) => refusers.includes(mspId))
        ? refused
        : new DisagreementError([...new Set(refusers)], refused);
}
