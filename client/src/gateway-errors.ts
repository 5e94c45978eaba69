import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { decodeError } from '@commonwatt/chaincode/wire/errors';
import { type CommonwattError, DisagreementError, ForbiddenError, InternalError, UnavailableError } from './errors.js';
import { PeerAway, PeersUnknown } from './peer-pool.js';
import { firstRefusal, saysDenied, saysExpired, unanimously } from './peer-refusal.js';

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

/** Status codes of a gateway that let the time pass in which it was to answer. */
const SILENT_CODES: readonly number[] = [status.DEADLINE_EXCEEDED];

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
    const texts = textsOf(error);
    if (saysExpired(texts, endorsers.length)) {
        return new ForbiddenError({ code: 'CERTIFICATE_EXPIRED', cause: error });
    }
    const refused = firstRefusal(texts, transactionId);
    if (refused !== null) {
        const refusing = error.details.filter(({ message }) => decodeError(message) !== null);
        const refusers = refusing.map((detail) => detail.mspId);
        return unanimously(refused, refusers, endorsers);
    }
    if (error.details.some(({ message }) => saysDenied(message))) {
        return gatewayRefusal(error);
    }
    if (error.message.includes('ProposalResponsePayloads do not match')) {
        return new DisagreementError(endorsers, null);
    }
    const unavailable = peersAway(error, circumstances);
    if (unavailable !== null) {
        return unavailable;
    }
    const isSilent = SILENT_CODES.includes(error.code);
    return OWN_CODES.includes(error.code) ? new PeerAway(error, isSilent) : gatewayRefusal(error);
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

/** What the peers say, or the gateway itself where it names none. */
const textsOf = (error: GatewayError): readonly string[] =>
    error.details.length > 0 ? error.details.map(({ message }) => message) : [error.message];

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
    const forbidden = FORBIDDEN_CODES.includes(error.code) || saysDenied(facts.operands.message);
    return forbidden ? new ForbiddenError(facts) : new InternalError(facts);
}
