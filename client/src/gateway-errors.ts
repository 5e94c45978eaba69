import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import {
    type CommonwattError,
    DisagreementError,
    ForbiddenError,
    InternalError,
    refusal,
    UnavailableError,
} from './errors.js';

/** The peer that serves the gateway is itself away, so another one may do the same. */
export class GatewayAway extends Error {
    constructor(cause: unknown) {
        super('the gateway peer does not answer', { cause });
    }
}

/**
 * The gateway peer knows no peers of some organisations. They may be away, or it has only just started and not yet met
 * them; another gateway tells.
 */
export class PeersUnknown extends Error {
    readonly unavailable: UnavailableError;

    constructor(unavailable: UnavailableError) {
        super(unavailable.message, { cause: unavailable });
        this.unavailable = unavailable;
    }
}

/** Status codes of a peer that could not do its part now. */
const AWAY_CODES: readonly number[] = [
    status.UNAVAILABLE,
    status.ABORTED,
    status.DEADLINE_EXCEEDED,
    status.FAILED_PRECONDITION,
    status.CANCELLED,
];

/** How a gateway that names nobody in the details says that it knows no peer of an organisation. */
const DISCOVERY_CODES: readonly number[] = [status.UNAVAILABLE];

/** Status codes that a gateway gives for itself when it names nobody else. */
const OWN_CODES: readonly number[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED];

/** How a peer says that it does not accept the caller's certificate; it answers, so it is not away. */
const ACCESS_DENIED = /access denied|creator is malformed/i;
/** How a peer says that the caller's certificate is over; the gateway's own peer endorses all the same. */
const EXPIRED = /identity expired/i;
const FORBIDDEN_CODES: readonly number[] = [status.PERMISSION_DENIED, status.UNAUTHENTICATED];

/** What a failed evaluation means. Only one peer was asked, so its refusal is the answer. */
export function evaluateFailure(error: unknown, mspIds: readonly string[]): Error {
    return failure(error, { mspIds, endorsers: [] });
}

/** What a failed endorsement means. It is a refusal only when nobody endorsed. */
export function endorseFailure(
    error: unknown,
    mspIds: readonly string[],
    endorsers: readonly string[],
    transactionId: string,
): Error {
    return failure(error, { mspIds, endorsers, transactionId });
}

/** What a failed submission means: orderers that refuse are named, so a failure without names is the peer's own. */
export function submitFailure(error: unknown, mspIds: readonly string[]): Error {
    return failure(error, { mspIds, endorsers: [] });
}

type Circumstances = Readonly<{
    /** Every organisation of the channel. */
    mspIds: readonly string[];
    /** Those asked to endorse; empty when one peer was asked. */
    endorsers: readonly string[];
    transactionId?: string;
}>;

function failure(error: unknown, circumstances: Circumstances): Error {
    if (!(error instanceof GatewayError)) {
        return error instanceof Error ? error : new Error(String(error));
    }
    const { endorsers, transactionId } = circumstances;
    if (isExpired(error, endorsers)) {
        return new ForbiddenError({ code: 'CERTIFICATE_EXPIRED', cause: error });
    }
    const refused = refusalIn(error, transactionId);
    if (refused !== null) {
        return unanimously(refused, error, endorsers);
    }
    if (error.details.some(({ message }) => ACCESS_DENIED.test(message))) {
        return gatewayRefusal(error);
    }
    if (error.message.includes('ProposalResponsePayloads do not match')) {
        return new DisagreementError(endorsers, null);
    }
    const unavailable = peersAway(error, circumstances);
    if (unavailable !== null) {
        return unavailable;
    }
    return OWN_CODES.includes(error.code) ? new GatewayAway(error) : gatewayRefusal(error);
}

/** Organisations whose peers could not do their part; `null` when that was not the reason. */
function peersAway(error: GatewayError, { mspIds, transactionId }: Circumstances): Error | null {
    const organizations = organizationsAway(error, mspIds);
    if (!AWAY_CODES.includes(error.code) || organizations.length === 0) {
        return null;
    }
    const unavailable = new UnavailableError({
        code: 'PEER_UNAVAILABLE',
        operands: { organizations },
        ...(transactionId === undefined ? {} : { transactionId }),
        cause: error,
    });
    const isDiscovery = DISCOVERY_CODES.includes(error.code) && error.details.length === 0;
    return isDiscovery ? new PeersUnknown(unavailable) : unavailable;
}

/** Of several that were asked, one alone cannot say that a certificate is over. */
const isExpired = (error: GatewayError, endorsers: readonly string[]): boolean =>
    textsOf(error).filter((text) => EXPIRED.test(text)).length > (endorsers.length > 1 ? 1 : 0);

/** A refusal is the answer only when every endorser refuses; one that fails otherwise might have endorsed. */
function unanimously(refused: CommonwattError, error: GatewayError, endorsers: readonly string[]): CommonwattError {
    const refusing = error.details.filter(({ message }) => decodeError(message) !== null);
    const refusers = new Set(refusing.map((detail) => detail.mspId));
    return endorsers.every((mspId) => refusers.has(mspId)) ? refused : new DisagreementError([...refusers], refused);
}

/** What the peers say, or the gateway itself where it names none. */
const textsOf = (error: GatewayError): readonly string[] =>
    error.details.length > 0 ? error.details.map(({ message }) => message) : [error.message];

/** The first coded refusal that a peer reports. */
function refusalIn(error: GatewayError, transactionId: string | undefined): CommonwattError | null {
    for (const text of textsOf(error)) {
        const decoded = decodeError(text);
        if (decoded !== null) {
            return refusal(decoded, transactionId);
        }
    }
    return null;
}

/** Organisations whose peers are named as failing; the peer names those it cannot find in the message alone. */
function organizationsAway(error: GatewayError, mspIds: readonly string[]): string[] {
    const named = error.details.map((detail) => detail.mspId);
    const inMessage = mspIds.filter((mspId) => error.message.includes(mspId));
    return [...new Set([...named, ...inMessage])];
}

function gatewayRefusal(error: GatewayError): CommonwattError {
    const [detail] = error.details;
    const facts = {
        code: 'GATEWAY_REFUSED',
        operands: { status: status[error.code] ?? String(error.code), message: detail?.message ?? error.message },
        cause: error,
    };
    const forbidden = FORBIDDEN_CODES.includes(error.code) || ACCESS_DENIED.test(facts.operands.message);
    return forbidden ? new ForbiddenError(facts) : new InternalError(facts);
}
