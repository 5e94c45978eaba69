import { UnavailableError } from '../errors.js';
import type { Endorsed } from '../ordered-transaction.js';
import { PeerAway } from '../peer-pool.js';
import type { Invocation } from '../transport.js';
import type { FabricNetworkConnection } from './connection.js';
import type { Endorsement, Endorser, ProposalResponses } from './library.js';
import { endorseFailure, evaluateFailure, type PeerAnswer } from './peer-failures.js';

const EVALUATE_MS_MAX = 5_000;
/** A peer that hangs while endorsing must not use up the time in which a caller expects a typed answer. */
const ENDORSE_MS_MAX = 5_000;
const SUBMIT_MS_MAX = 5_000;

/** Asks one peer. @throws PeerAway · a refusal of its kind */
export async function evaluateOn(
    connection: FabricNetworkConnection,
    endorser: Endorser,
    { chaincode, verb, args }: Readonly<{ chaincode: string; verb: string; args: readonly string[] }>,
): Promise<Uint8Array> {
    if (!(await connection.isReady(endorser))) {
        throw new PeerAway(`${endorser.name} does not accept a connection`);
    }
    const query = connection.channel.newQuery(chaincode);
    const identity = connection.identityContext.calculateTransactionId();
    await connection.sign(query, query.build(identity, { fcn: verb, args, generateTransactionId: false }));
    const answered = await query.send({ targets: [endorser], requestTimeout: EVALUATE_MS_MAX });
    const [response] = answered.responses;
    if (response?.endorsement == null) {
        throw evaluateFailure(answerOf(endorser, answered));
    }
    return response.response.payload;
}

/**
 * Has organisations endorse, one peer of each.
 * @throws a refusal of its kind · UnavailableError PEER_UNAVAILABLE {organizations} · DisagreementError
 */
export async function endorse(
    connection: FabricNetworkConnection,
    { chaincode, verb, command }: Invocation,
    mspIds: readonly string[],
): Promise<Endorsed> {
    const targets = await targetsOf(connection, mspIds);
    const endorsement = connection.channel.newEndorsement(chaincode);
    const identity = connection.identityContext.calculateTransactionId();
    const { transactionId } = identity;
    const request = { fcn: verb, args: [command], generateTransactionId: false };
    await connection.sign(endorsement, endorsement.build(identity, request));
    const sentMs = Date.now();
    const answered = await endorsement.send({ targets, requestTimeout: ENDORSE_MS_MAX });
    const endorsementMs = Date.now() - sentMs;
    const failure = endorseFailure(
        targets.map((target) => answerOf(target, answered)),
        transactionId,
    );
    if (failure !== null) {
        throw failure;
    }
    const payload = Buffer.from(answered.responses[0]?.response.payload ?? []).toString('utf8');
    return { transactionId, payload, endorsementMs, order: () => order(connection, endorsement) };
}

async function targetsOf(connection: FabricNetworkConnection, mspIds: readonly string[]): Promise<Endorser[]> {
    const found = await Promise.all(mspIds.map((mspId) => connection.endorserOf(mspId)));
    const organizations = mspIds.filter((_, index) => found[index] === null);
    if (organizations.length > 0) {
        throw new UnavailableError({ code: 'PEER_UNAVAILABLE', operands: { organizations } });
    }
    return found.filter((endorser) => endorser !== null);
}

/**
 * Hands the transaction to one orderer after the other until one takes it: the same transaction twice is one
 * transaction.
 */
async function order(connection: FabricNetworkConnection, endorsement: Endorsement): Promise<boolean> {
    try {
        const commit = endorsement.newCommit();
        await connection.sign(commit, commit.build(connection.identityContext));
        const targets = await connection.committers();
        return (await commit.send({ targets, requestTimeout: SUBMIT_MS_MAX })).status === 'SUCCESS';
    } catch {
        return false; // an orderer may have taken it all the same
    }
}

/** What a peer answered; where it neither responded nor failed by name, it did not answer. */
function answerOf({ name, mspid }: Endorser, { responses, errors }: ProposalResponses): PeerAnswer {
    const response = responses.find(({ connection }) => connection.name === name);
    if (response !== undefined) {
        const endorsed = response.endorsement == null ? null : response.payload;
        return { mspId: mspid, endorsed, text: response.response.message };
    }
    const error = errors.find(({ connection }) => connection?.name === name);
    return { mspId: mspid, endorsed: null, text: error?.message ?? '', code: error?.code };
}
