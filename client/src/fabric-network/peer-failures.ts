import { status } from '@grpc/grpc-js';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { DisagreementError, ForbiddenError, InternalError, UnavailableError } from '../errors.js';
import { PeerAway } from '../peer-pool.js';
import { firstRefusal, saysDenied, saysExpired, unanimously } from '../peer-refusal.js';

/** What one organisation's peer made of a proposal. */
export type PeerAnswer = Readonly<{
    mspId: string;
    /** What its endorsement signs; `null` when it did not endorse. */
    endorsed: Uint8Array | null;
    /** Why it did not; empty when it did not answer. */
    text: string;
    /** gRPC status where it gave no response. */
    code?: number | undefined;
}>;

/** gRPC codes of a peer that is not there. */
const AWAY_CODES: readonly number[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED];
/** How the package itself says that a peer did not answer. */
const AWAY_TEXT = /REQUEST TIMEOUT|is not connected/;
const SILENT_TEXT = 'REQUEST TIMEOUT';

/** Why organisations that were all asked did not endorse alike; `null` when they did. */
export function endorseFailure(answers: readonly PeerAnswer[], transactionId: string): Error | null {
    const mspIds = answers.map(({ mspId }) => mspId);
    const without = answers.filter(({ endorsed }) => endorsed === null);
    if (without.length === 0) {
        return areAlike(answers) ? null : new DisagreementError(mspIds, null);
    }
    const cause = without.map(({ mspId, text }) => `${mspId}: ${text}`).join('\n');
    const texts = without.map(({ text }) => text);
    if (saysExpired(texts, answers.length)) {
        return new ForbiddenError({ code: 'CERTIFICATE_EXPIRED', cause });
    }
    if (without.some(isSilent)) {
        const failing = without.filter(({ text }) => decodeError(text) === null);
        return unavailable(failing, transactionId, cause); // others may be asked in their place
    }
    const refused = firstRefusal(texts, transactionId);
    if (refused !== null) {
        const refusing = without.filter(({ text }) => decodeError(text) !== null);
        const refusers = refusing.map(({ mspId }) => mspId);
        return unanimously(refused, refusers, mspIds);
    }
    const denied = without.find(({ text }) => saysDenied(text));
    if (denied !== undefined) {
        return new ForbiddenError({ code: 'GATEWAY_REFUSED', operands: factsOf(denied), cause });
    }
    return unavailable(without, transactionId, cause);
}

/** Why the one peer that was asked did not answer a query. */
export function evaluateFailure(answer: PeerAnswer): Error {
    const { text } = answer;
    if (saysExpired([text], 1)) {
        return new ForbiddenError({ code: 'CERTIFICATE_EXPIRED', cause: text });
    }
    const refused = firstRefusal([text], undefined);
    if (refused !== null) {
        return refused;
    }
    if (isSilent(answer)) {
        return new PeerAway(text, text.includes(SILENT_TEXT));
    }
    const facts = { code: 'GATEWAY_REFUSED', operands: factsOf(answer), cause: text };
    return saysDenied(text) ? new ForbiddenError(facts) : new InternalError(facts);
}

function unavailable(answers: readonly PeerAnswer[], transactionId: string, cause: string): UnavailableError {
    const organizations = answers.map(({ mspId }) => mspId);
    return new UnavailableError({ code: 'PEER_UNAVAILABLE', operands: { organizations }, transactionId, cause });
}

/** Whether a peer did not answer at all. */
const isSilent = ({ text, code }: PeerAnswer): boolean =>
    text === '' || AWAY_TEXT.test(text) || (code !== undefined && AWAY_CODES.includes(code));

const areAlike = ([first, ...others]: readonly PeerAnswer[]): boolean =>
    others.every(({ endorsed }) => Buffer.compare(endorsed ?? EMPTY, first?.endorsed ?? EMPTY) === 0);

const EMPTY = new Uint8Array();

const factsOf = ({ code, text }: PeerAnswer): Readonly<{ status: string; message: string }> => ({
    status: (code === undefined ? undefined : status[code]) ?? 'UNKNOWN',
    message: text,
});
